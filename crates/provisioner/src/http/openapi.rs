use std::sync::LazyLock;

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};

/// The API's own version: it changes when a client must.
const VERSION: &str = "1.0.0";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "store-platform",
        description = "Asks for online stores and tells how they fare. Ready means: the store has sold something.\n\nErrors are application/problem+json (RFC 9457). Times are RFC 3339 in UTC. Money is a decimal string with its currency beside it.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "stores", description = "Stores, from the wish to the last trace."),
        (name = "engines", description = "What stores can be made of."),
        (name = "health", description = "For probes and scrapers; no token."),
    )
)]
struct Document;

pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    VERSION.clone_into(&mut document.info.version);
    document
}

/// Adds what holds for every route.
pub fn sign(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document.components.get_or_insert_default().add_security_scheme("token", bearer);
    document.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    document
}

/// This specification
#[utoipa::path(get, path = "/openapi.json", operation_id = "openapi", tag = "health", security(()),
    responses((status = 200, body = Object)))]
pub async fn show() -> Json<&'static utoipa::openapi::OpenApi> {
    static SPECIFICATION: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(super::openapi);
    Json(&SPECIFICATION)
}
