//! The machine's http and https ports, carried to the ingress inside the node.
//!
//! A program rather than a firewall rule: it works for 127.0.0.1 too, and ends with its process.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::settings::Settings;
use crate::supervisor::say;

const CONNECT: Duration = Duration::from_secs(5);

pub(crate) fn start(settings: &Settings) -> Result<()> {
    let envoy = settings.addresses().envoy();
    for (from, to) in [(settings.http_port, 80), (settings.https_port, 443)] {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, from));
        let listener = listener.with_context(|| format!("listen on port {from}"))?;
        thread::spawn(move || serve(&listener, SocketAddr::from((envoy, to))));
    }
    Ok(())
}

fn serve(listener: &TcpListener, target: SocketAddr) {
    for client in listener.incoming() {
        match client {
            Ok(client) => {
                let spawned = thread::Builder::new().stack_size(64 * 1024).spawn(move || {
                    // A connection that breaks is the business of its two ends; they see it closed.
                    let _ = carry(&client, target);
                });
                if let Err(error) = spawned {
                    say(&format!("no thread for a connection: {error}"));
                }
            }
            Err(error) => {
                // Too many open files, most likely: let some of them end.
                say(&format!("accept: {error}"));
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn carry(client: &TcpStream, target: SocketAddr) -> io::Result<()> {
    let server = TcpStream::connect_timeout(&target, CONNECT)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    thread::scope(|scope| {
        let back = thread::Builder::new().stack_size(64 * 1024).spawn_scoped(scope, || copy(&server, client))?;
        copy(client, &server)?;
        back.join().unwrap_or(Ok(()))
    })
}

/// Copies until the end and passes the end on, so that half-closed connections work.
fn copy(mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
    let copied = io::copy(&mut from, &mut to);
    let closed = to.shutdown(Shutdown::Write);
    copied?;
    closed
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn both_ways_are_carried_and_a_half_close_passes_on() {
        let local = (Ipv4Addr::LOCALHOST, 0);
        let server = TcpListener::bind(local).unwrap();
        let target = server.local_addr().unwrap();
        let front = TcpListener::bind(local).unwrap();
        let address = front.local_addr().unwrap();
        thread::spawn(move || serve(&front, target));
        let answering = thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            let mut asked = String::new();
            // Ends only when the client's end of writing has come through.
            stream.read_to_string(&mut asked).unwrap();
            stream.write_all(asked.to_uppercase().as_bytes()).unwrap();
        });
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(b"hello").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        answering.join().unwrap();
        assert_eq!(answer, "HELLO");
    }
}
