//! The cable between the machine and the node, and the node's way out.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::unistd::Pid;

use crate::settings::Settings;

/// The node's end of the cable, seen from inside.
const INSIDE: &str = "eth0";

/// Lets the node's packets out under the machine's own address.
pub(crate) fn open_machine(settings: &Settings) -> Result<()> {
    let addresses = settings.addresses();
    let table = settings.firewall_table();
    fs::write("/proc/sys/net/ipv4/ip_forward", "1").context("turn on net.ipv4.ip_forward")?;
    let link = settings.link_name();
    // `add` before `delete`: deleting what is not there would fail the whole transaction.
    nft(&format!(
        "add table ip {table}\ndelete table ip {table}\n\
         table ip {table} {{\n\
         chain out {{ type nat hook postrouting priority srcnat;\n\
         ip saddr {{ {}, {} }} oifname != \"{link}\" masquerade\n}}\n}}\n",
        addresses.link, addresses.pods
    ))
}

pub(crate) fn close_machine(settings: &Settings) -> Result<()> {
    let table = settings.firewall_table();
    nft(&format!("add table ip {table}\ndelete table ip {table}\n"))?;
    remove_link(settings)
}

/// Plugs the cable into the node that the process started.
pub(crate) fn connect(settings: &Settings, unshare: Pid) -> Result<()> {
    let node = first_child(unshare)?;
    let link = settings.link_name();
    let addresses = settings.addresses();
    remove_link(settings)?;
    let machine = format!("{}/{}", addresses.machine(), addresses.link.bits());
    let gateway = addresses.node().to_string();
    ip(&["link", "add", &link, "type", "veth", "peer", "name", INSIDE, "netns", &node.to_string()])?;
    ip(&["address", "add", &machine, "dev", &link])?;
    ip(&["link", "set", &link, "up"])?;
    // The machine reaches pods and Services directly; the routes go with the cable.
    ip(&["route", "replace", &addresses.pods.to_string(), "via", &gateway, "dev", &link])?;
    ip(&["route", "replace", &addresses.services.to_string(), "via", &gateway, "dev", &link])
}

/// The node's side: runs inside, waits for the cable and sets it up.
pub(crate) fn set_up_node(settings: &Settings) -> Result<()> {
    let addresses = settings.addresses();
    wait_until("the cable to the machine", || Path::new("/proc/sys/net/ipv4/conf").join(INSIDE).exists())?;
    let node = format!("{}/{}", addresses.node(), addresses.link.bits());
    ip(&["link", "set", "lo", "up"])?;
    ip(&["address", "add", &node, "dev", INSIDE])?;
    ip(&["link", "set", INSIDE, "up"])?;
    ip(&["route", "add", "default", "via", &addresses.machine().to_string()])?;
    fs::write("/proc/sys/net/ipv4/ip_forward", "1").context("turn on forwarding in the node")?;
    nft(&format!(
        "table ip store_platform {{ chain out {{ type nat hook postrouting priority srcnat;\n\
         ip saddr {pods} ip daddr != {pods} oifname \"{INSIDE}\" masquerade\n}}\n}}\n",
        pods = addresses.pods
    ))
}

fn remove_link(settings: &Settings) -> Result<()> {
    let link = settings.link_name();
    if Path::new("/sys/class/net").join(&link).exists() {
        ip(&["link", "delete", &link])?;
    }
    Ok(())
}

/// unshare makes the namespaces first and then forks; so what it forked is inside them.
fn first_child(parent: Pid) -> Result<Pid> {
    let path = format!("/proc/{parent}/task/{parent}/children");
    let mut child = None;
    wait_until("the node's first process", || {
        let children = fs::read_to_string(&path).unwrap_or_default();
        child = children.split_whitespace().next().and_then(|pid| pid.parse().ok());
        child.is_some()
    })?;
    child.map(Pid::from_raw).context("the node ended at once")
}

fn wait_until(what: &str, mut ready: impl FnMut() -> bool) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !ready() {
        if Instant::now() > deadline {
            bail!("{what} did not come within 10 s");
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn ip(arguments: &[&str]) -> Result<()> {
    let output = Command::new("ip").args(arguments).output().context("run ip (Debian package iproute2)")?;
    if !output.status.success() {
        bail!("ip {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

fn nft(rules: &str) -> Result<()> {
    use std::io::Write;
    let mut command = Command::new("nft");
    command.args(["-f", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().context("run nft (Debian package nftables)")?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(rules.as_bytes()).context("write nft's rules")?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("nft refuses the rules: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
