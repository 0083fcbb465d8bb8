//! MySQL killed between two requests of a checkout.

use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use e2e::customers::{Counter, keep_coming};
use e2e::snapshot::Containers;
use e2e::{Keys, Page, Store, Visitor, World, open, purchase};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{Before, database, only_these_restarted};

const API: &str = "/wp-json/wc/store/v1";
/// The database starts again in seconds; a customer who waits longer has left.
const PATIENCE: Duration = Duration::from_mins(2);
const NEXT_TRY: Duration = Duration::from_millis(200);

/// In the moment of the kill one customer has just been told that the order is placed, and another stands at the till
/// with a full basket; a queue of others comes and goes.
pub async fn killed_in_a_checkout(world: &World, before: &Before) -> Result<()> {
    let Before { store, keys, .. } = before;
    let containers = Containers::of(world).await?;
    let (told, waits) = (Basket::fill(store, "mysql-told").await?, Basket::fill(store, "mysql-waits").await?);
    let counters = [Counter { store, keys, word: "mysql" }];
    let mysql = database(store, "mysql", "mysqld").await?;
    let answers = OnceLock::new();
    let fault = async || {
        let placed = told.check_out().await?;
        mysql.kill().await?;
        let struck = Instant::now();
        // Refused, unless the request was so slow that it met the next MySQL.
        let tried = waits.check_out().await.ok().filter(|page| page.status == 200);
        answers.set((placed, tried)).ok().context("the fault struck twice")?;
        Ok(struck)
    };
    for sales in &keep_coming(&counters, fault).await? {
        sales.stand().await?;
    }
    let (placed, tried) = answers.into_inner().context("nobody was told anything")?;
    told.is_sold_once(keys, placed.expect(200)?).await.context("the customer who was told")?;
    let placed = match tried {
        Some(page) => page,
        None => waits.check_out_until_taken().await.context("the customer with the full basket")?,
    };
    waits.is_sold_once(keys, &placed).await.context("the customer who tried again")?;
    before.is_unchanged().await?;
    only_these_restarted(world, &containers, &[format!("{}/mysql", store.namespace())]).await
}

/// A guest with a product in the basket and the address given; all that is left is to press the button.
struct Basket<'a> {
    store: &'a Store,
    visitor: Visitor,
    token: String,
    email: String,
    billing: Value,
    total: String,
}

impl<'a> Basket<'a> {
    async fn fill(store: &'a Store, word: &str) -> Result<Basket<'a>> {
        let visitor = store.visitor()?;
        let products = visitor.open(&format!("{API}/products?per_page=20")).await?.expect(200)?.json()?;
        let for_sale = |product: &&Value| {
            product["is_purchasable"] == true && product["is_in_stock"] == true && product["has_options"] == false
        };
        let product = products.as_array().and_then(|all| all.iter().find(for_sale)).context("nothing is for sale")?;
        let cart = visitor.open(&format!("{API}/cart")).await?;
        let token = cart.expect(200)?.headers.get("cart-token").context("no Cart-Token")?.to_str()?.to_owned();
        let customer = purchase::customer(word);
        let billing = json!({
            "first_name": customer.first_name, "last_name": customer.last_name, "email": customer.email,
            "phone": customer.phone, "address_1": customer.street, "postcode": customer.postcode,
            "city": customer.city, "country": customer.country, "state": customer.state,
        });
        let mut basket = Basket { store, visitor, token, email: customer.email, billing, total: String::new() };
        let item = json!({ "id": product["id"], "quantity": 1 });
        open(basket.post("/cart/add-item", &item)?).await?.expect(201)?;
        let addresses = json!({ "billing_address": basket.billing, "shipping_address": basket.billing });
        let cart = open(basket.post("/cart/update-customer", &addresses)?).await?.expect(200)?.json()?;
        basket.total.push_str(cart["totals"]["total_price"].as_str().context("the basket's total")?);
        Ok(basket)
    }

    async fn check_out(&self) -> Result<Page> {
        let order = json!({
            "billing_address": self.billing, "shipping_address": self.billing, "payment_method": "cod",
            "payment_data": [],
        });
        open(self.post("/checkout", &order)?).await
    }

    /// With the same basket, as often as it takes.
    async fn check_out_until_taken(&self) -> Result<Page> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.check_out().await {
                Ok(page) if page.status == 200 => return Ok(page),
                outcome if Instant::now() > deadline => bail!("refused for {} s: {outcome:?}", PATIENCE.as_secs()),
                _ => sleep(NEXT_TRY).await,
            }
        }
    }

    /// The order on the answer is the one and only order of this customer, over what the basket came to.
    async fn is_sold_once(&self, keys: &Keys, placed: &Page) -> Result<()> {
        let id = placed.json()?["order_id"].to_string();
        let admin = shopper::admin(&self.store.shop(keys)?, &keys.shop.admin)?;
        let orders = admin.orders_of(&self.email).await?;
        let [order] = &orders[..] else { bail!("{} has {} orders: {orders:?}", self.email, orders.len()) };
        assert_eq!(order.id, id, "the order of {}", self.email);
        // The shop counts in cents, its admin in euros.
        assert_eq!(order.total.replace('.', ""), self.total, "the total of {}", self.email);
        assert_eq!(order.status, "processing", "the state of the order of {}", self.email);
        Ok(())
    }

    fn post(&self, path: &str, body: &Value) -> Result<RequestBuilder> {
        Ok(self.visitor.post(&format!("{API}{path}"))?.header("cart-token", &self.token).json(body))
    }
}
