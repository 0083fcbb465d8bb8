//! Customers who keep coming while something happens to their stores, and what each of them was told.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use futures::future::{join_all, try_join_all};
use shopper::{At, Order, Receipt, Refusal};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::purchase::{customer, owner_sees};
use crate::{Keys, Store};

/// From a fault to the next order: a whole node starts in a minute, and its stores in two more on two busy cores.
const AGAIN: Duration = Duration::from_mins(6);
/// Before the fault every store sells, as its proof did a moment ago.
const FIRST: Duration = Duration::from_mins(2);
/// A customer who was refused looks away and tries again.
const NEXT_TRY: Duration = Duration::from_millis(200);

/// A store where customers come, known by a word that no other has.
pub struct Counter<'a> {
    pub store: &'a Store,
    pub keys: &'a Keys,
    pub word: &'a str,
}

/// A customer who left with an order, and how often the shop said no before.
#[derive(Debug)]
pub struct Served {
    pub email: String,
    pub receipt: Receipt,
    pub refused: Vec<Refusal>,
    /// When the try began that was not refused, and when it was through.
    asked: Instant,
    got: Instant,
}

/// What went over one counter.
pub struct Sales<'a> {
    counter: &'a Counter<'a>,
    pub served: Vec<Served>,
    /// From the fault until an order was confirmed that somebody asked for after it.
    pub again: Duration,
}

/// What whoever waits for a sale sees of a counter.
#[derive(Clone, Copy, Default)]
struct Seen {
    sold: usize,
    last_asked: Option<Instant>,
}

/// One customer after another comes to each counter: before the fault, while it goes on, and until each store has sold
/// something that was asked for after it. Who is refused asks again. `fault` begins right after a sale, and answers with
/// the moment when it struck.
pub async fn keep_coming<'a>(
    counters: &'a [Counter<'a>],
    fault: impl AsyncFnOnce() -> Result<Instant>,
) -> Result<Vec<Sales<'a>>> {
    let (close, closed) = watch::channel(false);
    let seen: Vec<watch::Sender<Seen>> = counters.iter().map(|_| watch::Sender::default()).collect();
    let queues = counters.iter().zip(&seen).map(|(counter, seen)| queue(counter, seen, closed.clone()));
    let course = async {
        let sold =
            join_all(seen.iter().map(async |seen| seen.subscribe().wait_for(|seen| seen.sold > 0).await.map(drop)));
        timeout(FIRST, sold).await.context("no store sold anything before the fault")?;
        let struck = fault().await?;
        let again = counters.iter().zip(&seen).map(async |(counter, seen)| {
            let mut seen = seen.subscribe();
            let later = seen.wait_for(|seen| seen.last_asked.is_some_and(|asked| asked > struck));
            let later = timeout(AGAIN, later).await.map(|sale| sale.map(drop));
            let what = || format!("{} did not sell again in {} s", counter.store.view.name, AGAIN.as_secs());
            anyhow::Ok(later.with_context(what)??)
        });
        try_join_all(again).await?;
        // Whoever is at a counter is still served; nobody else comes.
        close.send_replace(true);
        Ok(struck)
    };
    let (served, struck) = tokio::try_join!(try_join_all(queues), course)?;
    let sales = counters.iter().zip(served).map(|(counter, served)| {
        let later = served.iter().filter(|served| served.asked > struck).map(|served| served.got).min();
        let again = later.context("a store that sold again has a sale")?.duration_since(struck);
        Ok(Sales { counter, served, again })
    });
    sales.collect()
}

async fn queue(
    counter: &Counter<'_>,
    seen: &watch::Sender<Seen>,
    closed: watch::Receiver<bool>,
) -> Result<Vec<Served>> {
    let shop = counter.store.shop(counter.keys)?;
    let mut served = Vec::new();
    while !*closed.borrow() {
        let customer = customer(&format!("{}-{}", counter.word, served.len()));
        let (email, order) = (customer.email.clone(), Order::first(customer));
        let (mut refused, came) = (Vec::new(), Instant::now());
        let (asked, receipt) = loop {
            let asked = Instant::now();
            match shopper::buy(&shop, &order).await {
                Ok(receipt) => break (asked, receipt),
                Err(refusal) if came.elapsed() > AGAIN => {
                    bail!("{email} was refused for {} s: {refusal}", AGAIN.as_secs())
                }
                Err(refusal) => refused.push(refusal),
            }
            sleep(NEXT_TRY).await;
        };
        served.push(Served { email, receipt, refused, asked, got: Instant::now() });
        seen.send_modify(|seen| *seen = Seen { sold: seen.sold + 1, last_asked: Some(asked) });
    }
    Ok(served)
}

impl Sales<'_> {
    pub fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.served.iter().flat_map(|served| &served.refused)
    }

    /// Nobody was sent away, not even once.
    pub fn without_refusal(&self) -> Result<()> {
        match self.refusals().next() {
            Some(refusal) => bail!("{} sent a customer away: {refusal}", self.counter.store.view.name),
            None => Ok(()),
        }
    }

    /// Each order that was confirmed to a customer is there, once, over the same money. Who was refused has one more at
    /// most for each checkout whose answer was lost.
    pub async fn stand(&self) -> Result<()> {
        let Counter { store, keys, word } = self.counter;
        let admin = shopper::admin(&store.shop(keys)?, &keys.shop.admin)?;
        for Served { email, receipt, refused, .. } in &self.served {
            owner_sees(store, keys, receipt).await.with_context(|| format!("the order of {email}"))?;
            let orders = admin.orders_of(email).await?;
            let confirmed = orders.iter().filter(|order| order.id == receipt.order_id).count();
            ensure!(confirmed == 1, "{email} has order {} {confirmed} times", receipt.order_id);
            let unanswered = refused.iter().filter(|refusal| matches!(refusal.at, At::Checkout | At::Confirmation));
            let (orders, allowed) = (orders.len(), 1 + unanswered.count());
            ensure!(orders <= allowed, "{email} has {orders} orders where at most {allowed} can be: {refused:?}");
        }
        let (sold, refused) = (self.served.len(), self.refusals().count());
        eprintln!("{word}: {sold} sold, {refused} refusals, sold again after {:.1} s", self.again.as_secs_f64());
        Ok(())
    }
}
