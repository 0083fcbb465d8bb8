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
    /// Who is at `peer` of a connection that was accepted at `own`.
    pub fn at(peer: SocketAddr, own: SocketAddr) -> Found {
        (0..TRIES).find_map(|_| Found::look(peer, own)).unwrap_or_default()
    }

    fn look(peer: SocketAddr, own: SocketAddr) -> Option<Found> {
        let wanted = format!("socket:[{}]", inode_of(&table(), peer.port(), own.port())?);
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

fn table() -> String {
    std::fs::read_to_string("/proc/net/tcp").unwrap_or_default()
}

/// Of the client's end of a connection on this machine: its local port is our peer's, its remote port our own. Both are
/// asked for: a client's port serves connections to several servers, and one that is over stays in the table a minute.
fn inode_of(table: &str, peer: u16, own: u16) -> Option<&str> {
    let ends = [format!("0100007F:{peer:04X}"), format!("0100007F:{own:04X}")];
    table.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let fits = ends.iter().all(|end| words.next() == Some(end));
        fits.then(|| words.nth(6)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three lines of a kernel's: ours listens, a connection that is over has the same client's port, and ours.
    const TABLE: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0
   1: 0100007F:C350 0100007F:0BB8 06 00000000:00000000 03:000016A1 00000000     0        0 0 3 0
   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 20 4 30 10 -1
";

    #[test]
    fn a_client_port_that_serves_two_connections_is_told_apart() {
        assert_eq!(inode_of(TABLE, 0xC350, 0x1F90), Some("222"));
        assert_eq!(inode_of(TABLE, 0xC350, 0x0BB9), None);
    }
}
