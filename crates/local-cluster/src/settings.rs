//! Everything about a cluster that follows from its name, so that two clusters on one machine never collide.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cidr::Cidr;
use crate::turns;

/// The cluster that the README's commands mean when none is named.
pub const DEFAULT_NAME: &str = "demo";

const STATE_ROOT: &str = "/var/lib/store-platform";
const RUN_ROOT: &str = "/run/store-platform";
/// Longer names would not fit into socket paths (108 bytes) together with what containerd appends.
const LONGEST_NAME: usize = 20;

/// What may be chosen about a cluster.
#[derive(Clone, Debug)]
pub struct Settings {
    pub name: String,
    pub http_port: u16,
    pub https_port: u16,
    pub cache_dir: PathBuf,
    pub state_root: PathBuf,
    pub verbose: bool,
    /// Which of the 256 address blocks the cluster uses: a hash of the name, or the next free one.
    slot: u8,
}

/// What is remembered from the first `up` to the last `down`.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
struct Kept {
    slot: u8,
    http_port: u16,
    https_port: u16,
}

/// The cluster's addresses. Each block is cut out of a /12 or /16 by the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Addresses {
    pub pods: Cidr,
    pub services: Cidr,
    /// The cable between the machine and the node: the machine has .1, the node .2.
    pub link: Cidr,
}

impl Settings {
    /// The settings of a cluster: those it was made with, or those it would be made with.
    pub fn named(name: &str) -> Result<Self> {
        Self::named_in(name, Path::new(STATE_ROOT))
    }

    fn named_in(name: &str, state_root: &Path) -> Result<Self> {
        check_name(name)?;
        let kept = read_kept(&state_root.join(name))?;
        let slot = kept.map_or_else(|| slot_of(name), |kept| kept.slot);
        let ports = kept.map_or_else(|| default_ports(name, slot), |kept| (kept.http_port, kept.https_port));
        Ok(Self {
            name: name.to_owned(),
            http_port: ports.0,
            https_port: ports.1,
            cache_dir: default_cache_dir(),
            state_root: state_root.to_path_buf(),
            verbose: false,
            slot,
        })
    }

    /// A cluster that is nowhere.
    #[cfg(test)]
    pub(crate) fn for_test(name: &str, slot: u8) -> Self {
        let state_root = PathBuf::from("/nowhere");
        let ports = default_ports(name, slot);
        Self {
            name: name.into(),
            http_port: ports.0,
            https_port: ports.1,
            cache_dir: "/cache".into(),
            state_root,
            verbose: false,
            slot,
        }
    }

    pub fn state_dir(&self) -> PathBuf {
        self.state_root.join(&self.name)
    }

    pub fn log_dir(&self) -> PathBuf {
        self.state_dir().join("logs")
    }

    /// What the machine forgets when it starts anew: lock, sockets, the runtime's state.
    pub fn run_dir(&self) -> PathBuf {
        Path::new(RUN_ROOT).join(&self.name)
    }

    pub(crate) fn addresses(&self) -> Addresses {
        addresses(self.slot)
    }

    /// The machine's end of the cable; at most 15 bytes, as the kernel wants it.
    pub(crate) fn link_name(&self) -> String {
        format!("splink{}", self.slot)
    }

    pub(crate) fn firewall_table(&self) -> String {
        format!("store_platform_{}", self.slot)
    }

    /// The name of the group, in every tree, that all processes of the node are in.
    pub fn control_group(&self) -> String {
        format!("store-platform-{}", self.name)
    }

    /// Settles the address block at first `up` and writes it down, so that later runs agree.
    pub(crate) fn claim(&mut self) -> Result<()> {
        let directory = self.state_dir();
        let wanted = (self.http_port, self.https_port);
        if wanted.0 == wanted.1 {
            bail!("http and https cannot share port {}: choose two ports", wanted.0);
        }
        if let Some(kept) = read_kept(&directory)? {
            if wanted != (kept.http_port, kept.https_port) {
                bail!(
                    "cluster {} was made with ports {} and {}: use those, or take it down first to change them",
                    self.name,
                    kept.http_port,
                    kept.https_port
                );
            }
            self.slot = kept.slot;
            return Ok(());
        }
        let derived = wanted == default_ports(&self.name, self.slot);
        // Two clusters that come up at the same moment must not find the same block free.
        let _lock = turns::take(&self.state_root.join("claim.lock"), "another cluster chooses its addresses", None)?;
        self.slot = self.free_slot()?;
        if derived {
            (self.http_port, self.https_port) = default_ports(&self.name, self.slot);
        }
        let kept = Kept { slot: self.slot, http_port: self.http_port, https_port: self.https_port };
        fs::create_dir_all(&directory).with_context(|| format!("create {}", directory.display()))?;
        let file = directory.join(KEPT_FILE);
        fs::write(&file, serde_json::to_vec_pretty(&kept)?).with_context(|| format!("write {}", file.display()))
    }

