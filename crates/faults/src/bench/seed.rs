//! Thousands of stores in seconds: one is really made, by the provisioner and Helm; the others are copies of its row and
//! of its objects as the API server keeps them, with other ids, names, hosts and UIDs of the same length.

use anyhow::{Context as _, Result, ensure};
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, AssertSqlSafe, Row as _};
use store_model::Phase;

use super::pods;
use crate::etcd::{Entry, Etcd};
use crate::scene::Scene;

/// What the provisioner lists or watches of a store, and its access. Services, policies and the like it never reads.
const KINDS: [&str; 9] = [
    "namespaces",
    "pods",
    "deployments",
    "statefulsets",
    "persistentvolumeclaims",
    "persistentvolumes",
    "ingress",
    "secrets",
    "rolebindings",
];

/// The name of the one store that is really made, and of number 0 of the copies.
const NAME: &str = "n0000000";

pub struct Mould {
    id: String,
    name: String,
    entries: Vec<Entry>,
    etcd: Etcd,
    rows: AnyPool,
    made: usize,
}

impl Mould {
    /// Makes one store and learns what it consists of.
    pub async fn make(scene: &Scene, rows: AnyPool) -> Result<Mould> {
        let service = scene.start().await?;
        let store = scene.create(&service, NAME).await?;
        let store = scene.phase(&service, store.id.as_str(), Phase::Ready).await?;
        service.terminate().await?;
        let id = store.id.clone();
        let count = pods::run(&scene.plane.client, &format!("store-{id}")).await?;
        let etcd = scene.plane.etcd()?;
        let mut entries = etcd.entries().await?;
        entries.retain(|entry| {
            let key = String::from_utf8_lossy(&entry.key).into_owned();
            let kind = KINDS.iter().any(|kind| key.split('/').any(|part| part == *kind));
            kind && (holds(&entry.key, &id) || holds(&entry.value, &id))
        });
        let of = |kind: &str| entries.iter().filter(|entry| holds(&entry.key, &format!("/{kind}/"))).count();
        for kind in KINDS {
            ensure!(of(kind) > 0, "the store has no {kind}");
        }
        ensure!(of("pods") == count, "{} pods are kept, {count} were made", of("pods"));
        let bytes: usize = entries.iter().map(|entry| entry.value.len()).sum();
        println!("a store is {} objects of the kinds that are read, {} KiB in etcd", entries.len(), bytes / 1024);
        Ok(Mould { id, name: store.name.clone(), entries, etcd, rows, made: 1 })
    }

    /// Copies until there are so many stores, with the one that was made first.
    pub async fn fill(&mut self, stores: usize) -> Result<()> {
        let fresh = self.made..stores;
        if fresh.is_empty() {
            return Ok(());
        }
        let mould = &*self;
        let copies = fresh.clone().flat_map(|number| mould.entries.iter().map(move |entry| mould.copy(entry, number)));
        self.etcd.put(copies).await?;
        for (table, key) in [("stores", "id"), ("stages", "store_id")] {
            self.rows_copy(table, key, fresh.start, fresh.end - 1).await?;
        }
        self.made = stores;
        Ok(())
    }

    fn copy(&self, entry: &Entry, number: usize) -> Entry {
        let (id, name) = (id(number), self.name.replace(NAME, &name(number)));
        let copied = |bytes: &[u8]| {
            let bytes = replaced(bytes, self.id.as_bytes(), id.as_bytes());
            numbered(replaced(&bytes, self.name.as_bytes(), name.as_bytes()), number)
        };
        Entry { key: copied(&entry.key), value: copied(&entry.value) }
    }

    async fn rows_copy(&self, table: &str, key: &str, first: usize, last: usize) -> Result<()> {
        let columns = sqlx::query(AssertSqlSafe(format!("SELECT name, type FROM pragma_table_info('{table}')")));
        let columns = columns.fetch_all(&self.rows).await?;
        let mut names = Vec::new();
        let mut values = Vec::new();
        for column in columns {
            let (name, kind): (String, String) = (column.try_get("name")?, column.try_get("type")?);
            values.push(match (name.as_str(), kind.as_str()) {
                ("namespace_uid", _) => format!("printf('%08x', number) || substr({name}, 9)"),
                (_, "TEXT") => format!(
                    "replace(replace({name}, '{}', printf('s%011d', number)), '{NAME}', printf('n%07d', number))",
                    self.id
                ),
                _ => name.clone(),
            });
            names.push(name);
        }
        let insert = format!(
            "INSERT INTO {table} ({}) WITH RECURSIVE numbers (number) AS (SELECT {first} UNION ALL
                SELECT number + 1 FROM numbers WHERE number < {last})
             SELECT {} FROM {table}, numbers WHERE {key} = '{}'",
            names.join(", "),
            values.join(", "),
            self.id
        );
        sqlx::query(AssertSqlSafe(insert)).execute(&self.rows).await.with_context(|| format!("copy into {table}"))?;
        Ok(())
    }
}

/// The scene's SQLite, to be written while no provisioner runs and read while one does.
pub async fn rows(scene: &Scene) -> Result<AnyPool> {
    sqlx::any::install_default_drivers();
    let file = scene.directory().join("data/store-platform.db");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    Ok(AnyPoolOptions::new().max_connections(1).connect(&url).await?)
}

fn id(number: usize) -> String {
    format!("s{number:011}")
}

fn name(number: usize) -> String {
    format!("n{number:07}")
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Of the same length, so that what Kubernetes wrote about lengths stays true.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    debug_assert_eq!(from.len(), to.len());
    let mut copy = bytes.to_vec();
    let mut at = 0;
    while at + from.len() <= copy.len() {
        if &copy[at..at + from.len()] == from {
            copy[at..at + from.len()].copy_from_slice(to);
            at += from.len();
        } else {
            at += 1;
        }
    }
    copy
}

/// Every UID begins with the copy's number: what was equal within the store stays equal, and no two stores share one.
fn numbered(mut bytes: Vec<u8>, number: usize) -> Vec<u8> {
    const LENGTH: usize = 36;
    let digits = format!("{number:08x}");
    let mut at = 0;
    while at + LENGTH <= bytes.len() {
        if is_uid(&bytes[at..at + LENGTH]) {
            bytes[at..at + digits.len()].copy_from_slice(digits.as_bytes());
            at += LENGTH;
        } else {
            at += 1;
        }
    }
    bytes
}

fn is_uid(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(byte),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_an_id_and_uids_of_its_own_and_the_same_length() {
        let whole = b"\x0a\x10store-sabcdefghijk\x1203b2c1d0-1111-2222-3333-444455556666 x".to_vec();
        let copy = numbered(replaced(&whole, b"sabcdefghijk", id(7).as_bytes()), 7);
        assert_eq!(copy, b"\x0a\x10store-s00000000007\x1200000007-1111-2222-3333-444455556666 x");
        assert_eq!(copy.len(), whole.len());
    }
}
