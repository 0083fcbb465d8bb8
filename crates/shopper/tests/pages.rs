//! A purchase through a storefront's pages. The shop is a server of the test's own, which takes an order only from
//! somebody who goes its way: its links, its forms, its cookie.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in a test they are assertions")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde_json::json;
use shopper::{At, Customer, Dial, Order, Receipt, Refusal, Shop};
use store_model::Engine;
use tokio::net::TcpListener;

/// How the shop behaves.
#[derive(Clone, Copy, Debug, Default)]
struct Manner {
    /// The total changes once when the address is known.
    asks_again: bool,
    /// The checkout says no.
    refuses: bool,
    /// The last piece is sold while it is put into the basket.
    sells_out: bool,
    /// The thanks page is another order's.
    wrong_number: bool,
    /// Countries it ships to.
    countries: &'static [&'static str],
}

#[derive(Default)]
struct Seen {
    manner: Manner,
    checkouts: AtomicUsize,
    ordered: Mutex<HashMap<String, String>>,
}

type World = State<Arc<Seen>>;

async fn home() -> Html<&'static str> {
    Html(
        r##"<title>Cups</title><a href="#content">Skip</a><a href="/">Cups</a><a href="/basket">Basket</a>
        <h2><a href="/products/vase">Vase</a></h2><h2><a href="/products/cup">Cup</a></h2>
        <a href="https://elsewhere.example/products/x">Elsewhere</a>"##,
    )
}

async fn product(Path(handle): Path<String>) -> Response {
    let button = match handle.as_str() {
        "cup" => "<button>Add to basket</button>",
        "vase" => "<p>Sold out</p>",
        _ => return (StatusCode::NOT_FOUND, Html("<h1>This page is not here</h1>")).into_response(),
    };
    Html(format!(
        r#"<h1>{handle}</h1><form method="post" action="/basket/items"><input type="hidden" name="product" value="{handle}">
        <input type="radio" name="variant" value="red" disabled><input type="radio" name="variant" value="blue">
        <input type="number" name="quantity" value="1" autocomplete="off">{button}</form>"#
    ))
    .into_response()
}

async fn add(State(seen): World, headers: HeaderMap, Form(form): Form<HashMap<String, String>>) -> Response {
    assert_eq!(headers[header::ORIGIN], "http://cups.shops.test:8080");
    assert_eq!((form["variant"].as_str(), form["quantity"].as_str()), ("blue", "1"));
    let place = if seen.manner.sells_out { "/basket?notice=stock" } else { "/basket" };
    let cookie = "basket=cart_1.1; Path=/; HttpOnly; SameSite=Lax";
    (StatusCode::SEE_OTHER, [(header::LOCATION, place), (header::SET_COOKIE, cookie)]).into_response()
}

async fn basket(State(seen): World, headers: HeaderMap) -> Html<&'static str> {
    assert_eq!(headers[header::COOKIE], "basket=cart_1.1");
    if seen.manner.sells_out {
        return Html(r#"<h1>Basket</h1><p role="alert">There are not that many left.</p>"#);
    }
    Html(
        r#"<h1>Basket</h1><form method="post" action="/basket/items/1/remove"><button>Remove</button></form>
        <a href="/checkout">Go to checkout</a>"#,
    )
}

fn form(seen: &Seen, notice: &str, total: &str) -> Html<String> {
    let countries = seen.manner.countries.iter().map(|code| format!("<option value={code}>{code}</option>"));
    Html(format!(
        r#"<h1>Checkout</h1>{notice}<form method="post" action="/checkout"><input name="mail" type="email" required>
        <input name="first" autocomplete="given-name" required><input name="last" autocomplete="family-name" required>
        <select name="land" autocomplete="country" required>{}</select>
        <input type="radio" name="shipping" value="so_1" required><input type="hidden" name="seen" value="{total}">
        <button>Order and pay</button><button formaction="/checkout/update">Recalculate</button></form>"#,
        countries.collect::<String>()
    ))
}

async fn checkout(State(seen): World) -> Html<String> {
    form(&seen, "", "10")
}

async fn place(State(seen): World, Form(entries): Form<HashMap<String, String>>) -> Response {
    let before = seen.checkouts.fetch_add(1, Ordering::SeqCst);
    if seen.manner.refuses {
        let notice = r#"<p role="alert">The shop could not take the order.</p>"#;
        return (StatusCode::UNPROCESSABLE_ENTITY, form(&seen, notice, "10")).into_response();
    }
    if seen.manner.asks_again && before == 0 {
        let notice = r#"<p role="alert">The total has changed.</p>"#;
        return (StatusCode::CONFLICT, form(&seen, notice, "12")).into_response();
    }
    *seen.ordered.lock().unwrap() = entries;
    (StatusCode::SEE_OTHER, [(header::LOCATION, "/orders/7")]).into_response()
}

