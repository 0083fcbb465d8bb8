//! The API through the real ingress.

use anyhow::{Context as _, Result, ensure};
use e2e::{NAMESPACE, PROVISIONER, Page, Visitor, open, undisturbed};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use store_api::StoreListQuery;

const STORES: &str = "/api/v1/stores";

fn token() -> Result<String> {
    std::env::var("STORECTL_TOKEN").context("STORECTL_TOKEN")
}

async fn create(visitor: &Visitor, body: &Value) -> Result<Page> {
    open(visitor.post(STORES)?.bearer_auth(token()?).json(body)).await
}

fn problem_fields(page: &Page) -> Result<Vec<String>> {
    let kind = page.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ensure!(kind.starts_with("application/problem+json"), "{} is {kind}: {}", page.address, page.excerpt());
    let problem = page.json()?;
    assert_eq!(problem["status"], page.status, "{problem}");
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    Ok(errors.iter().filter_map(|error| error["field"].as_str().map(str::to_owned)).collect())
}

fn refuses_only(field: &str, page: &Page) -> Result<()> {
    let mut fields = problem_fields(page)?;
    if field != "engine" {
        // Where WooCommerce can't be had, that is said beside everything else.
        fields.retain(|other| other != "engine");
    }
    ensure!(fields == [field], "refused {fields:?}: {}", page.excerpt());
    Ok(())
}

#[tokio::test]
async fn bad_input_is_refused_by_the_name_of_its_field() -> Result<()> {
    let (world, _undisturbed) = undisturbed().await?;
    let visitor = world.visitor(&world.api)?;
    let long = "a".repeat(64 * 1024);
    let names = [
        "",
        "ab",
        "-cups",
        "cups-",
        "Cups",
        "1cups",
        "cups\n",
        "cups\r\nX: y",
        "cu\"ps",
        "cu'ps",
        "{{cups}}",
        "a,b=c",
        "cu\0ps",
        "cups\u{202e}",
        "cup.s",
        "../cups",
        "xn--cups",
        "api",
        "dashboard",
        "www",
        "admin",
        &long,
    ];
    for name in names {
        let page = create(&visitor, &json!({ "name": name, "engine": "woocommerce" })).await?;
        let shown: String = name.chars().take(20).collect();
        page.expect(422).with_context(|| format!("name {shown:?}"))?;
        refuses_only("name", &page).with_context(|| format!("name {shown:?}"))?;
    }
    for (field, value) in [
        ("engine", json!("magento")),
        ("plan", json!("gigantic")),
        ("title", json!("a\u{0}b")),
        ("title", json!("x".repeat(5000))),
        ("adminEmail", json!("nobody")),
        ("adminEmail", json!("a@b.example\nBcc: c@d.example")),
        ("currency", json!("euro")),
        ("country", json!("Germany")),
        ("sampleProducts", json!("yes")),
        ("surprise", json!(1)),
    ] {
        let mut body = json!({ "name": "e2e-never-made", "engine": "woocommerce" });
        body[field] = value.clone();
        let page = create(&visitor, &body).await?;
        page.expect(422).with_context(|| format!("{field} {value}"))?;
        refuses_only(field, &page).with_context(|| format!("{field} {value}"))?;
    }
    let query = StoreListQuery { search: Some("never-made".to_owned()), ..StoreListQuery::default() };
    assert_eq!(world.client.store_list(&query).await?.total, 0, "a refused store was made");
    Ok(())
}

#[tokio::test]
async fn without_the_token_nothing_is_told() -> Result<()> {
    let (world, _undisturbed) = undisturbed().await?;
    let visitor = world.visitor(&world.api)?;
    let calls = [
        visitor.get(STORES)?,
        visitor.get("/api/v1/engines")?,
        visitor.get("/api/v1/stores/anything")?,
        visitor.get("/api/v1/stores/anything/events")?,
        visitor.get("/api/v1/stores/anything/credentials")?,
        visitor.post(STORES)?.json(&json!({ "name": "e2e-never-made", "engine": "woocommerce" })),
        visitor.post("/api/v1/stores/anything/retry")?,
        visitor.request(reqwest::Method::DELETE, "/api/v1/stores/anything")?,
    ];
    for call in calls {
        for call in [call.try_clone().context("a call twice")?, call.bearer_auth("not-the-token")] {
            let page = open(call).await?;
            page.expect(401)?;
            problem_fields(&page)?;
            ensure!(page.headers.contains_key("www-authenticate"), "{} does not say how to authenticate", page.address);
        }
    }
    Ok(())
}

#[tokio::test]
async fn health_metrics_and_specification_answer() -> Result<()> {
    let (world, _undisturbed) = undisturbed().await?;
    let visitor = world.visitor(&world.api)?;
    for path in ["/health/live", "/health/ready"] {
        visitor.open(path).await?.expect(200)?;
    }
    // Metrics are for the cluster's own collector: asked through the Service, not through the ingress.
    let metrics = format!("/api/v1/namespaces/{NAMESPACE}/services/{PROVISIONER}:http/proxy/metrics");
    let metrics = world.kubectl.ask(&["get", "--raw", &metrics]).await?;
    ensure!(metrics.lines().any(|line| line.starts_with("# TYPE ")), "no metrics: {metrics}");
    let specification = world.client.openapi().await?;
    ensure!(specification["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "OpenAPI 3.1");
    for path in ["/api/v1/stores", "/api/v1/stores/{store}", "/api/v1/engines"] {
        let known = specification["paths"].as_object().context("paths")?;
        let known: Vec<String> = known.keys().map(|path| path.replace("{id}", "{store}")).collect();
        ensure!(known.iter().any(|other| other == path), "{path} is not in the specification: {known:?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_engine_is_there_or_says_why_not() -> Result<()> {
    let (world, _undisturbed) = undisturbed().await?;
    let engines = world.client.engines().await?;
    assert_eq!(engines.len(), store_model::Engine::ALL.len(), "{engines:?}");
    for engine in engines {
        let why = engine.reason.unwrap_or_default();
        ensure!(
            engine.available || why.contains("is not available"),
            "{} neither there nor explained",
            engine.engine.as_str()
        );
        ensure!(engine.available || why.contains(engine.engine.as_str()), "the reason does not name the engine: {why}");
    }
    Ok(())
}

#[tokio::test]
async fn an_unknown_store_is_a_404_with_a_problem() -> Result<()> {
    let (world, _undisturbed) = undisturbed().await?;
    let visitor = world.visitor(&world.api)?;
    for path in ["/api/v1/stores/nothing-here", "/api/v1/stores/s00000000000/events", "/api/v1/nothing"] {
        let page = open(visitor.get(path)?.bearer_auth(token()?)).await?;
        page.expect(404)?;
        problem_fields(&page)?;
    }
    Ok(())
}
