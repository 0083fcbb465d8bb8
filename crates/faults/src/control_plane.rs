//! A real etcd, kube-apiserver and kube-controller-manager on free ports of 127.0.0.1, without a node: ready in some
//! five seconds, gone with the process that started it, however that ends.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, TypeMeta};
use kube::{Client, Config};
use serde_json::json;
use tokio::sync::OnceCell;

use crate::etcd::Etcd;
use crate::node::Node;
use crate::pki::Pki;
use crate::programs::{Programs, repository};
use crate::recorder::Recorder;
use crate::{PATIENCE, until};

/// Where the provisioner's chart puts it, and who it is there.
pub const NAMESPACE: &str = "store-platform";
pub const SERVICE_ACCOUNT: &str = "store-platform-provisioner";
pub const STORE_MANAGER: &str = "store-platform-store-manager";

/// What a deletion and a quota need. No workload controller: a Deployment's and a StatefulSet's status are the test's.
const CONTROLLERS: &str = "namespace-controller,resourcequota-controller,\
    persistentvolumeclaim-protection-controller,persistentvolume-protection-controller";

/// Its standard input ends with the test process; then all of it is killed and the directory removed.
const SCRIPT: &str = r#"
directory=$1 programs=$2 etcd=$3 peer=$4 api=$5
cd "$directory" || exit 1
"$programs/etcd" --data-dir=etcd --listen-client-urls="$etcd" --advertise-client-urls="$etcd" \
    --listen-peer-urls="$peer" --unsafe-no-fsync --log-level=warn >etcd.log 2>&1 &
etcd_process=$!
api_server() {
    "$programs/kube-apiserver" --etcd-servers="$etcd" --bind-address=127.0.0.1 --secure-port="$api" \
        --advertise-address=127.0.0.1 --endpoint-reconciler-type=none --anonymous-auth=false \
        --client-ca-file=ca.crt --tls-cert-file=apiserver.crt --tls-private-key-file=apiserver.key \
        --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=service-accounts.pub \
        --service-account-signing-key-file=service-accounts.key --service-cluster-ip-range=10.0.0.0/16 \
        --authorization-mode=RBAC --disable-admission-plugins=ServiceAccount --allow-privileged >>apiserver.log 2>&1 &
    api_process=$!
}
api_server
read -r controllers
"$programs/kube-controller-manager" --kubeconfig=admin.kubeconfig --authentication-kubeconfig=admin.kubeconfig \
    --authorization-kubeconfig=admin.kubeconfig --leader-elect=false --bind-address=127.0.0.1 --secure-port=0 \
    --controllers="$controllers" --concurrent-namespace-syncs=20 >controllers.log 2>&1 &
controllers_process=$!
while read -r word; do
    case $word in
        kill-api) kill -KILL $api_process ;;
        start-api) api_server ;;
    esac
done
kill -KILL $controllers_process $api_process $etcd_process
wait
rm -rf "$directory"
"#;

pub struct ControlPlane {
    /// As the admin, past every proxy.
    pub client: Client,
    pub address: SocketAddr,
    pub node: Node,
    pub recorder: Recorder,
    pub directory: PathBuf,
    pub(crate) pki: Pki,
    etcd: u16,
    script: Mutex<Child>,
}

impl ControlPlane {
    /// One for all tests of a test program: their stores have other ids, and nobody looks at ids that it does not know.
    pub async fn shared() -> Result<&'static ControlPlane> {
        static SHARED: OnceCell<ControlPlane> = OnceCell::const_new();
        SHARED.get_or_try_init(async || ControlPlane::start(&Programs::from_env()?).await).await
    }

    /// One of one's own, for a test that no other could stand.
    pub async fn start(programs: &Programs) -> Result<ControlPlane> {
        let directory = tempfile::Builder::new().prefix("faults-api").tempdir()?.keep();
        let pki = Pki::generate(&directory).context("make the certificates")?;
        let [etcd, peer, api] = free_ports()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, api));
        let kubeconfig = admin_kubeconfig(&pki, address);
        std::fs::write(directory.join("admin.kubeconfig"), serde_json::to_vec(&kubeconfig)?)?;
        let mut script = Command::new("sh");
        script.args(["-c", SCRIPT, "sh"]).arg(&directory).arg(&programs.kubernetes);
        script.args([format!("http://127.0.0.1:{etcd}"), format!("http://127.0.0.1:{peer}"), api.to_string()]);
        script.stdin(Stdio::piped()).process_group(0);
        let mut script = script.spawn().context("start the control plane")?;
        let client = client(kubeconfig).await?;
        let plane = async {
            is_ready(&client).await.with_context(|| tail(&directory, "apiserver.log"))?;
            say(&mut script, CONTROLLERS)?;
            install_rights(&client, programs).await.context("install the platform chart's rights")
        };
        plane.await?;
        let node = Node::start(client.clone());
        let recorder = Recorder::start(client.clone());
        Ok(ControlPlane { client, address, node, recorder, directory, pki, etcd, script: Mutex::new(script) })
    }

    /// `kill -9`, and another one on the same port. It remembers nothing of what was before, and etcd neither (most kinds
    /// are watched by the API server's memory, events by etcd's): whoever watches from then gets `410 Gone`.
    pub async fn api_server_anew(&self) -> Result<()> {
        self.say("kill-api")?;
        until("the API server to be gone", Duration::from_secs(10), async || {
            Ok(TcpStream::connect(self.address).is_err().then_some(()))
        })
        .await?;
        self.etcd()?.compact().await?;
        self.say("start-api")?;
        is_ready(&self.client).await.with_context(|| tail(&self.directory, "apiserver.log"))?;
        self.node.again();
        Ok(())
    }

    fn say(&self, word: &str) -> Result<()> {
        say(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner), word)
    }

    /// Past the API server.
    pub(crate) fn etcd(&self) -> Result<Etcd> {
        let http = reqwest::Client::builder().tls_backend_preconfigured(self.pki.tls()?).build()?;
        Ok(Etcd::new(http, self.etcd))
    }

    /// The last words of its programs, for a post-mortem.
    pub fn words(&self) -> String {
        tail(&self.directory, "apiserver.log")
    }
}

