use std::fmt::Display;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use store_api::{FieldError, Problem};

/// A refusal on its way out. The body is written in `finish`, where the request's id is known.
#[derive(Clone, Debug)]
pub struct Refused {
    pub problem: Problem,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A database that is away is usually back within a few seconds: a restart or a failover.
const DATABASE_AWAY_SECONDS: u64 = 3;

impl Refused {
    pub fn new(status: StatusCode, word: &str, title: &str, detail: impl Into<String>) -> Refused {
        let problem = Problem {
            kind: format!("urn:store-platform:problem:{word}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            request_id: None,
        };
        Refused { problem, headers: Vec::new() }
    }

    /// Every wrong field at once: a person cures them in one go.
    pub fn fields(errors: Vec<FieldError>) -> Refused {
        let names: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        let detail = format!("refused: {}", names.join(", "));
        let mut refused =
            Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The request has invalid fields", detail);
        refused.problem.errors = errors;
        refused
    }

    pub fn no_store(id_or_name: &str) -> Refused {
        // What was asked for may be anything: it is not repeated beyond what a name can be.
        let shown: String = id_or_name.chars().filter(char::is_ascii_graphic).take(40).collect();
        let detail = format!("there is no store '{shown}'; GET /api/v1/stores lists those there are");
        Refused::new(StatusCode::NOT_FOUND, "no-such-store", "No such store", detail)
    }

    pub fn conflict(word: &str, title: &str, detail: impl Into<String>) -> Refused {
        Refused::new(StatusCode::CONFLICT, word, title, detail)
    }

    pub fn retry_after(mut self, seconds: u64) -> Refused {
        self.headers.push((header::RETRY_AFTER, HeaderValue::from(seconds)));
        self
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Refused {
        self.headers.push((name, value));
        self
    }

    /// What is wrong inside goes to the log, not to the caller.
    pub fn internal(context: &str, error: &dyn Display) -> Refused {
        tracing::error!(%error, "{context}");
        let detail = "the provisioner met an error of its own; its log has it under this request's id";
        Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", detail)
    }
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Refused {
        // Rows that cannot be read are a fault of ours; everything else is a database that is away or overloaded.
        if matches!(error, sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_)) {
            return Refused::internal("read the database", &error);
        }
        tracing::warn!(%error, "ask the database");
        let detail = "the provisioner's database does not answer; try again in a moment";
        Refused::new(StatusCode::SERVICE_UNAVAILABLE, "database-away", "The database is away", detail)
            .retry_after(DATABASE_AWAY_SECONDS)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        for (name, value) in &self.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response.extensions_mut().insert(self.problem);
        response
    }
}
