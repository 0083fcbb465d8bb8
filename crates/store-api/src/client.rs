use std::time::Duration;

use reqwest::header::{ACCEPT, LOCATION, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use url::Url;

use crate::{
    API_PREFIX, Adopt, AdoptionReport, ComponentList, CreateStore, CredentialsView, DoctorReport, EngineView,
    EventPage, EventStream, IDEMPOTENCY_KEY, LogQuery, LogStream, LoginLink, Problem, SetupCode, StoreListQuery,
    StorePage, StoreView, UsageView, transport,
};

/// An answer that takes longer than this will not come: the API never waits for a cluster to finish.
const ANSWER: Duration = Duration::from_secs(30);
/// Pauses before the second and the third try of a reading request; a rolling update is over by then.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1500)];
/// A longer `Retry-After` is the caller's to wait for.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The API, typed. Reading is tried again when the connection fails; writing never is, unless it carries a key.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<SecretString>,
}

#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// E.g. `https://api.example.com`; the API's prefix is added.
    pub base: Url,
    pub token: Option<SecretString>,
    /// Certificates to trust beside the public ones.
    pub ca_pem: Option<Vec<u8>>,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The API refused, and said why.
    #[error("{}", problem_text(.0))]
    Refused(Box<Problem>),
    #[error("cannot reach the API: {}", with_causes(.0))]
    Transport(#[source] reqwest::Error),
    #[error("the connection was cut before the end")]
    Cut,
    #[error("the answer is not from this API ({status}); check the address: {detail}")]
    Foreign { status: u16, detail: String },
    #[error("'{0}' is not an address of an API: it must be http:// or https:// with a host")]
    Address(String),
    #[error("the extra CA certificate cannot be used: {0}")]
    Trust(String),
}

impl ClientError {
    pub fn status(&self) -> Option<u16> {
        match self {
            ClientError::Refused(problem) => Some(problem.status),
            ClientError::Foreign { status, .. } => Some(*status),
            ClientError::Transport(_) | ClientError::Cut | ClientError::Address(_) | ClientError::Trust(_) => None,
        }
    }
}

