//! Stores that are there from the start, made as any other: asked for, worked on, proven.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use provisioner::cluster::fake::{Fake, Pace};
use provisioner::config::Config;
use provisioner::db::{Db, Filter, NewStore};
use provisioner::worker;
use store_model::{Engine, HostName, Phase, Plan, StoreName, StoreSettings};
use tokio::sync::watch;

const WORDS: [&str; 8] = ["cups", "linen", "fern", "books", "tea", "wool", "maps", "oak"];

pub async fn stores(db: &Db, fake: &Fake, config: &Config, count: u32) -> Result<()> {
    if count == 0 {
        return Ok(());
    }
    for number in 0..count {
        db.store_create(store(config, number)?, None).await.context("seed a store")?;
    }
    let (stop, stopped) = watch::channel(false);
    let settings = worker::Settings { workers: 16, ..worker::Settings::new("seed".to_owned()) };
    let worker = tokio::spawn(worker::run(db.clone(), Arc::new(fake.paced(Pace::AtOnce)), settings, stopped));
    let ready = Filter { limit: 1, cursor: None, phase: Some(Phase::Ready), engine: None, search: None };
    let mut rings = db.bell().subscribe();
    while db.store_list(&ready).await.context("count the stores that are ready")?.total < i64::from(count) {
        // A ring that was missed is followed by another one, or by the time-out.
        let _rung = tokio::time::timeout(Duration::from_secs(1), rings.recv()).await;
    }
    stop.send_replace(true);
    worker.await.context("the worker that seeds ended badly")
}

fn store(config: &Config, number: u32) -> Result<NewStore> {
    let word = WORDS[number as usize % WORDS.len()];
    let name = StoreName::parse(&format!("{word}-{number}"))?;
    let host = HostName::of_store(&name, &config.base_domain)?;
    let engine = if number.is_multiple_of(3) { Engine::Medusa } else { Engine::Woocommerce };
    let settings = StoreSettings {
        title: format!("{} {number}", word.to_uppercase()),
        admin_email: format!("owner{number}@example.com"),
        currency: "EUR".to_owned(),
        country: "DE".to_owned(),
        sample_products: true,
    };
    Ok(NewStore { name, engine, plan: Plan::default(), host, settings, created_by: "seed".to_owned() })
}
