//! Who may ask what, on one screen. A route that is not here is nobody's (`tests/http_api/policy.rs`).

use axum::http::Method;
use store_api::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Whoever reaches the port: nothing of any store is in it, or it is how one gets in.
    Open,
    /// Whoever has this role, or one above it.
    Role(Role),
    /// The same, signed in, or with the platform's own token. Who may ask is not for an API token to change: what it made would
    /// outlive its end and its revocation, and could do more than its scope.
    Person(Role),
}

const OPEN: Policy = Policy::Open;
const VIEWER: Policy = Policy::Role(Role::Viewer);
const ADMIN: Policy = Policy::Role(Role::Admin);
const VIEWER_IN_PERSON: Policy = Policy::Person(Role::Viewer);
const ADMIN_IN_PERSON: Policy = Policy::Person(Role::Admin);

/// Method, path, policy; in the order of the specification.
const POLICIES: [(&str, &str, Policy); 36] = [
    ("GET", "/health/live", OPEN),
    ("GET", "/health/ready", OPEN),
    ("GET", "/metrics", OPEN),
    ("GET", "/api/v1/openapi.json", OPEN),
    ("GET", "/api/v1/setup", OPEN),
    ("POST", "/api/v1/setup", OPEN),
    ("POST", "/api/v1/setup/code", ADMIN_IN_PERSON),
    ("POST", "/api/v1/session", OPEN),
    ("GET", "/api/v1/session", VIEWER),
    ("DELETE", "/api/v1/session", VIEWER),
    ("PUT", "/api/v1/session/password", VIEWER),
    ("DELETE", "/api/v1/sessions", VIEWER),
    ("GET", "/api/v1/accounts", ADMIN),
    ("POST", "/api/v1/accounts", ADMIN_IN_PERSON),
    ("PATCH", "/api/v1/accounts/{account}", ADMIN_IN_PERSON),
    ("DELETE", "/api/v1/accounts/{account}", ADMIN_IN_PERSON),
    ("GET", "/api/v1/tokens", VIEWER_IN_PERSON),
    ("POST", "/api/v1/tokens", VIEWER_IN_PERSON),
    // One that leaked is voided with nothing but itself; any other takes a person (`tokens.rs`).
    ("DELETE", "/api/v1/tokens/{token}", VIEWER),
    ("GET", "/api/v1/engines", VIEWER),
    ("GET", "/api/v1/names/{name}", VIEWER),
    ("GET", "/api/v1/events", VIEWER),
    ("GET", "/api/v1/stores", VIEWER),
    ("POST", "/api/v1/stores", ADMIN),
    ("GET", "/api/v1/stores/{store}", VIEWER),
    ("DELETE", "/api/v1/stores/{store}", ADMIN),
    ("POST", "/api/v1/stores/{store}/retry", ADMIN),
    ("GET", "/api/v1/stores/{store}/events", VIEWER),
    // What opens a shop is not for who may only look.
    ("GET", "/api/v1/stores/{store}/credentials", ADMIN),
    ("POST", "/api/v1/stores/{store}/login-link", ADMIN),
    ("GET", "/api/v1/stores/{store}/components", VIEWER),
    // Customers' data may be in it.
    ("GET", "/api/v1/stores/{store}/logs", ADMIN),
    ("GET", "/api/v1/stores/{store}/usage", VIEWER),
    ("GET", "/api/v1/doctor", VIEWER),
    ("POST", "/api/v1/doctor/sweep", ADMIN),
    ("POST", "/api/v1/doctor/adopt", ADMIN),
];

/// `None`: the route was forgotten here, and nobody may ask.
pub fn of(method: &Method, path: &str) -> Option<Policy> {
    // axum answers HEAD by GET.
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    POLICIES.iter().find(|(known, at, _)| *known == method && *at == path).map(|(_, _, policy)| *policy)
}

/// Every line of the table, for the specification and for the test.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str, Policy)> {
    POLICIES.into_iter()
}
