use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use store_model::{
    Desired, NamespaceSeen, Phase, Progress, Reason, ReasonCode, Seen, Stage, StageState, Step, StoreId, next_step,
    progress,
};

use super::lease::{Deadline, Keeper, Loss};
use super::{Hands, backoff, lease};
use crate::cluster::{Done, Retry, StepError};
use crate::db::{Call, Claim, Hold, NamespaceUid, Record, Recorded};
use crate::faults;

/// The cluster's caches have not caught up with our own deed yet; its change wakes us, or this.
const SIGHT_LAG: Duration = Duration::from_millis(500);

/// Works on one store until there is nothing to do now, and gives it back.
pub(super) async fn visit(hands: Arc<Hands>, claim: Claim, asked: Instant) {
    let id = claim.row.store.id.clone();
    let mut keeper = Keeper::start(Arc::clone(&hands), claim.clone(), asked);
    let (kept, deadline) = (claim.clone(), keeper.deadline());
    let end = tokio::select! {
        biased;
        // Whatever the walk is in the middle of is dropped here. A running Helm is asked to stop by that; where the store may
        // be somebody else's already, it is killed before.
        loss = lost(&hands, &id, &mut keeper) => {
            tracing::info!(store = %id, ?loss, "the claim is over before the visit is");
            match loss {
                Loss::Lost => return,
                Loss::Unwanted | Loss::GraceOver => {
                    // What was dropped may still be ending. Helm's grace fits into what is left of the lease, so this
                    // needs no beat.
                    hands.cluster.idle(&id).await;
                    Ok(End::HandOver)
                }
            }
        }
        end = walk(&hands, claim, &deadline) => end,
    };
    drop(keeper);
    let given_back = match end {
        Ok(End::Released) => return,
        Ok(End::HandOver) => hands.within_fence(hands.db.claim_drop(&kept)).await,
        Err(error) => Err(error),
    };
    if let Err(error) = given_back {
        tracing::warn!(store = %id, %error, "record a visit: it is given back as it is, or its lease lapses");
        give_back(&hands, &kept).await;
    }
}

async fn lost(hands: &Hands, id: &StoreId, keeper: &mut Keeper) -> Loss {
    let loss = keeper.lost().await;
    if loss == Loss::Lost {
        hands.cluster.abandon(id);
    }
    loss
}

/// After a database that was away for a moment the next visit need not wait for the lease to lapse. Whatever became of a
/// write whose answer was lost, the next visit reads it.
async fn give_back(hands: &Hands, claim: &Claim) {
    let settings = &hands.settings;
    let until = Instant::now() + settings.lease.length;
    let mut misses = 0;
    while Instant::now() < until && !*hands.shutdown.borrow() {
        misses += 1;
        let pause = tokio::time::sleep(backoff::delay(misses, settings.backoff, settings.lease.heartbeat));
        tokio::select! {
            () = pause => {}
            () = lease::grace_over(hands.shutdown.clone(), Duration::ZERO) => return,
        }
        match hands.within_fence(hands.db.claim_drop(claim)).await {
            Ok(()) => return,
            Err(error) => tracing::debug!(store = %claim.row.store.id, %error, "give a claim back: trying again"),
        }
    }
}

enum End {
    /// The last record gave the claim back.
    Released,
    /// The claim is to be given back as it is, due at once.
    HandOver,
}