impl Client {
    pub fn new(settings: ClientSettings) -> Result<Client, ClientError> {
        let ClientSettings { base, token, ca_pem } = settings;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(ClientError::Address(base.to_string()));
        }
        Ok(Client { http: transport::http_client(ca_pem.as_deref())?, base, token })
    }

    pub fn base(&self) -> &Url {
        &self.base
    }

    /// With a key, a create that was cut off can be sent again without making a second store.
    pub async fn store_create(&self, store: &CreateStore, key: Option<&str>) -> Result<StoreView, ClientError> {
        let mut request = self.request(Method::POST, &["stores"])?.json(store);
        if let Some(key) = key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        match key {
            Some(_) => self.read(request).await,
            None => answer(request.send().await.map_err(ClientError::Transport)?).await,
        }
    }

    pub async fn store_list(&self, query: &StoreListQuery) -> Result<StorePage, ClientError> {
        self.read(self.request(Method::GET, &["stores"])?.query(query)).await
    }

    /// `store` is an id or a name.
    pub async fn store_get(&self, store: &str) -> Result<StoreView, ClientError> {
        self.read(self.request(Method::GET, &["stores", store])?).await
    }

    pub async fn store_delete(&self, store: &str) -> Result<StoreView, ClientError> {
        self.write(Method::DELETE, &["stores", store]).await
    }

    pub async fn store_retry(&self, store: &str) -> Result<StoreView, ClientError> {
        self.write(Method::POST, &["stores", store, "retry"]).await
    }

    pub async fn store_credentials(&self, store: &str) -> Result<CredentialsView, ClientError> {
        self.read(self.request(Method::GET, &["stores", store, "credentials"])?).await
    }

    /// The events after `after`, oldest first, as they are now.
    pub async fn store_events(&self, store: &str, after: Option<i64>) -> Result<EventPage, ClientError> {
        let mut request = self.request(Method::GET, &["stores", store, "events"])?.header(ACCEPT, "application/json");
        if let Some(after) = after {
            request = request.query(&[("after", after)]);
        }
        self.read(request).await
    }

    /// The events after `after` and then those to come, until the store is deleted.
    pub fn store_follow(&self, store: &str, after: Option<i64>) -> EventStream {
        EventStream::new(self.clone(), store.to_owned(), after)
    }

    /// The store's programs, as their logs are asked for.
    pub async fn store_components(&self, store: &str) -> Result<ComponentList, ClientError> {
        self.read(self.request(Method::GET, &["stores", store, "components"])?).await
    }

    pub async fn store_logs(&self, store: &str, query: &LogQuery) -> Result<LogStream, ClientError> {
        LogStream::open(self, store, query).await
    }

    /// Opened in a browser it logs into the store's admin, once.
    pub async fn store_login_link(&self, store: &str) -> Result<LoginLink, ClientError> {
        self.write(Method::POST, &["stores", store, "login-link"]).await
    }

    pub async fn store_usage(&self, store: &str) -> Result<UsageView, ClientError> {
        self.read(self.request(Method::GET, &["stores", store, "usage"])?).await
    }

    pub async fn engines(&self) -> Result<Vec<EngineView>, ClientError> {
        self.read(self.request(Method::GET, &["engines"])?).await
    }

    /// A code that makes the first administrator; the ones before it are void.
    pub async fn setup_code(&self) -> Result<SetupCode, ClientError> {
        self.write(Method::POST, &["setup", "code"]).await
    }

    /// What is in the cluster without a living store, and the other way round, as the last sweep saw it.
    pub async fn doctor(&self) -> Result<DoctorReport, ClientError> {
        self.read(self.request(Method::GET, &["doctor"])?).await
    }

    /// The same, after a sweep that begins now.
    pub async fn doctor_sweep(&self) -> Result<DoctorReport, ClientError> {
        self.write(Method::POST, &["doctor", "sweep"]).await
    }

    /// Makes the rows of stores again that have none, or of the one in this namespace. Asking twice makes none twice.
    pub async fn doctor_adopt(&self, namespace: Option<&str>) -> Result<AdoptionReport, ClientError> {
        let body = Adopt { namespace: namespace.map(str::to_owned) };
        self.read(self.request(Method::POST, &["doctor", "adopt"])?.json(&body)).await
    }

    /// Whether the provisioner says that it can work; the answer's text says what is missing.
    pub async fn health_ready(&self) -> Result<(), ClientError> {
        let url = self.url_below(&["health", "ready"])?;
        let response = self.http.get(url).timeout(ANSWER).send().await.map_err(ClientError::Transport)?;
        if response.status().is_success() { Ok(()) } else { Err(refusal(response).await) }
    }

    /// The specification; its `info.version` is the provisioner's version.
    pub async fn openapi(&self) -> Result<serde_json::Value, ClientError> {
        self.read(self.request(Method::GET, &["openapi.json"])?).await
    }

    pub(crate) fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, ClientError> {
        let prefix = API_PREFIX.split('/').filter(|part| !part.is_empty());
        let url = self.url_below(&prefix.chain(path.iter().copied()).collect::<Vec<_>>())?;
        let request = self.http.request(method, url);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        })
    }

    fn url_below(&self, path: &[&str]) -> Result<Url, ClientError> {
        let mut url = self.base.clone();
        // Pushing escapes: a name typed with a slash stays one segment.
        url.path_segments_mut().map_err(|()| ClientError::Address(self.base.to_string()))?.pop_if_empty().extend(path);
        Ok(url)
    }

    async fn write<T: DeserializeOwned>(&self, method: Method, path: &[&str]) -> Result<T, ClientError> {
        let request = self.request(method, path)?.timeout(ANSWER);
        answer(request.send().await.map_err(ClientError::Transport)?).await
    }

    /// For requests that may arrive twice.
    async fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ClientError> {
        let request = request.timeout(ANSWER);
        for pause in PAUSES {
            let Some(again) = request.try_clone() else { break };
            match again.send().await {
                Ok(response) => match pause_asked(&response, pause) {
                    Some(asked) => tokio::time::sleep(asked).await,
                    None => return answer(response).await,
                },
                Err(error) if error.is_connect() || error.is_timeout() || error.is_request() => {
                    tokio::time::sleep(pause).await;
                }
                Err(error) => return Err(ClientError::Transport(error)),
            }
        }
        answer(request.send().await.map_err(ClientError::Transport)?).await
    }
}

/// How long to wait before asking again; `None` when the answer stands.
fn pause_asked(response: &Response, otherwise: Duration) -> Option<Duration> {
    let passing = [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::BAD_GATEWAY,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::GATEWAY_TIMEOUT,
    ];
    if !passing.contains(&response.status()) {
        return None;
    }
    let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let asked = asked.and_then(|text| text.parse().ok()).map_or(otherwise, Duration::from_secs);
    (asked <= LONGEST_PAUSE).then_some(asked)
}

async fn answer<T: DeserializeOwned>(response: Response) -> Result<T, ClientError> {
    if !response.status().is_success() {
        return Err(refusal(response).await);
    }
    let status = response.status().as_u16();
    let body = response.bytes().await.map_err(ClientError::Transport)?;
    serde_json::from_slice(&body).map_err(|error| ClientError::Foreign { status, detail: error.to_string() })
}

pub(crate) async fn refusal(response: Response) -> ClientError {
    let status = response.status().as_u16();
    let elsewhere = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = match response.bytes().await {
        Ok(body) => body,
        Err(error) => return ClientError::Transport(error),
    };
    if let Ok(problem) = serde_json::from_slice::<Problem>(&body) {
        return ClientError::Refused(Box::new(problem));
    }
    let text: String = String::from_utf8_lossy(&body).chars().take(200).collect();
    let detail = match elsewhere {
        Some(place) => format!("it points to {place}"),
        None if text.trim().is_empty() => "it is empty".to_owned(),
        None => text,
    };
    ClientError::Foreign { status, detail }
}

fn problem_text(problem: &Problem) -> String {
    let mut text = if problem.detail.is_empty() { problem.title.clone() } else { problem.detail.clone() };
    for error in &problem.errors {
        text.extend(["\n  ", &error.field, ": ", &error.message]);
    }
    text
}

/// reqwest keeps "connection refused" in the causes and says only "error sending request".
fn with_causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
