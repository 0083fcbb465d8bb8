//! Style, type and icon, part of the program. Their names carry a hash of what is in them, so browsers keep them for ever.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

/// Bytes of the hash in a name: enough to tell versions apart.
const HASH_BYTES: usize = 6;
pub const FONT_TYPE: &str = "font/woff2";

#[derive(Debug)]
pub struct Asset {
    pub path: String,
    content_type: &'static str,
    body: Bytes,
}

/// Fraunces (SIL Open Font License, beside the files): headings only, in two parts, of which a browser asks for the
/// second where a letter of it is shown.
pub static LATIN: LazyLock<Asset> = LazyLock::new(|| font("latin", include_bytes!("../assets/fraunces/latin.woff2")));
static LATIN_EXT: LazyLock<Asset> =
    LazyLock::new(|| font("latin-ext", include_bytes!("../assets/fraunces/latin-ext.woff2")));
/// Names the fonts as they are named here.
pub static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let style = include_str!("../assets/shop.css").replace("latin-ext.woff2", &LATIN_EXT.path);
    Asset::new("shop", "css", "text/css; charset=utf-8", style.replace("latin.woff2", &LATIN.path).into())
});
pub static ICON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("icon", "svg", "image/svg+xml", Bytes::from_static(include_bytes!("../assets/icon.svg")))
});

fn font(name: &str, body: &'static [u8]) -> Asset {
    Asset::new(name, "woff2", FONT_TYPE, Bytes::from_static(body))
}

impl Asset {
    fn new(name: &str, kind: &str, content_type: &'static str, body: Bytes) -> Asset {
        let hash = hex::encode(&Sha256::digest(&body)[..HASH_BYTES]);
        Asset { path: format!("/assets/{name}-{hash}.{kind}"), content_type, body }
    }
}

pub async fn get(Path(name): Path<String>) -> Response {
    let all = [&STYLE, &ICON, &LATIN, &LATIN_EXT];
    match all.into_iter().find(|asset| asset.path.strip_prefix("/assets/") == Some(&name)) {
        Some(asset) => {
            let headers = [(CONTENT_TYPE, asset.content_type), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, asset.body.clone()).into_response()
        }
        // The page that names it came from another version of the shop, a moment ago.
        None => (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")], "not found\n").into_response(),
    }
}
