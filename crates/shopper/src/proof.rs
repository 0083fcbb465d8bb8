//! The proof: sold, seen by the owner, gone again, and nothing missing on the shelf.

use std::time::Instant;

use crate::refusal::code;
use crate::{Admin, AdminOrder, At, Customer, Order, PROOF_EMAIL, PROOF_SKU, Proof, Receipt, Refusal};

pub async fn prove(admin: &Admin) -> Result<Proof, Refusal> {
    let started = Instant::now();

    for left in admin.orders_of(PROOF_EMAIL).await? {
        tracing::info!(order = left.id, "remove what an earlier proof left behind");
        admin.order_remove(&left.id).await?;
    }
    let (product, before) = proof_product(admin).await?;
    let receipt = admin.buy_proof(&Order::product(product, Customer::proof())).await?;
    let order = admin.order_read(&receipt.order_id).await?;
    agree(&receipt, order.as_ref())?;

    // If the stock never went down, finding it restored would say nothing.
    let (_, sold) = proof_product(admin).await?;
    if sold != before - 1 {
        let message = format!("one piece was sold, but the stock went from {before} to {sold}");
        return Err(Refusal::ours(At::Stock, code::STOCK_NOT_MOVED, message));
    }
    admin.order_remove(&receipt.order_id).await?;
    if admin.order_read(&receipt.order_id).await?.is_some() {
        let message = format!("order {} was deleted and is still there", receipt.order_id);
        return Err(Refusal::ours(At::Removal, code::ORDER_STAYS, message));
    }
    let (_, after) = proof_product(admin).await?;
    if after != before {
        let message = format!("the order is gone, but the stock is {after} where it was {before}");
        return Err(Refusal::ours(At::Stock, code::STOCK_NOT_RESTORED, message));
    }
    let Receipt { order_id, total, currency, .. } = receipt;
    Ok(Proof { order_id, total, currency, duration: started.elapsed() })
}

/// The product's id, and how many there are.
async fn proof_product(admin: &Admin) -> Result<(String, i64), Refusal> {
    let product = admin.product_by_sku(PROOF_SKU).await?.ok_or_else(|| {
        let message = format!("the shop has no product with the SKU '{PROOF_SKU}'; run the store's set-up again");
        Refusal::ours(At::Products, code::NO_PROOF_PRODUCT, message)
    })?;
    let stock = product.stock.ok_or_else(|| {
        let message = format!("the product '{PROOF_SKU}' has no managed stock; run the store's set-up again");
        Refusal::ours(At::Stock, code::STOCK_UNMANAGED, message)
    })?;
    Ok((product.id, stock))
}

/// What the guest was told is what the owner sees.
fn agree(receipt: &Receipt, order: Option<&AdminOrder>) -> Result<(), Refusal> {
    let Some(order) = order else {
        let message = format!("the guest got order {}, the owner knows no such order", receipt.order_id);
        return Err(Refusal::ours(At::ReadBack, code::ORDER_MISSING, message));
    };
    let told = [&receipt.order_id, &receipt.total, &receipt.currency, &receipt.status].map(String::as_str);
    let seen = [&order.id, &order.total, &order.currency, &order.status].map(String::as_str);
    if told != seen || order.email != PROOF_EMAIL {
        let message = format!("the guest was told {told:?}, the owner sees {seen:?} of {}", order.email);
        return Err(Refusal::ours(At::ReadBack, code::ORDER_DIFFERS, message));
    }
    Ok(())
}
