//! A pod of the store's own images beside nobody: databases to try Medusa's set-up on, with nothing to lose. For the
//! tests that compare a store with a fresh migration, and for the benchmark of the two.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures::FutureExt as _;
use serde_json::{Value, json};

use crate::restart::is_ready;
use crate::{Kubectl, Store};

const STARTS: Duration = Duration::from_mins(3);
const POD: &str = "lab";
/// Tables with their columns, indices and constraints; nobody's rows.
const SCHEMA: &str = "pg_dump --schema=public --schema-only --no-owner --no-privileges --no-comments";
const PSQL: &str = "psql --host=127.0.0.1 --username=medusa --no-psqlrc --tuples-only --no-align";
/// Counted by the database itself: a statement for each table would take a second each.
const COUNT: &str = "SELECT table_name || ' ' || (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM \
    public.%I', table_name), false, true, '')))[1]::text FROM information_schema.tables WHERE table_schema = 'public' \
    AND table_type = 'BASE TABLE' ORDER BY 1";
/// As `store-setup` and Medusa's commands want it; no shop is ever opened here.
const SETTINGS: [(&str, &str); 13] = [
    ("JWT_SECRET", "lab"),
    ("COOKIE_SECRET", "lab"),
    ("STORE_PUBLIC_URL", "https://lab.invalid"),
    ("STORE_ID", "slab00000000"),
    ("STORE_TITLE", "Lab"),
    ("STORE_ADMIN_EMAIL", "owner@lab.invalid"),
    ("STORE_ADMIN_PASSWORD", "nobody-logs-in-here"),
    ("STORE_CURRENCY", "EUR"),
    ("STORE_COUNTRY", "DE"),
    ("STORE_SAMPLE_PRODUCTS", "true"),
    ("HOME", "/home/medusa"),
    ("LOG_LEVEL", "warn"),
    ("TMPDIR", "/tmp"),
];

pub struct Lab<'a> {
    kubectl: &'a Kubectl,
    scope: String,
}

/// References as a store's pods name them.
#[derive(Clone, Debug)]
pub struct LabImages {
    pub postgres: String,
    pub medusa: String,
}

impl LabImages {
    /// Those that a store runs.
    pub async fn of(kubectl: &Kubectl, namespace: &str) -> Result<LabImages> {
        let scope = format!("--namespace={namespace}");
        let image = async |workload: &str| {
            let object = kubectl.json(&["get", workload, &scope]).await?;
            let image = object["spec"]["template"]["spec"]["containers"][0]["image"].as_str().map(str::to_owned);
            image.with_context(|| format!("{workload} names no image"))
        };
        Ok(LabImages { postgres: image("statefulset/postgres").await?, medusa: image("deployment/medusa").await? })
    }
}

