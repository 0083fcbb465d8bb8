//! Buys from a running shop: `SHOP_URL=http://cups.localhost:8080 cargo run -p shopper --example buy`
//!
//! `SHOP_DIAL=127.0.0.1:8080` connects there instead; `SHOP_CA=file.pem` trusts one more CA. With `SHOP_KEY` and
//! `SHOP_SECRET` (the store's admin API) the whole proof runs first.

use std::error::Error;

use shopper::{AdminKey, Customer, Dial, Order, Shop};
use store_model::Engine;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("SHOP_URL").map_err(|_| "set SHOP_URL to the shop's public URL")?;
    let address = match std::env::var("SHOP_DIAL") {
        Ok(dial) => {
            let (host, port) = dial.rsplit_once(':').ok_or("SHOP_DIAL must be host:port")?;
            Some((host.to_owned(), port.parse()?))
        }
        Err(_) => None,
    };
    let trust = match std::env::var("SHOP_CA") {
        Ok(file) => vec![std::fs::read(file)?],
        Err(_) => Vec::new(),
    };
    let shop = Shop { public_url: url.parse()?, engine: Engine::Woocommerce, dial: Dial { address, trust } };

    if let (Ok(key), Ok(secret)) = (std::env::var("SHOP_KEY"), std::env::var("SHOP_SECRET")) {
        let proof = shopper::prove(&shop, &AdminKey::new(key, secret)).await?;
        println!("proof: order {} of {} {} in {:?}", proof.order_id, proof.total, proof.currency, proof.duration);
    }
    let receipt = shopper::buy(&shop, &Order::first(Customer::example())).await?;
    println!("{}", serde_json::to_string_pretty(&receipt)?);
    Ok(())
}
