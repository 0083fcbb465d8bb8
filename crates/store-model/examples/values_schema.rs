//! Prints `helm-charts/store-instance/values.schema.json` as the Rust type `StoreValues` says it.

fn main() -> Result<(), serde_json::Error> {
    println!("{}", serde_json::to_string_pretty(&store_model::values::values_schema())?);
    Ok(())
}
