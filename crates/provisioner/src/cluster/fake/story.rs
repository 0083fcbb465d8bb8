//! What the fake's programs say and take. All of it follows from what they do and from the time, so that whoever asks twice
//! is told the same.

use std::time::Duration;

use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use store_model::values::PlanSizes;
use store_model::{Component, Stage, Store, StoreId};

use super::Fake;
use super::world::{Level, Move, Place};
use crate::cluster::quantity::{bytes, millicores};
use crate::cluster::{ComponentSeen, ComponentUsage, LogLine, LogLines, LogRange, Until, Usage, VolumeUsage};

/// A shop that is up has a visitor this often.
const VISIT: SignedDuration = SignedDuration::from_secs(2);
/// As many lines as anybody may ask for.
const VISITS_MAX: i64 = 5000;
/// How often a follower looks for something new.
const LOOK: Duration = Duration::from_millis(100);
const PAGES: [&str; 6] = ["/", "/shop/", "/product/mug/", "/cart/", "/checkout/", "/product/tote-bag/"];

impl Fake {
    pub(super) fn components_now(&self, store: &Store) -> Vec<ComponentSeen> {
        let world = self.world();
        let place = world.places.get(&store.id);
        let seen = store.engine.spec().components(store.plan).filter_map(|component| {
            let level = place.map_or(Level::Absent, |place| place.level(stage(component)));
            let ready = level == Level::Ready;
            let is_shown = matches!(component, Component::Workload(_)) || runs(component, level);
            is_shown.then(|| ComponentSeen { name: component.name(), title: component.title(), ready, restarts: 0 })
        });
        seen.collect()
    }

    /// `None` as of a pod that has not begun.
    pub(super) fn story(&self, store: &Store, of: Component, range: LogRange) -> Option<LogLines> {
        let now = Timestamp::now();
        let mut lines = self.told(&store.id, of, None, now)?;
        let tail = usize::try_from(range.tail).unwrap_or(usize::MAX);
        lines.drain(..lines.len().saturating_sub(tail));
        let first = futures::stream::iter(lines.into_iter().map(Ok));
        if range.until == Until::Now {
            return Some(first.boxed());
        }
        let (fake, id) = (self.clone(), store.id.clone());
        let rest = futures::stream::unfold(now, move |after| {
            let (fake, id) = (fake.clone(), id.clone());
            async move {
                // A chore that has been has nothing to add.
                if matches!(of, Component::Chore(_)) {
                    return None;
                }
                tokio::time::sleep(LOOK).await;
                let now = Timestamp::now();
                // Its end is the log's.
                let lines = fake.told(&id, of, Some(after), now)?;
                Some((futures::stream::iter(lines.into_iter().map(Ok)), now))
            }
        });
        Some(first.chain(rest.flatten()).boxed())
    }

    /// What was said after that time and up to now.
    fn told(&self, id: &StoreId, of: Component, after: Option<Timestamp>, now: Timestamp) -> Option<Vec<LogLine>> {
        let world = self.world();
        let place = world.places.get(id)?;
        if !runs(of, place.level(stage(of))) {
            return None;
        }
        let mut lines = told(place, of, now);
        lines.retain(|line| line.at.is_some_and(|at| after.is_none_or(|after| at > after) && at <= now));
        Some(lines)
    }

