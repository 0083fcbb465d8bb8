//! Which stores something changed of since the worker last asked.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use futures::Stream;
use store_model::StoreId;
use tokio::sync::Notify;

/// A set and not a queue: a store that changes a hundred times is woken once, and a new list of ten thousand namespaces
/// overruns nobody. What changed before a worker runs waits for it.
#[derive(Default)]
pub struct Changes {
    ids: Mutex<BTreeSet<StoreId>>,
    told: Notify,
}

impl Changes {
    pub fn tell(&self, id: StoreId) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        self.told.notify_one();
    }

    /// For one listener: each change is heard once.
    pub fn stream(self: &Arc<Changes>) -> impl Stream<Item = StoreId> + Send + use<> {
        futures::stream::unfold(Arc::clone(self), |changes| async move {
            loop {
                let next = changes.ids.lock().unwrap_or_else(PoisonError::into_inner).pop_first();
                if let Some(id) = next {
                    return Some((id, changes));
                }
                // Told in between is told: a notification waits for whoever comes for it.
                changes.told.notified().await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::StreamExt;
    use tokio::time::timeout;

    use super::*;

    fn id(letter: char) -> StoreId {
        StoreId::parse(&format!("s{}", letter.to_string().repeat(11))).unwrap()
    }

    #[tokio::test]
    async fn what_changes_again_before_it_is_heard_is_heard_once() {
        let changes = Arc::new(Changes::default());
        for letter in ['b', 'a', 'b'] {
            changes.tell(id(letter));
        }
        let mut heard = changes.stream().boxed();
        assert_eq!((heard.next().await, heard.next().await), (Some(id('a')), Some(id('b'))));
        assert!(timeout(Duration::from_millis(20), heard.next()).await.is_err());
        changes.tell(id('a'));
        assert_eq!(timeout(Duration::from_secs(5), heard.next()).await.unwrap(), Some(id('a')));
    }
}
