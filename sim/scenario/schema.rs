//! The JSON Schema (draft 2020-12) of the scenario file, for editors: from the same table of keys
//! that the file is checked against, so that the two cannot disagree.

use alloc::string::String;
use serde_json::{Map, Value, json};

use crate::keys::{Kind, SCENARIO, Table};

/// The schema.
pub fn schema() -> Value {
    let Value::Object(body) = table(&SCENARIO) else {
        return Value::Null;
    };
    let mut root = Map::new();
    root.insert(
        "$schema".into(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    root.insert("title".into(), json!("sim scenario"));
    root.extend(body);
    root.insert("required".into(), json!(["process"]));
    Value::Object(root)
}

fn table(table: &Table) -> Value {
    let properties: Map<String, Value> = table
        .keys
        .iter()
        .map(|key| (key.name.into(), with_about(kind(key.kind), key.about)))
        .collect();
    json!({
        "description": table.about,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn with_about(mut schema: Value, about: &str) -> Value {
    if let Value::Object(object) = &mut schema {
        object.insert("description".into(), json!(about));
    }
    schema
}

fn kind(kind: Kind) -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Choice(words) => json!({ "type": "string", "enum": words() }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Integer(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Kind::Integers(low, high) => json!({
            "type": "array",
            "items": { "type": "integer", "minimum": low, "maximum": high },
            "minItems": 1,
        }),
        Kind::Texts => texts,
        Kind::TextOrTexts => json!({ "anyOf": [{ "type": "string" }, texts] }),
        Kind::TextTable => {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        }
        Kind::Table(shape) => table(shape),
        Kind::Tables(shape) => json!({ "type": "array", "items": table(shape) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_described() {
        let schema = schema();
        let cost = &schema["properties"]["machine"]["properties"]["cost"]["properties"];
        assert_eq!(cost.as_object().map(Map::len), Some(8));
        assert_eq!(
            schema["properties"]["process"]["items"]["additionalProperties"],
            false
        );
    }
}
