//! Buys from a running shop: `SHOP_URL=http://cups.localhost:8080 cargo run -p shopper --example buy`
//!
//! `SHOP_DIAL=127.0.0.1:8080` connects there instead; `SHOP_CA=file.pem` trusts one more CA. With a key of the store's
//! admin API the whole proof runs first: `SHOP_KEY` and `SHOP_SECRET` for WooCommerce; for Medusa `SHOP_SECRET`, or
//! `SHOP_EMAIL` and `SHOP_PASSWORD`. Medusa is meant where `SHOP_PUBLISHABLE_KEY` is set.

use std::error::Error;

use shopper::{AdminKey, Customer, Dial, Order, Shop};
use store_model::Engine;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = set("SHOP_URL").ok_or("set SHOP_URL to the shop's public URL")?;
    let address = match set("SHOP_DIAL") {
        Some(dial) => {
            let (host, port) = dial.rsplit_once(':').ok_or("SHOP_DIAL must be host:port")?;
            Some((host.to_owned(), port.parse()?))
        }
        None => None,
    };
    let trust = match set("SHOP_CA") {
        Some(file) => vec![std::fs::read(file)?],
        None => Vec::new(),
    };
    let key = set("SHOP_PUBLISHABLE_KEY");
    let engine = if key.is_some() { Engine::Medusa } else { Engine::Woocommerce };
    let shop = Shop { public_url: url.parse()?, engine, dial: Dial { address, trust }, key };

    if let Some(key) = admin_key(engine) {
        let proof = shopper::prove(&shop, &key).await?;
        println!("proof: order {} of {} {} in {:?}", proof.order_id, proof.total, proof.currency, proof.duration);
    }
    let receipt = shopper::buy(&shop, &Order::first(Customer::example())).await?;
    println!("{}", serde_json::to_string_pretty(&receipt)?);
    if let Some(key) = admin_key(engine) {
        let order = shopper::admin(&shop, &key)?.order_read(&receipt.order_id).await?;
        println!("the owner sees {order:?}");
    }
    Ok(())
}

fn admin_key(engine: Engine) -> Option<AdminKey> {
    match engine {
        Engine::Woocommerce => Some(AdminKey::new(set("SHOP_KEY")?, set("SHOP_SECRET")?)),
        Engine::Medusa => match set("SHOP_SECRET") {
            Some(secret) => Some(AdminKey::Secret(secret.into())),
            None => Some(AdminKey::Login { email: set("SHOP_EMAIL")?, password: set("SHOP_PASSWORD")?.into() }),
        },
    }
}

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
