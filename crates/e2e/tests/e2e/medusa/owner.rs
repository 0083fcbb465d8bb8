//! The owner at a browser: logged in by cookie, as Medusa's admin does it.

use anyhow::{Context as _, Result, ensure};
use e2e::{Page, Store, Upload, Visitor, open};
use reqwest::header::{CONTENT_TYPE, SET_COOKIE};
use serde_json::json;
use store_api::CredentialsView;
use url::Url;

/// Divides the parts of an upload; it is in none of them.
const BOUNDARY: &str = "e2e-boundary-7f3a9c";

pub struct Owner(Visitor);

impl Owner {
    /// By e-mail, below this address: the store's own, or the same host over another scheme.
    pub async fn log_in(store: &Store, credentials: &CredentialsView, address: &Url) -> Result<Owner> {
        let owner = Owner(store.world.visitor(address)?);
        owner.admin_opens().await?;
        let wrong = owner.token(&credentials.admin_user, "not the password").await?;
        assert_eq!(wrong.status, 401, "a wrong password: {}", wrong.excerpt());

        let answer = owner.token(&credentials.admin_user, &credentials.admin_password).await?;
        let token = answer.expect(200)?.json()?["token"].as_str().context("a token")?.to_owned();
        let session = open(owner.0.post("/auth/session")?.bearer_auth(token)).await?;
        cookie_fits(session.expect(200)?, address)?;
        owner.is_in(credentials).await?;
        Ok(owner)
    }

    /// Known by the cookie alone.
    pub async fn is_in(&self, credentials: &CredentialsView) -> Result<()> {
        let me = self.0.open("/admin/users/me").await?;
        let me = me.expect(200).context("the owner is not logged in")?.json()?;
        assert_eq!(me["user"]["email"], credentials.admin_user.as_str());
        Ok(())
    }

    pub async fn upload(&self, name: &str, kind: &str, bytes: &[u8]) -> Result<Upload> {
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let request = self.0.post("/admin/uploads")?;
        let request = request.header(CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}")).body(body);
        let answer = open(request).await?.expect(200)?.json()?;
        let upload = Upload::new(answer["files"][0]["url"].as_str().context("the upload's address")?, bytes)?;
        upload.is_there(&self.0).await?;
        Ok(upload)
    }

    /// The one admin build fits this address: its page and the program that the page names both come.
    async fn admin_opens(&self) -> Result<()> {
        let page = self.0.open("/app").await?;
        let page = match page.location() {
            Some(next) => self.0.open(next).await?,
            None => page,
        };
        let text = page.expect(200)?.text();
        let program = text.split("src=\"").nth(1).and_then(|rest| rest.split('"').next());
        let program = program.with_context(|| format!("the admin's page names no program: {}", page.excerpt()))?;
        let program = self.0.open(program).await?;
        program.expect(200)?;
        ensure!(program.bytes.len() > 1000, "the admin's program is {} bytes", program.bytes.len());
        Ok(())
    }

    async fn token(&self, email: &str, password: &str) -> Result<Page> {
        let body = json!({ "email": email, "password": password });
        open(self.0.post("/auth/user/emailpass")?.json(&body)).await
    }
}

/// A browser keeps it: behind TLS it is for TLS only, over plain http it is not, and no script reads it.
fn cookie_fits(page: &Page, address: &Url) -> Result<()> {
    let cookies: Vec<&str> = page.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    let session = cookies.iter().find(|cookie| cookie.starts_with("connect.sid="));
    let session = session.with_context(|| format!("no session's cookie at {address}: {cookies:?}"))?.to_lowercase();
    // The cookie itself stays out of a failure's words.
    let marks: Vec<&str> = session.split(';').skip(1).map(str::trim).collect();
    assert_eq!(marks.contains(&"secure"), address.scheme() == "https", "Secure at {address}: {marks:?}");
    ensure!(marks.contains(&"httponly") && marks.contains(&"samesite=lax"), "the session's cookie has {marks:?}");
    Ok(())
}
