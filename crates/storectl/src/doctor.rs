//! Checks the way to the platform, step by step, and names the cure of what it finds.

use serde::Serialize;
use store_api::{ClientError, StoreListQuery};
use store_model::Phase;

use crate::cli::Connection;
use crate::failure::Failure;
use crate::output::{Output, plain, table};
use crate::session::Session;

/// More failed stores than this are one trouble, not many.
const FAILED_SHOWN: u32 = 20;

#[derive(Serialize)]
struct Check {
    check: String,
    ok: bool,
    detail: String,
}

pub async fn run(connection: &Connection, output: &Output) -> Result<(), Failure> {
    let checks = checks(&Session::open(connection)?).await;
    output.show(&checks, || {
        let row =
            |check: &Check| [if check.ok { "ok" } else { "NO" }.to_owned(), check.check.clone(), check.detail.clone()];
        table(["", "CHECK", "DETAIL"], checks.iter().map(row))
    })?;
    let wrong = checks.iter().filter(|check| !check.ok).count();
    if wrong == 0 { Ok(()) } else { Err(Failure::general(format!("{wrong} of {} checks failed", checks.len()))) }
}

async fn checks(session: &Session) -> Vec<Check> {
    let client = &session.client;
    let ready = client.health_ready().await;
    let reached = !matches!(ready, Err(ClientError::Transport(_)));
    let mut checks = vec![check(
        format!("the platform at {} answers and is ready", client.base()),
        ready.map(|()| "yes".to_owned()),
    )];
    if !reached {
        return checks;
    }
    checks.push(check("its version", client.openapi().await.map(|document| versions(&document))));
    let engines = client.engines().await;
    let authorized = engines.is_ok();
    match engines {
        Err(error) => checks.push(check("the token is good", Err(error))),
        Ok(engines) => {
            checks.push(check("the token is good", Ok("yes".to_owned())));
            // One is enough to make stores; which of them, is the operator's to choose.
            let some = engines.iter().any(|engine| engine.available);
            for engine in engines {
                checks.push(Check {
                    check: format!("engine {}", engine.engine.as_str()),
                    ok: engine.available || some,
                    detail: plain(engine.reason.as_deref().unwrap_or("available")),
                });
            }
        }
    }
    if authorized {
        checks.extend(stores(session).await);
    }
    checks
}

/// One line for each store that needs somebody, or one that says that none does.
async fn stores(session: &Session) -> Vec<Check> {
    let query = StoreListQuery { phase: Some(Phase::Failed), limit: Some(FAILED_SHOWN), ..StoreListQuery::default() };
    let failed = match session.client.store_list(&query).await {
        Err(error) => return vec![check("stores", Err(error))],
        Ok(page) => page,
    };
    if failed.total == 0 {
        return vec![check("stores", Ok("none has failed".to_owned()))];
    }
    let line = |store: store_api::StoreView| {
        let reason = store.reason.map(|reason| format!("{} {} {}", reason.message, plain(&reason.detail), reason.cure));
        Check {
            check: format!("store {}", store.name),
            ok: false,
            detail: reason.unwrap_or_else(|| "failed".to_owned()),
        }
    };
    let beyond = failed.total.saturating_sub(u64::from(FAILED_SHOWN));
    let mut checks: Vec<Check> = failed.items.into_iter().map(line).collect();
    if beyond > 0 {
        checks.push(Check { check: "stores".to_owned(), ok: false, detail: format!("and {beyond} more have failed") });
    }
    checks
}

fn versions(document: &serde_json::Value) -> String {
    let api = document["info"]["version"].as_str().unwrap_or("unknown");
    format!("API {api}; storectl {}", env!("CARGO_PKG_VERSION"))
}

fn check(what: impl Into<String>, result: Result<String, ClientError>) -> Check {
    match result {
        Ok(detail) => Check { check: what.into(), ok: true, detail },
        Err(error) => Check { check: what.into(), ok: false, detail: plain(&error.to_string()) },
    }
}
