//! Two stores side by side.

use anyhow::{Context as _, Result};
use e2e::{Keys, Store, beside_others, open, purchase, walls};
use shopper::Order;
use store_api::ClientError;
use store_model::Engine;

use super::listed_orders;

#[tokio::test]
async fn two_stores_share_nothing_and_a_name_is_taken_until_it_is_free() -> Result<()> {
    beside_others(async |scene| {
        let left_request = scene.request("left", Engine::Woocommerce).await?;
        let right_request = scene.request("right", Engine::Woocommerce).await?;
        let left = scene.create(&left_request, None).await?;
        let right = scene.create(&right_request, None).await?;
        name_is_taken(scene.create(&left_request, None).await)?;
        let (left_ready, right_ready) = tokio::join!(left.ready(), right.ready());
        left_ready?;
        right_ready?;
        name_is_taken(scene.create(&left_request, None).await)?;

        let (left_secrets, right_secrets) = (walls::minted(&left).await?, walls::minted(&right).await?);
        walls::nothing_in_common(&left_secrets, &right_secrets)?;
        let (left_keys, right_keys) = (left.keys().await?, right.keys().await?);
        each_sees_its_own(&left, &left_keys, &right, &right_keys).await?;
        walls::stand(&left).await?;
        walls::keep_secrets(&left, &left_secrets).await?;

        left.delete().await?;
        purchase::buy(&right, &right_keys, &Order::first(purchase::customer("still")))
            .await
            .context("after the neighbour left")?;
        let heir = scene.create(&left_request, None).await.context("take the name that is free again")?;
        assert_ne!(heir.id(), left.id(), "a name comes back, a store does not");
        assert_eq!(heir.view.host, left.view.host);
        // The heir is removed half-made: deletion needs no finished store.
        heir.delete().await?;
        Ok(())
    })
    .await
}

fn name_is_taken(outcome: Result<Store, ClientError>) -> Result<()> {
    match outcome {
        Err(ClientError::Refused(problem)) => {
            assert_eq!(problem.status, 409, "{problem:?}");
            Ok(())
        }
        Err(error) => Err(error).context("create a store under a name that is taken"),
        Ok(store) => anyhow::bail!("{} got a name that was taken", store.id()),
    }
}

async fn each_sees_its_own(left: &Store, left_keys: &Keys, right: &Store, right_keys: &Keys) -> Result<()> {
    let left_order = Order::first(purchase::customer("left"));
    let right_order = Order::first(purchase::customer("right"));
    let (sold_left, sold_right) =
        tokio::join!(purchase::buy(left, left_keys, &left_order), purchase::buy(right, right_keys, &right_order));
    let (sold_left, sold_right) = (sold_left?, sold_right?);
    assert_eq!(listed_orders(left, left_keys).await?, [sold_left.order_id]);
    assert_eq!(listed_orders(right, right_keys).await?, [sold_right.order_id]);
    for (store, own, email) in [(left, left_keys, "right@example.com"), (right, right_keys, "left@example.com")] {
        let orders = shopper::admin(&store.shop(own)?, &own.shop.admin)?.orders_of(email).await?;
        assert_eq!(orders, [], "{} shows the neighbour's customer", store.view.name);
    }
    for (store, foreign) in [(left, right_keys), (right, left_keys)] {
        let request = store.visitor()?.get("/wp-json/wc/v3/orders")?;
        let page = open(foreign.authorize(request)?).await?;
        assert_eq!(page.status, 401, "{} takes its neighbour's key: {}", store.view.name, page.excerpt());
    }
    Ok(())
}
