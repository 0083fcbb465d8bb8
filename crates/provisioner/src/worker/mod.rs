//! The loop: claim, look, decide, act, record. It takes no input but the database and the cluster, so a crash is
//! nothing at all: the lease lapses and the next claim goes on from what is seen.

mod backoff;
mod lease;
mod sweep;
mod visit;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use store_model::StoreId;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;

use crate::cluster::Cluster;
use crate::db::{Call, Claim, Db};
use crate::lease::LeaseTimes;

/// What the loop may be told. `Settings::new` has the values of production.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who claims, for people who read the table: the pod's name.
    pub name: String,
    /// Stores worked on at once.
    pub workers: usize,
    pub lease: LeaseTimes,
    /// A store in which nothing moves for this long has failed.
    pub deadline: Duration,
    /// After restarting stuck pods, what still looks broken may be the old sight for this long.
    pub settle: Duration,
    /// At shutdown a running act may go on for this long; then it is cut, and whoever comes next begins it anew.
    pub grace: Duration,
    /// A store fails after so many failed deeds. Six with the back-off below are a minute at the most.
    pub attempts_max: u32,
    pub backoff: Duration,
    pub backoff_cap: Duration,
    /// Finds what a lost wake-up missed.
    pub poll: Duration,
    /// A failed store is looked at this often by itself, in case the cluster has healed unnoticed.
    pub poll_failed: Duration,
    /// Between two sweeps for orphans, whichever replica makes them.
    pub sweep: Duration,
    /// An orphan that may be taken away is, after this long.
    pub orphan_grace: Duration,
    pub look_limit: Duration,
    /// Longer than the slowest deed, a proof on a shop that has just started, by far.
    pub act_limit: Duration,
}

impl Settings {
    pub fn new(name: impl Into<String>) -> Settings {
        Settings {
            name: name.into(),
            workers: 4,
            lease: LeaseTimes::default(),
            deadline: Duration::from_secs(600),
            settle: Duration::from_secs(20),
            grace: Duration::from_secs(1),
            attempts_max: 6,
            backoff: Duration::from_secs(2),
            backoff_cap: Duration::from_secs(60),
            poll: Duration::from_secs(30),
            poll_failed: Duration::from_secs(300),
            sweep: Duration::from_secs(300),
            orphan_grace: Duration::from_secs(86_400),
            look_limit: Duration::from_secs(30),
            act_limit: Duration::from_secs(300),
        }
    }
}

/// Works until `shutdown` turns true (or its sender is gone) and every claim is handed over.
pub async fn run(db: Db, cluster: Arc<dyn Cluster>, settings: Settings, mut shutdown: watch::Receiver<bool>) {
    let hands = Arc::new(Hands { db, cluster, settings, shutdown: shutdown.clone() });
    let mut bell = hands.db.bell().subscribe();
    // Dropped with this function, and the tasks in them end with it.
    let mut background = JoinSet::new();
    background.spawn(wake_on_changes(Arc::clone(&hands)));
    background.spawn(sweep::sweep(Arc::clone(&hands)));
    let mut visits: JoinSet<()> = JoinSet::new();
    let mut misses = 0;
    let mut turn = Turn::Told;
    while !*shutdown.borrow() {
        // A claim that is under way is made or not in a moment. One that is not waits for a database that does not answer:
        // a shutdown does not, and what may have been claimed is free again when its lease lapses.
        let claimed = tokio::select! {
            biased;
            claimed = claim_due(&hands, &mut visits, turn) => claimed,
            () = lease::grace_over(shutdown.clone(), hands.settings.grace) => break,
        };
        let (pause, after) = match claimed {
            Ok(pause) => {
                misses = 0;
                match pause {
                    Pause::Due(pause) => (pause, Turn::Polled),
                    Pause::Locked => (ROW_IS_LOCKED, Turn::Told),
                }
            }
            Err(error) => {
                tracing::warn!(%error, "claim a store: the database does not answer, trying again");
                misses += 1;
                (backoff::delay(misses, hands.settings.backoff, hands.settings.backoff_cap), Turn::Told)
            }
        };
        turn = Turn::Told;
        tokio::select! {
            // Whoever was told before the pause was over was told.
            biased;
            changed = shutdown.changed() => if changed.is_err() { break },
            ring = bell.recv() => {
                // One look answers all rings so far.
                bell = bell.resubscribe();
                if matches!(ring, Err(broadcast::error::RecvError::Closed)) { break }
            }
            Some(ended) = visits.join_next() => log_panic(ended),
            () = tokio::time::sleep(pause) => turn = after,
        }
    }
    // Each visit hands its store over as soon as the act it is in has ended, or its grace has.
    while let Some(ended) = visits.join_next().await {
        log_panic(ended);
    }
}