impl Lab<'_> {
    /// A lab in a namespace of its own while `act` goes on; gone afterwards, whatever `act` did.
    pub async fn with<T>(
        kubectl: &Kubectl,
        namespace: &str,
        images: &LabImages,
        act: impl AsyncFnOnce(&Lab<'_>) -> Result<T>,
    ) -> Result<T> {
        let lab = Lab { kubectl, scope: format!("--namespace={namespace}") };
        let gone = ["delete", "namespace", namespace, "--ignore-not-found", "--timeout=2m"];
        // Of an interrupted run.
        kubectl.ask(&gone).await?;
        let outcome = AssertUnwindSafe(async {
            let object = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace,
                "labels": { "pod-security.kubernetes.io/enforce": "restricted" } } });
            kubectl.give(&["create", "--filename=-"], &object).await?;
            lab.start(images).await?;
            act(&lab).await
        });
        let outcome = outcome.catch_unwind().await;
        let removed = kubectl.ask(&gone).await.context("remove the lab");
        match outcome {
            Ok(Ok(value)) => removed.map(|_| value),
            Ok(Err(error)) => Err(error),
            Err(panic) => resume_unwind(panic),
        }
    }

    async fn start(&self, images: &LabImages) -> Result<()> {
        self.kubectl.give(&["create", &self.scope, "--filename=-"], &pod(images)).await?;
        let ready = |pods: &[Value]| pods.first().is_some_and(is_ready).then_some(());
        let pods = ["pods", &self.scope, "--selector=app=lab"];
        if let Err(error) = self.kubectl.until(&pods, STARTS, ready).await {
            let logs = self.kubectl.tell(&["logs", POD, &self.scope, "--all-containers", "--prefix"]).await;
            return Err(error.context(format!("the lab did not start:\n{logs}")));
        }
        Ok(())
    }

    /// An empty one.
    pub async fn database(&self, name: &str) -> Result<()> {
        self.in_postgres(&format!("{PSQL} --command='CREATE DATABASE {name}' medusa")).await.map(drop)
    }

    /// Medusa's own migrations; how long they took.
    pub async fn migrate(&self, database: &str) -> Result<Duration> {
        self.time(database, "node node_modules/@medusajs/cli/cli.js db:migrate").await
    }

    /// What a store's set-up does: the golden dump, made its own; how long it took.
    pub async fn set_up(&self, database: &str) -> Result<Duration> {
        self.time(database, "store-setup").await
    }

    pub async fn schema(&self, database: &str) -> Result<String> {
        let dump = self.in_postgres(&format!("{SCHEMA} --host=127.0.0.1 --username=medusa {database}")).await?;
        Ok(comparable(&dump))
    }

    pub async fn rows(&self, database: &str) -> Result<Vec<(String, u64)>> {
        parse_rows(&self.in_postgres(&format!("{PSQL} --command=\"{COUNT}\" {database}")).await?)
    }

    async fn in_postgres(&self, command: &str) -> Result<String> {
        let script = format!("PGPASSWORD=\"$POSTGRES_PASSWORD\" {command}");
        self.kubectl.ask(&["exec", POD, &self.scope, "--container=postgres", "--", "sh", "-c", &script]).await
    }

    /// By the container's own clock: starting `kubectl` is not what is measured.
    async fn time(&self, database: &str, command: &str) -> Result<Duration> {
        let script = format!(
            "cd /srv/medusa; export DATABASE_URL=\"$LAB_DATABASES/{database}\"; begin=$(date +%s%N); \
             {command} > /tmp/said 2>&1 || {{ cat /tmp/said >&2; exit 1; }}; echo $(( $(date +%s%N) - begin ))"
        );
        let said =
            self.kubectl.ask(&["exec", POD, &self.scope, "--container=medusa", "--", "sh", "-c", &script]).await?;
        let nanoseconds = said.trim().parse().with_context(|| format!("{command} took {said:?}"))?;
        Ok(Duration::from_nanos(nanoseconds))
    }
}

/// The schema of a store's own database, to compare with a lab's.
pub async fn schema_of(store: &Store) -> Result<String> {
    let dump = ask_database(store, &format!("{SCHEMA} --host=127.0.0.1 --username=medusa medusa")).await?;
    Ok(comparable(&dump))
}

/// How many rows each table of a store's own database has.
pub async fn rows_of(store: &Store) -> Result<Vec<(String, u64)>> {
    parse_rows(&query(store, COUNT).await?)
}

/// The rows that a store's own database answers with, a line each.
pub async fn query(store: &Store, sql: &str) -> Result<String> {
    ask_database(store, &format!("{PSQL} --command=\"{sql}\" medusa")).await
}

async fn ask_database(store: &Store, command: &str) -> Result<String> {
    let script = format!("PGPASSWORD=\"$POSTGRES_PASSWORD\" {command}");
    let exec = ["exec", "statefulset/postgres", &store.scope(), "--", "sh", "-c", &script];
    store.world.kubectl.ask(&exec).await
}

/// PostgreSQL writes the casts of an index's condition otherwise once it has read its own writing, so casts and brackets
/// are left out; and so is what is about the dump itself.
fn comparable(dump: &str) -> String {
    let lines = dump.lines().filter(|line| {
        let about_the_dump = ["--", "\\", "SET ", "SELECT pg_catalog.set_config"];
        !line.trim().is_empty() && !about_the_dump.iter().any(|start| line.starts_with(start))
    });
    let mut text = lines.collect::<Vec<_>>().join("\n");
    text = without_ulids(&text);
    for noise in ["::character varying[]", "::character varying", "::text[]", "::text", "(", ")"] {
        text = text.replace(noise, "");
    }
    text
}

/// One of Medusa's migrations makes up an id and puts it into the table as a default: no two migrations agree on it.
fn without_ulids(text: &str) -> String {
    let is_ulid =
        |part: &str| part.len() == 26 && part.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let parts = text.split('\'').map(|part| if is_ulid(part) { "(a ULID)" } else { part });
    parts.collect::<Vec<_>>().join("'")
}

