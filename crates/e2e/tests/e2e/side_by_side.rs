//! Stores next to each other, of whatever engines.

use anyhow::{Context as _, Result};
use e2e::{Keys, Scene, Store, open, purchase, walls};
use futures::future::try_join_all;
use shopper::Order;
use store_model::Engine;

/// Made and ready.
pub struct Row {
    pub stores: Vec<(Store, Keys)>,
}

impl Row {
    pub async fn open(scene: &Scene, wanted: &[(&str, Engine)]) -> Result<Row> {
        let mut stores = Vec::new();
        for &(name, engine) in wanted {
            let request = scene.request(name, engine).await?;
            stores.push(scene.create(&request, None).await?);
        }
        let ready = stores.into_iter().map(async |store| {
            store.ready().await?;
            let keys = store.keys().await?;
            anyhow::Ok((store, keys))
        });
        Ok(Row { stores: try_join_all(ready).await? })
    }

    /// No secret, no order, no customer; and nobody's key opens another's door.
    pub async fn share_nothing(&self) -> Result<()> {
        let mut secrets = Vec::new();
        for (store, _) in &self.stores {
            secrets.push(walls::minted(store).await?);
        }
        for (number, one) in secrets.iter().enumerate() {
            for other in &secrets[number + 1..] {
                walls::nothing_in_common(one, other)?;
            }
        }
        let sales = self.stores.iter().map(async |(store, keys)| {
            purchase::buy(store, keys, &Order::first(purchase::customer(&store.view.name))).await
        });
        try_join_all(sales).await.context("every store sells")?;
        for (store, keys) in &self.stores {
            let admin = shopper::admin(&store.shop(keys)?, &keys.shop.admin)?;
            for (other, _) in &self.stores {
                let orders = admin.orders_of(&purchase::customer(&other.view.name).email).await?;
                let own = usize::from(other.id() == store.id());
                assert_eq!(orders.len(), own, "{} shows orders of {}'s customer", store.view.name, other.view.name);
            }
            for (other, foreign) in self.stores.iter().filter(|(other, _)| other.id() != store.id()) {
                refuses(store, other, foreign).await?;
            }
        }
        Ok(())
    }

    pub async fn first_leaves_and_the_others_sell_on(&self) -> Result<()> {
        let mut stores = self.stores.iter();
        let (first, _) = stores.next().context("a row of stores")?;
        first.delete().await?;
        for (store, keys) in stores {
            purchase::buy(store, keys, &Order::first(purchase::customer("still")))
                .await
                .with_context(|| format!("{} after its neighbour left", store.view.name))?;
        }
        Ok(())
    }
}

async fn refuses(store: &Store, other: &Store, foreign: &Keys) -> Result<()> {
    let orders = match store.view.engine {
        Engine::Woocommerce => "/wp-json/wc/v3/orders",
        Engine::Medusa => "/admin/orders",
    };
    let page = open(foreign.authorize(store.visitor()?.get(orders)?)?).await?;
    let (store, other) = (&store.view.name, &other.view.name);
    assert_eq!(page.status, 401, "{store} takes the key of {other}: {}", page.excerpt());
    Ok(())
}