    pub(crate) fn is_claimed(&self) -> Result<bool> {
        Ok(read_kept(&self.state_dir())?.is_some())
    }

    /// Refuses ports that something else listens on. Only for a cluster that does not run: it would meet itself.
    pub(crate) fn check_ports(&self) -> Result<()> {
        for (what, port) in [("http", self.http_port), ("https", self.https_port)] {
            if let Err(error) = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)) {
                bail!(
                    "the {what} port {port} of cluster {} cannot be had ({error}): \
                     stop what listens there, or choose another port",
                    self.name
                );
            }
        }
        Ok(())
    }

    fn free_slot(&self) -> Result<u8> {
        let taken = self.taken_slots()?;
        let routes = local_routes()?;
        (0..=u8::MAX)
            .map(|step| slot_of(&self.name).wrapping_add(step))
            .find(|slot| !taken.contains(slot) && !addresses(*slot).overlap(&routes))
            .with_context(|| "no address block in 10.208.0.0/12, 10.224.0.0/12 or 10.240.0.0/16 is free".to_owned())
    }

    fn taken_slots(&self) -> Result<Vec<u8>> {
        let entries = match fs::read_dir(&self.state_root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error).with_context(|| format!("list {}", self.state_root.display())),
        };
        let mut taken = Vec::new();
        for entry in entries {
            if let Some(kept) = read_kept(&entry?.path())? {
                taken.push(kept.slot);
            }
        }
        Ok(taken)
    }
}

impl Addresses {
    /// The machine's end of the cable.
    pub fn machine(&self) -> Ipv4Addr {
        self.link.host(1)
    }

    pub fn node(&self) -> Ipv4Addr {
        self.link.host(2)
    }

    /// The API server's own Service is always the first of the block.
    pub fn kubernetes_service(&self) -> Ipv4Addr {
        self.services.host(1)
    }

    pub fn dns(&self) -> Ipv4Addr {
        self.services.host(10)
    }

    /// Fixed, so that the machine's ports can be forwarded to it without asking the API.
    pub fn envoy(&self) -> Ipv4Addr {
        self.services.host(20)
    }

    fn overlap(&self, routes: &[Cidr]) -> bool {
        [self.pods, self.services, self.link].iter().any(|own| routes.iter().any(|route| own.overlaps(*route)))
    }
}

const KEPT_FILE: &str = "settings.json";

fn addresses(slot: u8) -> Addresses {
    // Sixteen /20 blocks fit into one second octet: 4094 pods or services each.
    let (high, low) = (slot / 16, (slot % 16) * 16);
    Addresses {
        services: Cidr::new(Ipv4Addr::new(10, 208 + high, low, 0), 20),
        pods: Cidr::new(Ipv4Addr::new(10, 224 + high, low, 0), 20),
        link: Cidr::new(Ipv4Addr::new(10, 240, slot, 0), 30),
    }
}

fn slot_of(name: &str) -> u8 {
    Sha256::digest(name.as_bytes())[0]
}

fn default_ports(name: &str, slot: u8) -> (u16, u16) {
    if name == DEFAULT_NAME {
        return (8080, 8443);
    }
    // Below 32768, where the kernel takes ports for outgoing connections from.
    let http = 20_000 + 2 * u16::from(slot);
    (http, http + 1)
}

fn default_cache_dir() -> PathBuf {
    std::env::var_os("STORE_PLATFORM_CACHE").map_or_else(
        || {
            let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/root"), PathBuf::from);
            home.join(".cache/store-platform")
        },
        PathBuf::from,
    )
}

