//! What is done to which calls.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::Call;

#[derive(Clone, Debug)]
pub enum Fault {
    /// Answered in the API server's place, which never hears of it.
    Answer {
        code: u16,
        reason: &'static str,
        message: &'static str,
        retry_after: Option<u64>,
    },
    /// The same, with a body of the test's own.
    Say {
        code: u16,
        body: String,
    },
    /// The API server does it, and the connection dies before the answer.
    LoseAnswer,
    /// The connection dies before the API server hears of it.
    Close,
    /// After so many bytes of the answer's body the connection dies.
    CutBody(usize),
    Delay(Duration),
    /// Waits until the rule is released, then goes on as if nothing had been.
    Hold,
    /// The answer's body stops without an end: nothing comes any more and nothing says so.
    Silence,
    /// Nothing but a note in the log.
    Count,
}

impl Fault {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Fault::Answer { .. } => "answered by the proxy",
            Fault::Say { .. } => "answered with words of the test's",
            Fault::LoseAnswer => "answer lost",
            Fault::Close => "closed",
            Fault::CutBody(_) => "body cut",
            Fault::Delay(_) => "delayed",
            Fault::Hold => "held",
            Fault::Silence => "silenced",
            Fault::Count => "counted",
        }
    }
}

type Wanted = Box<dyn Fn(&Call) -> bool + Send + Sync>;

pub struct Rule {
    wanted: Wanted,
    pub(super) fault: Fault,
    skip: usize,
    times: usize,
    fits: AtomicUsize,
    hits: watch::Sender<usize>,
    released: watch::Sender<bool>,
}

impl Rule {
    /// For every call that fits.
    pub fn new(fault: Fault, wanted: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Rule {
        Rule {
            wanted: Box::new(wanted),
            fault,
            skip: 0,
            times: usize::MAX,
            fits: AtomicUsize::new(0),
            hits: watch::channel(0).0,
            released: watch::channel(false).0,
        }
    }

    /// The first `skip` that fit go through.
    #[must_use]
    pub fn skip(self, skip: usize) -> Rule {
        Rule { skip, ..self }
    }

    #[must_use]
    pub fn times(self, times: usize) -> Rule {
        Rule { times, ..self }
    }

    /// How often it was applied.
    pub fn hits(&self) -> usize {
        *self.hits.borrow()
    }

    /// Returns when it was applied so often.
    pub async fn hit(&self, count: usize) -> anyhow::Result<()> {
        let mut hits = self.hits.subscribe();
        let reached = tokio::time::timeout(crate::PATIENCE, hits.wait_for(|hits| *hits >= count)).await;
        let seen = self.hits();
        anyhow::ensure!(reached.is_ok(), "the fault '{}' was met {seen} times, not {count}", self.fault.name());
        Ok(())
    }

    /// What it holds goes on, and it does nothing any more.
    pub fn release(&self) {
        self.released.send_replace(true);
    }

    pub(super) async fn released(&self) {
        let mut released = self.released.subscribe();
        // An error says that the sender is gone, and it is this rule's own.
        drop(released.wait_for(|released| *released).await);
    }

    pub(super) fn applies(&self, call: &Call) -> bool {
        if *self.released.borrow() || !(self.wanted)(call) {
            return false;
        }
        let nth = self.fits.fetch_add(1, Ordering::SeqCst);
        let applies = nth >= self.skip && nth - self.skip < self.times;
        if applies {
            self.hits.send_modify(|hits| *hits += 1);
        }
        applies
    }
}
