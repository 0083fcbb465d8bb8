//! The test cluster taken as one that somebody else runs: of it only a kubeconfig's context and an ingress are known, and
//! its images come from a real registry.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use local_cluster::Cluster;
use local_cluster::progress::{Progress, tail};
use serde_json::json;
use tempfile::TempDir;

use super::cargo::Tally;
use crate::target::{self, ClusterArgs, TargetArgs};
use crate::{platform, platform::World};

/// Path of the tests that run this way.
const TESTS: &str = "foreign::";
const REGISTRY_STARTS: Duration = Duration::from_secs(20);

/// Puts the platform on the cluster through a registry, runs the tests of that, and puts it back as it was.
pub fn run(world: &World, filter: Option<&str>, progress: &Progress, tally: &mut Tally) -> Result<()> {
    let filter = match filter {
        Some(filter) if !filter.contains(TESTS) => {
            progress.say(format!("no test of {TESTS} asked for: the filter {filter:?} does not name it"));
            return Ok(());
        }
        Some(filter) => filter,
        None => TESTS,
    };
    let cluster = world.access.embedded.as_ref().context("only the embedded cluster is taken as a foreign one")?;
    let registry = Registry::start(cluster, progress)?;
    let outcome = through(&registry, cluster, world, filter, progress, tally);
    let restored = platform::install(&world.access, &world.images, &json!({}), progress);
    outcome?;
    restored.context("put the platform back to the embedded cluster's own images")
}

fn through(
    registry: &Registry,
    cluster: &Cluster,
    world: &World,
    filter: &str,
    progress: &Progress,
    tally: &mut Tally,
) -> Result<()> {
    cluster.trust_plain_registry(&registry.address.to_string())?;
    let args = TargetArgs {
        context: Some(cluster.context.clone()),
        kubeconfig: Some(world.access.kubeconfig.clone()),
        registry: Some(registry.address.to_string()),
        push_to: None,
        ingress_address: Some(format!("127.0.0.1:{}", cluster.https_port)),
        ..TargetArgs::embedded(ClusterArgs::named(&cluster.name))
    };
    let mut foreign = platform::ready(&args, progress).context("the platform did not come up from the registry")?;
    // The one thing that the owner of a cluster hands out besides its kubeconfig.
    foreign.access.authority.clone_from(&world.access.authority);
    super::e2e(&foreign, "orders on a cluster with a registry", filter, &[], progress, tally)
}

/// `distribution`, on an address that the machine and the cluster's node both reach. It ends with this process.
struct Registry {
    address: SocketAddr,
    child: Child,
    _directory: TempDir,
}

impl Registry {
    fn start(cluster: &Cluster, progress: &Progress) -> Result<Registry> {
        let program = local_cluster::build_registry(&target::settings(&cluster.name)?, progress)?;
        let directory = tempfile::tempdir().context("make a directory for the registry")?;
        let address = TcpListener::bind((cluster.machine_address, 0))
            .and_then(|listener| listener.local_addr())
            .with_context(|| format!("find a free port at {}", cluster.machine_address))?;
        // JSON is YAML, and needs no quoting of paths by hand.
        let config = directory.path().join("config.json");
        let settings = json!({
            "version": 0.1,
            "storage": { "filesystem": { "rootdirectory": directory.path().join("images") } },
            "http": { "addr": address.to_string() },
        });
        fs::write(&config, serde_json::to_vec(&settings)?).with_context(|| format!("write {}", config.display()))?;
        let log = target::cache()?.join("log/registry.log");
        let file = fs::File::create(&log).with_context(|| format!("write {}", log.display()))?;
        let step = progress.step("start a registry", Some(&log));
        // Killed with this process too, when that is killed so hard that nothing is dropped.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM"]).arg(&program).arg("serve").arg(&config);
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().context("share the log")?)
            .stderr(file)
            .spawn()
            .context("start the registry")?;
        let mut registry = Registry { address, child, _directory: directory };
        match registry.answers() {
            Ok(()) => {
                step.done(address);
                Ok(registry)
            }
            Err(error) => {
                let error = error.context(tail(&log, 5).join("\n"));
                step.fail(&error);
                Err(error)
            }
        }
    }

    fn answers(&mut self) -> Result<()> {
        let begin = Instant::now();
        while begin.elapsed() < REGISTRY_STARTS {
            if let Some(status) = self.child.try_wait().context("look at the registry")? {
                bail!("the registry ended with {status}");
            }
            if TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        bail!("the registry does not listen at {}", self.address)
    }
}

impl Drop for Registry {
    /// There is nobody left to tell of an error: the process is gone already, or ends with this one.
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            let _ended = self.child.wait();
        }
    }
}