    pub(super) fn usage_now(&self, store: &Store, unmeasured: bool) -> Usage {
        let world = self.world();
        let Some(place) = world.places.get(&store.id).filter(|place| place.level(Stage::Database) != Level::Absent)
        else {
            return Usage { unmeasured: Some("nothing of the store runs".to_owned()), ..Usage::default() };
        };
        let sizes = PlanSizes::of(store.engine, store.plan);
        let now = Timestamp::now().as_second();
        let programs = store.engine.spec().components(store.plan).filter(|of| matches!(of, Component::Workload(_)));
        let components = programs.enumerate().map(|(at, of)| {
            let limits = match (stage(of), at, &sizes.beside) {
                (Stage::Database, ..) => &sizes.database.limits,
                (_, 0, _) | (_, _, None) => &sizes.app.limits,
                (_, _, Some(beside)) => &beside.cache.limits,
            };
            let (cpu, memory) = (millicores(&limits.cpu), bytes(&limits.memory));
            let level = place.level(stage(of));
            // At the start a lot of work in little memory; then a visitor now and then.
            let (busy, full) = match level {
                Level::Absent | Level::Broken => (0, 0),
                Level::Starting => (60 + wave(now, 20), 30 + wave(now, 10)),
                Level::Ready => (2 + wave(now, 6), 55 + wave(now / 10, 12)),
            };
            let part = |whole: Option<u64>, percent: u64| {
                whole.filter(|_| !unmeasured && runs(of, level)).map(|whole| whole * percent / 100)
            };
            ComponentUsage {
                name: of.name(),
                cpu_millicores: part(cpu, busy),
                cpu_limit_millicores: cpu,
                memory_bytes: part(memory, full),
                memory_limit_bytes: memory,
            }
        });
        let volume = |name: &str, capacity: &str, used: u64| {
            let capacity_bytes = bytes(capacity)?;
            // An order takes little.
            let used_bytes = (!unmeasured).then(|| (used << 20) + (u64::from(place.orders) << 16));
            Some(VolumeUsage { name: name.to_owned(), capacity_bytes, used_bytes })
        };
        let volumes = [volume("data", sizes.database_storage, 210), volume("uploads", sizes.uploads_storage, 34)];
        Usage {
            unmeasured: unmeasured.then(|| "this cluster measures nothing: it has no metrics-server".to_owned()),
            components: components.collect(),
            volumes: volumes.into_iter().flatten().collect(),
        }
    }
}

/// Whose ups and downs a component shares.
fn stage(component: Component) -> Stage {
    match component {
        Component::Workload(workload) => workload.stage,
        Component::Chore(_) => Stage::Application,
    }
}

/// Whether its container has begun. What the clock starts has not been due yet.
fn runs(component: Component, level: Level) -> bool {
    match component {
        Component::Workload(_) => matches!(level, Level::Starting | Level::Ready),
        Component::Chore(chore) => level == Level::Ready && matches!(chore.runs, store_model::Runs::Before { .. }),
    }
}

fn told(place: &Place, of: Component, now: Timestamp) -> Vec<LogLine> {
    let moves = place.moves.iter().filter(|known| known.stage == stage(of));
    let mut lines: Vec<LogLine> = moves.clone().flat_map(|known| said(of, known)).collect();
    let is_server = matches!(of, Component::Workload(workload) if workload.stage == Stage::Application);
    let ready = moves.filter(|known| known.to == Level::Ready).map(|known| known.at).max();
    if let (true, Some(ready)) = (is_server, ready) {
        let visits = now.duration_since(ready).as_secs() / VISIT.as_secs();
        for visit in visits.saturating_sub(VISITS_MAX).max(0)..visits {
            let at = ready.saturating_add(VISIT.saturating_mul(i32::try_from(visit + 1).unwrap_or(i32::MAX)));
            lines.push(line(at.unwrap_or(now), &visited(visit)));
        }
    }
    lines
}

fn said(of: Component, known: &Move) -> Vec<LogLine> {
    let name = of.name();
    let told: &[&str] = match (of, known.to) {
        (Component::Workload(_), Level::Starting) => &["starting", "reading the configuration"],
        (Component::Workload(workload), Level::Ready) if workload.stage == Stage::Database => {
            &["recovery is done, nothing was lost", "ready for connections"]
        }
        (Component::Workload(_), Level::Ready) => &["the database answers", "listening on 0.0.0.0:8080"],
        (Component::Chore(_), Level::Ready) => &["database 0.8", "products 1.4", "all 3.1"],
        (_, Level::Absent | Level::Broken | Level::Starting) => &[],
    };
    told.iter().map(|told| line(known.at, &format!("{name}: {told}"))).collect()
}

fn visited(visit: i64) -> String {
    let page = usize::try_from(visit.rem_euclid(6)).ok().and_then(|at| PAGES.get(at)).unwrap_or(&"/");
    format!("GET {page} 200 {} ms", 18 + wave(visit, 40))
}

fn line(at: Timestamp, text: &str) -> LogLine {
    LogLine { at: Some(at), text: text.to_owned() }
}

/// Up and down between nought and the height, never the same twice in a row.
fn wave(at: i64, height: u64) -> u64 {
    let phase = u64::try_from(at.rem_euclid(2 * 29)).unwrap_or(0);
    let rise = if phase < 29 { phase } else { 58 - phase };
    (rise * height / 29 + phase % 3).min(height)
}
