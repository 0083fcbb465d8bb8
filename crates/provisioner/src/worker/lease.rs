use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::Hands;
use crate::db::{Claim, Renewed};

/// Why the act under way must be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Somebody else may have the store by now: nothing may be done or written any more.
    Lost,
    /// The owner wants something else; the claim is still ours.
    Unwanted,
    /// The shutdown waits no longer; the claim is still ours.
    GraceOver,
}

/// Keeps a claim alive beside the visit, in a task of its own, so that a slow act does not stop its heart.
pub(super) struct Keeper {
    task: JoinHandle<Loss>,
    deadline: Deadline,
}

/// Until when the claim is surely ours, by our own monotonic clock. After a pause of the process the walk may run before
/// the keeper does: whoever begins a deed looks here himself.
#[derive(Clone)]
pub(super) struct Deadline(watch::Receiver<Instant>);

impl Deadline {
    pub fn is_over(&self) -> bool {
        Instant::now() >= *self.0.borrow()
    }
}

impl Keeper {
    /// `asked` is from before the claim was written: the lease cannot lapse earlier than that plus its length.
    pub fn start(hands: Arc<Hands>, claim: Claim, asked: std::time::Instant) -> Keeper {
        let asked = Instant::from(asked);
        let (fence, deadline) = watch::channel(asked + hands.settings.lease.self_fence);
        Keeper { task: tokio::spawn(keep(hands, claim, asked, fence)), deadline: Deadline(deadline) }
    }

    pub fn deadline(&self) -> Deadline {
        self.deadline.clone()
    }

    /// Resolves when the claim is lost; never while all is well.
    pub async fn lost(&mut self) -> Loss {
        // The task only fails by a bug of its own, and then nobody beats any more.
        (&mut self.task).await.unwrap_or(Loss::Lost)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// After a beat that failed; the self-fence leaves room for several.
const BEAT_AGAIN: Duration = Duration::from_secs(1);

/// Rings come in bursts: one question answers those of this long.
const CHECK_PAUSE: Duration = Duration::from_millis(200);

async fn keep(hands: Arc<Hands>, claim: Claim, asked: Instant, deadline: watch::Sender<Instant>) -> Loss {
    let Hands { db, settings, .. } = hands.as_ref();
    let mut bell = db.bell().subscribe();
    let mut fence = asked + settings.lease.self_fence;
    let mut beat = asked + settings.lease.heartbeat;
    let mut checked = asked;
    // A wish may have changed between the claim and the subscription.
    let mut check = Some(asked);
    let mut grace = pin!(grace_over(hands.shutdown.clone(), settings.grace));
    loop {
        let question = tokio::select! {
            biased;
            () = sleep_until(fence) => return lost(),
            () = &mut grace => return Loss::GraceOver,
            () = sleep_until(beat) => Question::Renew,
            () = at(check) => Question::Check,
            ring = bell.recv(), if check.is_none() => {
                if matches!(ring, Err(broadcast::error::RecvError::Closed)) {
                    return Loss::Lost;
                }
                check = Some(checked + CHECK_PAUSE);
                continue;
            }
        };
        let sent = Instant::now();
        let answer = async {
            match question {
                Question::Renew => db.claim_renew(&claim, settings.lease.length).await,
                Question::Check => db.claim_check(&claim).await,
            }
        };
        // A shutdown does not wait for a database that does not answer.
        let answer = tokio::select! {
            biased;
            answer = timeout_at(fence, answer) => answer,
            () = &mut grace => return Loss::GraceOver,
        };
        match (answer, question) {
            (Ok(Ok(Renewed::Unwanted)), _) => return Loss::Unwanted,
            (Ok(Ok(Renewed::Lost)), _) | (Err(_), Question::Renew) => return lost(),
            (Ok(Ok(Renewed::Held)), Question::Renew) => {
                fence = sent + settings.lease.self_fence;
                deadline.send_replace(fence);
                beat = sent + settings.lease.heartbeat;
            }
            (Ok(Err(error)), Question::Renew) => {
                tracing::warn!(store = %claim.row.store.id, %error, "renew a claim: trying again");
                beat = Instant::now() + BEAT_AGAIN.min(settings.lease.heartbeat);
            }
            // The heartbeat is the judge of a database that does not answer.
            (Ok(Ok(Renewed::Held) | Err(_)) | Err(_), Question::Check) => {
                check = None;
                checked = sent;
            }
        }
    }
}

/// What the keeper asks the database.
#[derive(Clone, Copy)]
enum Question {
    Renew,
    /// Whether anything has changed, without making the lease longer.
    Check,
}

fn lost() -> Loss {
    metrics::counter!("store_platform_claims_lost_total").increment(1);
    Loss::Lost
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

/// Resolves so long after the shutdown is asked for, or after nobody is left who could ask.
pub(super) async fn grace_over(mut shutdown: watch::Receiver<bool>, grace: Duration) {
    // An error says that the sender is gone, which is a shutdown too.
    drop(shutdown.wait_for(|asked| *asked).await);
    sleep(grace).await;
}
