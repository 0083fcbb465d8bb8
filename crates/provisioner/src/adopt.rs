//! Rows made again for stores that are in the cluster and in no database: from a lost database back to one that knows
//! them, while they go on selling.

use std::time::Duration;

use futures::{StreamExt, stream};
use store_model::StoreId;
use store_model::orphans::{NamespaceFacts, Orphan, adopted_phase, orphan};

use crate::cluster::{Cluster, StepError};
use crate::db::{Adopted, Adoption, Db};

/// Two reads of one namespace.
const DESCRIBE_LIMIT: Duration = Duration::from_secs(10);
/// Namespaces read at a time.
const AT_ONCE: usize = 8;

/// What became of one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub store: StoreId,
    /// What the store calls itself, where it says so.
    pub name: Option<String>,
    pub adopted: Adopted,
}

#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    #[error("see the cluster: {0}")]
    Cluster(#[from] StepError),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// All that have no row, or the one that is named. A second time finds nothing to do.
pub async fn adopt(
    db: &Db,
    cluster: &dyn Cluster,
    named: Option<&StoreId>,
    by: &str,
) -> Result<Vec<Outcome>, AdoptError> {
    let census = cluster.census().await?;
    let ids: Vec<&StoreId> = census.namespaces.keys().collect();
    let rows = db.row_facts(&ids).await?;
    let found = census.namespaces.iter().map(|(store, sighting)| Found {
        store: store.clone(),
        kind: orphan(rows.get(store), Some(&sighting.facts)),
        facts: sighting.facts.clone(),
    });
    let wanted: Vec<Found> = match named {
        Some(named) => found.filter(|found| found.store == *named).collect(),
        // One that only looks like a store's is adopted by its name alone: somebody has to have looked at it.
        None => found.filter(|found| found.kind == Some(Orphan::Namespace)).collect(),
    };
    if let Some(named) = named
        && wanted.is_empty()
    {
        let why = "there is no namespace of that name with our labels".to_owned();
        return Ok(vec![Outcome { store: named.clone(), name: None, adopted: Adopted::Refused(why) }]);
    }
    let outcomes: Vec<Result<Outcome, sqlx::Error>> =
        stream::iter(wanted.into_iter().map(|found| adopt_one(db, cluster, found, by)))
            .buffered(AT_ONCE)
            .collect()
            .await;
    Ok(outcomes.into_iter().collect::<Result<_, _>>()?)
}

struct Found {
    store: StoreId,
    facts: NamespaceFacts,
    kind: Option<Orphan>,
}

async fn adopt_one(db: &Db, cluster: &dyn Cluster, found: Found, by: &str) -> Result<Outcome, sqlx::Error> {
    let Found { store, facts, kind } = found;
    match kind {
        None => return Ok(Outcome { store, name: None, adopted: Adopted::Known }),
        Some(Orphan::LookAlike) => {
            let adopted = db.store_recognise(&store, &facts.uid, by).await?;
            return Ok(Outcome { store, name: None, adopted });
        }
        // What has a row is refused by the database, with the row's own word.
        Some(Orphan::Namespace | Orphan::Tombstone | Orphan::Lost | Orphan::Volume) => {}
    }
    let refused = |why: &str| Adopted::Refused(why.to_owned());
    let (name, adopted) = match tokio::time::timeout(DESCRIBE_LIMIT, cluster.describe(&store)).await {
        Ok(Ok(description)) => {
            let name = description.name.to_string();
            let adoption = Adoption { description, phase: adopted_phase(&facts), namespace_uid: facts.uid };
            (Some(name), db.store_adopt(&adoption, by).await?)
        }
        Ok(Err(error)) => (None, refused(&error.reason.detail)),
        Err(_) => (None, refused("the cluster does not answer")),
    };
    Ok(Outcome { store, name, adopted })
}
