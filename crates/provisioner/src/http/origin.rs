//! Whether a request that a browser's cookie speaks for comes from our own pages.

use axum::http::{HeaderMap, Method, StatusCode, header};

use super::problem::Refused;

/// Refuses what another site had the browser send. Reading is let through: what comes back is not shown to others.
pub fn same(method: &Method, headers: &HeaderMap) -> Result<(), Refused> {
    if method.is_safe() {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let same = match text("sec-fetch-site") {
        // Shops are on hosts beside ours: `same-site` is not enough.
        Some(site) => site == "same-origin",
        None => match (text(header::ORIGIN.as_str()), text(header::HOST.as_str())) {
            (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, of)| of.eq_ignore_ascii_case(host)),
            _ => false,
        },
    };
    if same {
        return Ok(());
    }
    let detail =
        "the request does not come from the dashboard's own pages; a program sends a token instead of a cookie";
    Err(Refused::new(StatusCode::FORBIDDEN, "cross-site", "Not from here", detail))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn from(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect::<HeaderMap>();
        same(&Method::POST, &headers).is_ok()
    }

    #[test]
    fn only_our_own_pages_write() {
        assert!(from(&[("sec-fetch-site", "same-origin")]));
        assert!(!from(&[("sec-fetch-site", "same-site")]), "a shop beside us");
        assert!(!from(&[("sec-fetch-site", "cross-site"), ("origin", "https://d.x"), ("host", "d.x")]));
        assert!(!from(&[("sec-fetch-site", "none")]));
        assert!(from(&[("origin", "https://d.x:8443"), ("host", "d.x:8443")]));
        assert!(!from(&[("origin", "https://evil.x"), ("host", "d.x")]));
        assert!(!from(&[("origin", "null"), ("host", "null")]));
        assert!(!from(&[]), "nobody says where it comes from");
        assert!(same(&Method::GET, &HeaderMap::new()).is_ok());
    }
}
