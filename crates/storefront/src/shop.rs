//! What every request has at hand: settings, the backend, and the region that the store sells in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use icu_locale::Locale;

use crate::backend::wire::Region;
use crate::backend::{Backend, Fault};
use crate::config::Config;
use crate::cookies::Jar;
use crate::id::Id;
use crate::locale::country_names;
use crate::money::Prices;
use crate::texts::Texts;

/// An owner who changes the region's countries sees it in the shop after this long.
const REGION_KEPT: Duration = Duration::from_secs(30);

pub struct Shop {
    pub config: Config,
    pub backend: Backend,
    pub texts: &'static Texts,
    locale: Locale,
    region: RwLock<Option<(Instant, Arc<Here>)>>,
    /// Of carts that become orders right now.
    turns: Mutex<HashMap<Id, Weak<Turn>>>,
}

/// Held while a cart becomes an order.
pub type Turn = tokio::sync::Mutex<()>;

/// Where the store sells.
#[derive(Debug)]
pub struct Here {
    pub region: Region,
    /// Those of the region: (code, name), by name.
    pub countries: Vec<(String, String)>,
    /// The store's own country, where the region has it: a customer's until another is chosen.
    pub home: Option<String>,
}

impl Shop {
    pub fn new(config: Config) -> Result<Shop, reqwest::Error> {
        let backend = Backend::new(&config.backend, &config.publishable_key)?;
        let (texts, locale) = (config.country.texts(), config.country.locale());
        Ok(Shop { config, backend, texts, locale, region: RwLock::new(None), turns: Mutex::default() })
    }

    pub fn jar(&self) -> Jar {
        Jar { secure: self.config.is_secure() }
    }

    pub fn prices(&self, currency: &str) -> Prices {
        Prices::new(&self.locale, currency)
    }

    /// One order at a time of one cart. Medusa sees to that too, but answers the second asker with a refusal.
    pub fn turn_of(&self, cart: &Id) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = turns.get(cart).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::default();
        turns.insert(cart.clone(), Arc::downgrade(&turn));
        turn
    }

    /// The region that has the store's country, else one with its currency, else any.
    pub async fn here(&self) -> Result<Arc<Here>, Fault> {
        let known = self.region.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, here)) = known
            && at.elapsed() < REGION_KEPT
        {
            return Ok(here);
        }
        let home = self.config.country.lower();
        let region = choose(self.backend.regions().await?, &home, &self.config.currency)
            .ok_or_else(|| Fault::Away("the shop has no region; add one in the admin's settings".to_owned()))?;
        let countries = country_names(region.countries.iter().map(|country| country.iso_2.as_str()), self.texts);
        let home = countries.iter().any(|(code, _)| *code == home).then_some(home);
        let here = Arc::new(Here { region, countries, home });
        *self.region.write().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), Arc::clone(&here)));
        Ok(here)
    }
}

fn choose(mut regions: Vec<Region>, country: &str, currency: &str) -> Option<Region> {
    let has = |region: &Region| region.countries.iter().any(|each| each.iso_2 == country);
    let index = regions
        .iter()
        .position(has)
        .or_else(|| regions.iter().position(|region| region.currency_code == currency))
        .unwrap_or(0);
    (index < regions.len()).then(|| regions.swap_remove(index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_stores_country_names_the_region_then_its_currency() {
        let regions = || -> Vec<Region> {
            serde_json::from_value(json!([
                {"id": "us", "currency_code": "usd", "countries": [{"iso_2": "us"}]},
                {"id": "eu", "currency_code": "eur", "countries": [{"iso_2": "de"}, {"iso_2": "fr"}]},
            ]))
            .unwrap()
        };
        let chosen = |country, currency| choose(regions(), country, currency).unwrap().id;
        assert_eq!(chosen("fr", "usd"), "eu");
        assert_eq!(chosen("at", "eur"), "eu");
        assert_eq!(chosen("jp", "jpy"), "us");
        assert!(choose(Vec::new(), "de", "eur").is_none());
    }
}