async fn walk(hands: &Hands, mut claim: Claim, deadline: &Deadline) -> Result<End, sqlx::Error> {
    let mut deed_before: Option<Step> = None;
    while !*hands.shutdown.borrow() {
        faults::point("look.before").await;
        let mut seen = match look(hands, &claim).await {
            Ok(seen) => seen,
            Err(miss) => {
                let outcome = missed(hands, &claim, miss);
                return finish(hands, claim, outcome).await;
            }
        };
        seen.overdue = claim.moved.now() >= hands.settings.deadline;
        if let Some(uid) = learnt(&claim, &seen) {
            let record = Record { namespace: NamespaceUid::Learnt(uid), ..Record::unchanged(&claim) };
            if hands.db.record(&mut claim, record, Hold::Keep).await? == Recorded::Superseded {
                return Ok(End::HandOver);
            }
        }
        seen.settling = claim.restarted.is_some_and(|age| age.now() < hands.settings.settle);
        let mut step = next_step(&claim.row.store, &seen);
        // Entering a phase takes no time, so the sight is still good after it.
        while let Step::Enter(phase) = step {
            let record = Record { phase, reason: None, ..Record::unchanged(&claim) };
            if hands.db.record(&mut claim, record, Hold::Keep).await? == Recorded::Superseded {
                return Ok(End::HandOver);
            }
            found(&mut claim, &seen);
            step = next_step(&claim.row.store, &seen);
        }
        if let Some(outcome) = rest(hands, &claim, &seen, &step) {
            return finish(hands, claim, outcome).await;
        }
        if deed_before.as_ref() == Some(&step) {
            let record = Record::unchanged(&claim);
            return release(hands, claim, record, Hold::Pause(SIGHT_LAG)).await;
        }
        found(&mut claim, &seen);
        let namespace = match step {
            Step::CreateNamespace => NamespaceUid::Forgotten,
            _ => NamespaceUid::Known,
        };
        let begun = Record { stages: stages(&claim, &seen, &step), namespace, ..Record::unchanged(&claim) };
        if hands.db.record(&mut claim, begun, Hold::Keep).await? == Recorded::Superseded {
            return Ok(End::HandOver);
        }
        faults::point(&format!("deed.{}.before", step.as_str())).await;
        if deadline.is_over() {
            return Ok(End::HandOver);
        }
        let done = match act(hands, &claim, &step).await {
            Ok(done) => done,
            Err(miss) => {
                // A deed that ran out of time is dropped, and its Helm may still be ending: the claim beats till then.
                hands.cluster.idle(&claim.row.store.id).await;
                let outcome = missed(hands, &claim, miss);
                return finish(hands, claim, outcome).await;
            }
        };
        faults::point(&format!("deed.{}.after", step.as_str())).await;
        let record = acted(&claim, &step, done);
        if record.phase == Phase::Ready {
            return finish(hands, claim, (record, None)).await;
        }
        if hands.db.record(&mut claim, record, Hold::Keep).await? == Recorded::Superseded {
            return Ok(End::HandOver);
        }
        deed_before = Some(step);
    }
    Ok(End::HandOver)
}

/// The UID at the first sight of the store's namespace: from here on another one of that name is a stranger.
fn learnt(claim: &Claim, seen: &Seen) -> Option<String> {
    let known = claim.row.store.namespace_uid.is_some();
    match seen.namespace {
        NamespaceSeen::Ours | NamespaceSeen::Terminating { .. } if !known => seen.namespace_uid.clone(),
        NamespaceSeen::Ours | NamespaceSeen::Terminating { .. } | NamespaceSeen::Foreign | NamespaceSeen::Absent => {
            None
        }
    }
}

/// There is work for a store that nobody woke: the watch or the bell that should have is broken, and only the slow poll
/// noticed. That time is up is nobody's to tell.
fn found(claim: &mut Claim, seen: &Seen) {
    if std::mem::replace(&mut claim.call, Call::Itself) == Call::Poll && !seen.overdue {
        super::poll_found(claim, "the poll found what no watch told of");
    }
}

/// What is written at the end of a visit, and when to come again by oneself.
type Outcome = (Record, Option<Duration>);

async fn finish(hands: &Hands, claim: Claim, (record, due_in): Outcome) -> Result<End, sqlx::Error> {
    release(hands, claim, record, Hold::Release { due_in }).await
}

async fn release(hands: &Hands, mut claim: Claim, record: Record, hold: Hold) -> Result<End, sqlx::Error> {
    match hands.db.record(&mut claim, record, hold).await? {
        Recorded::Written => Ok(End::Released),
        // By a new wish, then it is due; or the claim is lost, then giving it back changes nothing.
        Recorded::Superseded => Ok(End::HandOver),
    }
}

