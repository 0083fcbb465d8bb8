//! Where the connection goes, and what the shop gets to see of it. The shop here is a server of the test's own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in a test they are assertions")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::json;
use shopper::{AdminKey, At, Customer, Dial, Order, Refusal, Shop};
use store_model::Engine;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

/// What arrived: host, path with query, Authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Arrived {
    host: String,
    target: String,
    authorization: Option<String>,
}

type Seen = Arc<Mutex<Vec<Arrived>>>;

async fn record(State(seen): State<Seen>, request: Request) -> Json<serde_json::Value> {
    let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    seen.lock().unwrap().push(Arrived {
        host: header(header::HOST).unwrap(),
        target: request.uri().to_string(),
        authorization: header(header::AUTHORIZATION),
    });
    Json(json!([{"id": 7, "name": "Proof", "sku": "store-platform-proof", "manage_stock": true, "stock_quantity": 9}]))
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn recording() -> (Router, Seen) {
    let seen = Seen::default();
    (Router::new().fallback(record).with_state(seen.clone()), seen)
}

fn shop(url: &str, address: Option<SocketAddr>, trust: Vec<Vec<u8>>) -> Shop {
    let address = address.map(|address| (address.ip().to_string(), address.port()));
    Shop { public_url: url.parse().unwrap(), engine: Engine::Woocommerce, dial: Dial { address, trust }, key: None }
}

fn key() -> AdminKey {
    AdminKey::new("ck_key", "cs_secret")
}

#[tokio::test]
async fn http_goes_to_the_dialled_address_with_the_public_host_and_a_signature() {
    let (router, seen) = recording();
    let address = serve(router).await;
    let shop = shop("http://cups.shops.test:8080", Some(address), Vec::new());
    let product = shopper::admin(&shop, &key()).unwrap().product_by_sku("store-platform-proof").await.unwrap().unwrap();
    assert_eq!((product.id.as_str(), product.stock), ("7", Some(9)));

    let arrived = seen.lock().unwrap().remove(0);
    assert_eq!(arrived.host, "cups.shops.test:8080");
    assert_eq!(arrived.authorization, None);
    for part in [
        "sku=store-platform-proof",
        "oauth_consumer_key=ck_key",
        "oauth_signature_method=HMAC-SHA256",
        "oauth_signature=",
    ] {
        assert!(arrived.target.contains(part), "{part} in {}", arrived.target);
    }
    assert!(!arrived.target.contains("cs_secret"), "the secret was sent: {}", arrived.target);
}

#[tokio::test]
async fn the_schemes_own_port_is_not_in_the_host_header() {
    let (router, seen) = recording();
    let address = serve(router).await;
    let shop = shop("http://cups.shops.test", Some(address), Vec::new());
    shopper::admin(&shop, &key()).unwrap().product_by_sku("x").await.unwrap();
    assert_eq!(seen.lock().unwrap()[0].host, "cups.shops.test");
}

#[tokio::test]
async fn names_below_localhost_need_no_dns() {
    let (router, seen) = recording();
    let address = serve(router).await;
    let shop = shop(&format!("http://cups.localhost:{}", address.port()), None, Vec::new());
    shopper::admin(&shop, &key()).unwrap().product_by_sku("x").await.unwrap();
    assert_eq!(seen.lock().unwrap()[0].host, format!("cups.localhost:{}", address.port()));
}

/// Serves TLS with a certificate for `name` and notes the SNI of each connection.
async fn serve_tls(router: Router, name: &str) -> (SocketAddr, Vec<u8>, Arc<Mutex<Vec<String>>>) {
    let certified = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let pem = certified.cert.pem().into_bytes();
    let private = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], private)
        .unwrap();
    // An ingress offers both; the shopper must choose the one that carries a Host header.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let inner = serve(router).await;
    let names = Arc::new(Mutex::new(Vec::new()));
    let noted = names.clone();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let (acceptor, noted) = (acceptor.clone(), noted.clone());
            tokio::spawn(async move {
                // A client that does not trust us hangs up: nothing to serve then.
                let Ok(mut tls) = acceptor.accept(socket).await else { return };
                noted.lock().unwrap().push(tls.get_ref().1.server_name().unwrap_or_default().to_owned());
                let mut plain = tokio::net::TcpStream::connect(inner).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut tls, &mut plain).await;
            });
        }
    });
    (address, pem, names)
}

