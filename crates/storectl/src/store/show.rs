//! Stores for people to read.

use jiff::{SpanRound, Timestamp, Unit};
use store_api::{CredentialsView, EngineView, EventView, StepState, StepView, StoreView};

use crate::output::{pairs, phase, plain, table};

pub fn stores(stores: &[StoreView]) -> String {
    let row = |store: &StoreView| {
        [
            store.name.clone(),
            store.engine.as_str().to_owned(),
            store.plan.as_str().to_owned(),
            phase(store.phase),
            store.url.clone(),
            age(store.created_at),
        ]
    };
    table(["NAME", "ENGINE", "PLAN", "PHASE", "URL", "AGE"], stores.iter().map(row))
}

pub fn store(store: &StoreView) -> String {
    let StoreView { id, name, engine, plan, url, admin_url, title, created_at, .. } = store;
    let mut lines = vec![
        ("name", name.clone()),
        ("id", id.clone()),
        ("title", plain(title)),
        ("engine", format!("{}, {}", engine.as_str(), plan.as_str())),
        ("phase", phase(store.phase)),
        ("shop", url.clone()),
        ("admin", admin_url.clone()),
        ("created", format!("{created_at} ({} ago)", age(*created_at))),
    ];
    if let Some(ready) = store.ready_at {
        lines.push(("ready", format!("{ready}, after {}", seconds(*created_at, ready))));
    }
    if let Some(proof) = &store.proof {
        let took = f64::from(proof.seconds);
        lines
            .push(("proof", format!("order {} of {} {}, in {took:.1} s", proof.order_id, proof.total, proof.currency)));
    }
    if let Some(reason) = &store.reason {
        lines.push(("reason", format!("{} ({})", reason.message, reason.code.as_str())));
        lines.push(("", plain(&reason.detail)));
        lines.push(("cure", reason.cure.clone()));
    }
    for (at, removed) in store.removed.iter().flatten().enumerate() {
        lines.push((if at == 0 { "removed" } else { "" }, plain(removed)));
    }
    let steps = table(["STEP", "STATE", "TOOK", ""], store.steps.iter().map(step));
    format!("{}\n\n{steps}", pairs(&lines))
}

fn step(step: &StepView) -> [String; 4] {
    let took = match (step.started_at, step.ended_at) {
        (Some(started), Some(ended)) => seconds(started, ended),
        (Some(started), None) if step.state == StepState::Running => seconds(started, Timestamp::now()),
        _ => String::new(),
    };
    let detail = step.detail.as_deref().map(plain).unwrap_or_default();
    [step.step.as_str().to_owned(), step.state.as_str().to_owned(), took, detail]
}

pub fn event(event: &EventView) -> String {
    let code = event.reason.as_ref().map(|reason| format!(" [{}] {}", reason.code.as_str(), plain(&reason.detail)));
    format!("{}  {:<11}  {}{}", event.at, event.kind, plain(&event.message), code.unwrap_or_default())
}

pub fn credentials(credentials: &CredentialsView) -> String {
    let CredentialsView { store_id: _, admin_url, admin_user, admin_password, keys } = credentials;
    let mut lines =
        vec![("Admin", admin_url.clone()), ("User", plain(admin_user)), ("Password", admin_password.clone())];
    lines.extend(keys.iter().map(|key| (key.title.as_str(), key.value.clone())));
    pairs(&lines)
}

pub fn engines(engines: &[EngineView]) -> String {
    let row = |engine: &EngineView| {
        let plans: Vec<&str> = engine.plans.iter().map(|plan| plan.as_str()).collect();
        let available = if engine.available { "yes" } else { "no" };
        [
            engine.engine.as_str().to_owned(),
            available.to_owned(),
            plans.join(", "),
            engine.reason.as_deref().map(plain).unwrap_or_default(),
        ]
    };
    table(["ENGINE", "AVAILABLE", "PLANS", "REASON"], engines.iter().map(row))
}

fn seconds(from: Timestamp, to: Timestamp) -> String {
    let milliseconds = to.as_millisecond().saturating_sub(from.as_millisecond()).max(0);
    let duration = std::time::Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0));
    format!("{:.1} s", duration.as_secs_f64())
}

/// In its largest unit: "3d", "2h", "5m", "12s".
fn age(since: Timestamp) -> String {
    let span = Timestamp::now().since(since).unwrap_or_default();
    let rounded = span.round(SpanRound::new().largest(Unit::Hour).smallest(Unit::Second)).unwrap_or(span);
    match (rounded.get_hours(), rounded.get_minutes(), rounded.get_seconds()) {
        (hours @ 48.., ..) => format!("{}d", hours / 24),
        (hours @ 1.., ..) => format!("{hours}h"),
        (_, minutes @ 1.., _) => format!("{minutes}m"),
        (.., seconds) => format!("{}s", seconds.max(0)),
    }
}
