//! How many Helms run at once. A process begins with one and gets another with each that ends: four at once take turns on
//! the same cores and end together, so that a process which is killed again and again before that would get nothing done.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// Whoever waited this long ends the slow start: one Helm that hangs must not hold up the others.
const SLOW_START: Duration = Duration::from_secs(2);

pub struct Slots {
    semaphore: Arc<Semaphore>,
    all: u32,
    /// Those that are not given out yet.
    reserve: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Slots {
    pub fn new(count: usize) -> Slots {
        let semaphore = Arc::new(Semaphore::new(count));
        let all = u32::try_from(count).unwrap_or(u32::MAX);
        let reserve = semaphore.clone().try_acquire_many_owned(all.saturating_sub(1)).ok();
        Slots { semaphore, all, reserve: Mutex::new(reserve) }
    }

    /// An error says that nothing is begun any more.
    pub async fn take(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        let taken = tokio::time::timeout(SLOW_START, self.semaphore.clone().acquire_owned()).await;
        if let Ok(taken) = taken {
            return taken;
        }
        self.open();
        self.semaphore.clone().acquire_owned().await
    }

    /// A Helm ended of itself: one more may run beside the next.
    pub fn ended(&self) {
        let mut reserve = self.reserve.lock().unwrap_or_else(PoisonError::into_inner);
        drop(reserve.as_mut().and_then(|reserve| reserve.split(1)));
    }

    /// Returns when none runs; afterwards none begins.
    pub async fn rest(&self) {
        self.open();
        // Closed only by the next line, and then nobody waits for a slot.
        let all = self.semaphore.acquire_many(self.all).await;
        self.semaphore.close();
        drop(all);
    }

    fn open(&self) {
        self.reserve.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn soon(slots: &Slots) -> Option<OwnedSemaphorePermit> {
        tokio::time::timeout(Duration::from_millis(10), slots.take()).await.ok().map(Result::unwrap)
    }

    #[tokio::test]
    async fn each_that_ends_lets_one_more_begin_up_to_all() {
        let slots = Slots::new(3);
        let first = soon(&slots).await.unwrap();
        assert!(soon(&slots).await.is_none());
        slots.ended();
        let second = soon(&slots).await.unwrap();
        assert!(soon(&slots).await.is_none());
        for _ in 0..5 {
            slots.ended();
        }
        let third = soon(&slots).await.unwrap();
        assert!(soon(&slots).await.is_none(), "three are all there are");
        drop((first, second, third));
        slots.rest().await;
        assert!(slots.take().await.is_err());
    }

    #[tokio::test]
    async fn one_that_hangs_holds_nobody_up_for_long() {
        let slots = Slots::new(3);
        let _hangs = slots.take().await.unwrap();
        let begun = std::time::Instant::now();
        let _second = slots.take().await.unwrap();
        assert!(begun.elapsed() >= SLOW_START, "it began with one");
        let _third = soon(&slots).await.unwrap();
    }
}
