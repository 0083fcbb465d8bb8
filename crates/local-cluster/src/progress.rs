//! Every long step has a name, an elapsed time and a log file to look at.
//!
//! On a terminal a step is a spinner with its seconds; without one it is a plain line when it starts and one when it
//! ends, so that a CI log reads in order. Steps may run in several threads at once.

use std::collections::VecDeque;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// How many lines of a failed command's log are shown.
const LOG_TAIL: usize = 20;

/// Where steps are shown. Cheap to clone; clones share the terminal.
#[derive(Clone)]
pub struct Progress {
    /// None without a terminal, and when verbose: streamed lines and a spinner would fight for the last line.
    bars: Option<MultiProgress>,
    verbose: bool,
}

/// One running step. Dropped without a word, it counts as abandoned and says so.
#[must_use = "a step ends with done or fail"]
pub struct Step {
    name: String,
    log: Option<PathBuf>,
    started: Instant,
    bar: Option<ProgressBar>,
    bars: Option<MultiProgress>,
    ended: bool,
}

impl Progress {
    pub fn new(verbose: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self { bars: (terminal && !verbose).then(MultiProgress::new), verbose }
    }

    pub fn verbose(&self) -> bool {
        self.verbose
    }

    /// Starts a step. The log is only named here; who runs the step writes it.
    pub fn step(&self, name: &str, log: Option<&Path>) -> Step {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new_spinner().with_style(spinner_style()));
            bar.set_prefix(name.to_owned());
            if let Some(log) = log {
                bar.set_message(log.display().to_string());
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let step = Step {
            name: name.to_owned(),
            log: log.map(Path::to_path_buf),
            started: Instant::now(),
            bar,
            bars: self.bars.clone(),
            ended: false,
        };
        if step.bar.is_none() {
            step.line(&match log {
                Some(log) => format!("start {name} (log: {})", log.display()),
                None => format!("start {name}"),
            });
        }
        step
    }

    /// A line that belongs to no step; it does not break a spinner.
    pub fn say(&self, text: impl Display) {
        print_line(self.bars.as_ref(), &text.to_string());
    }

    /// Runs a command as a step: output goes to the log, and to the screen when verbose.
    pub fn run(&self, name: &str, command: &mut Command, log_path: &Path) -> Result<()> {
        let step = self.step(name, Some(log_path));
        match self.run_logged(command, log_path) {
            Ok(()) => {
                step.done("");
                Ok(())
            }
            Err(error) => {
                step.fail(&error);
                Err(error.context(format!("{name} failed; its log: {}", log_path.display())))
            }
        }
    }

    /// As `run`, without a step of its own: for commands that are part of a larger step.
    pub fn run_logged(&self, command: &mut Command, log_path: &Path) -> Result<()> {
        if let Some(directory) = log_path.parent() {
            fs::create_dir_all(directory).with_context(|| format!("create {}", directory.display()))?;
        }
        let log = File::options().create(true).append(true).open(log_path);
        let mut log = log.with_context(|| format!("open the log {}", log_path.display()))?;
        let program = command.get_program().to_string_lossy().into_owned();
        writeln!(log, "$ {}", command_line(command))?;
        command.stdin(Stdio::null());
        let status = if self.verbose {
            stream(command, &log, &program)?
        } else {
            command.stdout(log.try_clone()?).stderr(log.try_clone()?);
            command.status().with_context(|| format!("run {program}"))?
        };
        if !status.success() {
            bail!("{program} ended with {status}");
        }
        Ok(())
    }
}

impl Step {
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Says beside the spinner what is being waited for.
    pub fn note(&self, detail: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(detail.to_owned());
        }
    }

    pub fn done(mut self, detail: impl Display) {
        let detail = detail.to_string();
        let gap = if detail.is_empty() { "" } else { "  " };
        let text = format!("done  {} {}{gap}{detail}", self.name, seconds(self.elapsed()));
        self.end(&text);
    }

    /// Prints the error, the last lines of the log, and where the log is.
    pub fn fail(mut self, error: &anyhow::Error) {
        let mut text = format!("FAIL  {} {}  {error:#}", self.name, seconds(self.elapsed()));
        if let Some(log) = &self.log {
            for line in tail(log, LOG_TAIL) {
                text.push_str("\n    | ");
                text.push_str(&line);
            }
            text.push_str("\n    log: ");
            text.push_str(&log.display().to_string());
        }
        self.end(&text);
    }

    fn end(&mut self, text: &str) {
        self.ended = true;
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.line(text);
    }

    fn line(&self, text: &str) {
        print_line(self.bars.as_ref(), text);
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.ended {
            let text = format!("ended {} {} (abandoned)", self.name, seconds(self.elapsed()));
            self.end(&text);
        }
    }
}

/// The last lines of a file; empty when it cannot be read, since it only decorates an error.
pub fn tail(path: &Path, count: usize) -> Vec<String> {
    let Ok(file) = File::open(path) else { return Vec::new() };
    let mut lines = VecDeque::with_capacity(count + 1);
    for line in BufReader::new(file).split(b'\n').map_while(Result::ok) {
        lines.push_back(String::from_utf8_lossy(&line).into_owned());
        if lines.len() > count {
            lines.pop_front();
        }
    }
    lines.into()
}

fn print_line(bars: Option<&MultiProgress>, text: &str) {
    match bars {
        Some(bars) => bars.suspend(|| eprintln!("{text}")),
        None => eprintln!("{text}"),
    }
}

/// Copies both streams of the command to the log and to the screen as they come.
fn stream(command: &mut Command, log: &File, program: &str) -> Result<std::process::ExitStatus> {
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().with_context(|| format!("run {program}"))?;
    let log = Arc::new(Mutex::new(log.try_clone()?));
    let copies = [
        child.stdout.take().map(|out| copy_lines(out, Arc::clone(&log))),
        child.stderr.take().map(|out| copy_lines(out, Arc::clone(&log))),
    ];
    let status = child.wait().with_context(|| format!("wait for {program}"))?;
    for copy in copies.into_iter().flatten() {
        if let Ok(Err(error)) = copy.join() {
            return Err(error).context("write the log");
        }
    }
    Ok(status)
}

fn copy_lines(
    from: impl std::io::Read + Send + 'static,
    log: Arc<Mutex<File>>,
) -> std::thread::JoinHandle<std::io::Result<()>> {
    std::thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n') {
            let line = line?;
            let text = String::from_utf8_lossy(&line);
            eprintln!("    {text}");
            writeln!(log.lock().unwrap_or_else(PoisonError::into_inner), "{text}")?;
        }
        Ok(())
    })
}

fn command_line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.1}s", elapsed.as_secs_f64())
}

fn spinner_style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix} {elapsed} {msg:.dim}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_is_an_error_and_its_output_is_in_the_log() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("step.log");
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let error = Progress::new(false).run("try", &mut command, &log).unwrap_err();
        assert!(format!("{error:#}").contains("exit status: 3"), "{error:#}");
        let lines = tail(&log, 2);
        assert_eq!(lines, ["out", "err"]);
    }

    #[test]
    fn verbose_output_reaches_the_log_too() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("deep/step.log");
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two"]);
        Progress::new(true).run("try", &mut command, &log).unwrap();
        assert_eq!(tail(&log, 9).len(), 3);
    }

    #[test]
    fn the_tail_is_the_last_lines() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("log");
        fs::write(&file, "a\nb\nc\nd\n").unwrap();
        assert_eq!(tail(&file, 2), ["c", "d"]);
        assert!(tail(&directory.path().join("none"), 2).is_empty());
    }
}
