//! `helm template … | fixed_waits`: the seconds that a rendered chart waits by its own numbers, beside the seed's.

#[path = "../tests/charts/waits.rs"]
mod waits;

use std::error::Error;
use std::io::Read;

use serde_json::{Value, json};
use waits::fixed_waits;

const SEED: &str = include_str!("../../../tests/charts/seed/rendered.yaml");

fn main() -> Result<(), Box<dyn Error>> {
    let mut rendered = String::new();
    std::io::stdin().read_to_string(&mut rendered)?;
    let ours = fixed_waits(&serde_saphyr::from_multiple::<Value>(&rendered)?);
    let seed = fixed_waits(&serde_saphyr::from_multiple::<Value>(SEED)?);
    if ours == 0 {
        return Err("nothing that runs for good came in: pipe the output of `helm template` into this".into());
    }
    #[expect(clippy::cast_precision_loss, reason = "whole seconds, far below 2^52")]
    let ratio = seed as f64 / ours as f64;
    println!("{}", json!({"seed": seed, "ours": ours, "ratio": ratio}));
    Ok(())
}
