//! A TCP proxy between the provisioner and PostgreSQL that can be cut, held, and cut after a COMMIT.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// Connections that were open when it grew have no other end any more, and nobody tells them.
    vanished: watch::Sender<usize>,
    /// So many COMMITs to come are answered, and so many after them are sent on and never are.
    coming: Mutex<(usize, usize)>,
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
            vanished: watch::channel(0).0,
            coming: Mutex::default(),
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

    /// The server's machine loses its power and another one takes its address: what is open stays open, and nothing comes
    /// on it any more, not even its end. New connections are served.
    pub fn vanish(&self) {
        self.shared.vanished.send_modify(|times| *times += 1);
    }

    /// The next `count` COMMITs reach the server, take effect, and are never answered: the connection dies instead.
    pub fn lose_answers(&self, count: usize) {
        self.lose_answers_after(0, count);
    }

    /// The same for those after the next `answered`.
    pub fn lose_answers_after(&self, answered: usize, count: usize) {
        *self.shared.coming() = (answered, count);
    }

    /// COMMITs whose answer was lost.
    pub fn lost(&self) -> usize {
        self.shared.dropped.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn coming(&self) -> MutexGuard<'_, (usize, usize)> {
        self.coming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the COMMIT that comes now is never answered.
    fn loses(&self) -> bool {
        let mut coming = self.coming();
        let (answered, lost) = *coming;
        let loses = answered == 0 && lost > 0;
        *coming = if loses { (0, lost - 1) } else { (answered.saturating_sub(1), lost) };
        loses
    }
}

async fn carry(shared: &Shared, mut client: TcpStream) -> std::io::Result<()> {
    let mut server = TcpStream::connect(shared.server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut wire = shared.wire.subscribe();
    let mut vanished = shared.vanished.subscribe();
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
            _ = vanished.changed() => {
                drop(server);
                return swallow(client, &mut asked).await;
            }
            read = client.read(&mut asked) => {
                let count = read?;
                if count == 0 {
                    return Ok(());
                }
                if asked[..count].windows(COMMIT.len()).any(|window| window == COMMIT) {
                    losing = shared.loses();
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

/// Takes what it is told, and says nothing, until the client gives up.
async fn swallow(mut client: TcpStream, into: &mut [u8]) -> std::io::Result<()> {
    while client.read(into).await? > 0 {}
    Ok(())
}
