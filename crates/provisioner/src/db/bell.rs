use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgListener;
use tokio::sync::broadcast;
use tokio::time::sleep;

use super::limited::{ACQUIRE_LIMIT, ALIVE_LIMIT, within};

/// Wakes whoever waits for news. It carries no data, so a lost or doubled ring does no harm: each listener looks for
/// itself, and looks slowly without any ring as well.
#[derive(Clone)]
pub struct Bell {
    rings: broadcast::Sender<()>,
}

/// A listener that is further behind than this learns that it is behind, which is as good as a ring.
const PENDING_RINGS: usize = 16;

/// Between attempts to listen again; meanwhile the slow polls carry on.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);

/// A listener only reads, so it would never learn that nobody is at the other end any more. One small question for each
/// replica in this time costs nothing, and is well before the slow poll.
const ASK_AFTER: Duration = Duration::from_secs(5);

impl Bell {
    pub fn subscribe(&self) -> broadcast::Receiver<()> {
        self.rings.subscribe()
    }

    pub(super) fn in_process() -> Bell {
        Bell { rings: broadcast::Sender::new(PENDING_RINGS) }
    }

    /// Also rings for what the other replicas commit. Ends when the last clone of the bell is gone.
    pub(super) fn with_notifications(url: SecretString) -> Bell {
        let bell = Bell::in_process();
        tokio::spawn(listen(url, bell.rings.downgrade()));
        bell
    }

    pub(super) fn ring(&self) {
        // An error says that nobody listens, which is fine.
        let _nobody = self.rings.send(());
    }
}

async fn listen(url: SecretString, rings: broadcast::WeakSender<()>) {
    while rings.upgrade().is_some() {
        if let Err(error) = listen_once(&url, &rings).await {
            tracing::warn!(%error, "listen for wake-ups: lost the connection, trying again");
        }
        sleep(LISTEN_AGAIN).await;
    }
}

async fn listen_once(url: &SecretString, rings: &broadcast::WeakSender<()>) -> Result<(), sqlx::Error> {
    let opened = async {
        let mut listener = PgListener::connect(url.expose_secret()).await?;
        listener.listen("stores").await?;
        Ok(listener)
    };
    let mut listener = within(Some(ACQUIRE_LIMIT), opened).await?;
    // A connection that is lost is this function's end: `listen` opens another one.
    listener.eager_reconnect(false);
    // The first one tells of whatever was missed before the connection stood.
    let mut rung = true;
    loop {
        let Some(sender) = rings.upgrade() else { return Ok(()) };
        if rung {
            let _nobody = sender.send(());
        }
        drop(sender);
        rung = tokio::select! {
            received = listener.try_recv() => match received? {
                Some(_) => true,
                None => return Err(sqlx::Error::Io(std::io::ErrorKind::ConnectionAborted.into())),
            },
            () = sleep(ASK_AFTER) => {
                // What is told meanwhile is kept for the next turn of the loop.
                within(Some(ALIVE_LIMIT), sqlx::query("SELECT 1").execute(&mut listener)).await?;
                false
            }
            () = gone(rings) => return Ok(()),
        };
    }
}

/// Resolves when nobody holds the bell any more.
async fn gone(rings: &broadcast::WeakSender<()>) {
    while rings.strong_count() > 0 {
        sleep(LISTEN_AGAIN).await;
    }
}
