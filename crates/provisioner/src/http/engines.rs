use axum::Json;
use axum::extract::State;
use store_api::{EngineView, Problem};
use store_model::{Engine, Plan};

use super::App;

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
pub async fn list(State(app): State<App>) -> Json<Vec<EngineView>> {
    let view = |engine| {
        let reason = app.config.engine_unavailable(engine);
        EngineView {
            engine,
            title: engine.spec().title.to_owned(),
            available: reason.is_none(),
            reason,
            plans: Plan::ALL.to_vec(),
        }
    };
    Json(Engine::ALL.into_iter().map(view).collect())
}
