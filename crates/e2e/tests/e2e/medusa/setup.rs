//! The set-up, killed where it hurts most, ends as if nothing had happened; and a store that was restored from the
//! golden dump has the very tables that Medusa's own migrations make.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use e2e::lab::{self, Lab, LabImages};
use e2e::{Process, Store, beside_others, process_of, purchase};
use serde_json::Value;
use shopper::{Customer, Order};
use store_model::Engine;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

const SOON: Duration = Duration::from_mins(2);
const AGAIN: Duration = Duration::from_millis(100);
/// Longer than it is waited for that the set-up gets there.
const HOLD_SECONDS: u32 = 150;

#[tokio::test]
async fn killed_in_the_middle_the_set_up_ends_as_an_undisturbed_one_with_the_tables_of_a_fresh_migration() -> Result<()>
{
    beside_others(async |scene| {
        ensure!(scene.world.embedded, "only on the embedded cluster are the set-up's processes this machine's");
        let request = scene.request("cut-off", Engine::Medusa).await?;
        let store = scene.create(&request, None).await?;
        kill_the_set_up(&store).await?;

        store.ready().await.context("after the set-up was killed")?;
        ensure!(set_up_restarts(&store).await? >= 1, "the set-up was not run again");
        let (schema, rows) = (lab::schema_of(&store).await?, lab::rows_of(&store).await?);
        let keys = store.keys().await?;
        purchase::buy(&store, &keys, &Order::first(Customer::example())).await?;

        let images = LabImages::of(&scene.world.kubectl, &store.namespace()).await?;
        Lab::with(&scene.world.kubectl, "e2e-lab", &images, async |lab| {
            lab.database("migrated").await?;
            lab.migrate("migrated").await.context("Medusa's migrations on an empty database")?;
            same_schema(&lab.schema("migrated").await?, &schema)?;
            lab.database("undisturbed").await?;
            lab.set_up("undisturbed").await.context("the set-up on an empty database")?;
            same_rows(lab.rows("undisturbed").await?, rows)
        })
        .await
    })
    .await
}

/// Stops the set-up between the golden dump and its commit, and kills it there.
async fn kill_the_set_up(store: &Store) -> Result<()> {
    let kubectl = &store.world.kubectl;
    let postgres = ["pods", &store.scope(), "--selector=app.kubernetes.io/name=postgres"];
    let runs = |pods: &[Value]| {
        let state = &pods.first()?["status"]["containerStatuses"][0]["state"];
        state["running"].is_object().then_some(())
    };
    kubectl.until(&postgres, SOON, runs).await.context("wait for the database's container")?;
    let obstacle = Obstacle::lay(store);
    let victim = obstacle.is_met(store).await?;
    ensure!(lab::query(store, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").await?.trim() == "0");
    victim.kill().await?;
    obstacle.remove(store).await
}

/// A transaction of ours that has made the same schema as the set-up is about to make: the database lets the set-up,
/// which has restored everything and committed nothing, wait for ours to end.
struct Obstacle(JoinHandle<Result<String>>);

impl Obstacle {
    fn lay(store: &Store) -> Obstacle {
        let (kubectl, scope) = (store.world.kubectl.clone(), store.scope());
        let sql = format!("BEGIN; CREATE SCHEMA store_platform; SELECT pg_sleep({HOLD_SECONDS})");
        // Inside the database's own container, so as to be there before the set-up is.
        let script = format!(
            "export PGPASSWORD=\"$POSTGRES_PASSWORD\"; ask() {{ psql -h 127.0.0.1 -U medusa -qtA -c \"$1\" medusa; }}; \
             until ask 'SELECT 1' > /dev/null 2>&1; do sleep 0.02; done; ask '{sql}'"
        );
        Obstacle(tokio::spawn(async move {
            kubectl.ask(&["exec", "statefulset/postgres", &scope, "--", "sh", "-c", &script]).await
        }))
    }

    /// Until the set-up waits; its process.
    async fn is_met(&self, store: &Store) -> Result<Process> {
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE \
                     '%CREATE SCHEMA store_platform%' AND query NOT LIKE '%pg_sleep%'";
        let deadline = Instant::now() + SOON;
        loop {
            // The database may still be making its accounts.
            let waiting = lab::query(store, waits).await;
            if waiting.as_ref().is_ok_and(|count| count.trim() == "1") {
                break;
            }
            ensure!(!self.0.is_finished(), "the obstacle is gone before the set-up met it: {waiting:?}");
            if Instant::now() > deadline {
                bail!("the set-up did not meet the obstacle: {waiting:?}");
            }
            sleep(AGAIN).await;
        }
        let pod = medusa_pod(store).await?;
        let uid = pod["metadata"]["uid"].as_str().context("the pod's uid")?;
        let process = process_of(uid, |words| words.iter().any(|word| word.ends_with("setup/store-setup.js")))?;
        process.with_context(|| format!("no process of pod {uid} is the set-up's"))
    }

    async fn remove(self, store: &Store) -> Result<()> {
        let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid \
                   <> pg_backend_pid()";
        assert_eq!(lab::query(store, end).await?.trim(), "1", "obstacles removed");
        // Its session was ended under it: that is an error, and the right one.
        ensure!(self.0.await.context("the obstacle's task")?.is_err(), "the obstacle ended by itself");
        Ok(())
    }
}

async fn medusa_pod(store: &Store) -> Result<Value> {
    let pods = ["get", "pods", &store.scope(), "--selector=app.kubernetes.io/name=medusa"];
    store.world.kubectl.items(&pods).await?.into_iter().next().context("no pod of medusa")
}

async fn set_up_restarts(store: &Store) -> Result<u64> {
    let pod = medusa_pod(store).await?;
    let containers = pod["status"]["initContainerStatuses"].as_array().context("no init container")?;
    let setup = containers.iter().find(|container| container["name"] == "setup").context("no set-up")?;
    setup["restartCount"].as_u64().context("no count of restarts")
}

fn same_schema(migrated: &str, restored: &str) -> Result<()> {
    ensure!(migrated.matches("CREATE TABLE").count() > 100, "a fresh migration makes too few tables:\n{migrated}");
    for (line, (left, right)) in migrated.lines().zip(restored.lines()).enumerate() {
        assert_eq!(left, right, "line {line} of the fresh migration's tables and of the store's");
    }
    assert_eq!(migrated.lines().count(), restored.lines().count(), "lines of the schemas");
    Ok(())
}

/// Whatever the set-up writes is there as often as in the undisturbed database. What a sale writes (the proof's) is not
/// in that one, and is left out.
fn same_rows(undisturbed: Vec<(String, u64)>, killed: Vec<(String, u64)>) -> Result<()> {
    let killed: BTreeMap<String, u64> = killed.into_iter().collect();
    let written: Vec<(String, u64)> = undisturbed.into_iter().filter(|(_, rows)| *rows > 0).collect();
    ensure!(written.len() > 20, "the set-up writes too few tables: {written:?}");
    for (table, rows) in written {
        assert_eq!(killed.get(&table), Some(&rows), "rows of {table}");
    }
    Ok(())
}
