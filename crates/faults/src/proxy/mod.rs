//! The wire between the provisioner, its Helm and the API server. It speaks HTTP, so that it can answer in the API
//! server's place, lose an answer after the write has taken effect, and count who called what.
//!
//! Clients come without TLS and without credentials: the proxy goes on to the API server as its admin and names the
//! provisioner's ServiceAccount as the one it speaks for, so that the rights of the chart hold.

mod caller;
mod forward;
mod rule;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use hyper::Method;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub use caller::{Agent, Caller, Program};
pub use rule::{Fault, Rule};

use crate::control_plane::{ControlPlane, free_ports};

pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    upstream: reqwest::Client,
    server: SocketAddr,
    state: Mutex<State>,
    /// Grows with each call and each answer.
    changed: watch::Sender<u64>,
    /// Whoever holds a connection and sees another number here lets go of it.
    cuts: watch::Sender<u64>,
    listening: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    rules: Vec<Arc<Rule>>,
    overlaps: Vec<String>,
}

/// One call, as the proxy saw it.
#[derive(Clone, Debug)]
pub struct Call {
    pub by: Caller,
    /// The release that a Helm works on, by its command line.
    pub release: Option<String>,
    pub method: Method,
    /// Without the query.
    pub path: String,
    pub query: String,
    pub begun: Instant,
    pub ended: Option<Instant>,
    /// What the caller was told; `None` when it was told nothing.
    pub status: Option<u16>,
    /// The caller went away before there was an answer.
    pub gone: bool,
    /// What was done to it.
    pub fault: Option<&'static str>,
}

impl Call {
    pub fn is_watch(&self) -> bool {
        self.query.split('&').any(|pair| pair == "watch=true" || pair == "watch=1")
    }

    /// A watch that begins with what is there already.
    pub fn lists(&self) -> bool {
        self.is_watch() && self.query.split('&').any(|pair| pair == "sendInitialEvents=true")
    }

    pub fn is_write(&self) -> bool {
        self.method != Method::GET && self.method != Method::HEAD
    }

    pub fn is_helms(&self) -> bool {
        self.by.agent == Agent::Helm
    }

    pub fn namespace(&self) -> Option<&str> {
        let mut parts = self.path.split('/');
        parts.find(|part| *part == "namespaces")?;
        parts.next()
    }

    pub fn is_provisioners(&self) -> bool {
        self.by.agent == Agent::Provisioner
    }

    /// Whether the provisioner makes an object of this kind.
    pub fn makes(&self, plural: &str) -> bool {
        self.is_provisioners() && self.method == Method::POST && self.path.ends_with(&format!("/{plural}"))
    }

    /// Whether the call is about this kind of object, by its plural.
    pub fn is_about(&self, plural: &str) -> bool {
        self.path.split('/').any(|part| part == plural)
    }
}

impl Proxy {
    pub async fn start(plane: &ControlPlane) -> Result<Proxy> {
        // One that nobody is given while it does not listen.
        let [port] = free_ports()?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let upstream = reqwest::Client::builder()
            .tls_backend_preconfigured(plane.pki.tls()?)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let shared = Arc::new(Shared {
            upstream,
            server: plane.address,
            state: Mutex::default(),
            changed: watch::channel(0).0,
            cuts: watch::channel(0).0,
            listening: watch::channel(true).0,
        });
        tokio::spawn(accept(Arc::clone(&shared), listener, address));
        Ok(Proxy { address, shared })
    }

