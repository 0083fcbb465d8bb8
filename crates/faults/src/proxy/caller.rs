//! Which process is at the other end of a connection. All of Helm's have one user agent, so the kernel is asked.

use std::fmt;
use std::net::SocketAddr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Agent {
    Helm,
    Provisioner,
    #[default]
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Caller {
    pub agent: Agent,
    /// 0: it was gone before it could be found.
    pub pid: u32,
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.agent {
            Agent::Helm => "helm",
            Agent::Provisioner => "provisioner",
            Agent::Other => "other",
        };
        write!(f, "{name}[{}]", self.pid)
    }
}

/// What the kernel knows of a connection's other end.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub caller: Caller,
    pub release: Option<String>,
    /// Other Helms that live for the same store, in words.
    pub overlaps: Vec<String>,
}

/// The kernel's tables are not read at one instant: a socket that is there may be missed.
const TRIES: usize = 5;

impl Found {
    pub fn at(peer: SocketAddr) -> Found {
        (0..TRIES).find_map(|_| Found::look(peer)).unwrap_or_default()
    }

    fn look(peer: SocketAddr) -> Option<Found> {
        let wanted = format!("socket:[{}]", inode_of(peer.port())?);
        let programs = Program::all();
        let caller = programs.iter().find(|program| program.holds(&wanted))?;
        let release = caller.release().filter(|_| caller.agent == Agent::Helm);
        let mut overlaps = Vec::new();
        if let Some(release) = release {
            let others = programs.iter().filter(|other| other.pid != caller.pid && other.agent == Agent::Helm);
            for other in others.filter(|other| other.release() == Some(release)) {
                overlaps.push(format!("{release}: helm {} calls while helm {} is alive", caller.pid, other.pid));
            }
        }
        let release = release.map(str::to_owned);
        Some(Found { caller: Caller { agent: caller.agent, pid: caller.pid }, release, overlaps })
    }
}

/// A process of ours, as `/proc` shows it.
pub struct Program {
    pub pid: u32,
    pub agent: Agent,
    words: Vec<String>,
}

impl Program {
    /// Every Helm and every provisioner of this machine that lives.
    pub fn all() -> Vec<Program> {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| Program::read(entry.file_name().to_str()?.parse().ok()?)).collect()
    }

    fn read(pid: u32) -> Option<Program> {
        // The command's first word and not its own name: a thread may rename itself. What ends meanwhile reads empty.
        let words = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let words: Vec<String> =
            words.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        let name = words.first()?.rsplit('/').next()?;
        let agent = match name {
            name if name.starts_with("helm") => Agent::Helm,
            name if name.starts_with("provisioner") => Agent::Provisioner,
            _ => return None,
        };
        Some(Program { pid, agent, words })
    }

    /// The release that a Helm works on: its namespace has the same name.
    pub fn release(&self) -> Option<&str> {
        let at = self.words.iter().position(|word| word == "--namespace")?;
        self.words.get(at + 1).map(String::as_str)
    }

    fn holds(&self, wanted: &str) -> bool {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.pid)).into_iter().flatten().flatten();
        files.into_iter().any(|file| std::fs::read_link(file.path()).is_ok_and(|to| to.as_os_str() == wanted))
    }
}

/// Of the client's end of a connection on this machine: its local port is our peer's.
fn inode_of(port: u16) -> Option<String> {
    let table = std::fs::read_to_string("/proc/net/tcp").ok()?;
    let local = format!("0100007F:{port:04X}");
    let line = table.lines().find(|line| line.split_whitespace().nth(1) == Some(&local))?;
    line.split_whitespace().nth(9).map(str::to_owned)
}