fn parse_rows(lines: &str) -> Result<Vec<(String, u64)>> {
    let parse = |line: &str| {
        let (table, rows) = line.rsplit_once(' ').with_context(|| format!("the database counts {line:?}"))?;
        Ok((table.to_owned(), rows.parse().with_context(|| format!("the database counts {line:?}"))?))
    };
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(parse).collect()
}

/// Both in one pod, so that they meet on its loopback and no other namespace's rules are in the way.
fn pod(images: &LabImages) -> Value {
    let security = |user: u32| {
        json!({ "runAsNonRoot": true, "runAsUser": user, "runAsGroup": user, "readOnlyRootFilesystem": true,
            "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] },
            "seccompProfile": { "type": "RuntimeDefault" } })
    };
    let password = "lab-password-of-nothing";
    let mut environment: Vec<Value> =
        SETTINGS.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    for (name, value) in [
        ("LAB_DATABASES", format!("postgres://medusa:{password}@127.0.0.1:5432")),
        ("STORE_PUBLISHABLE_KEY", format!("pk_{}", "1".repeat(64))),
        ("STORE_SECRET_KEY", format!("sk_{}", "2".repeat(64))),
    ] {
        environment.push(json!({ "name": name, "value": value }));
    }
    let volumes = ["data", "postgres-tmp", "postgres-run", "home", "medusa-tmp", "static"];
    let volumes = volumes.map(|name| json!({ "name": name, "emptyDir": {} }));
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": POD, "labels": { "app": "lab" } },
        "spec": {
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "terminationGracePeriodSeconds": 1,
            "containers": [
                {
                    "name": "postgres",
                    "image": images.postgres,
                    "securityContext": security(999),
                    "env": [
                        { "name": "POSTGRES_USER", "value": "medusa" },
                        { "name": "POSTGRES_DB", "value": "medusa" },
                        { "name": "POSTGRES_PASSWORD", "value": password },
                        { "name": "PGDATA", "value": "/var/lib/postgresql/data/pgdata" },
                    ],
                    "readinessProbe": {
                        "exec": { "command": ["sh", "-c",
                            "PGPASSWORD=\"$POSTGRES_PASSWORD\" psql -h 127.0.0.1 -U medusa -c 'SELECT 1' medusa"] },
                        "periodSeconds": 1, "timeoutSeconds": 5, "failureThreshold": 120,
                    },
                    "volumeMounts": [
                        { "name": "data", "mountPath": "/var/lib/postgresql/data" },
                        { "name": "postgres-tmp", "mountPath": "/tmp" },
                        { "name": "postgres-run", "mountPath": "/var/run/postgresql" },
                    ],
                },
                {
                    "name": "medusa",
                    "image": images.medusa,
                    "command": ["sleep", "infinity"],
                    "securityContext": security(1000),
                    "env": environment,
                    "volumeMounts": [
                        { "name": "home", "mountPath": "/home/medusa" },
                        { "name": "medusa-tmp", "mountPath": "/tmp" },
                        { "name": "static", "mountPath": "/srv/medusa/static" },
                    ],
                },
            ],
            "volumes": volumes,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_dumps_of_the_same_tables_compare_equal_and_of_others_do_not() {
        let dump = |condition: &str| {
            format!(
                "--\n-- Dumped\nSET x = y;\n\\restrict abc\n\nCREATE INDEX i ON t USING btree (a) WHERE {condition};\n"
            )
        };
        let migrated = comparable(&dump("((a)::text = 'x'::text)"));
        assert_eq!(migrated, "CREATE INDEX i ON t USING btree a WHERE a = 'x';");
        assert_eq!(migrated, comparable(&dump("(((a)::text) = ('x'::character varying)::text)")));
        assert_ne!(migrated, comparable(&dump("((b)::text = 'x'::text)")));
        let made_up = |id: &str| comparable(&format!("run_id text DEFAULT '{id}' NOT NULL"));
        assert_eq!(made_up("01M84BA8XWYY86P7RJ6XCK4YTC"), made_up("01M848EDWA4NRHN6MREQN29TCF"));
        assert_ne!(made_up("01M84BA8XWYY86P7RJ6XCK4YTC"), made_up("other"));
    }

    #[test]
    fn rows_are_counted_by_table() {
        assert_eq!(parse_rows("api_key 3\n\nuser 1\n").unwrap(), [("api_key".to_owned(), 3), ("user".to_owned(), 1)]);
        assert!(parse_rows("nonsense").is_err());
    }
}
