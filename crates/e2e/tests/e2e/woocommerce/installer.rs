//! WordPress's installer lets whoever comes first take the shop. It must answer nobody, at no moment.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use e2e::{Page, Visitor, World};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use url::Url;

/// The home page is asked too: a WordPress without tables sends every visitor to the installer.
const PATHS: [&str; 4] = ["/", "/wp-admin/install.php", "/wp-admin/setup-config.php", "/wp-admin/install.php?step=2"];
/// So short that a pod which is ready before its installer is shut would be seen.
const PAUSE: Duration = Duration::from_millis(50);
/// What only the installer's pages hold.
const MARKS: [&str; 6] = [
    "weblog_title",
    "setup-config.php?step",
    "install.php?step",
    "name=\"dbname\"",
    "id=\"setup\"",
    "language-continue",
];

/// Somebody who tries the installer again and again.
pub struct Intruder {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<Report>>,
}

/// How often each page answered with which status, and what should never have been answered.
#[derive(Debug, Default)]
pub struct Report {
    pub answers: BTreeMap<(Url, u16), usize>,
    pub open_doors: Vec<String>,
}

impl Intruder {
    /// Starts at once, over every scheme there is, also before the store exists.
    pub fn start(world: &World, host: &str) -> Result<Intruder> {
        let mut visitors = vec![world.visitor(&world.address("https", host)?)?];
        if world.http_port.is_some() {
            visitors.push(world.visitor(&world.address("http", host)?)?);
        }
        let (stop, mut stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let mut report = Report::default();
            while stopped.try_recv() == Err(oneshot::error::TryRecvError::Empty) {
                report.try_all(&visitors).await;
                sleep(PAUSE).await;
            }
            Ok(report)
        });
        Ok(Intruder { stop, task })
    }

    /// Ends it. The store serves customers by now, so the last round has met a shop and not an empty route.
    pub async fn give_up(self) -> Result<Report> {
        ensure!(!self.task.is_finished(), "the intruder gave up early");
        self.stop.send(()).ok().context("the intruder is gone")?;
        timeout(Duration::from_mins(1), self.task).await.context("the intruder goes on")??
    }
}

impl Report {
    /// Nobody got in, and it was tried for real.
    pub fn check(&self) -> Result<()> {
        assert_eq!(self.open_doors, Vec::<String>::new(), "the installer was reachable");
        let tries: usize = self.answers.values().sum();
        ensure!(tries >= 50, "only {tries} tries: {:?}", self.answers);
        let home = self.answers.keys().any(|(url, status)| url.path() == "/" && *status == 200);
        ensure!(home, "no try fell into the time when the shop was open: {:?}", self.answers);
        Ok(())
    }

    async fn try_all(&mut self, visitors: &[Visitor]) {
        for visitor in visitors {
            for path in PATHS {
                // No answer is as good as a refusal: there is no certificate before there is a store.
                if let Ok(page) = visitor.open(path).await {
                    self.note(&page);
                }
            }
        }
    }

    fn note(&mut self, page: &Page) {
        *self.answers.entry((page.address.clone(), page.status)).or_default() += 1;
        let text = page.text();
        let installer = page.address.path() != "/";
        let sent_there = page.location().is_some_and(|to| {
            page.address.scheme() != "http" && (to.contains("install.php") || to.contains("setup-config.php"))
        });
        if (installer && page.status == 200) || sent_there || MARKS.iter().any(|mark| text.contains(mark)) {
            self.open_doors.push(format!("{} {} {:?}: {}", page.status, page.address, page.location(), page.excerpt()));
        }
    }
}
