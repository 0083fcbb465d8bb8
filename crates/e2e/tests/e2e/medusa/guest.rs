//! Somebody who calls the shop's API, as a storefront of somebody else's would.

use anyhow::{Context as _, Result};
use e2e::{Keys, Page, Store, Visitor, open};
use serde_json::{Value, json};

const KEY: &str = "x-publishable-api-key";

pub struct Guest {
    visitor: Visitor,
    key: Option<String>,
}

impl Guest {
    pub fn of(store: &Store, keys: &Keys) -> Result<Guest> {
        let key = keys.shown("publishable-key")?.to_owned();
        Ok(Guest { visitor: store.visitor()?, key: Some(key) })
    }

    /// With another key, or none.
    pub fn stranger(store: &Store, key: Option<&str>) -> Result<Guest> {
        Ok(Guest { visitor: store.visitor()?, key: key.map(str::to_owned) })
    }

    pub async fn get(&self, path: &str) -> Result<Page> {
        self.send(self.visitor.get(path)?).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Page> {
        self.send(self.visitor.post(path)?.json(body)).await
    }

    /// The shop's one region.
    pub async fn region(&self) -> Result<String> {
        let answer = self.get("/store/regions?limit=1").await?.expect(200)?.json()?;
        text(&answer["regions"][0]["id"]).context("the shop's region")
    }

    /// The id of what is sold under this SKU.
    pub async fn variant(&self, region: &str, sku: &str) -> Result<String> {
        let path = format!("/store/products?region_id={region}&limit=100&fields=id,*variants");
        let answer = self.get(&path).await?.expect(200)?.json()?;
        let products = answer["products"].as_array().context("a list of products")?;
        let mut variants = products.iter().filter_map(|product| product["variants"].as_array()).flatten();
        let variant = variants.find(|variant| variant["sku"] == sku).with_context(|| format!("no {sku}: {answer}"))?;
        text(&variant["id"])
    }

    /// An empty one.
    pub async fn cart(&self, region: &str) -> Result<String> {
        let answer = self.post("/store/carts", &json!({ "region_id": region })).await?.expect(200)?.json()?;
        text(&answer["cart"]["id"]).context("the new cart")
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Page> {
        open(match &self.key {
            Some(key) => request.header(KEY, key),
            None => request,
        })
        .await
    }
}

pub fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{value} is no text"))
}
