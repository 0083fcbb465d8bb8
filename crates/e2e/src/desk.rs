//! What an owner has at hand of a store that runs: the log-in by a link, the logs, and what it takes.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures::future::try_join_all;
use reqwest::header::{CACHE_CONTROL, REFERRER_POLICY};
use store_api::{LogQuery, LoginLink};
use tokio::time::{Instant, sleep};
use url::Url;

use crate::{Page, Store, Visitor};

/// metrics-server measures every quarter of a minute, and a new pod takes two rounds.
const MEASURED: Duration = Duration::from_mins(2);

/// The link lets in once, and nobody by another token or too late. `admin` opens only for who is logged in.
pub async fn logs_in_once(store: &Store, admin: &str) -> Result<()> {
    let stranger = store.visitor()?;
    ensure!(stranger.open(admin).await?.status != 200, "{admin} opens for anybody, so it shows nothing");
    // Opened at the end, when it is too old.
    let old = link(store).await?;

    let good = link(store).await?;
    let refused = open(&stranger, &tampered(&good.url)).await?;
    refused.expect(403).context("a changed signature")?;
    let owner = store.visitor()?;
    let first = open(&owner, &good.url).await?;
    first.expect(302).context("the first use")?;
    let header = |name| first.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ensure!(header(REFERRER_POLICY).contains("no-referrer"), "its address is told: {:?}", first.headers);
    ensure!(header(CACHE_CONTROL).contains("no-store"), "it may be kept: {:?}", first.headers);
    let to = store.url()?.join(first.location().context("no Location")?)?;
    ensure!(to == store.url()?.join(store.view.engine.spec().admin_path)?, "it leads to {to}");
    owner.open(admin).await?.expect(200).context("the admin's page, with the cookie")?;

    open(&stranger, &good.url).await?.expect(403).context("the second use")?;
    ensure!(stranger.open(admin).await?.status != 200, "a used link let somebody in");

    let hurried = link(store).await?;
    let visitors: Vec<Visitor> = (0..6).map(|_| store.visitor()).collect::<Result<_>>()?;
    let pages = try_join_all(visitors.iter().map(|visitor| open(visitor, &hurried.url))).await?;
    let mut statuses: Vec<u16> = pages.iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    ensure!(statuses == [302, 403, 403, 403, 403, 403], "six at the same time: {statuses:?}");

    let told = store.events().await?.into_iter().filter(|event| event.kind == "login").count();
    ensure!(told == 3, "three links were made, and the events tell of {told}");

    let left = old.expires_at.as_second() - now();
    sleep(Duration::from_secs(u64::try_from(left + 2).unwrap_or(0))).await;
    open(&stranger, &old.url).await?.expect(403).context("after its minute")?;
    Ok(())
}

/// Every program has a log and takes something, and the shop's log tells of a request.
pub async fn sees_what_runs(store: &Store) -> Result<()> {
    let (client, id) = (&store.world.client, store.id());
    let components = client.store_components(id).await?.items;
    for workload in store.workloads() {
        let seen = components.iter().find(|component| component.name == workload.name);
        ensure!(seen.is_some_and(|seen| seen.ready), "{} is not ready: {components:?}", workload.name);
    }
    for component in &components {
        let query = LogQuery { component: Some(component.name.clone()), tail: Some(20), follow: None };
        let mut lines =
            client.store_logs(id, &query).await.with_context(|| format!("the log of {}", component.name))?;
        let mut count = 0;
        while let Some(line) = lines.next().await? {
            ensure!(line.at.is_some(), "a line of {} without its time: {}", component.name, line.line);
            count += 1;
        }
        ensure!(count <= 20, "{count} lines of {}", component.name);
    }
    let deadline = Instant::now() + MEASURED;
    loop {
        let usage = client.store_usage(id).await?;
        ensure!(usage.volumes.iter().all(|volume| volume.capacity_bytes > 0) && !usage.volumes.is_empty(), "{usage:?}");
        let takes = usage.components.iter().all(|component| {
            let limit = component.memory_limit_bytes.unwrap_or(0);
            component.memory_bytes.is_some_and(|bytes| (1..=limit).contains(&bytes))
        });
        if usage.measured && takes {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "nothing is measured: {usage:?}");
        sleep(Duration::from_secs(2)).await;
    }
}

/// What happens while somebody reads is read. For a store whose server writes a line for each request.
pub async fn log_follows(store: &Store) -> Result<()> {
    let query = LogQuery { component: None, tail: Some(0), follow: Some(true) };
    let mut lines = store.world.client.store_logs(store.id(), &query).await?;
    let mark = format!("/seen-in-the-log-{}", store.id());
    store.visitor()?.open(&mark).await?;
    let seen = async {
        while let Some(line) = lines.next().await? {
            if line.line.contains(&mark) {
                return Ok(());
            }
        }
        anyhow::bail!("the log ended without the request")
    };
    tokio::time::timeout(Duration::from_secs(30), seen).await.context("the log does not tell of a request")?
}

async fn link(store: &Store) -> Result<LoginLink> {
    Ok(store.world.client.store_login_link(store.id()).await?)
}

async fn open(visitor: &Visitor, url: &str) -> Result<Page> {
    let url: Url = url.parse().context("the link")?;
    let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    visitor.open(&path).await
}

fn tampered(url: &str) -> String {
    let (rest, last) = url.split_at(url.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(0)
}
