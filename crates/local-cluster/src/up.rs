//! `up`: each step looks first whether it is done already, so that it can be interrupted and run again anywhere.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::cluster::{Cluster, finished_mark, run};
use crate::progress::{Progress, Step};
use crate::settings::Settings;
use crate::turns::one_at_a_time;
use crate::{addons, binaries, down, image, kernel, node_config, packages, pki, readiness, space, supervisor};

/// From process start to ready took 11 s on two busy cores; ten times that is a machine in trouble.
const PATIENCE: Duration = Duration::from_mins(3);
const TRY: Duration = Duration::from_millis(200);

/// Brings the cluster up, or finds it up. Ends when everything in it is ready.
pub fn up(settings: &Settings, progress: &Progress) -> Result<Cluster> {
    if !nix::unistd::geteuid().is_root() {
        bail!("a cluster of one's own needs root on Linux: run as root, or use a cluster that exists (--context)");
    }
    let _lock = one_at_a_time(settings, progress)?;
    let mut settings = settings.clone();
    settings.claim()?;
    let settings = &settings;
    packages::ensure_packages(progress, &settings.cache_dir.join("logs/packages.log"))?;
    let binaries = binaries::build(settings, progress)?;
    let cluster = Cluster::of(settings, binaries);
    let addons = addons::Addons::new(settings, &cluster)?;

    let mut running = supervisor::running(settings)?.is_some();
    if running && node_config::binaries_of(settings).ok().as_ref() != Some(&cluster.binaries.directory) {
        // Its data stays: the node starts again with the programs of this version.
        progress.say(format!("cluster {} runs other programs than these: its node starts again", settings.name));
        down::stop_supervisor(settings)?;
        running = false;
    }
    let installed = fs::read_to_string(finished_mark(settings)).is_ok_and(|mark| mark == addons.mark());
    if running && installed && api_ready(&cluster).is_ok_and(|ready| ready) {
        progress.step(&format!("cluster {}", settings.name), None).done("runs already");
        return Ok(cluster);
    }
    let log = supervisor::log_path(settings);
    if !installed {
        space::ensure(&settings.state_dir())?;
    }
    as_step(progress, "start the node", Some(&log), |_| start(settings, &cluster, running))?;
    as_step(progress, "set up the cluster", Some(&log), |step| {
        if !installed {
            addons.install(step)?;
        }
        step.note("waiting for its pods");
        wait(settings, "the cluster", || readiness::check(settings, &cluster).map(|()| true))
    })?;
    fs::write(finished_mark(settings), addons.mark()).context("note that the cluster is complete")?;
    Ok(cluster)
}

fn as_step(progress: &Progress, name: &str, log: Option<&Path>, deed: impl FnOnce(&Step) -> Result<()>) -> Result<()> {
    let step = progress.step(name, log);
    match deed(&step) {
        Ok(()) => {
            step.done("");
            Ok(())
        }
        Err(error) => {
            step.fail(&error);
            Err(error)
        }
    }
}

fn api_ready(cluster: &Cluster) -> Result<bool> {
    Ok(run(cluster.kubectl().args(["get", "--raw=/readyz", "--request-timeout=5s"]))?.trim() == "ok")
}

fn start(settings: &Settings, cluster: &Cluster, running: bool) -> Result<()> {
    if !running {
        settings.check_ports()?;
        pki::ensure(settings)?;
        node_config::write_all(settings, &cluster.binaries)?;
        kernel::remember(settings)?;
        supervisor::start(settings)?;
    }
    // While the API server starts, containerd is up already and can take the image that every pod needs.
    let archive = image::ensure(&cluster.binaries)?;
    wait(settings, "containerd", || {
        Ok(cluster.has_image(image::SANDBOX_IMAGE)? || cluster.import_image(&archive).is_ok())
    })?;
    wait(settings, "the API server", || api_ready(cluster))?;
    wait(settings, "the node", || {
        let ready = r#"-o=jsonpath={.status.conditions[?(@.type=="Ready")].status}"#;
        Ok(run(cluster.kubectl().args(["get", "node", &settings.name, ready]))? == "True")
    })
}

/// Tries until it is true; tells the last error when patience ends, or when there is nothing left to wait for.
fn wait(settings: &Settings, what: &str, mut ready: impl FnMut() -> Result<bool>) -> Result<()> {
    let began = Instant::now();
    loop {
        let answer = ready();
        if matches!(answer, Ok(true)) {
            return Ok(());
        }
        // Just started by setsid, the supervisor may not hold its lock yet.
        let alone = began.elapsed() > Duration::from_secs(5) && supervisor::running(settings)?.is_none();
        if alone || began.elapsed() > PATIENCE {
            let last = answer.err().map(|error| format!("; last answer: {error:#}")).unwrap_or_default();
            let how = if alone { "the supervisor ended" } else { "it took too long" };
            bail!("{what} did not get ready: {how}{last}");
        }
        thread::sleep(TRY);
    }
}

/// `kubectl apply` of manifests; the fields are ours whoever else wrote them.
pub(crate) fn apply(cluster: &Cluster, manifests: &str) -> Result<()> {
    let mut command = cluster.kubectl();
    command.args(["apply", "--server-side", "--force-conflicts", "-f", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let input = child.stdin.take();
    let text = manifests.to_owned();
    let writer = thread::spawn(move || input.map(|mut input| input.write_all(text.as_bytes())));
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("kubectl apply: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    match writer.join() {
        Ok(Some(Err(error))) => Err(error).context("hand the manifests to kubectl"),
        Ok(_) => Ok(()),
        Err(_) => bail!("handing the manifests to kubectl ended without a word"),
    }
}
