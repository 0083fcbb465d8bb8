//! HTTP to a store. reqwest lets an address stand in for a name, but a port that the URL names always wins there. So the
//! URL goes without its port, the resolver answers with the dialled address and port, and the Host header carries what a
//! browser would send. SNI and certificate follow the URL's host. HTTP/1.1 only: with HTTP/2 the URL would be the host.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HOST, HeaderMap, LOCATION};
use reqwest::{ClientBuilder, Method, RequestBuilder, Response, StatusCode};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::refusal::code;
use crate::{At, Refusal, Shop};

/// A checkout on a busy machine takes 3 s; a shop that needs 20 sells to nobody.
const ANSWER: Duration = Duration::from_secs(20);
/// Products with descriptions come to some 100 KB; more than this is no shop's answer.
const LONGEST_ANSWER: usize = 4 << 20;
/// How much of an answer that is not JSON goes into the refusal.
const EXCERPT: usize = 300;

#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    /// What the world calls the store; signatures are made over it.
    public: Url,
    /// What is given to reqwest.
    base: Url,
    host: String,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Http {
    pub fn new(shop: &Shop) -> Result<Http, Refusal> {
        Http::with(shop, |client| client)
    }

    /// For a visit: cookies are kept from page to page.
    pub fn with_cookies(shop: &Shop) -> Result<Http, Refusal> {
        Http::with(shop, |client| client.cookie_store(true))
    }

    fn with(shop: &Shop, more: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<Http, Refusal> {
        let public = shop.public_url.clone();
        // Only a name goes through the resolver: an address in the URL would be dialled as it stands.
        let Some(url::Host::Domain(name)) = public.host() else {
            return Err(Refusal::ours(At::Door, code::ADDRESS, format!("'{public}' has no host name")));
        };
        let host = match public.port() {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        };
        let mut base = public.clone();
        if shop.dial.address.is_some() {
            base.set_port(None)
                .map_err(|()| Refusal::ours(At::Door, code::ADDRESS, format!("'{public}' is no address")))?;
        }
        let client = more(reqwest::Client::builder())
            .tls_backend_preconfigured(tls(&shop.dial.trust)?)
            .dns_resolver(Resolver { address: shop.dial.address.clone() })
            .http1_only()
            .timeout(ANSWER)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("store-platform-shopper/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| unreachable(At::Door, &error))?;
        Ok(Http { client, public, base, host })
    }

    /// The URL of a path as the world and the store know it.
    pub fn public_url(&self, path: &str) -> Url {
        below(&self.public, path)
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, below(&self.base, path)).header(HOST, &self.host)
    }

    /// A request to a public URL of the same shop.
    pub fn request_to(&self, method: Method, url: &Url) -> RequestBuilder {
        let mut dialled = self.base.clone();
        dialled.set_path(url.path());
        dialled.set_query(url.query());
        self.client.request(method, dialled).header(HOST, &self.host)
    }

    pub fn is_of_shop(&self, url: &Url) -> bool {
        url.origin() == self.public.origin()
    }
}

/// Sends, and gives back only what the shop agreed to.
pub async fn send(at: At, request: RequestBuilder) -> Result<Answer, Refusal> {
    let answer = send_any(at, request).await?;
    if answer.status.is_success() { Ok(answer) } else { Err(refused(at, &answer)) }
}

/// Sends, and gives back any answer in JSON.
pub async fn send_any(at: At, request: RequestBuilder) -> Result<Answer, Refusal> {
    let response = request.send().await.map_err(|error| unreachable(at, &error))?;
    let (status, headers) = (response.status(), response.headers().clone());
    if status.is_redirection() {
        let place = headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or("nowhere");
        return Err(Refusal {
            status: Some(status.as_u16()),
            ..Refusal::ours(at, code::REDIRECTED, format!("the shop's API points to {place}"))
        });
    }
    let bytes = body(at, response).await?;
    match serde_json::from_slice(&bytes) {
        Ok(body) => Ok(Answer { status, headers, body }),
        Err(_) => {
            let message = format!("the answer is not JSON: {}", excerpt(&bytes));
            Err(Refusal { status: Some(status.as_u16()), ..Refusal::ours(at, code::NO_JSON, message) })
        }
    }
}

/// All of a body that a shop would send.
pub async fn body(at: At, mut response: Response) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(at, &error))? {
        if bytes.len() + chunk.len() > LONGEST_ANSWER {
            return Err(Refusal {
                status: Some(response.status().as_u16()),
                ..Refusal::ours(at, code::TOO_LONG, "the answer does not end")
            });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Takes an answer apart into what we need of it; what is missing is named.
pub fn read<T: DeserializeOwned>(at: At, body: Value) -> Result<T, Refusal> {
    serde_json::from_value(body)
        .map_err(|error| Refusal::ours(at, code::UNEXPECTED, format!("the shop's answer lacks something: {error}")))
}

/// The shop's own code and message. WordPress gives every refusal a code; Medusa gives some one, and all a type.
pub fn refused(at: At, answer: &Answer) -> Refusal {
    let text = |key: &str| answer.body.get(key).and_then(Value::as_str).map(plain);
    Refusal {
        at,
        status: Some(answer.status.as_u16()),
        code: text("code").or_else(|| text("type")).unwrap_or_else(|| code::UNEXPECTED.to_owned()),
        message: text("message").unwrap_or_else(|| excerpt(answer.body.to_string().as_bytes())),
    }
}

fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let prefix = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{prefix}{path}"));
    url
}

/// One line, no control characters, and no more than a reader takes in.
pub fn plain(text: &str) -> String {
    text.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(EXCERPT)
        .collect()
}

pub fn excerpt(bytes: &[u8]) -> String {
    let text = plain(&String::from_utf8_lossy(&bytes[..bytes.len().min(4 * EXCERPT)]));
    if text.is_empty() { "it is empty".to_owned() } else { text }
}

pub fn unreachable(at: At, error: &reqwest::Error) -> Refusal {
    let code = if error.is_timeout() { code::TIMEOUT } else { code::UNREACHABLE };
    let mut message = error.to_string();
    // Over plain http the admin's calls are signed in the query, and the message ends in logs and in the store's row.
    if let Some(url) = error.url() {
        let mut bare = url.clone();
        bare.set_query(None);
        message = message.replace(url.as_str(), bare.as_str());
    }
    // reqwest keeps "connection refused" and the certificate's fault in the causes.
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    Refusal { status: error.status().map(|status| status.as_u16()), ..Refusal::ours(at, code, plain(&message)) }
}

fn tls(trust: &[Vec<u8>]) -> Result<rustls::ClientConfig, Refusal> {
    let fault =
        |error: String| Refusal::ours(At::Door, code::TRUST, format!("a trusted certificate cannot be used: {error}"));
    let mut roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect::<rustls::RootCertStore>();
    for pem in trust {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots
                .add(certificate.map_err(|error| fault(error.to_string()))?)
                .map_err(|error| fault(error.to_string()))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| fault(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Looked up at each connection: a Service's address may change between two.
struct Resolver {
    address: Option<(String, u16)>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        // Port 0 leaves the URL's own port, or the scheme's.
        let (host, port) = self.address.clone().unwrap_or_else(|| (name.as_str().to_owned(), 0));
        Box::pin(async move {
            // RFC 6761: `*.localhost` is this machine; many resolvers do not know it.
            if host == "localhost" || host.ends_with(".localhost") {
                let here = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
                return Ok(Box::new(std::iter::once(here)) as Addrs);
            }
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), port)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
