use reqwest::Method;
use reqwest::header::ACCEPT;

use crate::client::refusal;
use crate::sse::{Parser, SILENCE};
use crate::{Client, ClientError, EVENT_END, EVENT_LINE, LogLine, LogQuery};

/// A container's log as it comes. Unlike a store's events it has no cursor: a cut connection is the caller's to know of.
pub struct LogStream {
    response: reqwest::Response,
    parser: Parser,
    ended: bool,
}

impl LogStream {
    pub(crate) async fn open(client: &Client, store: &str, query: &LogQuery) -> Result<LogStream, ClientError> {
        let request = client.request(Method::GET, &["stores", store, "logs"])?;
        let request = request.query(query).header(ACCEPT, "text/event-stream");
        let response = request.send().await.map_err(ClientError::Transport)?;
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        Ok(LogStream { response, parser: Parser::default(), ended: false })
    }

    /// The next line; `None` once the container has ended, or all is told that was asked for.
    pub async fn next(&mut self) -> Result<Option<LogLine>, ClientError> {
        while !self.ended {
            if let Some(message) = self.parser.pop() {
                if message.event == EVENT_END {
                    self.ended = true;
                } else if message.event == EVENT_LINE
                    && let Ok(line) = serde_json::from_str(&message.data)
                {
                    return Ok(Some(line));
                }
                continue;
            }
            match tokio::time::timeout(SILENCE, self.response.chunk()).await {
                Ok(Ok(Some(bytes))) => self.parser.push(&bytes),
                Ok(Err(error)) => return Err(ClientError::Transport(error)),
                Ok(Ok(None)) | Err(_) => return Err(ClientError::Cut),
            }
        }
        Ok(None)
    }
}
