//! One test for each row of the fault table in docs/reliability.md; its name says which row.

mod row_01;
mod row_02;
mod row_03;

use anyhow::{Context as _, Result};
use futures::StreamExt as _;

/// So many at once as two cores can feed: most of a scene is waiting.
const AT_ONCE: usize = 4;

/// Plays the same for each case, several at once; the failure names its case.
async fn each<C: std::fmt::Debug>(
    cases: impl IntoIterator<Item = C>,
    play: impl AsyncFn(&C) -> Result<()>,
) -> Result<()> {
    let one = async |case: C| play(&case).await.with_context(|| format!("case {case:?}"));
    let mut outcomes = futures::stream::iter(cases).map(one).buffer_unordered(AT_ONCE);
    let mut failed = Vec::new();
    while let Some(outcome) = outcomes.next().await {
        if let Err(error) = outcome {
            failed.push(format!("{error:#}"));
        }
    }
    anyhow::ensure!(failed.is_empty(), "{} cases failed:\n{}", failed.len(), failed.join("\n"));
    Ok(())
}
