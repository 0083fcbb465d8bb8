//! What the environment says, checked before anything listens. Nothing else of this crate reads it.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use axum::http::HeaderValue;
use tracing::Level;
use url::Url;

use crate::locale::Country;

#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Medusa's in-cluster address, without a slash at its end.
    pub backend: String,
    pub publishable_key: HeaderValue,
    /// The shop as customers reach it.
    pub public_url: Url,
    pub title: String,
    pub country: Country,
    /// ISO 4217, as Medusa writes it: lower case.
    pub currency: String,
    /// Where pictures may come from besides the shop itself: a bucket, a CDN.
    pub image_origins: Vec<String>,
    pub log_level: Level,
}

impl Config {
    /// `read` is the environment; the tests have others.
    pub fn read(read: impl Fn(&str) -> Option<String>) -> Result<Config> {
        let wanted = |name: &str| {
            read(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
                .with_context(|| format!("the environment variable {name} is not set"))
        };
        let or = |name: &str, usual: &str| wanted(name).unwrap_or_else(|_| usual.to_owned());
        Ok(Config {
            listen: or("LISTEN_ADDR", "0.0.0.0:8080").parse().context("LISTEN_ADDR must be an address and a port")?,
            backend: backend(&or("BACKEND_URL", "http://medusa:9000"))?,
            publishable_key: key(&wanted("PUBLISHABLE_KEY")?)?,
            public_url: public_url(&wanted("STORE_PUBLIC_URL")?)?,
            title: wanted("STORE_TITLE")?,
            country: Country::parse(&wanted("STORE_COUNTRY")?)
                .context("STORE_COUNTRY must be an ISO 3166-1 code such as DE")?,
            currency: currency(&wanted("STORE_CURRENCY")?)?,
            image_origins: or("IMAGE_ORIGINS", "")
                .split([' ', ','])
                .filter(|each| !each.is_empty())
                .map(origin)
                .collect::<Result<_>>()?,
            log_level: or("LOG_LEVEL", "info")
                .parse()
                .context("LOG_LEVEL must be error, warn, info, debug or trace")?,
        })
    }

    pub fn is_secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// As browsers name it in `Origin`.
    pub fn public_origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }
}

fn backend(text: &str) -> Result<String> {
    let url: Url = text.parse().context("BACKEND_URL must be a URL")?;
    if url.scheme() != "http" {
        bail!("BACKEND_URL must start with http://: the backend is reached inside the cluster, by its Service");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn public_url(text: &str) -> Result<Url> {
    let url: Url = text.parse().context("STORE_PUBLIC_URL must be a URL")?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        bail!("STORE_PUBLIC_URL must be an http or https URL with a host");
    }
    Ok(url)
}

/// Never part of an error: it would be logged.
fn key(text: &str) -> Result<HeaderValue> {
    let digits = text.strip_prefix("pk_").unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        bail!("PUBLISHABLE_KEY must be a publishable key of Medusa: it starts with pk_");
    }
    HeaderValue::from_str(text).context("PUBLISHABLE_KEY does not fit into a header")
}

fn currency(text: &str) -> Result<String> {
    if text.len() != 3 || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        bail!("STORE_CURRENCY must be an ISO 4217 code such as EUR");
    }
    Ok(text.to_ascii_lowercase())
}

/// Goes into the Content-Security-Policy: nothing but an origin may.
fn origin(text: &str) -> Result<String> {
    let url: Url = text.parse().with_context(|| format!("IMAGE_ORIGINS: '{text}' is no URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        bail!("IMAGE_ORIGINS: '{text}' is no http or https origin");
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(over: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        let usual = [
            ("PUBLISHABLE_KEY", "pk_0123"),
            ("STORE_PUBLIC_URL", "https://shop.example:8443/"),
            ("STORE_TITLE", "Shop"),
            ("STORE_COUNTRY", "de"),
            ("STORE_CURRENCY", "EUR"),
        ];
        move |name| {
            let all = over.iter().chain(&usual);
            all.clone().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn what_is_not_set_has_its_usual_value() {
        let config = Config::read(environment(&[])).unwrap();
        assert_eq!(config.listen.to_string(), "0.0.0.0:8080");
        assert_eq!(config.backend, "http://medusa:9000");
        assert_eq!(config.currency, "eur");
        assert_eq!(config.public_origin(), "https://shop.example:8443");
        assert!(config.is_secure());
        assert!(config.image_origins.is_empty());
    }

    #[test]
    fn only_origins_get_into_the_policy() {
        let config =
            Config::read(environment(&[("IMAGE_ORIGINS", "https://cdn.example/a;b https://b.example")])).unwrap();
        assert_eq!(config.image_origins, ["https://cdn.example", "https://b.example"]);
        assert!(Config::read(environment(&[("IMAGE_ORIGINS", "data:text/html,x")])).is_err());
    }

    #[test]
    fn an_error_names_the_variable_and_never_the_key() {
        for (name, value) in [
            ("PUBLISHABLE_KEY", ""),
            ("PUBLISHABLE_KEY", "sk_topsecret"),
            ("STORE_COUNTRY", "Germany"),
            ("STORE_CURRENCY", "€"),
            ("STORE_PUBLIC_URL", "ftp://shop"),
            ("BACKEND_URL", "https://medusa"),
            ("LISTEN_ADDR", "8080"),
            ("LOG_LEVEL", "loud"),
        ] {
            let read = environment(&[]);
            let error =
                Config::read(|asked| if asked == name { Some(value.to_owned()) } else { read(asked) }).unwrap_err();
            let text = format!("{error:#}");
            assert!(text.contains(name), "{text}");
            assert!(!text.contains("topsecret"));
        }
    }
}
