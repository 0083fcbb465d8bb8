//! One store of the demo: made, followed until it is ready, bought from.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use local_cluster::progress::Progress;
use shopper::{AdminOrder, Customer, Order};
use store_api::{Client, CreateStore, CredentialsView, StepState, StoreView};
use store_model::{Engine, Phase};

use crate::platform::World;
use crate::sale;

/// Longer than the provisioner's own deadline, so that its reason is what the reader sees.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// A store, and the customer's order as its owner sees it.
pub struct Sold {
    pub store: StoreView,
    pub credentials: CredentialsView,
    pub order: AdminOrder,
    /// From the request to a store that has sold something.
    pub ready: Duration,
}

pub async fn sell(
    client: &Client,
    world: &World,
    engine: Engine,
    name: String,
    keep: bool,
    progress: &Progress,
) -> Result<Sold> {
    let asked = Instant::now();
    let store = client.store_create(&CreateStore::new(&name, engine), None).await.context("create the store")?;
    let store = match follow(client, &store, progress).await {
        Ok(store) => store,
        Err(error) => {
            if !keep {
                client.store_delete(&store.id).await.context("remove the store that did not get ready")?;
            }
            return Err(error);
        }
    };
    let ready = asked.elapsed();
    let credentials = client.store_credentials(&store.id).await.context("read the store's credentials")?;
    let order = buy(world, &store, &credentials, progress).await?;
    Ok(Sold { store, credentials, order, ready })
}

/// As a customer, then looked for as the shop's admin.
async fn buy(
    world: &World,
    store: &StoreView,
    credentials: &CredentialsView,
    progress: &Progress,
) -> Result<AdminOrder> {
    let keys = sale::keys(store, credentials)?;
    let shop = sale::shop(&world.access, store, &keys)?;
    let step = progress.step(&format!("a customer buys from {}", store.name), None);
    let receipt = match shopper::buy(&shop, &Order::first(Customer::example())).await {
        Ok(receipt) => receipt,
        Err(refusal) => {
            let error = anyhow::Error::new(refusal).context("the shop refused the customer's order");
            step.fail(&error);
            return Err(error);
        }
    };
    step.done(format!("order {}", receipt.order_number));

    let step = progress.step(&format!("the admin of {} finds the order", store.name), None);
    let order = shopper::admin(&shop, &keys.admin)?
        .order_read(&receipt.order_id)
        .await?
        .with_context(|| format!("the shop's admin knows no order {}", receipt.order_id))?;
    ensure!(
        order.number == receipt.order_number && order.total == receipt.total && order.currency == receipt.currency,
        "the admin shows order {} over {} {}, the customer saw {} over {} {}",
        order.number,
        order.total,
        order.currency,
        receipt.order_number,
        receipt.total,
        receipt.currency
    );
    step.done(format!("{} {}, {}", order.total, order.currency, order.status));
    Ok(order)
}

/// Shows the store's steps as they come, until it is ready or has failed.
pub async fn follow(client: &Client, store: &StoreView, progress: &Progress) -> Result<StoreView> {
    let begin = Instant::now();
    let step = progress.step(&format!("store {} gets ready", store.name), None);
    let mut shown: Vec<&'static str> = Vec::new();
    let mut events = client.store_follow(&store.id, None);
    loop {
        let view = client.store_get(&store.id).await.context("look at the store")?;
        for stage in &view.steps {
            if stage.state == StepState::Done && !shown.contains(&stage.step.as_str()) {
                shown.push(stage.step.as_str());
                let seconds = begin.elapsed().as_secs_f64();
                progress.say(format!("     {seconds:>6.1} s  {}: {} done", store.name, stage.step.as_str()));
            }
        }
        if let Some(running) = view.steps.iter().find(|stage| stage.state == StepState::Running) {
            step.note(&format!("{}: {}", running.step.as_str(), running.detail.as_deref().unwrap_or("at work")));
        }
        match view.phase {
            Phase::Ready => {
                step.done("");
                return Ok(view);
            }
            Phase::Failed | Phase::Deleting | Phase::Deleted => {
                let error = match &view.reason {
                    Some(reason) => anyhow::anyhow!("{} {} ({})", reason.message, reason.cure, reason.detail),
                    None => anyhow::anyhow!("the store is {}", view.phase.as_str()),
                };
                step.fail(&error);
                return Err(error);
            }
            Phase::Requested | Phase::Provisioning | Phase::Proving => {}
        }
        let left = PATIENCE.saturating_sub(begin.elapsed());
        match tokio::time::timeout(left, events.next()).await {
            Ok(event) => {
                event.context("follow the store's events")?;
            }
            Err(_) => bail!("the store was not ready after {} minutes", PATIENCE.as_secs() / 60),
        }
    }
}
