//! A TCP proxy between the provisioner and PostgreSQL that can be cut, held, and cut after a COMMIT.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the wire does with connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Whole,
    /// What is open is closed, what comes is closed at once: the server is down.
    Cut,
    /// Nothing passes and nothing is closed: a cable is out.
    Held,
}

pub struct SqlProxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    wire: watch::Sender<Wire>,
    /// So many COMMITs to come are sent on and never answered.
    unanswered: AtomicUsize,
    commits: AtomicUsize,
    dropped: AtomicUsize,
}

/// A simple query of this one word, as sqlx sends it.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

impl SqlProxy {
    pub async fn start(server: SocketAddr) -> Result<SqlProxy> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server,
            wire: watch::channel(Wire::Whole).0,
            unanswered: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
            dropped: AtomicUsize::new(0),
        });
        let weak = Arc::downgrade(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Some(shared) = weak.upgrade() else { return };
                if *shared.wire.borrow() != Wire::Cut {
                    // A wire that breaks is this proxy's trade.
                    tokio::spawn(async move { drop(carry(&shared, client).await) });
                }
            }
        });
        Ok(SqlProxy { address, shared })
    }

    pub fn set(&self, wire: Wire) {
        self.shared.wire.send_replace(wire);
    }

    /// The next `count` COMMITs reach the server, take effect, and are never answered: the connection dies instead.
    pub fn lose_answers(&self, count: usize) {
        self.shared.unanswered.store(count, Ordering::SeqCst);
    }

    /// COMMITs whose answer was lost.
    pub fn lost(&self) -> usize {
        self.shared.dropped.load(Ordering::SeqCst)
    }

    pub fn commits(&self) -> usize {
        self.shared.commits.load(Ordering::SeqCst)
    }
}

async fn carry(shared: &Shared, mut client: TcpStream) -> std::io::Result<()> {
    let mut server = TcpStream::connect(shared.server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut wire = shared.wire.subscribe();
    let mut losing = false;
    loop {
        let now = *wire.borrow_and_update();
        match now {
            Wire::Cut => return Ok(()),
            Wire::Held => {
                if wire.changed().await.is_err() {
                    return Ok(());
                }
                continue;
            }
            Wire::Whole => {}
        }
        tokio::select! {
            changed = wire.changed() => if changed.is_err() { return Ok(()) },
            read = client.read(&mut asked) => {
                let count = read?;
                if count == 0 {
                    return Ok(());
                }
                if asked[..count].windows(COMMIT.len()).any(|window| window == COMMIT) {
                    shared.commits.fetch_add(1, Ordering::SeqCst);
                    let fewer = |left: usize| left.checked_sub(1);
                    losing = shared.unanswered.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_ok();
                }
                server.write_all(&asked[..count]).await?;
            }
            read = server.read(&mut answered) => {
                let count = read?;
                if count == 0 {
                    return Ok(());
                }
                if losing {
                    // The server has answered, so the transaction is in; the client never hears of it.
                    shared.dropped.fetch_add(1, Ordering::SeqCst);
                    return Ok(());
                }
                client.write_all(&answered[..count]).await?;
            }
        }
    }
}
