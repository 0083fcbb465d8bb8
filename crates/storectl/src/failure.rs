use std::process::ExitCode;

use store_api::ClientError;

/// How a command ends when it does not end well.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
    /// What to do next.
    hint: Option<String>,
}

const GENERAL: u8 = 1;
const USAGE: u8 = 2;
const NOT_FOUND: u8 = 3;
const AUTH: u8 = 4;
const CONFLICT: u8 = 5;
/// As `timeout(1)` does.
const TIME_IS_UP: u8 = 124;
/// As shells do for a command that SIGINT ended.
const INTERRUPTED: u8 = 130;

/// One slip in so many letters is mistyped; more is another word (`mugs` is not meant to be `cups`).
const LETTERS_A_SLIP: usize = 4;

impl Failure {
    pub fn general(message: impl Into<String>) -> Failure {
        Failure { code: GENERAL, message: message.into(), hint: None }
    }

    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { code: USAGE, ..Failure::general(message) }
    }

    pub fn auth(message: impl Into<String>) -> Failure {
        Failure { code: AUTH, ..Failure::general(message) }
    }

    pub fn time_is_up(message: impl Into<String>) -> Failure {
        Failure { code: TIME_IS_UP, ..Failure::general(message) }
    }

    pub fn interrupted() -> Failure {
        let hint = "what was asked for goes on; `storectl store list` shows it".to_owned();
        Failure { code: INTERRUPTED, hint: Some(hint), ..Failure::general("interrupted") }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    pub fn is_not_found(&self) -> bool {
        self.code == NOT_FOUND
    }

    pub fn report(&self) -> ExitCode {
        let Failure { code, message, hint } = self;
        let label = console::style("error:").for_stderr().red().bold();
        eprintln!("{label} {message}");
        if let Some(hint) = hint {
            eprintln!("{} {hint}", console::style("hint:").for_stderr().cyan());
        }
        ExitCode::from(*code)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Failure {
        let message = error.to_string();
        match &error {
            ClientError::Refused(problem) => match (problem.status, problem.word()) {
                (400 | 413 | 415 | 422, _) => Failure::usage(message),
                (401 | 403, _) => Failure::auth(message).hint("log in with `storectl login`, or set STORECTL_TOKEN"),
                (404, "no-such-store" | "no-such-component") => {
                    Failure { code: NOT_FOUND, ..Failure::general(message) }
                }
                (409, _) => Failure { code: CONFLICT, ..Failure::general(message) },
                _ => match &problem.request_id {
                    Some(id) => Failure::general(message).hint(format!("the provisioner's log has it under {id}")),
                    None => Failure::general(message),
                },
            },
            ClientError::Transport(_) | ClientError::Cut | ClientError::Foreign { .. } => {
                Failure::general(message).hint("`storectl doctor` checks the way to the platform")
            }
            ClientError::Address(_) | ClientError::Trust(_) => Failure::usage(message),
        }
    }
}

/// The word that was likely meant.
pub fn nearest<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distances = words.into_iter().map(|word| (strsim::damerau_levenshtein(typed, word), word));
    let slips = (typed.chars().count() / LETTERS_A_SLIP).max(1);
    distances.filter(|(distance, _)| *distance <= slips).min().map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn what_was_mistyped_is_found_and_what_was_not_is_not() {
        assert_eq!(nearest("cusp", ["mugs", "cups", "cupolas"]), Some("cups"));
        assert_eq!(nearest("woocomerze", ["woocommerce", "medusa"]), Some("woocommerce"));
        assert_eq!(nearest("plates", ["mugs", "cups"]), None);
        assert_eq!(nearest("mugs", ["cups"]), None);
    }
}