fn say(script: &mut Child, line: &str) -> Result<()> {
    let input = script.stdin.as_mut().context("the script has no input")?;
    writeln!(input, "{line}").context("the control plane's script is gone")
}

/// Below those that the kernel gives to whoever wants any, so that nobody gets one between this and its use.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// Free now, and no two of a process alike.
pub fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let mut ports = [0; N];
    for port in &mut ports {
        *port = free_port()?;
    }
    Ok(ports)
}

fn free_port() -> Result<u16> {
    // Programs beside each other begin in different places.
    static TURN: LazyLock<AtomicUsize> = LazyLock::new(|| AtomicUsize::new(std::process::id() as usize * 61));
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let next = || PORTS.start + u16::try_from(TURN.fetch_add(1, Ordering::Relaxed) % PORTS.len()).unwrap_or_default();
    std::iter::repeat_with(next).take(PORTS.len()).find(is_free).context("no port is free")
}

fn admin_kubeconfig(pki: &Pki, address: SocketAddr) -> serde_json::Value {
    let encoded = |text: &str| k8s_openapi::ByteString(text.as_bytes().to_vec());
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "faults",
        "contexts": [{"name": "faults", "context": {"cluster": "faults", "user": "admin"}}],
        "clusters": [{"name": "faults", "cluster": {
            "server": format!("https://{address}"),
            "certificate-authority-data": encoded(&pki.ca),
        }}],
        "users": [{"name": "admin", "user": {
            "client-certificate-data": encoded(&pki.admin.certificate),
            "client-key-data": encoded(&pki.admin.key),
        }}],
    })
}

async fn client(kubeconfig: serde_json::Value) -> Result<Client> {
    let kubeconfig: Kubeconfig = serde_json::from_value(kubeconfig)?;
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    Ok(Client::try_from(config)?)
}

async fn is_ready(client: &Client) -> Result<()> {
    until("the API server to be ready", PATIENCE, async || {
        let request = http_get("/readyz")?;
        Ok((client.request_text(request).await? == "ok").then_some(()))
    })
    .await
}

fn http_get(path: &str) -> Result<hyper::Request<Vec<u8>>> {
    Ok(hyper::Request::get(path).body(Vec::new())?)
}

/// The provisioner's rights as its chart gives them: what it may not do in a cluster it may not do here.
async fn install_rights(client: &Client, programs: &Programs) -> Result<()> {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    apply(client, serde_json::from_value(namespace)?).await?;
    let chart = repository("helm-charts/store-platform");
    let mut template = tokio::process::Command::new(&programs.helm);
    template.arg("template").arg(NAMESPACE).arg(&chart).args(["--namespace", NAMESPACE]);
    template.arg("--values").arg(chart.join("values-local.yaml"));
    template.args(["--show-only", "charts/provisioner/templates/rbac.yaml"]);
    let rendered = template.output().await.context("run helm template")?;
    ensure!(rendered.status.success(), "helm template: {}", String::from_utf8_lossy(&rendered.stderr));
    let text = String::from_utf8(rendered.stdout)?;
    let documents: Vec<DynamicObject> = serde_saphyr::from_multiple(&text).context("read the rendered rights")?;
    ensure!(documents.len() >= 5, "the chart renders only {} objects of rights", documents.len());
    for document in documents {
        apply(client, document).await?;
    }
    Ok(())
}

async fn apply(client: &Client, object: DynamicObject) -> Result<()> {
    let types: &TypeMeta = object.types.as_ref().context("an object without a kind")?;
    let resource = ApiResource::from_gvk(&types.try_into()?);
    let name = object.metadata.name.clone().context("an object without a name")?;
    let api: Api<DynamicObject> = match &object.metadata.namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    };
    if types.kind == "Namespace" {
        return match api.create(&PostParams::default(), &object).await {
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
            other => other.map(drop).context("create the platform's namespace"),
        };
    }
    let params = PatchParams::apply("faults").force();
    api.patch(&name, &params, &Patch::Apply(&object)).await.with_context(|| format!("apply {} {name}", types.kind))?;
    Ok(())
}

fn tail(directory: &Path, file: &str) -> String {
    let text = std::fs::read_to_string(directory.join(file)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
