//! The way to the database, which a test may cut without a word: nobody is told that anything is wrong, as when a host dies
//! or a firewall forgets a connection.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use provisioner::db::DbSettings;
use secrecy::ExposeSecret;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// The name under which PostgreSQL knows these connections.
pub const RELAYED: &str = "relayed";

pub struct Relay {
    url: String,
    /// Connections, counted as they come.
    accepted: Arc<AtomicU64>,
    way: watch::Sender<Way>,
}

/// What becomes of what is sent from now on.
#[derive(Clone, Copy, Debug, Default)]
struct Way {
    /// So many of the first connections stay open and carry nothing.
    silent: u64,
    /// No notification passes.
    deaf: bool,
}

impl Relay {
    /// To a database of the tests' server, which listens on a socket in its directory.
    pub async fn to(settings: &DbSettings) -> Relay {
        let DbSettings::Postgres { url } = settings else { panic!("SQLite has no way to it") };
        let (server, directory) = url.expose_secret().split_once("?host=").unwrap();
        let socket = Path::new(directory).join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap().to_string();
        let accepted = Arc::new(AtomicU64::new(0));
        let (way, ways) = watch::channel(Way::default());
        tokio::spawn(accept(listener, socket, Arc::clone(&accepted), ways));
        let url = format!("{}?sslmode=disable&application_name={RELAYED}", server.replace("localhost", &here));
        Relay { url, accepted, way }
    }

    /// The same database, by this way.
    pub fn settings(&self) -> DbSettings {
        DbSettings::Postgres { url: self.url.clone().into() }
    }

    /// Every connection of now is dead, and nobody is told; new ones live.
    pub fn swallow(&self) {
        let accepted = self.accepted.load(Ordering::SeqCst);
        self.way.send_modify(|way| way.silent = accepted);
    }

    /// And new ones are dead as well.
    pub fn swallow_all(&self) {
        self.way.send_modify(|way| way.silent = u64::MAX);
    }

    /// Everything passes but notifications.
    pub fn deafen(&self) {
        self.way.send_modify(|way| way.deaf = true);
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, accepted: Arc<AtomicU64>, way: watch::Receiver<Way>) {
    while let Ok((client, _)) = listener.accept().await {
        let number = accepted.fetch_add(1, Ordering::SeqCst);
        let server = UnixStream::connect(&socket).await.unwrap();
        tokio::spawn(relay(number, client, server, way.clone()));
    }
}

/// Until one side ends, or for ever in silence.
async fn relay(number: u64, mut client: TcpStream, mut server: UnixStream, mut way: watch::Receiver<Way>) {
    // Each message goes by itself and at once: waiting for more would cost every statement 40 ms.
    client.set_nodelay(true).unwrap();
    // Only lent to what passes: it ends with the silence, and both sockets stay open.
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let answers = way.clone();
    let silence = async {
        // The sender is gone with the test.
        drop(way.wait_for(|way| number < way.silent).await);
    };
    tokio::select! {
        biased;
        () = silence => std::future::pending::<()>().await,
        _ended = questions_pass(from_client, to_server) => {}
        _ended = answers_pass(from_server, to_client, answers) => {}
    }
}

async fn questions_pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> std::io::Result<()> {
    tokio::io::copy(&mut from, &mut to).await.map(drop)
}

/// One message of the protocol after the other: its kind, its length with itself, its body.
async fn answers_pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    way: watch::Receiver<Way>,
) -> std::io::Result<()> {
    const NOTIFICATION: u8 = b'A';
    loop {
        let kind = from.read_u8().await?;
        let length = from.read_u32().await?;
        let mut body = vec![0; usize::try_from(length).unwrap() - 4];
        from.read_exact(&mut body).await?;
        if kind == NOTIFICATION && way.borrow().deaf {
            continue;
        }
        let mut message = vec![kind];
        message.extend(length.to_be_bytes());
        message.extend(body);
        to.write_all(&message).await?;
    }
}
