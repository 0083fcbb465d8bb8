use std::io::Write;
use std::ops::ControlFlow;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde::Serialize;
use store_model::Phase;

use crate::cli::Format;
use crate::failure::Failure;

/// Standard output, in the form that was asked for.
pub struct Output {
    pub format: Format,
}

impl Output {
    pub fn new(format: Format) -> Output {
        Output { format }
    }

    /// The value as it is on the wire, or what `table` makes of it.
    pub fn show<T: Serialize>(&self, value: &T, table: impl FnOnce() -> String) -> Result<(), Failure> {
        let text = match self.format {
            Format::Table => table(),
            Format::Json => serde_json::to_string_pretty(value).map_err(|error| Failure::general(error.to_string()))?,
            Format::Yaml => serde_saphyr::to_string(value).map_err(|error| Failure::general(error.to_string()))?,
        };
        raw(format!("{}\n", text.trim_end()).as_bytes())
    }

    /// One of a row of values that has no end: a line of JSON, a document of YAML, or the line given. `Break` once nobody
    /// reads any more.
    pub fn stream<T: Serialize>(&self, value: &T, line: &str) -> Result<ControlFlow<()>, Failure> {
        let text = match self.format {
            Format::Table => line.to_owned(),
            Format::Json => serde_json::to_string(value).map_err(|error| Failure::general(error.to_string()))?,
            Format::Yaml => {
                let text = serde_saphyr::to_string(value).map_err(|error| Failure::general(error.to_string()))?;
                format!("---\n{}", text.trim_end())
            }
        };
        write(format!("{text}\n").as_bytes())
    }
}

/// The bytes as they are.
pub fn raw(bytes: &[u8]) -> Result<(), Failure> {
    write(bytes).map(drop)
}

fn write(bytes: &[u8]) -> Result<ControlFlow<()>, Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(ControlFlow::Continue(())),
        // Whoever reads has seen enough, as in `storectl store list | head -1`.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
        Err(error) => Err(Failure::general(format!("cannot write the answer: {error}"))),
    }
}

/// Columns without lines between them: easy on the eyes and on `awk`.
pub fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    table.add_rows(rows);
    let mut widths = 0;
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
        widths += 1;
    }
    debug_assert_eq!(widths, N, "a table has all its columns");
    table.trim_fmt()
}

/// Names and values, one pair a line.
pub fn pairs(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = pairs.iter().map(|(name, value)| format!("{name:<width$}  {value}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Coloured on a terminal, without NO_COLOR; the word alone says it too.
pub fn phase(phase: Phase) -> String {
    let word = console::style(phase.as_str());
    match phase {
        Phase::Ready => word.green(),
        Phase::Failed => word.red(),
        Phase::Requested | Phase::Provisioning | Phase::Proving | Phase::Deleting => word.yellow(),
        Phase::Deleted => word.dim(),
    }
    .to_string()
}

/// What others wrote, without what a terminal would obey.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }).collect()
}
