//! How many logs a caller reads at the same time. Each holds a connection to the API server open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;

use super::problem::Refused;

/// A person looks at one or two; somebody compares all of a store's programs side by side.
const MAX: u32 = 8;

#[derive(Clone, Default)]
pub struct Readers {
    open: Arc<Mutex<HashMap<String, u32>>>,
}

/// One of a caller's logs, until it is dropped.
pub struct Reader {
    readers: Readers,
    caller: String,
}

impl Readers {
    pub fn enter(&self, caller: &str) -> Result<Reader, Refused> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(caller.to_owned()).or_default();
        if *count >= MAX {
            let detail = format!("{caller} reads {MAX} logs already; close one of them");
            let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, "too-many-logs", "Too many logs", detail);
            return Err(refused.retry_after(5));
        }
        *count += 1;
        Ok(Reader { readers: self.clone(), caller: caller.to_owned() })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut open = self.readers.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.caller);
            }
        }
    }
}