/// The outcome of a step that asks nothing of the cluster; `None` for a deed.
fn rest(hands: &Hands, claim: &Claim, seen: &Seen, step: &Step) -> Option<Outcome> {
    let settings = &hands.settings;
    let same = Record { misses: 0, ..Record::unchanged(claim) };
    match step {
        Step::Rest => {
            let phase = claim.row.store.phase;
            let due_in = (phase == Phase::Failed).then_some(settings.poll_failed);
            // A look at a ready store that got no answer left a reason; this one found nothing wrong.
            let reason = if phase == Phase::Ready { None } else { same.reason.clone() };
            Some((Record { reason, ..same }, due_in))
        }
        Step::Wait { .. } => {
            let overdue_in = settings.deadline.saturating_sub(claim.moved.now());
            let settled_in = claim.restarted.map_or(Duration::ZERO, |age| settings.settle.saturating_sub(age.now()));
            // What was over at the look has been taken into account; what has passed since then is due at once.
            let waits = [(overdue_in, seen.overdue), (settled_in, !seen.settling)];
            let open = waits.into_iter().filter(|(wait, over)| !wait.is_zero() || !over).map(|(wait, _)| wait);
            let due_in = open.fold(settings.poll, Ord::min);
            Some((Record { reason: None, stages: stages(claim, seen, step), ..same }, Some(due_in)))
        }
        Step::Fail(reason) => {
            tracing::warn!(store = %claim.row.store.id, code = reason.code.as_str(), detail = reason.detail, "the store failed");
            let record = Record {
                phase: Phase::Failed,
                reason: Some(reason.clone()),
                retried: false,
                stages: stages(claim, seen, step),
                ..same
            };
            Some((record, Some(settings.poll_failed)))
        }
        Step::Blocked(reason) => Some((Record { reason: Some(reason.clone()), ..same }, Some(settings.poll))),
        Step::FinishDelete => {
            let removed = claim.row.removed.clone().or(Some(Vec::new()));
            Some((Record { phase: Phase::Deleted, reason: None, removed, ..same }, None))
        }
        Step::Enter(_)
        | Step::CreateNamespace
        | Step::GrantAccess
        | Step::CreateCredentials
        | Step::InstallRelease
        | Step::RecoverRelease(_)
        | Step::RestartBroken
        | Step::Prove
        | Step::UninstallRelease
        | Step::DeleteNamespace => None,
    }
}

/// The stages tell how a store is made; a deletion leaves them as they were.
fn stages(claim: &Claim, seen: &Seen, step: &Step) -> Vec<Progress> {
    match claim.row.store.desired {
        Desired::Present => progress(seen, step),
        Desired::Absent => Vec::new(),
    }
}

/// A deed that the cluster has taken.
fn acted(claim: &Claim, step: &Step, done: Done) -> Record {
    let same = Record { moved: true, misses: 0, reason: None, ..Record::unchanged(claim) };
    match done {
        // Only the answer to our own creation is surer than a sight.
        Done::Made(uid) => Record { namespace: NamespaceUid::Learnt(uid), ..same },
        Done::Taken => {
            let restarted = *step == Step::RestartBroken;
            Record { restarted, retried: same.retried && !restarted, ..same }
        }
        Done::Sold(sale) => {
            let stages = Stage::ALL
                .into_iter()
                .map(|stage| Progress { stage, state: StageState::Done, detail: String::new() })
                .collect();
            Record { phase: Phase::Ready, attempts: 0, retried: false, proof: Some(sale), stages, ..same }
        }
        Done::Removing(objects) => {
            let mut removed = claim.row.removed.clone().unwrap_or_default();
            for object in objects {
                if !removed.contains(&object) {
                    removed.push(object);
                }
            }
            Record { removed: Some(removed), ..same }
        }
    }
}

/// A look or a deed that failed.
struct Miss {
    error: StepError,
    /// Whether it brings the store nearer to `failed`. A cluster that does not answer does not: it is not the store's
    /// fault, and no person can do anything about the store.
    counts: bool,
}

