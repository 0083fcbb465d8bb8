//! storectl from create to delete, and nothing left after it.

use anyhow::{Context as _, Result, ensure};
use e2e::{Ended, Footprint, World, beside_others, undisturbed};
use serde_json::Value;
use store_model::Engine;

async fn storectl(world: &World, args: &[&str], code: i32) -> Result<Ended> {
    let ended = world.storectl.call(args, None).await?;
    ensure!(
        ended.code == Some(code),
        "storectl {} ended with {:?} and not {code}:\n{}\n{}",
        args.join(" "),
        ended.code,
        ended.out,
        ended.err
    );
    Ok(ended)
}

async fn json(world: &World, args: &[&str]) -> Result<Value> {
    let ended = storectl(world, &[args, &["-o", "json"]].concat(), 0).await?;
    serde_json::from_str(&ended.out)
        .with_context(|| format!("storectl {} printed no JSON: {}", args.join(" "), ended.out))
}

#[tokio::test]
async fn a_store_from_create_to_delete_and_nothing_is_left() -> Result<()> {
    beside_others(async |scene| {
        let world = &scene.world;
        let name = scene.request("by-hand", Engine::Woocommerce).await?.name;
        let create = ["store", "create", &name, "--engine", "woocommerce"];
        let accepted = json(world, &create).await?;
        assert_eq!(accepted["name"], name.as_str());
        let store = scene.find(&name).await?;
        assert_eq!(accepted["id"], store.id());

        // It can't be ready in a second: the time is up, and the store goes on.
        storectl(world, &["store", "wait", &name, "--timeout", "1"], 124).await?;
        storectl(world, &create, 5).await?;
        let waited = storectl(world, &["store", "wait", &name], 0).await?;
        ensure!(waited.out.contains(&name) || waited.err.contains(&name), "says nothing of the store: {waited:?}");

        let got = json(world, &["store", "get", &name]).await?;
        assert_eq!(got["phase"], "ready");
        ensure!(got["proof"]["orderId"].is_string(), "the proof: {got}");
        let listed = json(world, &["store", "list"]).await?;
        let items = listed["items"].as_array().or(listed.as_array()).context("a list of stores")?;
        ensure!(items.iter().any(|item| item["id"] == store.id()), "{name} is not listed: {listed}");
        let table = storectl(world, &["store", "list"], 0).await?;
        ensure!(table.out.contains(&name), "{name} is not in the table: {}", table.out);
        let events = storectl(world, &["store", "events", &name], 0).await?;
        ensure!(events.out.contains("proof"), "the events do not tell of the proof: {}", events.out);

        let credentials = json(world, &["store", "credentials", &name]).await?;
        let minted = store.keys().await?.credentials;
        // Compared without printing either.
        ensure!(
            credentials["adminPassword"] == minted.admin_password.as_str(),
            "another admin password than the API's"
        );
        ensure!(!got.to_string().contains(&minted.admin_password), "`get` shows the password");

        let footprint = Footprint::of(&store).await?;
        storectl(world, &["store", "delete", &name, "--yes"], 0).await?;
        let view = store.deleted().await?;
        footprint.is_gone(&view).await?;

        storectl(world, &["store", "get", &name], 3).await?;
        storectl(world, &["store", "delete", &name, "--yes"], 3).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_goes_wrong_has_its_exit_code() -> Result<()> {
    let (world, _undisturbed) = undisturbed().await?;
    storectl(&world, &["store", "get", "nothing-here"], 3).await?;
    storectl(&world, &["store", "make"], 2).await?;
    let refused = storectl(&world, &["store", "create", "Not A Name", "--engine", "woocommerce"], 2).await?;
    ensure!(refused.err.contains("name"), "the field is not named: {}", refused.err);
    ensure!(refused.out.is_empty(), "an error belongs on standard error: {}", refused.out);
    let stranger = World { storectl: world.storectl.clone().env("STORECTL_TOKEN", "not-the-token"), ..world };
    let refused = storectl(&stranger, &["store", "list"], 4).await?;
    ensure!(!refused.err.contains("not-the-token"), "the token is printed: {}", refused.err);
    Ok(())
}
