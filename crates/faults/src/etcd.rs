//! etcd by its JSON gateway: thousands of objects in seconds, past an API server that would take minutes; and forgetting,
//! which takes the API server five.

use anyhow::{Context as _, Result};
use k8s_openapi::ByteString;
use serde_json::{Value, json};

/// The request's limit is 1.5 MiB; a kilobyte is four thirds of it as base64.
const BYTES_A_TRANSACTION: usize = 768 * 1024;
/// etcd's own limit.
const PUTS_A_TRANSACTION: usize = 128;

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Vec<u8>,
    pub value: Vec<u8>,
}

pub struct Etcd {
    http: reqwest::Client,
    base: String,
}

impl Etcd {
    pub fn new(http: reqwest::Client, port: u16) -> Etcd {
        Etcd { http, base: format!("http://127.0.0.1:{port}/v3/kv") }
    }

    /// Everything that the API server keeps.
    pub async fn entries(&self) -> Result<Vec<Entry>> {
        let range = json!({"key": encode(b"/registry/"), "range_end": encode(b"/registry0")});
        let answer = self.call("range", &range).await?;
        let entries = answer["kvs"].as_array().context("etcd is empty")?;
        entries.iter().map(|entry| Ok(Entry { key: decode(&entry["key"])?, value: decode(&entry["value"])? })).collect()
    }

    pub async fn put(&self, entries: impl Iterator<Item = Entry>) -> Result<()> {
        let (mut puts, mut bytes) = (Vec::new(), 0);
        for entry in entries {
            bytes += entry.key.len() + entry.value.len();
            puts.push(json!({"requestPut": {"key": encode(&entry.key), "value": encode(&entry.value)}}));
            if bytes >= BYTES_A_TRANSACTION || puts.len() == PUTS_A_TRANSACTION {
                self.call("txn", &json!({ "success": std::mem::take(&mut puts) })).await?;
                bytes = 0;
            }
        }
        if !puts.is_empty() {
            self.call("txn", &json!({ "success": puts })).await?;
        }
        Ok(())
    }

    /// Forgets everything but the last state of each object.
    pub async fn compact(&self) -> Result<()> {
        let range = self.call("range", &json!({"key": encode(&[0])})).await?;
        self.call("compaction", &json!({"revision": range["header"]["revision"], "physical": true})).await?;
        Ok(())
    }

    async fn call(&self, what: &str, body: &Value) -> Result<Value> {
        let answer = self.http.post(format!("{}/{what}", self.base)).json(body).send().await?;
        let answer = answer.error_for_status().with_context(|| format!("etcd {what}"))?;
        Ok(answer.json().await?)
    }
}

/// JSON's own way of Kubernetes for bytes is base64, as etcd's is.
fn encode(bytes: &[u8]) -> Value {
    json!(ByteString(bytes.to_vec()))
}

fn decode(text: &Value) -> Result<Vec<u8>> {
    Ok(serde_json::from_value::<ByteString>(text.clone()).context("etcd's answer")?.0)
}