/// What every visit needs.
struct Hands {
    db: Db,
    cluster: Arc<dyn Cluster>,
    settings: Settings,
    shutdown: watch::Receiver<bool>,
}

impl Hands {
    /// For what a claim hangs on. A claim whose answer comes later than this is worth nothing, as its fence is over: it
    /// counts as not made, and should it have been, its lease lapses.
    async fn within_fence<T>(&self, asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
        let limit = self.settings.lease.self_fence;
        let late = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()));
        tokio::time::timeout(limit, asked).await.unwrap_or_else(late)
    }
}

/// What made the loop look for work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It was told to, or has just begun, or goes on.
    Told,
    /// It slept until what it knew to be due was, or until the slow poll.
    Polled,
}

/// Until when there is nothing to do without a ring.
enum Pause {
    Due(Duration),
    /// Another transaction is on the row that is due; it is over in a moment.
    Locked,
}

const ROW_IS_LOCKED: Duration = Duration::from_millis(50);

/// A ring is heard within milliseconds: who slept past this was not told.
const UNHEARD: Duration = Duration::from_millis(500);

fn poll_found(claim: &Claim, what: &'static str) {
    metrics::counter!("store_platform_poll_found_total").increment(1);
    tracing::info!(store = %claim.row.store.id, "{what}");
}

/// Starts a visit for each store that is due, as far as there are hands.
async fn claim_due(hands: &Arc<Hands>, visits: &mut JoinSet<()>, turn: Turn) -> Result<Pause, sqlx::Error> {
    let Hands { db, settings, .. } = hands.as_ref();
    while visits.len() < settings.workers {
        match hands.within_fence(db.next_due()).await? {
            None => return Ok(Pause::Due(settings.poll)),
            Some(wait) if !wait.is_zero() => return Ok(Pause::Due(wait.min(settings.poll))),
            Some(_) => {}
        }
        let asked = Instant::now();
        let claim = hands.within_fence(db.claim(&settings.name, settings.lease.length)).await?;
        let Some(claim) = claim else { return Ok(Pause::Locked) };
        metrics::counter!("store_platform_claims_total").increment(1);
        if turn == Turn::Polled && claim.call == Call::Rung && claim.waited >= UNHEARD {
            poll_found(&claim, "the poll found what no bell told of");
        }
        visits.spawn(visit::visit(Arc::clone(hands), claim, asked));
    }
    Ok(Pause::Due(settings.poll))
}

async fn wake_on_changes(hands: Arc<Hands>) {
    loop {
        // What has gathered while the last wake-ups were written is one batch, and each store is woken once in it.
        let mut changes = hands.cluster.changes().ready_chunks(256);
        while let Some(batch) = changes.next().await {
            let batch: BTreeSet<StoreId> = batch.into_iter().collect();
            let mut misses = 0;
            // What changes meanwhile gathers. The slow poll finds what a process that ends here has not told.
            while let Err(error) = hands.db.wake_all(&batch).await {
                tracing::warn!(stores = batch.len(), %error, "wake what changed: trying again");
                misses += 1;
                tokio::time::sleep(backoff::delay(misses, hands.settings.backoff, hands.settings.backoff_cap)).await;
            }
        }
        tokio::time::sleep(hands.settings.backoff).await;
    }
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a visit ended badly; its lease lapses and the store is visited again");
    }
}
