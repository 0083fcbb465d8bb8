//! What goes wrong with a store, by its name, from now on.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::put;
use axum::{Json, Router};
use provisioner::cluster::fake::{Fake, Script};
use serde::Deserialize;
use tokio::net::TcpListener;

/// What is left out goes well.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wrong {
    #[serde(default)]
    image_broken: bool,
    #[serde(default)]
    proofs_refused: u32,
    #[serde(default)]
    delete_blocked: Option<String>,
    #[serde(default)]
    unreachable: bool,
    #[serde(default)]
    unmeasured: bool,
    #[serde(default)]
    no_login_key: bool,
}

pub async fn serve(listener: TcpListener, fake: Fake) -> std::io::Result<()> {
    axum::serve(listener, Router::new().route("/scripts/{name}", put(script)).with_state(fake)).await
}

async fn script(State(fake): State<Fake>, Path(name): Path<String>, Json(wrong): Json<Wrong>) -> StatusCode {
    let Wrong { image_broken, proofs_refused, delete_blocked, unreachable, unmeasured, no_login_key } = wrong;
    let script = Script {
        image_broken,
        proofs_refused,
        delete_blocked,
        unreachable,
        unmeasured,
        no_login_key,
        ..Script::default()
    };
    fake.script(&name, script);
    StatusCode::NO_CONTENT
}
