//! Checks the way to the platform, step by step, and names the cure of what it finds.

pub mod adopt;

use serde::Serialize;
use store_api::{ClientError, DoctorReport, OrphanView, StoreListQuery};
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
        match client.doctor().await {
            Ok(report) => checks.extend(findings(&report)),
            Err(error) => checks.push(check("orphans", Err(error))),
        }
    }
    checks
}

/// After so many missed sweeps nobody sweeps any more.
const SWEEPS_MISSED: u64 = 3;

/// The last sweep, one line for each orphan, and the audit chain.
fn findings(report: &DoctorReport) -> Vec<Check> {
    let DoctorReport { sweep, orphans, removed, audit } = report;
    let late = sweep.age_seconds.is_some_and(|age| age > SWEEPS_MISSED.saturating_mul(sweep.every_seconds));
    let last = match (sweep.at, sweep.age_seconds) {
        (Some(at), Some(age)) => {
            format!("the last one {age} s ago, at {at}; {} found, {} removed", orphans.len(), removed.len())
        }
        _ => "not yet".to_owned(),
    };
    let mut checks = vec![Check { check: "sweeps for orphans".to_owned(), ok: !late, detail: last }];
    checks.extend(orphans.iter().map(finding));
    let detail = match audit.broken_at {
        None => format!("{} rows", audit.rows),
        Some(row) => format!("row {row} is not as it was written: somebody changed the audit, or took rows out of it"),
    };
    checks.push(Check { check: "the audit chain is whole".to_owned(), ok: audit.intact, detail });
    checks
}

fn finding(orphan: &OrphanView) -> Check {
    let OrphanView { kind, name, first_seen_at, sightings, holds, removes_at, removing, cure, .. } = orphan;
    let held = if holds.is_empty() { String::new() } else { format!("; {}", holds.join(", ")) };
    let goes = match (removing, removes_at) {
        (true, _) => " It is being removed.".to_owned(),
        (false, Some(at)) => format!(" It goes by itself at {at}."),
        (false, None) => String::new(),
    };
    Check {
        check: format!("{} {name}", kind.as_str()),
        // What goes by itself needs nobody.
        ok: *removing || removes_at.is_some(),
        detail: plain(&format!("seen {sightings} times since {first_seen_at}{held}. {cure}{goes}")),
    }
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
