//! Waiting, with what happens meanwhile on standard error.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use store_api::{Client, StepState, StepView, StoreView};
use store_model::{Phase, Stage};

use crate::cli::Target;
use crate::failure::Failure;
use crate::output::plain;

/// Waits until the store is where it should be. A store that has failed does not get there by waiting.
pub async fn until(client: &Client, view: StoreView, target: Target, timeout: Duration) -> Result<StoreView, Failure> {
    let name = view.name.clone();
    let id = view.id.clone();
    let mut progress = Progress::new(&view);
    let waited = tokio::time::timeout(timeout, follow(client, view, target, &mut progress)).await;
    progress.end();
    waited.unwrap_or_else(|_| {
        let message = format!("'{name}' is not {} after {} s; it goes on", word(target), timeout.as_secs());
        Err(Failure::time_is_up(message).hint(format!("`storectl store wait {id}` waits on")))
    })
}

async fn follow(
    client: &Client,
    mut view: StoreView,
    target: Target,
    progress: &mut Progress,
) -> Result<StoreView, Failure> {
    let mut events = client.store_follow(&view.id, None);
    loop {
        progress.show(&view);
        if let Some(ended) = ended(&view, target) {
            return ended.map(|()| view);
        }
        // The event only says that something happened; the store says how things are.
        events.next().await?;
        view = client.store_get(&view.id).await?;
    }
}

/// Whether waiting is over, and how.
fn ended(view: &StoreView, target: Target) -> Option<Result<(), Failure>> {
    let name = &view.name;
    match (target, view.phase) {
        (Target::Ready, Phase::Ready) | (Target::Deleted, Phase::Deleted) => Some(Ok(())),
        (Target::Ready, Phase::Deleting | Phase::Deleted) => {
            Some(Err(Failure::general(format!("'{name}' is being deleted: it will not be ready"))))
        }
        (Target::Ready, Phase::Failed) => {
            let failure = match &view.reason {
                Some(reason) => {
                    let message = format!("'{name}' failed: {} {}", reason.message, plain(&reason.detail));
                    Failure::general(message).hint(format!("{} (`storectl store retry {name}`)", reason.cure))
                }
                None => Failure::general(format!("'{name}' failed")),
            };
            Some(Err(failure))
        }
        (Target::Ready, Phase::Requested | Phase::Provisioning | Phase::Proving) => None,
        (Target::Deleted, Phase::Deleting) => None,
        (Target::Deleted, phase) => {
            let message = format!("'{name}' is {} and nobody has asked to delete it", phase.as_str());
            Some(Err(Failure::general(message).hint(format!("`storectl store delete {name}`"))))
        }
    }
}

fn word(target: Target) -> &'static str {
    match target {
        Target::Ready => "ready",
        Target::Deleted => "deleted",
    }
}

/// On a terminal a spinner with the step at work; each step that is over leaves a line. Elsewhere lines only.
struct Progress {
    bar: ProgressBar,
    begun: Instant,
    told: BTreeMap<Stage, StepState>,
}

/// A spinner that stands still looks dead.
const TICK: Duration = Duration::from_millis(120);

impl Progress {
    fn new(view: &StoreView) -> Progress {
        let bar = if console::user_attended_stderr() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        bar.set_message(view.phase.as_str());
        Progress { bar, begun: Instant::now(), told: BTreeMap::new() }
    }

    fn show(&mut self, view: &StoreView) {
        for step in &view.steps {
            let before = self.told.insert(step.step, step.state);
            if before != Some(step.state) {
                self.tell(step);
            }
        }
        let running = view.steps.iter().find(|step| step.state == StepState::Running);
        let doing = running.filter(|_| !matches!(view.phase, Phase::Deleting)).map(|step| {
            let detail = step.detail.as_deref().map(|detail| format!(": {}", plain(detail))).unwrap_or_default();
            format!(", {}{detail}", step.step.as_str())
        });
        self.bar.set_message(format!("{} {}{}", view.name, view.phase.as_str(), doing.unwrap_or_default()));
    }

    fn tell(&self, step: &StepView) {
        let mark = match step.state {
            StepState::Done => "done",
            StepState::Failed => "FAILED",
            StepState::Waiting | StepState::Running => return,
        };
        let took = step.started_at.zip(step.ended_at).map(|(started, ended)| {
            let milliseconds = ended.as_millisecond().saturating_sub(started.as_millisecond());
            let took = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0));
            format!(" in {:.1} s", took.as_secs_f64())
        });
        let line = format!(
            "{:>6.1} s  {:<11}  {mark}{}",
            self.begun.elapsed().as_secs_f64(),
            step.step.as_str(),
            took.unwrap_or_default()
        );
        if self.bar.is_hidden() {
            eprintln!("{line}");
        } else {
            self.bar.println(line);
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
