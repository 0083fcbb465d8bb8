//! Streams end with the right to read them: an answer that goes on for hours is not a request that was let in once.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::header;
use axum::response::Response;
use futures::StreamExt;
use store_api::Role;

use super::App;
use super::auth::By;

/// How long somebody reads on whose role, session, token or account is gone.
pub const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// The answer, cut when `by` may no longer do what takes this role. What is written at once is left as it is.
pub fn while_allowed(response: Response, app: App, by: By, wanted: Role) -> Response {
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    let messages = response.headers().get(header::CONTENT_TYPE).is_some_and(|is| is == "text/event-stream");
    response.map(|body| {
        let revoked = Box::pin(async move { revoked(&app, &by, wanted).await });
        let reading = Some((body.into_data_stream(), revoked));
        Body::from_stream(futures::stream::unfold(reading, move |reading| async move {
            let (mut chunks, mut revoked) = reading?;
            tokio::select! {
                chunk = chunks.next() => Some((chunk?, Some((chunks, revoked)))),
                // A stream of messages says itself whether it is whole; half a file must not pass for a whole one.
                () = &mut revoked => (!messages).then(|| (Err(axum::Error::new("no longer allowed")), None)),
            }
        }))
    })
}

/// Resolves when it is so.
async fn revoked(app: &App, by: &By, wanted: Role) {
    loop {
        tokio::time::sleep(app.look_again).await;
        match role_now(app, by).await {
            Ok(Some(role)) if role >= wanted => {}
            Ok(_) => return,
            // Whoever was let in reads on while nobody can be asked.
            Err(error) => tracing::warn!(%error, "look whether a stream may go on"),
        }
    }
}

/// `None`: it is not good any more. Looking is no use of it.
async fn role_now(app: &App, by: &By) -> Result<Option<Role>, sqlx::Error> {
    match by {
        By::Platform => Ok(Some(Role::Admin)),
        By::Token { id, .. } => Ok(app.db.token_find(id).await?.map(|token| token.role)),
        By::Session { hash, .. } => app.db.session_role(hash).await,
    }
}
