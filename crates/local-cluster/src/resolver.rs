//! The name servers that a node can use: the machine's, without those that only the machine itself can reach.

use std::fs;
use std::net::IpAddr;

/// systemd-resolved keeps the real ones there, and puts itself into /etc/resolv.conf.
const SOURCES: [&str; 2] = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];

pub(crate) fn upstream() -> Vec<IpAddr> {
    SOURCES
        .iter()
        .map(|path| name_servers(&fs::read_to_string(path).unwrap_or_default()))
        .find(|servers| !servers.is_empty())
        .unwrap_or_default()
}

pub(crate) fn file(servers: &[IpAddr]) -> String {
    let lines: Vec<String> = servers.iter().map(|server| format!("nameserver {server}")).collect();
    lines.join("\n")
}

fn name_servers(text: &str) -> Vec<IpAddr> {
    text.lines()
        .filter_map(|line| line.strip_prefix("nameserver")?.trim().parse().ok())
        .filter(|server: &IpAddr| !server.is_loopback())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_servers_are_left_out() {
        let text = "# made by x\nnameserver 127.0.0.53\nsearch lan\nnameserver 192.0.2.1\nnameserver ::1\n";
        assert_eq!(name_servers(text), ["192.0.2.1".parse::<IpAddr>().unwrap()]);
    }
}