async fn thanks(State(seen): World) -> Html<String> {
    let number = if seen.manner.wrong_number { 8 } else { 7 };
    Html(format!(r#"<h1>Thank you</h1><div data-order="order_7" data-number="{number}"></div>"#))
}

async fn order(headers: HeaderMap) -> Json<serde_json::Value> {
    assert_eq!(headers["x-publishable-api-key"], "pk_1");
    let items = json!([{"title": "Cup", "quantity": 1}]);
    Json(
        json!({"order": {"id": "order_7", "display_id": 7, "status": "pending", "total": 10, "currency_code": "eur", "items": items}}),
    )
}

async fn serve(manner: Manner) -> (Shop, Arc<Seen>) {
    let seen = Arc::new(Seen { manner, ..Seen::default() });
    let router = Router::new()
        .route("/", get(home))
        .route("/products/{handle}", get(product))
        .route("/basket/items", post(add))
        .route("/basket", get(basket))
        .route("/checkout", get(checkout).post(place))
        .route("/orders/7", get(thanks))
        .route("/store/orders/order_7", get(order))
        .with_state(Arc::clone(&seen));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let shop = Shop {
        public_url: "http://cups.shops.test:8080".parse().unwrap(),
        engine: Engine::Medusa,
        dial: Dial { address: Some((address.ip().to_string(), address.port())), trust: Vec::new() },
        key: Some("pk_1".to_owned()),
    };
    (shop, seen)
}

const WORLDWIDE: &[&str] = &["at", "de"];

async fn buy(manner: Manner) -> Result<Receipt, Refusal> {
    let (shop, _seen) = serve(manner).await;
    shopper::buy(&shop, &Order::first(Customer::example())).await
}

#[tokio::test]
async fn a_customer_goes_from_the_front_page_to_the_thanks() {
    let (shop, seen) = serve(Manner { countries: WORLDWIDE, ..Manner::default() }).await;
    let receipt = shopper::buy(&shop, &Order::first(Customer::example())).await.unwrap();
    assert_eq!((receipt.order_id.as_str(), receipt.order_number.as_str()), ("order_7", "7"));
    assert_eq!((receipt.total.as_str(), receipt.currency.as_str()), ("10.00", "EUR"));
    let ordered = seen.ordered.lock().unwrap().clone();
    let said = ["mail", "first", "last", "land", "shipping", "seen"].map(|name| ordered[name].clone());
    assert_eq!(said, ["mara.lindner@example.com", "Mara", "Lindner", "de", "so_1", "10"]);
    assert_eq!(ordered.len(), said.len(), "{ordered:?}");
}

#[tokio::test]
async fn a_total_that_changed_is_confirmed_once_more() {
    let (shop, seen) = serve(Manner { asks_again: true, countries: WORLDWIDE, ..Manner::default() }).await;
    shopper::buy(&shop, &Order::first(Customer::example())).await.unwrap();
    assert_eq!(seen.checkouts.load(Ordering::SeqCst), 2);
    assert_eq!(seen.ordered.lock().unwrap()["seen"], "12");
}

#[tokio::test]
async fn what_the_shop_says_against_it_is_the_refusal() {
    let refused = buy(Manner { refuses: true, countries: WORLDWIDE, ..Manner::default() }).await.unwrap_err();
    assert_eq!((refused.at, refused.status), (At::Checkout, Some(422)));
    assert!(refused.message.contains("could not take the order"), "{refused}");
    let refused = buy(Manner { sells_out: true, ..Manner::default() }).await.unwrap_err();
    assert_eq!(refused.at, At::Cart);
    assert!(refused.message.contains("not that many left"), "{refused}");
    let refused = buy(Manner { countries: &["at"], ..Manner::default() }).await.unwrap_err();
    assert_eq!(refused.at, At::Address);
    assert!(refused.message.contains("'DE'"), "{refused}");
    let refused = buy(Manner { wrong_number: true, countries: WORLDWIDE, ..Manner::default() }).await.unwrap_err();
    assert_eq!((refused.at, refused.code.as_str()), (At::Confirmation, "order-differs"));
}

#[tokio::test]
async fn a_product_is_bought_by_the_name_in_its_address() {
    let (shop, _seen) = serve(Manner { countries: WORLDWIDE, ..Manner::default() }).await;
    let of = |handle: &str| Order::product(handle, Customer::example());
    shopper::buy(&shop, &of("cup")).await.unwrap();
    for (handle, says) in [("vase", "can't be bought"), ("plate", "no product 'plate'")] {
        let refused = shopper::buy(&shop, &of(handle)).await.unwrap_err();
        assert_eq!((refused.at, refused.code.as_str()), (At::Products, "nothing-for-sale"));
        assert!(refused.message.contains(says), "{refused}");
    }
}
