//! The cookies of a session and of a browser that has signed in. Stores live below the same domain as the dashboard: with
//! the prefix `__Host-` no shop can set or read one.

use axum::http::{HeaderMap, HeaderValue, header};

pub const SESSION: &str = "__Host-session";
/// It lets nobody in; it says that somebody who tries to sign in has done so before, and outlives the session.
pub const DEVICE: &str = "__Host-device";

/// The cookie's value, if the request has exactly one of that name.
pub fn read(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let mut found = None;
    for line in headers.get_all(header::COOKIE) {
        for pair in line.to_str().ok()?.split(';') {
            let Some((name, value)) = pair.trim().split_once('=') else { continue };
            if name == wanted && found.replace(value.to_owned()).is_some() {
                return None;
            }
        }
    }
    found.filter(|value| !value.is_empty())
}

/// For the browser; `value` is letters and digits. Lax: a link from an e-mail finds its reader signed in.
pub fn set(name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}")).ok()
}

/// Of the session; the browser stays known.
pub fn clear() -> HeaderValue {
    HeaderValue::from_static("__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (header::COOKIE, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn one_cookie_of_the_name_is_read() {
        assert_eq!(read(&headers(&["a=b; __Host-session=x1; c=d"]), SESSION), Some("x1".to_owned()));
        assert_eq!(read(&headers(&["session=x1", "Host-session=x2"]), SESSION), None);
        assert_eq!(read(&headers(&["__Host-session=x1; __Host-device=x2"]), DEVICE), Some("x2".to_owned()));
        assert_eq!(read(&headers(&["__Host-session="]), SESSION), None);
        assert_eq!(
            read(&headers(&["__Host-session=x1", "__Host-session=x2"]), SESSION),
            None,
            "two: somebody planted one"
        );
    }

    #[test]
    fn what_clears_has_the_same_name_and_place() {
        let set = set(SESSION, "x", 60).unwrap();
        let (set, clear) = (set.to_str().unwrap(), clear());
        let clear = clear.to_str().unwrap();
        assert_eq!(set.replace("=x", "=").replace("Max-Age=60", ""), clear.replace("Max-Age=0", ""));
    }
}
