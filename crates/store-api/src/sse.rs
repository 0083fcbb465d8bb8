use std::time::Duration;

use reqwest::Method;
use reqwest::header::ACCEPT;

use crate::client::refusal;
use crate::{Client, ClientError, EVENT_END, EventView};

/// The server says something at least every 15 s; three missed and the connection counts as dead.
pub(crate) const SILENCE: Duration = Duration::from_secs(45);
/// How often in a row a connection may fail before the caller hears of it: about a minute with the pauses below.
const FAILURES: u32 = 8;
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A store's events as they come. A cut connection is taken up again after the last event that arrived.
pub struct EventStream {
    client: Client,
    store: String,
    last: Option<i64>,
    open: Option<(reqwest::Response, Parser)>,
    failures: u32,
    ended: bool,
}

impl EventStream {
    pub(crate) fn new(client: Client, store: String, last: Option<i64>) -> EventStream {
        EventStream { client, store, last, open: None, failures: 0, ended: false }
    }

    /// The next event; `None` once the store is deleted. Safe to drop and call again: nothing is lost.
    pub async fn next(&mut self) -> Result<Option<EventView>, ClientError> {
        while !self.ended {
            let (response, parser) = match &mut self.open {
                Some(open) => open,
                None => match self.connect().await {
                    Ok(response) => self.open.insert((response, Parser::default())),
                    Err(ClientError::Transport(error)) => {
                        self.stumble(error).await?;
                        continue;
                    }
                    Err(error) => return Err(error),
                },
            };
            if let Some(message) = parser.pop() {
                if message.event == EVENT_END {
                    self.ended = true;
                    break;
                }
                // A message of a kind that this client does not know is for a newer one.
                if let Ok(event) = serde_json::from_str::<EventView>(&message.data) {
                    self.last = Some(event.id);
                    self.failures = 0;
                    return Ok(Some(event));
                }
                continue;
            }
            match tokio::time::timeout(SILENCE, response.chunk()).await {
                Ok(Ok(Some(bytes))) => parser.push(&bytes),
                Ok(Err(error)) => {
                    self.open = None;
                    self.stumble(error).await?;
                }
                // Ended without saying so, or fell silent: a restart of the server, or a proxy's own limit.
                Ok(Ok(None)) | Err(_) => {
                    self.open = None;
                    tokio::time::sleep(self.pause()).await;
                    self.failures = self.failures.saturating_add(1);
                }
            }
        }
        Ok(None)
    }

    async fn connect(&self) -> Result<reqwest::Response, ClientError> {
        let mut request =
            self.client.request(Method::GET, &["stores", &self.store, "events"])?.header(ACCEPT, "text/event-stream");
        if let Some(last) = self.last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.map_err(ClientError::Transport)?;
        if response.status().is_success() { Ok(response) } else { Err(refusal(response).await) }
    }

    async fn stumble(&mut self, error: reqwest::Error) -> Result<(), ClientError> {
        self.failures += 1;
        if self.failures >= FAILURES {
            return Err(ClientError::Transport(error));
        }
        tokio::time::sleep(self.pause()).await;
        Ok(())
    }

    fn pause(&self) -> Duration {
        Duration::from_millis(250).saturating_mul(1 << self.failures.min(6)).min(LONGEST_PAUSE)
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub event: String,
    pub data: String,
}

/// The text/event-stream format, as far as a server of ours uses it: `event`, `data`, comments, any line ending.
#[derive(Default)]
pub(crate) struct Parser {
    bytes: Vec<u8>,
    /// The last byte was CR: an LF that follows belongs to it.
    after_cr: bool,
    message: Message,
    has_data: bool,
    done: std::collections::VecDeque<Message>,
}

impl Parser {
    pub fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let joined = std::mem::replace(&mut self.after_cr, byte == b'\r') && byte == b'\n';
            match byte {
                b'\n' if joined => {}
                b'\n' | b'\r' => {
                    let line = std::mem::take(&mut self.bytes);
                    self.line(&String::from_utf8_lossy(&line));
                }
                _ => self.bytes.push(byte),
            }
        }
    }

    pub fn pop(&mut self) -> Option<Message> {
        self.done.pop_front()
    }

    fn line(&mut self, line: &str) {
        if line.is_empty() {
            let message = std::mem::take(&mut self.message);
            if std::mem::take(&mut self.has_data) {
                self.done.push_back(message);
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.message.event),
            "data" => {
                if self.has_data {
                    self.message.data.push('\n');
                }
                self.has_data = true;
                self.message.data.push_str(value);
            }
            // `id` is inside our data; a comment (empty field) keeps the connection alive.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(parts: &[&str]) -> Vec<(String, String)> {
        let mut parser = Parser::default();
        for part in parts {
            parser.push(part.as_bytes());
        }
        std::iter::from_fn(|| parser.pop()).map(|message| (message.event, message.data)).collect()
    }

    #[test]
    fn a_message_may_come_in_pieces_and_with_any_line_ending() {
        let whole = messages(&["id: 1\nevent: phase\ndata: {\"a\":\ndata: 1}\n\n"]);
        assert_eq!(whole, [("phase".to_owned(), "{\"a\":\n1}".to_owned())]);
        let pieces = messages(&["id: 1\r", "\nevent: ph", "ase\r\nda", "ta: {\"a\":\r\ndata: 1}\r\n", "\r\n"]);
        assert_eq!(pieces, whole);
        assert_eq!(messages(&["id: 1\revent: phase\rdata: {\"a\":\rdata: 1}\r\r"]), whole);
    }

    #[test]
    fn comments_and_unfinished_messages_are_none() {
        assert_eq!(messages(&[": keep-alive\n\n", "data: half\n"]), []);
        assert_eq!(messages(&["data:x\n\n", "event: lost\n\n", "data: y\n\n"]).len(), 2);
    }

    #[test]
    fn letters_may_be_cut_in_the_middle() {
        let mut parser = Parser::default();
        let bytes = "data: Café\n\n".as_bytes();
        parser.push(&bytes[..10]);
        parser.push(&bytes[10..]);
        assert_eq!(parser.pop().map(|message| message.data), Some("Café".to_owned()));
    }
}
