use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::StoreValues;

/// `helm-charts/store-instance/values.schema.json`. Draft 7, because Helm 3 reads no newer one.
pub fn values_schema() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<StoreValues>();
    // Helm adds the subchart's own table to the values before it looks at the schema.
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(
            "store-engine".to_owned(),
            json!({"description": "Helm's entry for the subchart; nothing reads it.", "type": "object"}),
        );
    }
    schema.to_value()
}
