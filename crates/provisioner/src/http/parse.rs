//! From bytes to parsed values, with an error for each field that is wrong.

use std::collections::HashSet;

use axum::body::Bytes;
use axum::extract::Request;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use store_api::FieldError;

use super::finish;
use super::problem::Refused;

/// In front of every route: no id and no name holds NUL, so nothing is at an address with one. In the address of a request it
/// can only be written as `%00`.
pub async fn no_nul(request: Request, next: Next) -> Result<Response, Refused> {
    if request.uri().path().contains("%00") {
        return Err(finish::not_found(request.uri().clone()).await);
    }
    Ok(next.run(request).await)
}

/// The fields of a request. Each is taken once; what is left at the end has no business there.
pub struct Fields {
    values: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// A JSON object from a body: the type is checked, a field that comes twice is refused.
    pub fn from_json(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Fields, Refused> {
        let json = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            value.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
        });
        if !json {
            let detail = "send the body as application/json";
            return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", "Unsupported media type", detail));
        }
        let body = body.map_err(|rejection| body_refused(&rejection))?;
        let object: Object = serde_json::from_slice(&body).map_err(|error| match error.classify() {
            // The text is JSON, but not an object, or a field of it comes twice.
            serde_json::error::Category::Data => Refused::fields(vec![field_error("body", error.to_string())]),
            _ => {
                let detail = format!("the body is not JSON: {error}");
                Refused::new(StatusCode::BAD_REQUEST, "malformed", "Malformed body", detail)
            }
        })?;
        Ok(Fields { values: object.0, errors: Vec::new() })
    }

    pub fn from_query(query: Option<&str>) -> Fields {
        let mut fields = Fields { values: Map::new(), errors: Vec::new() };
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if fields.values.insert(name.to_string(), Value::String(value.into_owned())).is_some() {
                fields.refuse(&name, "comes twice");
            }
        }
        fields
    }

    pub fn refuse(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(field_error(field, message.into()));
    }

    /// A text that must be there.
    pub fn required<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        if self.values.get(field).is_none_or(Value::is_null) {
            self.values.remove(field);
            self.refuse(field, "is missing");
            return None;
        }
        self.optional(field, parse)
    }

    /// `null` counts as left out. PostgreSQL has no NUL in a text and would refuse the statement as if it were away: no field
    /// of ours holds one.
    pub fn optional<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match self.values.remove(field)? {
            Value::Null => None,
            Value::String(text) if text.contains('\0') => {
                self.refuse(field, "must not contain NUL");
                None
            }
            Value::String(text) => parse(&text).map_err(|message| self.refuse(field, message)).ok(),
            _ => {
                self.refuse(field, "must be a string");
                None
            }
        }
    }

    /// A whole number that must be there.
    pub fn required_number(&mut self, field: &str, least: u32, most: u32) -> Option<u32> {
        let number = match self.values.remove(field) {
            None | Some(Value::Null) => {
                self.refuse(field, "is missing");
                return None;
            }
            Some(value) => value.as_u64().and_then(|number| u32::try_from(number).ok()),
        };
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.refuse(field, format!("must be a whole number from {least} to {most}"));
        }
        number
    }

    pub fn optional_bool(&mut self, field: &str) -> Option<bool> {
        match self.values.remove(field)? {
            Value::Null => None,
            Value::Bool(value) => Some(value),
            _ => {
                self.refuse(field, "must be true or false");
                None
            }
        }
    }

    /// Refuses what is left over, and everything that was wrong so far.
    pub fn end(mut self, known: &[&str]) -> Result<(), Refused> {
        let unknown: Vec<String> = self.values.keys().cloned().collect();
        for field in unknown {
            let shown: String = field.chars().filter(|c| !c.is_control()).take(60).collect();
            self.refuse(&shown, format!("is not known here; known are {}", known.join(", ")));
        }
        if self.errors.is_empty() { Ok(()) } else { Err(Refused::fields(self.errors)) }
    }
}

/// One of a list of words, e.g. of `Plan::ALL`.
pub fn word<T: Copy>(text: &str, all: &[T], as_str: fn(T) -> &'static str) -> Result<T, String> {
    let found = all.iter().copied().find(|value| as_str(*value) == text);
    found.ok_or_else(|| {
        let words: Vec<&str> = all.iter().copied().map(as_str).collect();
        format!("must be one of {}", words.join(", "))
    })
}

fn field_error(field: &str, message: String) -> FieldError {
    FieldError { field: field.to_owned(), message }
}

fn body_refused(rejection: &BytesRejection) -> Refused {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("the body is longer than {} KB", super::BODY_LIMIT >> 10);
        return Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Body too large", detail);
    }
    Refused::new(StatusCode::BAD_REQUEST, "malformed", "Malformed body", "the body did not arrive whole")
}

/// A map that does not let the second of two equal keys win.
struct Object(Map<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
        struct ObjectVisitor;

        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = Object;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let (mut values, mut seen) = (Map::new(), HashSet::new());
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    if !seen.insert(key.clone()) {
                        return Err(A::Error::custom(format!("the field '{key}' comes twice")));
                    }
                    values.insert(key, value);
                }
                Ok(Object(values))
            }
        }
        deserializer.deserialize_map(ObjectVisitor)
    }
}