fn missed(hands: &Hands, claim: &Claim, miss: Miss) -> Outcome {
    let settings = &hands.settings;
    let Miss { error: StepError { reason, retry, source: _ }, counts } = miss;
    let mut record = Record::unchanged(claim);
    record.misses = record.misses.saturating_add(1);
    record.attempts = record.attempts.saturating_add(u32::from(counts));
    let end = retry == Retry::Never || record.attempts >= settings.attempts_max;
    match claim.row.store.desired {
        Desired::Present if end => {
            record.phase = Phase::Failed;
            record.retried = false;
            record.stages = failed_stage(claim, &reason);
            record.reason = Some(reason);
            (record, Some(settings.poll_failed))
        }
        // A deletion never gives up: it goes on saying what is in its way.
        Desired::Present | Desired::Absent => {
            let news = counts || claim.row.store.reason.as_ref() != Some(&reason);
            record.attempt = news.then(|| reason.clone());
            record.reason = Some(reason);
            let due_in = backoff::delay(record.misses, settings.backoff, settings.backoff_cap);
            (record, Some(due_in))
        }
    }
}

/// The stage that was being worked on has failed; if none was, the first that is not done.
fn failed_stage(claim: &Claim, reason: &Reason) -> Vec<Progress> {
    let stages = &claim.row.stages;
    let running = stages.iter().rfind(|row| row.state == StageState::Running);
    let at = running.or_else(|| stages.iter().find(|row| row.state != StageState::Done));
    at.map(|row| Progress { stage: row.stage, state: StageState::Failed, detail: reason.detail.clone() })
        .into_iter()
        .collect()
}

async fn look(hands: &Hands, claim: &Claim) -> Result<Seen, Miss> {
    let store = &claim.row.store;
    let patience = Patience { limit: hands.settings.look_limit, end_counts: false };
    attempt(claim, "look", hands.cluster.look(store), patience).await
}

async fn act(hands: &Hands, claim: &Claim, step: &Step) -> Result<Done, Miss> {
    metrics::counter!("store_platform_deeds_total", "step" => step.as_str()).increment(1);
    let deed = async {
        match hands.cluster.act(&claim.row.store, step).await? {
            Done::Taken | Done::Made(_) | Done::Removing(_) if *step == Step::Prove => Err(StepError {
                reason: Reason::new(ReasonCode::ProofRefused, "the proof ended without an order"),
                retry: Retry::Later,
                source: None,
            }),
            done => Ok(done),
        }
    };
    let patience = Patience { limit: hands.settings.act_limit, end_counts: true };
    attempt(claim, step.as_str(), deed, patience).await
}

/// How long something may take, and whether its running out is the store's own failure. A look that gets no answer is
/// the cluster's; a deed that never ends may well be the store's.
struct Patience {
    limit: Duration,
    end_counts: bool,
}

/// A store that makes us panic or hang costs its own attempts and nobody else's.
async fn attempt<T>(
    claim: &Claim,
    what: &str,
    deed: impl Future<Output = Result<T, StepError>>,
    patience: Patience,
) -> Result<T, Miss> {
    let later =
        |detail| StepError { reason: Reason::new(ReasonCode::Cluster, detail), retry: Retry::Later, source: None };
    let miss = match tokio::time::timeout(patience.limit, AssertUnwindSafe(deed).catch_unwind()).await {
        Ok(Ok(Ok(done))) => return Ok(done),
        Ok(Ok(Err(error))) => Miss { counts: error.reason.code != ReasonCode::Cluster, error },
        Ok(Err(_panic)) => {
            Miss { error: later(format!("{what}: a bug of the provisioner; its log says where")), counts: true }
        }
        Err(_elapsed) => {
            Miss { error: later(format!("{what}: no end after {:?}", patience.limit)), counts: patience.end_counts }
        }
    };
    metrics::counter!("store_platform_step_errors_total", "code" => miss.error.reason.code.as_str()).increment(1);
    let error: &dyn std::error::Error = &miss.error;
    tracing::warn!(store = %claim.row.store.id, step = what, error, "a step failed");
    Err(miss)
}
