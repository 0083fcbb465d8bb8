//! A picture that an owner put into the shop.

use std::time::Duration;

use anyhow::{Context as _, Result};
use url::Url;

use crate::Visitor;

/// One red pixel, as PNG.
pub const PIXEL: &[u8] =
    b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\
      \x15\xc4\x89\x00\x00\x00\x0dIDATx\xdacd\xf8\xcfP\x0f\x00\x03\x86\x01\x80Z4}k\x00\x00\x00\x00IEND\xae\
      B`\x82";

/// After a restart the route takes a moment to find the new pod.
const ROUTE: Duration = Duration::from_mins(1);

pub struct Upload {
    /// Path of the file on the store's host.
    path: String,
    bytes: Vec<u8>,
}

impl Upload {
    pub fn new(address: &str, bytes: &[u8]) -> Result<Upload> {
        let address: Url = address.parse().with_context(|| format!("the upload's address {address}"))?;
        Ok(Upload { path: address.path().to_owned(), bytes: bytes.to_vec() })
    }

    /// Anybody gets the very bytes.
    pub async fn is_there(&self, visitor: &Visitor) -> Result<()> {
        let page = visitor.until(&self.path, 200, ROUTE).await.context("fetch the upload")?;
        assert_eq!(page.bytes, self.bytes, "the upload's bytes");
        Ok(())
    }
}
