use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};

use super::cookie;
use super::policy::{self, Policy};

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
        (name = "accounts", description = "Who may ask: accounts, sessions and tokens."),
        (name = "engines", description = "What stores can be made of."),
        (name = "doctor", description = "What does not belong together, and making lost rows again."),
        (name = "health", description = "For probes and scrapers; no token."),
    )
)]
struct Document;

pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    VERSION.clone_into(&mut document.info.version);
    document
}

/// Adds what holds for every route: who may ask, and the answers that any of them may give.
pub fn sign(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("token", bearer);
    components
        .add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookie::SESSION))));
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("GET", &mut item.get),
            ("PUT", &mut item.put),
            ("POST", &mut item.post),
            ("DELETE", &mut item.delete),
            ("PATCH", &mut item.patch),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            let known = policy::all().find(|(known, at, _)| *known == method && at == path);
            complete(operation, known.map(|(_, _, policy)| policy));
        }
    }
    document
}

/// Statuses that mean the same everywhere.
const EVERYWHERE: [(&str, &str); 5] = [
    ("401", "No session and no token, or one that is not known here or has ended."),
    ("403", "The role is too low, this is not for an API token, or a browser sent it from another site."),
    ("404", "There is no such store."),
    ("429", "Too many requests; `Retry-After` says when to go on."),
    ("503", "The database or the cluster is away, or too much is asked at once; `Retry-After` says when to ask again."),
];

fn complete(operation: &mut Operation, policy: Option<Policy>) {
    let open = policy == Some(Policy::Open);
    operation.security = Some(match policy {
        Some(Policy::Role(role) | Policy::Person(role)) => {
            ["token", "session"].map(|scheme| SecurityRequirement::new(scheme, [role.as_str()])).to_vec()
        }
        Some(Policy::Open) | None => vec![SecurityRequirement::default()],
    });
    let responses = &mut operation.responses.responses;
    for (status, description) in EVERYWHERE {
        let there = responses.contains_key(status);
        if !there && !open && status != "404" {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response = ResponseBuilder::new().content("application/problem+json", content).build();
            responses.insert(status.to_owned(), RefOr::T(response));
        }
        describe(responses, status, description);
    }
    describe(responses, "200", "As asked.");
    describe(responses, "202", "Accepted; it goes on by itself.");
    describe(responses, "422", "Something of the request is refused; `errors` names each field.");
}

/// OpenAPI wants a description with each response.
fn describe(responses: &mut BTreeMap<String, RefOr<Response>>, status: &str, description: &str) {
    if let Some(RefOr::T(response)) = responses.get_mut(status)
        && response.description.is_empty()
    {
        description.clone_into(&mut response.description);
    }
}

/// This specification
#[utoipa::path(get, path = "/openapi.json", operation_id = "openapi", tag = "health",
    responses((status = 200, body = Object)))]
pub async fn show() -> Json<&'static utoipa::openapi::OpenApi> {
    static SPECIFICATION: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(super::openapi);
    Json(&SPECIFICATION)
}
