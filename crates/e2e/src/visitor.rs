//! Somebody with a browser: cookies, certificates checked, redirects shown and not followed.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, RequestBuilder};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::time::{Instant, sleep};
use url::Url;

/// A page that takes longer is one that a customer has left.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at a page that is not there yet.
const AGAIN: Duration = Duration::from_millis(200);

/// Whose certificates are believed. One kind at a time: a chain that ends elsewhere must fail.
#[derive(Clone, Debug)]
pub enum Trust {
    Authority(Vec<u8>),
    Public,
}

pub struct Visitor {
    http: reqwest::Client,
    base: Url,
}

#[derive(Clone, Debug)]
pub struct Page {
    pub address: Url,
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Visitor {
    pub fn new(base: &Url, trust: &Trust) -> Result<Visitor> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(trust.tls()?)
            .redirect(reqwest::redirect::Policy::none())
            .cookie_store(true)
            .timeout(PATIENCE);
        if let Some(host) = base.host_str().filter(|host| host.ends_with(".localhost")) {
            // RFC 6761: this machine; the system's resolver may not know. Port 0 leaves the URL's.
            builder = builder.resolve(host, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        }
        Ok(Visitor { http: builder.build()?, base: base.clone() })
    }

    pub fn request(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        Ok(self.http.request(method, self.base.join(path).with_context(|| format!("the address of {path}"))?))
    }

    pub fn get(&self, path: &str) -> Result<RequestBuilder> {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Result<RequestBuilder> {
        self.request(Method::POST, path)
    }

    pub async fn open(&self, path: &str) -> Result<Page> {
        open(self.get(path)?).await
    }

    /// Opens the page until it answers with this status: a route takes a moment to follow its pods.
    pub async fn until(&self, path: &str, status: u16, patience: Duration) -> Result<Page> {
        let deadline = Instant::now() + patience;
        loop {
            let outcome = self.open(path).await;
            if Instant::now() > deadline {
                let page = outcome?;
                page.expect(status)?;
                return Ok(page);
            }
            match outcome {
                Ok(page) if page.status == status => return Ok(page),
                _ => sleep(AGAIN).await,
            }
        }
    }
}

pub async fn open(request: RequestBuilder) -> Result<Page> {
    let response = request.send().await?;
    let (address, status, headers) = (response.url().clone(), response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.with_context(|| format!("read {address}"))?.to_vec();
    Ok(Page { address, status, headers, bytes })
}

impl Page {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.bytes).with_context(|| format!("{} is no JSON: {}", self.address, self.excerpt()))
    }

    pub fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION).and_then(|value| value.to_str().ok())
    }

    /// Itself, if it has this status.
    pub fn expect(&self, status: u16) -> Result<&Page> {
        ensure!(
            self.status == status,
            "{} answered {} and not {status}: {}",
            self.address,
            self.status,
            self.excerpt()
        );
        Ok(self)
    }

    pub fn excerpt(&self) -> String {
        self.text().chars().take(600).collect()
    }
}

impl Trust {
    pub fn pem(&self) -> Option<&[u8]> {
        match self {
            Trust::Authority(pem) => Some(pem),
            Trust::Public => None,
        }
    }

    fn tls(&self) -> Result<rustls::ClientConfig> {
        let mut roots = rustls::RootCertStore::empty();
        match self {
            Trust::Authority(pem) => {
                for certificate in CertificateDer::pem_slice_iter(pem) {
                    roots.add(certificate.context("the certificate authority's file")?)?;
                }
                ensure!(!roots.is_empty(), "the certificate authority's file holds no certificate");
            }
            Trust::Public => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }
}