#[tokio::test]
async fn https_keeps_sni_host_and_trust_and_uses_basic() {
    let (router, seen) = recording();
    let (address, pem, names) = serve_tls(router, "cups.shops.test").await;
    let trusted = shop("https://cups.shops.test:8443", Some(address), vec![pem]);
    shopper::admin(&trusted, &key()).unwrap().product_by_sku("x").await.unwrap();
    let arrived = seen.lock().unwrap().remove(0);
    assert_eq!(arrived.host, "cups.shops.test:8443");
    assert_eq!(arrived.target, "/wp-json/wc/v3/products?sku=x");
    // base64("ck_key:cs_secret")
    assert_eq!(arrived.authorization.as_deref(), Some("Basic Y2tfa2V5OmNzX3NlY3JldA=="));
    assert_eq!(*names.lock().unwrap(), ["cups.shops.test"]);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (router, seen) = recording();
    let (address, pem, _) = serve_tls(router, "cups.shops.test").await;
    let refusal = ask(&shop("https://cups.shops.test:8443", Some(address), Vec::new())).await;
    assert_eq!((refusal.at, refusal.code.as_str()), (At::Products, "unreachable"));
    assert!(refusal.message.contains("certificate"), "{refusal}");
    // Trusted, but for another name.
    let refusal = ask(&shop("https://mugs.shops.test:8443", Some(address), vec![pem])).await;
    assert!(refusal.message.contains("certificate"), "{refusal}");
    assert!(seen.lock().unwrap().is_empty());
}

async fn ask(shop: &Shop) -> Refusal {
    shopper::admin(shop, &key()).unwrap().product_by_sku("x").await.unwrap_err()
}

#[tokio::test]
async fn what_the_ingress_says_is_told_from_what_the_shop_says() {
    async fn answer(request: Request) -> Response {
        match request.uri().path() {
            "/wp-json/wc/store/v1/products" => (StatusCode::NOT_FOUND, "").into_response(),
            "/wp-json/wc/store/v1/cart" => (
                StatusCode::BAD_REQUEST,
                Json(
                    json!({"code": "woocommerce_rest_no_cart", "message": "No\ncart  today", "data": {"status": 400}}),
                ),
            )
                .into_response(),
            _ => (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, "/elsewhere")]).into_response(),
        }
    }
    let address = serve(Router::new().fallback(answer)).await;
    let shop = shop("http://cups.shops.test", Some(address), Vec::new());
    let first = shopper::buy(&shop, &Order::first(Customer::example())).await.unwrap_err();
    assert_eq!((first.at, first.status, first.code.as_str()), (At::Products, Some(404), "no-json"));
    assert!(first.is_passing());

    let cart = shopper::buy(&shop, &Order::product("7", Customer::example())).await.unwrap_err();
    assert_eq!((cart.at, cart.status, cart.code.as_str()), (At::Cart, Some(400), "woocommerce_rest_no_cart"));
    assert_eq!(cart.message, "No cart today");
    assert!(!cart.is_passing());

    let redirected = ask(&shop).await;
    assert_eq!((redirected.status, redirected.code.as_str()), (Some(301), "redirected"));
    assert!(redirected.message.contains("/elsewhere"));
}

#[tokio::test]
async fn nobody_there_is_passing_and_an_address_is_no_shop() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let refusal = ask(&shop("http://cups.shops.test", Some(address), Vec::new())).await;
    assert_eq!(refusal.code, "unreachable");
    assert!(refusal.is_passing());
    assert!(shopper::admin(&shop("http://127.0.0.1:80", Some(address), Vec::new()), &key()).is_err());
}

#[tokio::test]
async fn each_engine_names_the_key_that_it_asks_for() {
    let woocommerce = shop("http://cups.shops.test", None, Vec::new());
    let secret = AdminKey::Secret("sk_1".into());
    assert_eq!(shopper::admin(&woocommerce, &secret).err().unwrap().code, "other-key");
    let medusa = Shop { engine: Engine::Medusa, ..woocommerce };
    assert_eq!(shopper::admin(&medusa, &key()).err().unwrap().code, "other-key");
    assert_eq!(shopper::buy(&medusa, &Order::first(Customer::example())).await.unwrap_err().code, "no-shop-key");
}

/// Over plain http the admin's calls carry their key in the query, and a refusal ends in logs and in the store's row.
#[tokio::test]
async fn what_could_not_be_reached_is_told_without_the_key() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let shop = shop("http://shop.localhost", Some(nobody), Vec::new());
    let refusal = shopper::admin(&shop, &key()).unwrap().order_read("1").await.unwrap_err();
    assert!(refusal.is_passing(), "{refusal}");
    assert!(refusal.message.contains("/wp-json/wc/v3/orders/1"), "{refusal}");
    for secret in ["ck_key", "oauth", "signature"] {
        assert!(!refusal.to_string().contains(secret), "{refusal}");
    }
}
