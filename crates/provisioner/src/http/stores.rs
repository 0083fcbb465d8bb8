use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use sha2::{Digest, Sha256};
use store_api::{API_PREFIX, CreateStore, IDEMPOTENCY_KEY, Problem, StoreListQuery, StorePage, StoreView};
use store_model::{Engine, Phase, StoreId, StoreName};

use super::auth::Caller;
use super::parse::{Fields, word};
use super::problem::Refused;
use super::{App, create, views};
use crate::db::{ChangeError, CreateError, Created, Filter, IdempotencyRequest, NewStore, StoreRow};

const LIMIT_MAX: u32 = 1000;
const SEARCH_MAX: usize = 100;
/// A UUID has 36 characters; a key longer than this is no key.
const KEY_MAX: usize = 255;

/// Ask for a store
///
/// Answers at once; the store is made afterwards. Follow it by its events, or ask for it until its phase is `ready`.
#[utoipa::path(
    post, path = "/stores", operation_id = "storeCreate", tag = "stores",
    request_body = CreateStore,
    params(("idempotency-key" = Option<String>, Header, description = "The same key and body within a day: the same answer, and no second store.")),
    responses(
        (status = 202, description = "Accepted; `Location` is the store.", body = StoreView, headers(("location" = String))),
        (status = 400, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or not the platform's.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The name is taken, or the key was used for something else.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too long.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not application/json.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field is refused; `errors` names each.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let new = create::parse(Fields::from_json(&headers, body)?, &app, &caller.name)?;
    let idempotency = idempotency(&headers, &new)?;
    let name = new.name.clone();
    let Created { store, replayed } = app.db.store_create(new, idempotency).await.map_err(|error| match error {
        CreateError::NameTaken { deleting: false } => Refused::conflict(
            "name-taken",
            "Name taken",
            format!("there is a store '{name}' already; choose another name"),
        ),
        CreateError::NameTaken { deleting: true } => {
            let detail = format!("a store '{name}' is being deleted; its name is free again when that is done");
            Refused::conflict("name-taken", "Name taken", detail).retry_after(5)
        }
        CreateError::IdempotencyMismatch => {
            let detail = "this Idempotency-Key was sent with another body; use a new key for a new request";
            Refused::conflict("idempotency-mismatch", "Idempotency-Key used", detail)
        }
        CreateError::InFlight => {
            let detail = "the first request with this Idempotency-Key is still at work; ask again in a moment";
            Refused::conflict("in-flight", "Still at work", detail).retry_after(1)
        }
        CreateError::Db(error) => error.into(),
    })?;
    let mut response = accepted(&app, store);
    if replayed {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// List stores, newest first
///
/// Deleted stores are listed only when that phase is asked for.
#[utoipa::path(
    get, path = "/stores", operation_id = "storeList", tag = "stores", params(StoreListQuery),
    responses(
        (status = 200, body = StorePage),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is refused.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Json<StorePage>, Refused> {
    let filter = filter(query.as_deref())?;
    let page = app.db.store_list(&filter).await?;
    Ok(Json(StorePage {
        items: page.items.into_iter().map(|row| views::store(&app, row)).collect(),
        next_cursor: page.next_cursor,
        total: u64::try_from(page.total).unwrap_or(0),
    }))
}

/// One store, by id or name
///
/// A deleted store answers by its id only: its name is free again.
#[utoipa::path(
    get, path = "/stores/{store}", operation_id = "storeGet", tag = "stores",
    params(("store" = String, Path, description = "Id or name.")),
    responses(
        (status = 200, body = StoreView),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn view(State(app): State<App>, Path(store): Path<String>) -> Result<Json<StoreView>, Refused> {
    let row = find(&app, &store).await?;
    Ok(Json(views::store(&app, row)))
}

/// Delete a store
///
/// Takes down everything of it and frees its name. Asking again changes nothing; when it is done the phase is `deleted`
/// and `removed` says what was taken away.
#[utoipa::path(
    delete, path = "/stores/{store}", operation_id = "storeDelete", tag = "stores",
    params(("store" = String, Path, description = "Id or name.")),
    responses(
        (status = 202, description = "It is being deleted.", body = StoreView),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn delete(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(store): Path<String>,
) -> Result<Response, Refused> {
    let id = find(&app, &store).await?.store.id;
    let row = app.db.store_delete(&id, &caller.name).await.map_err(|error| changed(error, &store))?;
    Ok(accepted(&app, row))
}

/// Try again
///
/// From where the store stands; a store that has not failed is looked at again.
#[utoipa::path(
    post, path = "/stores/{store}/retry", operation_id = "storeRetry", tag = "stores",
    params(("store" = String, Path, description = "Id or name.")),
    responses(
        (status = 202, body = StoreView),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The store is deleted.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn retry(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(store): Path<String>,
) -> Result<Response, Refused> {
    let id = find(&app, &store).await?.store.id;
    let row = app.db.store_retry(&id, &caller.name).await.map_err(|error| changed(error, &store))?;
    Ok(accepted(&app, row))
}

/// What is neither an id nor a name names no store, and is not asked for.
pub async fn find(app: &App, id_or_name: &str) -> Result<StoreRow, Refused> {
    if StoreId::parse(id_or_name).is_err() && StoreName::parse(id_or_name).is_err() {
        return Err(Refused::no_store(id_or_name));
    }
    app.db.store_find(id_or_name).await?.ok_or_else(|| Refused::no_store(id_or_name))
}

fn accepted(app: &App, row: StoreRow) -> Response {
    let location = format!("{API_PREFIX}/stores/{}", row.store.id);
    let mut response = (StatusCode::ACCEPTED, Json(views::store(app, row))).into_response();
    // An id is letters and digits: it always fits into a header.
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn changed(error: ChangeError, store: &str) -> Refused {
    match error {
        ChangeError::NotFound => Refused::no_store(store),
        ChangeError::Deleting => Refused::conflict(
            "deleted",
            "The store is deleted",
            "a deleted store cannot be tried again; create a new one",
        ),
        ChangeError::Db(error) => error.into(),
    }
}

/// The hash is over what was understood, so that a client may write its JSON differently the second time.
fn idempotency(headers: &HeaderMap, new: &NewStore) -> Result<Option<IdempotencyRequest>, Refused> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key =
        key.to_str().ok().filter(|key| (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()));
    let Some(key) = key else {
        let mut fields = Fields::from_query(None);
        fields.refuse("Idempotency-Key", format!("must be 1 to {KEY_MAX} visible ASCII characters, e.g. a UUID"));
        return fields.end(&[]).map(|()| None);
    };
    let NewStore { name, engine, plan, host, settings, created_by: _ } = new;
    let understood = format!("{:?}", (name, engine, plan, host, settings));
    Ok(Some(IdempotencyRequest { key: key.to_owned(), body_hash: hex::encode(Sha256::digest(understood)) }))
}

fn filter(query: Option<&str>) -> Result<Filter, Refused> {
    let mut fields = Fields::from_query(query);
    let limit = fields.optional("limit", |text| match text.parse() {
        Ok(limit @ 1..=LIMIT_MAX) => Ok(limit),
        _ => Err(format!("must be a number from 1 to {LIMIT_MAX}")),
    });
    let cursor = fields.optional("cursor", |text| {
        let parts = text.split_once('-').filter(|(ms, id)| ms.parse::<i64>().is_ok() && StoreId::parse(id).is_ok());
        parts.map(|_| text.to_owned()).ok_or_else(|| "must be the nextCursor of a page before".to_owned())
    });
    let phase = fields.optional("phase", |text| word(text, &Phase::ALL, Phase::as_str));
    let engine = fields.optional("engine", |text| word(text, &Engine::ALL, Engine::as_str));
    let search = fields.optional("search", |text| match text.len() {
        0..=SEARCH_MAX => Ok(text.to_owned()),
        _ => Err(format!("must be at most {SEARCH_MAX} characters long")),
    });
    fields.end(&["limit", "cursor", "phase", "engine", "search"])?;
    let search = search.filter(|text| !text.is_empty());
    Ok(Filter { limit: limit.unwrap_or(0), cursor, phase, engine, search })
}