fn check_name(name: &str) -> Result<()> {
    let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if !letters || !starts || name.ends_with('-') || name.len() > LONGEST_NAME {
        bail!(
            "{name:?} is no name for a cluster: a letter, then letters, digits and dashes, \
             at most {LONGEST_NAME}, all lower case"
        );
    }
    Ok(())
}

fn read_kept(directory: &Path) -> Result<Option<Kept>> {
    let file = directory.join(KEPT_FILE);
    match fs::read(&file) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .with_context(|| format!("{} is damaged: take the cluster down to begin anew", file.display())),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| format!("read {}", file.display())),
    }
}

/// The networks that this machine reaches by a route of their own; a cluster must not hide them.
fn local_routes() -> Result<Vec<Cidr>> {
    let output = Command::new("ip").args(["-4", "route", "show", "table", "all"]).output();
    let output = output.context("run ip (Debian package iproute2)")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(route_destination).collect())
}

fn route_destination(line: &str) -> Option<Cidr> {
    let mut words = line.split_whitespace();
    let first = words.next()?;
    let destination =
        if matches!(first, "local" | "broadcast" | "unreachable" | "blackhole") { words.next()? } else { first };
    destination.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_never_share_an_address_a_port_or_a_device() {
        let all: Vec<Addresses> = (0..=u8::MAX).map(addresses).collect();
        for (index, one) in all.iter().enumerate() {
            assert!(!one.pods.overlaps(one.services) && !one.link.overlaps(one.pods));
            for other in &all[index + 1..] {
                let blocks = [other.pods, other.services, other.link];
                assert!(!one.overlap(&blocks), "{one:?} meets {other:?}");
            }
        }
        let ports: std::collections::HashSet<u16> =
            (0..=u8::MAX).flat_map(|slot| <[u16; 2]>::from(default_ports("other", slot))).collect();
        assert_eq!(ports.len(), 512);
    }

    #[test]
    fn a_second_name_with_the_same_hash_takes_the_next_block() {
        let root = tempfile::tempdir().unwrap();
        let mut one = Settings::named_in("demo", root.path()).unwrap();
        one.claim().unwrap();
        let twin = (0..100_000).map(|number| format!("c{number}")).find(|name| slot_of(name) == one.slot).unwrap();
        let mut two = Settings::named_in(&twin, root.path()).unwrap();
        assert_eq!(two.slot, one.slot);
        two.claim().unwrap();
        assert_ne!(two.slot, one.slot);
        assert_ne!(two.link_name(), one.link_name());
        let again = Settings::named_in(&twin, root.path()).unwrap();
        assert_eq!((again.slot, again.http_port), (two.slot, two.http_port));
    }

    #[test]
    fn ports_are_kept_and_a_change_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let mut first = Settings::named_in("a", root.path()).unwrap();
        first.http_port = 9999;
        first.claim().unwrap();
        let mut changed = Settings::named_in("a", root.path()).unwrap();
        assert_eq!(changed.http_port, 9999);
        changed.http_port = 9998;
        assert!(changed.claim().unwrap_err().to_string().contains("take it down first"));
    }

    #[test]
    fn names_are_checked() {
        for bad in ["", "-a", "a-", "A", "a b", "a/b", "..", "0a", "aaaaaaaaaaaaaaaaaaaaa", "é"] {
            assert!(Settings::named_in(bad, Path::new("/nowhere")).is_err(), "{bad}");
        }
        Settings::named_in("ci-2", Path::new("/nowhere")).unwrap();
    }

    #[test]
    fn device_names_fit() {
        let mut settings = Settings::named_in("aaaaaaaaaaaaaaaaaaaa", Path::new("/nowhere")).unwrap();
        settings.slot = 255;
        assert!(settings.link_name().len() <= 15);
    }

    #[test]
    fn routes_are_read() {
        assert_eq!(route_destination("192.0.2.0/24 dev eth0 scope link"), "192.0.2.0/24".parse().ok());
        assert_eq!(route_destination("local 10.0.0.1 dev eth0 table local"), "10.0.0.1/32".parse().ok());
        assert_eq!(route_destination("default via 192.0.2.1 dev eth0"), None);
    }
}
