use std::collections::BTreeSet;

use store_model::StoreId;

use super::Db;
use super::dialect::places;

/// Stores in one statement. A list of a thousand takes eight of them.
pub const WAKE_BATCH: usize = 128;

/// After a try that failed and counts.
const WAITS: &str = "misses > 0 AND attempts > 0 AND phase <> 'failed'";

impl Db {
    /// Something changed in the cluster of each of these. A ready or deleted store has nothing to do about it; if all of
    /// them are, nothing is written.
    ///
    /// One that waits out a failed try goes on waiting: what half a try has made is itself a change, and would begin the
    /// next one at once. What changed is seen when the wait is over, a minute later at the most. Where no try has counted
    /// the cluster was away, and this is the sign that it is back.
    pub async fn wake_all(&self, ids: &BTreeSet<StoreId>) -> Result<(), sqlx::Error> {
        let ids: Vec<&StoreId> = ids.iter().collect();
        for batch in ids.chunks(WAKE_BATCH) {
            self.wake_batch(batch).await?;
        }
        Ok(())
    }

    async fn wake_batch(&self, ids: &[&StoreId]) -> Result<(), sqlx::Error> {
        let Some(last) = ids.last() else { return Ok(()) };
        // The last one again and again up to a power of two: eight texts of this statement, not as many as batch sizes.
        let count = ids.len().next_power_of_two();
        let mut write = self.write().await?;
        // Locked in their order: two replicas that hear of the same change would else wait for each other for ever.
        let wake = write.dialect.sql(&format!(
            "UPDATE stores SET wakes = wakes + 1,
                 due_at_ms = CASE WHEN {WAITS} THEN due_at_ms ELSE NOW_MS END,
                 resting = CASE WHEN {WAITS} THEN resting ELSE 0 END
             WHERE id IN (SELECT id FROM stores WHERE id IN ({}) AND phase NOT IN ('ready', 'deleted')
                 ORDER BY id FOR_UPDATE)",
            places(count)
        ));
        let mut wake = sqlx::query(wake);
        for place in 0..count {
            wake = wake.bind(ids.get(place).unwrap_or(last).as_str());
        }
        let woken = wake.execute(write.connection()).await?;
        if woken.rows_affected() == 0 { Ok(()) } else { write.commit_and_ring().await }
    }
}
