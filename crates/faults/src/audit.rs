//! The audit's chain, computed anew without the provisioner's own code: a check that shared it would share its mistakes.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::scene::{AuditRow, EventRow, Row};

/// What is broken: a link, or a transition that is in the events and not in the audit, or the other way round.
pub fn check(audit: &[AuditRow], events: &[EventRow], rows: &[Row]) -> Vec<String> {
    let mut broken = Vec::new();
    let mut before = String::new();
    for (index, row) in audit.iter().enumerate() {
        let hash = link(&before, row);
        if usize::try_from(row.id) != Ok(index + 1) || row.hash != hash {
            broken.push(format!("I8: the audit's chain breaks at row {} ({} {})", row.id, row.action, row.store_id));
            break;
        }
        before = hash;
    }
    let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.kind == "phase") {
        enter(told.entry(&event.store_id).or_default(), &event.phase);
    }
    let mut audited: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    // What is not said of a transition, or of a namespace that has no row.
    let others = ["show-credentials", "remove-orphan", "keep-orphan"];
    for row in audit.iter().filter(|row| !others.contains(&row.action.as_str())) {
        enter(audited.entry(&row.store_id).or_default(), &row.phase);
    }
    for row in rows {
        let (told, audited) = (told.get(row.id.as_str()), audited.get(row.id.as_str()));
        if told != audited {
            broken.push(format!("I8: store {} went {told:?} by its events and {audited:?} by the audit", row.name));
        }
        if audited.and_then(|phases| phases.last().copied()) != Some(row.phase.as_str()) {
            broken.push(format!("I8: store {} is {}, and the audit ends otherwise: {audited:?}", row.name, row.phase));
        }
    }
    broken
}

/// A second word about the same phase is a new reason for it and no transition.
fn enter<'a>(phases: &mut Vec<&'a str>, phase: &'a str) {
    if phases.last() != Some(&phase) {
        phases.push(phase);
    }
}

fn link(before: &str, row: &AuditRow) -> String {
    let AuditRow { id, at_ms, actor, action, store_id, phase, detail, hash: _ } = row;
    let mut hash = Sha256::new();
    for word in [before, &id.to_string(), &at_ms.to_string(), actor, action, store_id, phase, detail] {
        hash.update(word.len().to_be_bytes());
        hash.update(word);
    }
    hex::encode(hash.finalize())
}
