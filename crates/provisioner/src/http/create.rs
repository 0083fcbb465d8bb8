//! What `POST /stores` takes, parsed once. Past this file a name is a `StoreName` and a host a `HostName`.

use store_model::{Engine, HostName, Plan, StoreName, StoreSettings};

use super::parse::{Fields, word};
use super::problem::Refused;
use super::{App, iso};
use crate::db::NewStore;

/// In the order of the specification.
pub const FIELDS: [&str; 8] =
    ["name", "engine", "plan", "title", "adminEmail", "currency", "country", "sampleProducts"];

/// The shop's name in its own header; longer ones break every theme.
const TITLE_MAX: usize = 100;
/// RFC 5321: 64 before the @, 254 in all.
const LOCAL_MAX: usize = 64;
pub const EMAIL_MAX: usize = 254;

pub fn parse(mut fields: Fields, app: &App, created_by: &str) -> Result<NewStore, Refused> {
    let name = fields.required("name", |text| StoreName::parse(text).map_err(|error| error.to_string()));
    let host = name.as_ref().and_then(|name| {
        let host = HostName::of_store(name, &app.config.base_domain);
        host.map_err(|error| fields.refuse("name", format!("makes a host that {error}"))).ok()
    });
    let engine = fields.required("engine", |text| word(text, &Engine::ALL, Engine::as_str));
    if let Some(reason) = engine.and_then(|engine| app.config.engine_unavailable(engine)) {
        fields.refuse("engine", reason);
    }
    let plan = fields.optional("plan", |text| word(text, &Plan::ALL, Plan::as_str)).unwrap_or_default();
    let title = fields.optional("title", title);
    let admin_email = fields.optional("adminEmail", email);
    let currency = fields.optional("currency", |text| match engine {
        _ if !iso::is_currency(text) => Err("must be a code of ISO 4217, e.g. EUR".to_owned()),
        Some(engine) if engine.spec().unknown_currencies.contains(&text) => {
            Err(format!("{} has no prices in {text}; choose another, e.g. EUR", engine.spec().title))
        }
        Some(_) | None => Ok(text.to_owned()),
    });
    let country = fields.optional("country", |text| {
        let cure = "must be a code of ISO 3166-1, e.g. DE, or with a state as in US:CA";
        if iso::is_country(text) { Ok(text.to_owned()) } else { Err(cure.to_owned()) }
    });
    let sample_products = fields.optional_bool("sampleProducts").unwrap_or(true);
    fields.end(&FIELDS)?;

    let (Some(name), Some(host), Some(engine)) = (name, host, engine) else {
        return Err(Refused::internal("parse a create", &"a missing field was not noted"));
    };
    let settings = StoreSettings {
        title: title.unwrap_or_else(|| title_of(&name)),
        admin_email: admin_email.unwrap_or_else(|| format!("admin@{host}")),
        currency: currency.unwrap_or_else(|| "EUR".to_owned()),
        country: country.unwrap_or_else(|| "DE".to_owned()),
        sample_products,
    };
    Ok(NewStore { name, engine, plan, host, settings, created_by: created_by.to_owned() })
}

/// Any script and any punctuation, but one line, and nothing that turns the direction of what follows it.
fn title(text: &str) -> Result<String, String> {
    let text = text.trim();
    // The length first, in bytes: a character is at most four.
    if text.is_empty() || text.len() > 4 * TITLE_MAX || text.chars().count() > TITLE_MAX {
        return Err(format!("must be 1 to {TITLE_MAX} characters long"));
    }
    if text.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Err("must be one line without control characters or marks of direction".to_owned());
    }
    Ok(text.to_owned())
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// Stricter than RFC 5322, which allows what no mail program takes.
pub fn email(text: &str) -> Result<String, String> {
    let fault = || "must be an e-mail address such as owner@example.com".to_owned();
    if text.len() > EMAIL_MAX {
        return Err(fault());
    }
    let (local, domain) = text.split_once('@').ok_or_else(fault)?;
    let plain = local.bytes().all(|b| b.is_ascii_alphanumeric() || b"._%+-".contains(&b));
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if !(1..=LOCAL_MAX).contains(&local.len()) || !plain || dots {
        return Err(fault());
    }
    let domain = HostName::parse(&domain.to_ascii_lowercase()).map_err(|_| fault())?;
    if !domain.as_str().contains('.') {
        return Err(fault());
    }
    Ok(format!("{local}@{domain}"))
}

/// `blue-cups` is "Blue cups" until its owner says otherwise.
fn title_of(name: &StoreName) -> String {
    let spaced = name.as_str().replace('-', " ");
    let mut letters = spaced.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_may_be_any_words_on_one_line() {
        for good in ["Café \"Zum Löwen\", {{ok}}", "خزف", "杯", " Cups "] {
            assert_eq!(title(good).as_deref(), Ok(good.trim()));
        }
        let long = "x".repeat(101);
        for bad in ["", "  ", "a\nb", "a\0b", "a\u{202E}b", "a\u{200F}b", &long] {
            assert!(title(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_email_is_one_that_mail_programs_take() {
        assert_eq!(email("Mara.L+shop@Example.COM").as_deref(), Ok("Mara.L+shop@example.com"));
        let bads = [
            "",
            "a",
            "@b.c",
            "a@",
            "a@b",
            "a@b..c",
            "a b@c.de",
            "a@b.c\n",
            "\"a\"@b.c",
            "a@@b.c",
            "a,b@c.de",
            ".a@b.de",
            "a@1.2.3.4",
        ];
        for bad in bads {
            assert!(email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_title_is_made_of_the_name() {
        assert_eq!(title_of(&StoreName::parse("blue-cups").unwrap()), "Blue cups");
    }
}
