//! What of a store's programs is shown: whether each is up, what it says, and what it takes.

use std::pin::Pin;

use futures::Stream;
use jiff::Timestamp;

use super::StepError;

/// Longer lines are cut: whoever reads a log is not to be given a megabyte as one line.
pub const LINE_MAX: usize = 16 << 10;

/// One of a store's programs, as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComponentSeen {
    pub name: &'static str,
    pub title: &'static str,
    pub ready: bool,
    pub restarts: u32,
}

/// How much of a log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRange {
    /// So many of the lines there are, the last ones.
    pub tail: u32,
    pub until: Until,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Now,
    /// Until the container ends.
    End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When the node took it from the program.
    pub at: Option<Timestamp>,
    pub text: String,
}

/// Ends when the log does; dropped, it lets go of whatever it reads from.
pub type LogLines = Pin<Box<dyn Stream<Item = Result<LogLine, StepError>> + Send>>;

/// What a store takes at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Why nothing is measured, in words for people.
    pub unmeasured: Option<String>,
    pub components: Vec<ComponentUsage>,
    pub volumes: Vec<VolumeUsage>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComponentUsage {
    pub name: &'static str,
    pub cpu_millicores: Option<u64>,
    pub cpu_limit_millicores: Option<u64>,
    pub memory_bytes: Option<u64>,
    pub memory_limit_bytes: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeUsage {
    pub name: String,
    pub capacity_bytes: u64,
    pub used_bytes: Option<u64>,
}

/// The line of at most `LINE_MAX` bytes, cut between two letters where it is longer.
pub fn cut(mut text: String) -> String {
    if text.len() > LINE_MAX {
        text.truncate(text.floor_char_boundary(LINE_MAX - '…'.len_utf8()));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_between_letters_and_says_so() {
        assert_eq!(cut("short".to_owned()), "short");
        assert_eq!(cut("x".repeat(LINE_MAX)).len(), LINE_MAX);
        let long = cut("é".repeat(LINE_MAX));
        assert!(long.len() <= LINE_MAX && long.ends_with("é…"), "{}", long.len());
    }
}
