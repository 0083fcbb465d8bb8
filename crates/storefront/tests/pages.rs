//! What holds without a backend: who is let in, what a browser is told, and what a customer sees while the shop is away.
//! The shop with a real Medusa behind it is walked through by tests/browser.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE,
};
use axum::http::{Request, Response, StatusCode};
use storefront::config::Config;
use tower::ServiceExt as _;

const SHOP: &str = "https://shop.example:8443";

/// A shop whose backend is nobody: port 9 discards, and here nothing listens on it.
fn shop() -> Router {
    // Without the other crates of the workspace there is no TLS in here, and nobody asks. An error: another test was first.
    drop(rustls::crypto::ring::default_provider().install_default());
    let config = Config::read(|name| {
        let value = match name {
            "BACKEND_URL" => "http://127.0.0.1:9",
            "PUBLISHABLE_KEY" => "pk_0123456789abcdef",
            "STORE_PUBLIC_URL" => SHOP,
            "STORE_TITLE" => "Fjord & <Fern>",
            "STORE_COUNTRY" => "GB",
            "STORE_CURRENCY" => "GBP",
            "IMAGE_ORIGINS" => "https://pictures.example",
            _ => return None,
        };
        Some(value.to_owned())
    });
    storefront::router(config.unwrap()).unwrap()
}

async fn get(path: &str) -> Response<Body> {
    shop().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

async fn post(path: &str, headers: &[(&str, &str)], form: &str) -> Response<Body> {
    let mut request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    shop().oneshot(request.body(Body::from(form.to_owned())).unwrap()).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_shop_that_is_away_says_so_and_when_to_come_back() {
    for path in ["/", "/products/mug", "/?page=2"] {
        let response = get(path).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(response.headers()[RETRY_AFTER], "10");
        assert_eq!(response.headers()["refresh"], "10");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        let page = text(response).await;
        assert!(page.contains("<h1>Back in a moment</h1>"), "{page}");
        assert!(page.contains(&format!("href=\"{path}\"")), "{path} is where to try again: {page}");
        assert!(page.contains("Fjord &#38; &#60;Fern&#62;"), "the title is text: {page}");
    }
}

#[tokio::test]
async fn a_form_sent_to_a_shop_that_is_away_is_not_sent_again_by_itself() {
    let response = post("/basket/items", &[("origin", SHOP)], "variant=variant_1&quantity=1&product=mug").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(RETRY_AFTER));
    assert!(!response.headers().contains_key("refresh"));
    assert!(text(response).await.contains("href=\"/basket\""));
}

#[tokio::test]
async fn what_is_not_here_has_a_page() {
    for path in ["/nothing", "/?page=0", "/?page=x", "/orders/1", "/orders/x", "/checkout/x"] {
        let response = get(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(text(response).await.contains("<h1>This page is not here</h1>"));
    }
    assert_eq!(get("/basket/items").await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn only_our_own_forms_are_taken() {
    let refused: [&[(&str, &str)]; 4] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        // A store beside us, under the same domain.
        &[("sec-fetch-site", "same-site"), ("origin", "https://other.example:8443")],
    ];
    for headers in refused {
        for path in
            ["/basket/items", "/basket/items/cali_1", "/basket/items/cali_1/remove", "/checkout", "/checkout/update"]
        {
            let response = post(path, headers, "variant=variant_1").await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert!(text(response).await.contains("<h1>That did not work</h1>"));
        }
    }
    let taken: [&[(&str, &str)]; 3] =
        [&[("origin", SHOP)], &[("sec-fetch-site", "same-origin"), ("origin", SHOP)], &[]];
    for headers in taken {
        // Without a basket there is nothing to order.
        let response = post("/checkout", headers, "email=a").await;
        assert_eq!(
            (response.status(), &response.headers()[LOCATION]),
            (StatusCode::SEE_OTHER, &"/basket".parse().unwrap())
        );
    }
}

#[tokio::test]
async fn every_answer_tells_the_browser_what_it_may_do() {
    for path in ["/", "/basket", "/nothing", "/health/live", "/robots.txt"] {
        let response = get(path).await;
        let headers = response.headers();
        assert_eq!(
            headers[CONTENT_SECURITY_POLICY],
            "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' https://pictures.example; \
             form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "same-origin");
        assert_eq!(headers["x-frame-options"], "DENY");
        assert!(!text(response).await.contains("<script"));
    }
}

#[tokio::test]
async fn an_empty_basket_asks_nobody_and_a_made_up_cookie_is_none() {
    let response = get("/basket").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!response.headers().contains_key(SET_COOKIE));
    let page = text(response).await;
    assert!(page.contains("<html lang=\"en\">") && page.contains("Your basket is empty"), "{page}");
    let request = Request::get("/basket").header("cookie", "basket=../../admin.1").body(Body::empty()).unwrap();
    assert_eq!(shop().oneshot(request).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn assets_are_named_by_their_content_and_kept_for_ever() {
    let page = text(get("/basket").await).await;
    for kind in ["css", "svg", "woff2"] {
        let end = page.find(&format!(".{kind}\"")).unwrap() + 1 + kind.len();
        let path = &page[page[..end].rfind('"').unwrap() + 1..end];
        let response = get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
    }
    let start = page.find("/assets/shop-").unwrap();
    let style = text(get(&page[start..start + page[start..].find('"').unwrap()]).await).await;
    for font in style.split("url(\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert_eq!(get(font).await.status(), StatusCode::OK, "{font}");
    }
    let gone = get("/assets/shop-000000000000.css").await;
    assert_eq!((gone.status(), &gone.headers()[CACHE_CONTROL]), (StatusCode::NOT_FOUND, &"no-store".parse().unwrap()));
    let request = Request::get("/basket").header("accept-encoding", "gzip").body(Body::empty()).unwrap();
    assert_eq!(shop().oneshot(request).await.unwrap().headers()[CONTENT_ENCODING], "gzip");
}

#[tokio::test]
async fn a_form_that_is_none_or_too_large_is_refused_with_a_page() {
    for (form, status) in [("quantity=1", StatusCode::UNPROCESSABLE_ENTITY), ("variant=../x", StatusCode::BAD_REQUEST)]
    {
        let response = post("/basket/items", &[], form).await;
        assert_eq!(response.status(), status);
        assert!(text(response).await.contains("<h1>That did not work</h1>"));
    }
    let response = post("/checkout", &[], &format!("email={}", "a".repeat(20_000))).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    // A quantity that is none leads back to the product, with a word about it.
    let response = post("/basket/items", &[], "variant=variant_1&quantity=many&product=mug").await;
    assert_eq!(response.headers()[LOCATION], "/products/mug?notice=quantity");
}

#[tokio::test]
async fn alive_without_a_backend_and_ready_only_with_one() {
    assert_eq!(get("/health/live").await.status(), StatusCode::OK);
    let response = get("/health/ready").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(response).await.contains("the backend is away"));
}
