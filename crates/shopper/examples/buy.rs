//! Buys from a running shop: `SHOP_URL=http://cups.localhost:8080 cargo run -p shopper --example buy`
//!
//! `SHOP_ENGINE` says what it runs (`woocommerce` when left out). `SHOP_DIAL=127.0.0.1:8080` connects there instead;
//! `SHOP_CA=file.pem` trusts one more CA. A value of the store's credentials is given by its name, e.g.
//! `SHOP_PUBLISHABLE_KEY`, `SHOP_CONSUMER_KEY`: with all that the engine asks for, the whole proof runs first.

use std::error::Error;

use shopper::{Customer, Dial, Order, Shop};
use store_model::Engine;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = set("SHOP_URL").ok_or("set SHOP_URL to the shop's public URL")?;
    let word = set("SHOP_ENGINE").unwrap_or_else(|| Engine::ALL[0].as_str().to_owned());
    let engine = Engine::parse(&word).ok_or_else(|| format!("SHOP_ENGINE={word} is no engine"))?;
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
    let variable = |name: &str| format!("SHOP_{}", name.to_uppercase().replace('-', "_"));
    let keys = shopper::keys(engine, |name| set(&variable(name)).map(Into::into));
    let key = keys.as_ref().ok().and_then(|keys| keys.shop.clone());
    let shop = Shop { public_url: url.parse()?, engine, dial: Dial { address, trust }, key };

    match &keys {
        Ok(keys) => {
            let proof = shopper::prove(&shop, &keys.admin).await?;
            println!("proof: order {} of {} {} in {:?}", proof.order_id, proof.total, proof.currency, proof.duration);
        }
        Err(refusal) => eprintln!("no proof: {refusal}"),
    }
    let receipt = shopper::buy(&shop, &Order::first(Customer::example())).await?;
    println!("{}", serde_json::to_string_pretty(&receipt)?);
    if let Ok(keys) = keys {
        let order = shopper::admin(&shop, &keys.admin)?.order_read(&receipt.order_id).await?;
        println!("the owner sees {order:?}");
    }
    Ok(())
}

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
