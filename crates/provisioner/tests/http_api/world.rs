use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use provisioner::cluster::fake::{Fake, Pace};
use provisioner::config::Config;
use provisioner::db::Db;
use provisioner::http::{self, ApiToken, App};
use provisioner::worker;
use serde_json::{Value, json};
use store_api::{Client, ClientSettings};
use store_model::{Engine, ImageName};
use tokio::sync::watch;
use tower::ServiceExt;

pub const TOKEN: &str = "token-of-this-test";
pub const STORES: &str = "/api/v1/stores";

/// The service without a network, and nothing of it left when it is dropped.
pub struct World {
    pub app: App,
    pub fake: Fake,
    pub router: Router,
    closing: watch::Sender<bool>,
    _directory: tempfile::TempDir,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl World {
    /// Nobody works: what is asked for stays asked for.
    pub async fn idle() -> World {
        World::with_env(&[]).await
    }

    pub async fn working() -> World {
        let world = World::idle().await;
        world.work();
        world
    }

    /// Somebody works from now on.
    pub fn work(&self) {
        let settings =
            worker::Settings { poll: Duration::from_millis(200), ..worker::Settings::new("test".to_owned()) };
        let cluster = Arc::clone(&self.app.cluster);
        tokio::spawn(worker::run(self.app.db.clone(), cluster, settings, self.closing.subscribe()));
    }

    pub async fn with_env(changes: &[(&str, &str)]) -> World {
        World::new(changes, Fake::new(Pace::AtOnce), |_| {}).await
    }

    /// With something of the service set otherwise than it is in earnest.
    pub async fn with(change: impl FnOnce(&mut App)) -> World {
        World::new(&[], Fake::new(Pace::AtOnce), change).await
    }

    /// Another service with an empty database on the same cluster.
    pub async fn beside(fake: &Fake) -> World {
        World::new(&[], fake.clone(), |_| {}).await
    }

    async fn new(changes: &[(&str, &str)], fake: Fake, change: impl FnOnce(&mut App)) -> World {
        let directory = tempfile::tempdir().unwrap();
        let defaults =
            [("BASE_DOMAIN", "localhost"), ("PUBLIC_PORT", "8080"), ("DATA_DIR", directory.path().to_str().unwrap())];
        let images = ImageName::ALL.map(|image| (image.env(), "store-platform/image:1"));
        let env: BTreeMap<String, String> = defaults
            .iter()
            .chain(&images)
            .chain(changes)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let config = Config::from_env_map(env).unwrap();
        let db = Db::open(&config.database).await.unwrap();
        let mut app = App::new(db, Arc::new(fake.clone()), config, ApiToken::new(&TOKEN.into()));
        change(&mut app);
        let (closing, closed) = watch::channel(false);
        let router = http::router(app.clone(), closed);
        World { app, fake, router, closing, _directory: directory }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.raw(request.body(body).unwrap()).await
    }

    pub async fn raw(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// The status alone: of a stream that never ends too.
    pub async fn status(&self, request: Request<Body>) -> u16 {
        self.router.clone().oneshot(request).await.unwrap().status().as_u16()
    }

    /// Creates a store of that name and gives back its id.
    pub async fn create(&self, name: &str) -> String {
        self.create_of(name, Engine::Woocommerce).await
    }

    pub async fn create_of(&self, name: &str, engine: Engine) -> String {
        let answer = self.post(STORES, &json!({"name": name, "engine": engine.as_str()})).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Asks until the phase is there.
    pub async fn until(&self, store: &str, phase: &str) -> Value {
        let asked = async {
            loop {
                let view = self.get(&format!("{STORES}/{store}")).await.json();
                if view["phase"] == phase {
                    return view;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), asked).await.unwrap_or_else(|_| panic!("{store} is not {phase}"))
    }

    /// The same service on a real socket, and the typed client to it.
    pub async fn client(&self) -> Client {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(http::serve(listener, self.app.clone(), self.closing.subscribe()));
        // Below `localhost`, where most resolvers know nothing.
        let base = format!("http://api.localhost:{port}").parse().unwrap();
        Client::new(ClientSettings { base, token: Some(TOKEN.into()), ca_pem: None }).unwrap()
    }

    pub fn close(&self) {
        self.closing.send_replace(true);
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The refusal's word and the fields it names; everything that a problem must have is checked on the way.
    pub fn problem(&self, status: u16) -> (String, Vec<String>) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem: store_api::Problem = serde_json::from_str(&self.text).unwrap();
        assert_eq!(problem.status, status);
        assert!(!problem.title.is_empty() && !problem.detail.is_empty(), "{problem:?}");
        assert_eq!(problem.request_id.as_deref(), Some(self.header("x-request-id")));
        let fields = problem.errors.iter().map(|error| error.field.clone()).collect();
        (problem.word().to_owned(), fields)
    }
}
