//! The owner at a browser: logged in by cookie, as WordPress does it.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use e2e::{Store, Upload, Visitor, open};
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use store_api::CredentialsView;

/// After a restart the route takes a moment to find the new pod.
const ROUTE: Duration = Duration::from_mins(1);

pub struct Owner(Visitor);

impl Owner {
    pub async fn log_in(store: &Store, credentials: &CredentialsView) -> Result<Owner> {
        let owner = Owner(store.visitor()?);
        // WordPress first sets a cookie to see whether the browser keeps any.
        owner.0.open("/wp-login.php").await?.expect(200)?;
        let form = [
            ("log", credentials.admin_user.as_str()),
            ("pwd", credentials.admin_password.as_str()),
            ("testcookie", "1"),
            ("wp-submit", "Log In"),
        ];
        let page = open(owner.0.post("/wp-login.php")?.form(&form)).await?;
        ensure!(page.status == 302, "the log-in answered {}: {}", page.status, page.excerpt());
        owner.is_in().await?;
        Ok(owner)
    }

    /// Still logged in, without a new log-in.
    pub async fn is_in(&self) -> Result<()> {
        let page = self.0.until("/wp-admin/profile.php", 200, ROUTE).await.context("open the owner's profile")?;
        ensure!(page.text().contains("adminmenu"), "no admin page: {}", page.excerpt());
        Ok(())
    }

    pub async fn upload(&self, name: &str, kind: &str, bytes: &[u8]) -> Result<Upload> {
        let nonce = self.0.open("/wp-admin/admin-ajax.php?action=rest-nonce").await?.expect(200)?.text();
        let request = self.0.post("/wp-json/wp/v2/media")?;
        let request = request
            .header("X-WP-Nonce", nonce.trim())
            .header(CONTENT_TYPE, kind)
            .header(CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
            .body(bytes.to_vec());
        let media = open(request).await?.expect(201)?.json()?;
        let upload = Upload::new(media["source_url"].as_str().context("the upload's address")?, bytes)?;
        upload.is_there(&self.0).await?;
        Ok(upload)
    }
}