    /// What the provisioner and Helm find the API server by.
    pub fn write_kubeconfig(&self, file: &Path) -> Result<()> {
        let kubeconfig = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "faults",
            "contexts": [{"name": "faults", "context": {"cluster": "faults", "user": "faults"}}],
            "clusters": [{"name": "faults", "cluster": {"server": format!("http://{}", self.address)}}],
            "users": [{"name": "faults", "user": {}}],
        });
        std::fs::write(file, serde_json::to_vec(&kubeconfig)?).with_context(|| format!("write {}", file.display()))
    }

    /// From now on; the first rule that fits a call is the one that counts.
    pub fn add(&self, rule: Rule) -> Arc<Rule> {
        let rule = Arc::new(rule);
        self.shared.state().rules.push(Arc::clone(&rule));
        rule
    }

    pub fn clear(&self) {
        for rule in std::mem::take(&mut self.shared.state().rules) {
            rule.release();
        }
    }

    /// Closes every connection, in the middle of whatever is on it.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// The API server is down: connections are refused, and those that are open are closed.
    pub async fn down(&self) -> Result<()> {
        self.shared.listening.send_replace(false);
        self.cut();
        crate::until("the proxy to refuse", Duration::from_secs(10), async || {
            Ok(TcpStream::connect(self.address).await.is_err().then_some(()))
        })
        .await
    }

    pub async fn up(&self) -> Result<()> {
        self.shared.listening.send_replace(true);
        crate::until("the proxy to listen again", Duration::from_secs(10), async || {
            TcpStream::connect(self.address).await?;
            Ok(Some(()))
        })
        .await
    }

    pub fn calls(&self) -> Vec<Call> {
        self.shared.state().calls.clone()
    }

    pub fn count(&self, wanted: impl Fn(&Call) -> bool) -> usize {
        self.shared.state().calls.iter().filter(|call| wanted(call)).count()
    }

    /// How many calls there were so far: what comes later is `calls()[mark..]`.
    pub fn mark(&self) -> usize {
        self.shared.state().calls.len()
    }

    /// Calls that wait for their answer while the connection they came on is open.
    pub fn open_connections(&self, wanted: impl Fn(&Call) -> bool) -> usize {
        self.count(|call| call.ended.is_none() && !call.gone && wanted(call))
    }

    /// Two Helm processes for one store that were alive together, in words; empty if all is well.
    pub fn overlaps(&self) -> Vec<String> {
        self.shared.state().overlaps.clone()
    }

    /// Returns when so many of the calls fit.
    pub async fn until(&self, what: &str, count: usize, wanted: impl Fn(&Call) -> bool) -> Result<()> {
        let mut changed = self.shared.changed.subscribe();
        let reached = async {
            while self.count(&wanted) < count {
                changed.changed().await?;
            }
            Ok::<_, watch::error::RecvError>(())
        };
        let reached = tokio::time::timeout(crate::PATIENCE, reached).await;
        ensure!(matches!(reached, Ok(Ok(()))), "the proxy waited in vain for {what}");
        Ok(())
    }

    /// The calls as a person reads them, those of the watches left out.
    pub fn story(&self, last: usize) -> String {
        let calls = self.calls();
        let Some(first) = calls.first().map(|call| call.begun) else { return String::new() };
        let told: Vec<String> = calls.iter().filter(|call| !call.is_watch()).map(|call| tell(call, first)).collect();
        told[told.len().saturating_sub(last)..].join("\n")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.clear();
        self.shared.listening.send_replace(false);
        self.cut();
    }
}

fn tell(call: &Call, first: Instant) -> String {
    let at = call.begun.duration_since(first).as_secs_f64();
    let took = call.ended.map_or_else(|| "…".to_owned(), |ended| format!("{} ms", (ended - call.begun).as_millis()));
    let status = call.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let fault = call.fault.map(|fault| format!(" [{fault}]")).unwrap_or_default();
    format!("{at:8.3} {} {} {} -> {status} in {took}{fault}", call.by, call.method, call.path)
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.send_modify(|count| *count += 1);
    }
}

/// Listens while it is to listen; the port is the proxy's own all the time, as far as the kernel can promise it.
async fn accept(shared: Arc<Shared>, listener: TcpListener, address: SocketAddr) {
    let mut listening = shared.listening.subscribe();
    let mut listener = Some(listener);
    loop {
        if !*listening.borrow_and_update() {
            listener = None;
        } else if listener.is_none() {
            listener = TcpListener::bind(address).await.ok();
        }
        let Some(open) = &listener else {
            let again = tokio::time::timeout(Duration::from_millis(100), listening.changed());
            if let Ok(Err(_)) = again.await {
                return;
            }
            if Arc::strong_count(&shared) == 1 {
                return;
            }
            continue;
        };
        tokio::select! {
            changed = listening.changed() => if changed.is_err() { return },
            accepted = open.accept() => if let Ok((stream, peer)) = accepted {
                tokio::spawn(serve(Arc::clone(&shared), stream, peer));
            }
        }
    }
}

async fn serve(shared: Arc<Shared>, stream: TcpStream, peer: SocketAddr) {
    let mut cuts = shared.cuts.subscribe();
    cuts.borrow_and_update();
    let address = shared.server;
    let found = stream.local_addr().map(|own| tokio::task::spawn_blocking(move || caller::Found::at(peer, own)));
    let Ok(found) = found else { return };
    let found = found.await.unwrap_or_default();
    shared.state().overlaps.extend(found.overlaps);
    let (caller, release) = (found.caller, found.release);
    let service = service_fn(|request| forward::answer(&shared, address, (caller, release.clone()), request));
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // A connection that breaks is what a proxy of this kind is for.
        _broken = connection => {}
        _cut = cuts.changed() => {}
    }
}
