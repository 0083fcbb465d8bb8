//! Whether a request that a browser's cookie speaks for comes from our own pages.

use axum::http::{HeaderMap, Method, StatusCode, header};

use super::problem::Refused;

/// Refuses what another site had the browser send; reading too: what comes back is not shown to others, but to show credentials
/// writes that they were shown, and a log that is followed holds a connection. A link from elsewhere leads to the dashboard's
/// pages, and to no document of the API.
pub fn same(method: &Method, headers: &HeaderMap) -> Result<(), Refused> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let same = match (text("sec-fetch-site"), text(header::ORIGIN.as_str()), text(header::HOST.as_str())) {
        (Some("same-origin"), _, _) => true,
        // Typed into the address bar; or by a browser of before 2023, which names no origin when it reads.
        (Some("none"), _, _) | (None, None, _) => method.is_safe(),
        // Shops are on hosts beside ours: `same-site` is not enough.
        (Some(_), _, _) | (None, Some(_), None) => false,
        (None, Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, of)| of.eq_ignore_ascii_case(host))
        }
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

    fn may(method: &Method, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect::<HeaderMap>();
        same(method, &headers).is_ok()
    }

    #[test]
    fn only_our_own_pages_write_and_no_other_page_reads() {
        for (write, read, headers) in [
            (true, true, &[("sec-fetch-site", "same-origin")][..]),
            // A shop beside us.
            (false, false, &[("sec-fetch-site", "same-site")]),
            (false, false, &[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "navigate")]),
            (false, false, &[("sec-fetch-site", "cross-site"), ("origin", "https://d.x"), ("host", "d.x")]),
            (false, true, &[("sec-fetch-site", "none")]),
            (true, true, &[("origin", "https://d.x:8443"), ("host", "d.x:8443")]),
            (false, false, &[("origin", "https://evil.x"), ("host", "d.x")]),
            (false, false, &[("origin", "null"), ("host", "null")]),
            (false, false, &[("origin", "https://d.x")]),
            // Nobody says where it comes from.
            (false, true, &[("host", "d.x")]),
            (false, true, &[]),
        ] {
            assert_eq!((may(&Method::POST, headers), may(&Method::GET, headers)), (write, read), "{headers:?}");
        }
    }
}
