//! Rows as the wire shows them. Destructured whole: a new column must be shown or be passed over on purpose.

use std::time::Duration;

use jiff::Timestamp;
use store_api::{EventView, OrphanView, ProofView, ReasonView, RemovedView, Seconds, StepState, StepView, StoreView};
use store_model::{Engine, Reason, StageState, Store, StoreSettings};

use super::App;
use crate::cluster::Sale;
use crate::db::{EventKind, EventRow, Finding, OrphanRow, StageRow, StoreRow};

pub fn store(app: &App, row: StoreRow) -> StoreView {
    let StoreRow { store, ready_at_ms, proof, stages, removed, updated_at_ms: _ } = row;
    let Store { id, name, engine, plan, host, settings, created_by, created_at_ms, phase, reason, attempts, .. } =
        store;
    let StoreSettings { title, admin_email, currency, country, sample_products: _ } = settings;
    let url = app.config.store_url(&host);
    StoreView {
        id: id.to_string(),
        name: name.to_string(),
        engine,
        plan,
        phase,
        reason: reason.map(reason_view),
        host: host.to_string(),
        admin_url: admin_url(&url, engine),
        url,
        title,
        admin_email,
        currency,
        country,
        created_at: time(created_at_ms),
        created_by,
        ready_at: ready_at_ms.map(time),
        proof: proof.map(|sale| proof_view(sale, ready_at_ms)),
        steps: stages.into_iter().map(step).collect(),
        attempts,
        removed,
    }
}

pub fn admin_url(url: &str, engine: Engine) -> String {
    format!("{url}{}", engine.spec().admin_path)
}

pub fn event(row: EventRow) -> EventView {
    let message = message(&row);
    let EventRow { id, store_id, at_ms, kind, phase, stage, state, reason, detail: _ } = row;
    EventView {
        id,
        store_id: store_id.to_string(),
        at: time(at_ms),
        kind: kind.as_str().to_owned(),
        phase,
        step: stage,
        state: state.map(step_state),
        reason: reason.map(reason_view),
        message,
    }
}

fn message(row: &EventRow) -> String {
    let said = match &row.reason {
        Some(reason) => reason.code.message(),
        None => &row.detail,
    };
    let what = match (row.kind, row.stage, row.state) {
        (EventKind::Stage, Some(stage), Some(state)) => format!("{} {}", stage.as_str(), state.as_str()),
        (EventKind::Attempt, ..) => "will be tried again".to_owned(),
        (EventKind::Credentials, ..) => "credentials".to_owned(),
        (EventKind::Login, ..) => "log-in link".to_owned(),
        (EventKind::Phase | EventKind::Stage, ..) => row.phase.as_str().to_owned(),
    };
    if said.is_empty() { what } else { format!("{what}: {said}") }
}

fn step(row: StageRow) -> StepView {
    let StageRow { stage, state, started_at_ms, ended_at_ms, detail } = row;
    StepView {
        step: stage,
        state: step_state(state),
        started_at: started_at_ms.map(time),
        ended_at: ended_at_ms.map(time),
        detail: (!detail.is_empty()).then_some(detail),
    }
}

fn step_state(state: StageState) -> StepState {
    match state {
        StageState::Waiting => StepState::Waiting,
        StageState::Running => StepState::Running,
        StageState::Done => StepState::Done,
        StageState::Failed => StepState::Failed,
    }
}

fn reason_view(reason: Reason) -> ReasonView {
    let Reason { code, detail } = reason;
    ReasonView { code, message: code.message().to_owned(), cure: code.cure().to_owned(), detail }
}

fn proof_view(sale: Sale, at_ms: Option<i64>) -> ProofView {
    let Sale { order_id, total, currency, milliseconds } = sale;
    ProofView { order_id, total, currency, at: at_ms.map(time), seconds: Seconds { milliseconds } }
}

pub fn orphan(row: OrphanRow, grace: Duration) -> OrphanView {
    let OrphanRow { finding, standing, first_seen_ms, last_seen_ms, removing_ms, gone_ms: _ } = row;
    let Finding { kind, name, uid: _, store, holds, adoptable, removable } = finding;
    let grace_ms = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX);
    OrphanView {
        kind,
        name,
        store_id: store.to_string(),
        first_seen_at: time(first_seen_ms),
        last_seen_at: time(last_seen_ms),
        sightings: standing.sightings,
        holds,
        adoptable,
        removes_at: removable.then(|| time(first_seen_ms.saturating_add(grace_ms))),
        removing: removing_ms.is_some(),
        cure: kind.cure().to_owned(),
    }
}

pub fn removed(row: OrphanRow) -> RemovedView {
    let OrphanRow { finding, standing: _, first_seen_ms: _, last_seen_ms, removing_ms: _, gone_ms } = row;
    let Finding { kind, name, uid: _, store, holds, adoptable: _, removable: _ } = finding;
    let at = time(gone_ms.unwrap_or(last_seen_ms));
    RemovedView { kind, name, store_id: store.to_string(), at, held: holds }
}

/// Rows hold milliseconds of our own clock or the database's; a time outside of calendars is shown as the epoch.
pub fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}
