//! Style and icon, part of the program. Their names carry a hash of what is in them, so browsers keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

/// Bytes of the hash in a name: enough to tell versions apart.
const HASH_BYTES: usize = 6;

#[derive(Debug)]
pub struct Asset {
    pub path: String,
    content_type: &'static str,
    body: &'static [u8],
}

pub static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("shop", "css", "text/css; charset=utf-8", include_bytes!("../assets/shop.css")));
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_bytes!("../assets/icon.svg")));

impl Asset {
    fn new(name: &str, kind: &str, content_type: &'static str, body: &'static [u8]) -> Asset {
        let hash = hex::encode(&Sha256::digest(body)[..HASH_BYTES]);
        Asset { path: format!("/assets/{name}-{hash}.{kind}"), content_type, body }
    }
}

pub async fn get(Path(name): Path<String>) -> Response {
    let found = [&STYLE, &ICON].into_iter().find(|asset| asset.path.strip_prefix("/assets/") == Some(&name));
    match found {
        Some(asset) => {
            let headers = [(CONTENT_TYPE, asset.content_type), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, asset.body).into_response()
        }
        // The page that names it came from another version of the shop, a moment ago.
        None => (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")], "not found\n").into_response(),
    }
}
