use axum::Json;
use axum::extract::State;
use store_api::{EngineView, Problem, Seconds, TypicalStep};
use store_model::{Engine, Plan};

use super::App;
use super::problem::Refused;

/// Which engines stores can be made of
///
/// One that is not available says why, and what would cure it.
#[utoipa::path(
    get, path = "/engines", operation_id = "engineList", tag = "engines",
    responses(
        (status = 200, body = [EngineView]),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(State(app): State<App>) -> Result<Json<Vec<EngineView>>, Refused> {
    let mut engines = Vec::new();
    for engine in Engine::ALL {
        let typical = |(step, milliseconds)| TypicalStep { step, seconds: Seconds { milliseconds } };
        let reason = app.config.engine_unavailable(engine);
        engines.push(EngineView {
            engine,
            title: engine.spec().title.to_owned(),
            available: reason.is_none(),
            reason,
            plans: Plan::ALL.to_vec(),
            login_link: engine.spec().login_path.is_some(),
            typical_seconds: app.db.stages_typical(engine).await?.into_iter().map(typical).collect(),
        });
    }
    Ok(Json(engines))
}
