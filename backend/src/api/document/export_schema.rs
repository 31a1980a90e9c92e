//! The JSON Schema (2020-12) of an export, made from the document's own schemas, so that both say the same.

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

const ROOT: &str = "ExportOut";
const IN_THE_DOCUMENT: &str = "#/components/schemas/";

static SCHEMA: LazyLock<Value> = LazyLock::new(made);

/// The schema as it is committed and served: keys sorted, two spaces, a line feed at the end.
pub fn text() -> String {
    format!("{:#}\n", *SCHEMA)
}

fn made() -> Value {
    let schemas = &super::value()["components"]["schemas"];
    let mut defs = Map::new();
    let mut open = BTreeSet::from([ROOT.to_owned()]);
    while let Some(name) = open.pop_first() {
        let translated = translated(&schemas[&name], &mut open);
        defs.insert(name, translated);
        open.retain(|name| !defs.contains_key(name));
    }
    let mut root = defs.remove(ROOT).unwrap_or_default();
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["$id"] = json!("urn:reconnect:export:1");
    root["title"] = json!("An owner's export");
    root["properties"]["complete"] =
        json!({ "const": true, "description": root["properties"]["complete"]["description"] });
    root["$defs"] = Value::Object(defs);
    root
}

/// An OpenAPI 3.0 schema in the words of JSON Schema; what it refers to is added to `named`.
fn translated(schema: &Value, named: &mut BTreeSet<String>) -> Value {
    let Value::Object(map) = schema else { return schema.clone() };
    if let Some(name) = map.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix(IN_THE_DOCUMENT)) {
        named.insert(name.to_owned());
        return json!({ "$ref": format!("#/$defs/{name}") });
    }
    let mut out = Map::new();
    for (key, value) in map {
        match key.as_str() {
            // An annotation of OpenAPI, and what says the same of every value.
            "nullable" | "example" | "discriminator" | "xml" | "externalDocs" => {}
            key if key.starts_with("x-") => {}
            "properties" => {
                let all = value.as_object().into_iter().flatten();
                let all = all.map(|(name, it)| (name.clone(), translated(it, named)));
                out.insert(key.clone(), Value::Object(all.collect()));
            }
            "items" | "additionalProperties" | "not" => {
                out.insert(key.clone(), translated(value, named));
            }
            "allOf" | "anyOf" | "oneOf" => {
                let all = value.as_array().into_iter().flatten().map(|it| translated(it, named));
                out.insert(key.clone(), all.collect());
            }
            // In 3.0 the exclusive bounds only say how the others are meant.
            "minimum" | "maximum" => {
                let exclusive = if key == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
                let is = map.get(exclusive).and_then(Value::as_bool).unwrap_or_default();
                out.insert(if is { exclusive.to_owned() } else { key.clone() }, value.clone());
            }
            "exclusiveMinimum" | "exclusiveMaximum" => {}
            _ => {
                out.insert(key.clone(), value.clone());
            }
        }
    }
    if map.get("nullable") == Some(&json!(true)) {
        return nullable(out);
    }
    Value::Object(out)
}

/// A list of types allows null only where nothing beside it forbids it.
fn nullable(mut schema: Map<String, Value>) -> Value {
    let bound = ["allOf", "anyOf", "enum", "not", "oneOf"].into_iter().any(|key| schema.contains_key(key));
    match schema.get("type").cloned() {
        Some(Value::String(kind)) if !bound => {
            schema.insert("type".to_owned(), json!([kind, "null"]));
            Value::Object(schema)
        }
        _ => json!({ "anyOf": [Value::Object(schema), { "type": "null" }] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_openapi_says_in_words_of_its_own_is_translated() {
        let mut named = BTreeSet::new();
        let schema = json!({
            "type": "object",
            "x-enum-descriptions": [],
            "required": ["a"],
            "properties": {
                "a": { "type": "integer", "minimum": 1, "exclusiveMinimum": true, "nullable": true, "example": 2 },
                "b": { "allOf": [{ "$ref": "#/components/schemas/B" }], "type": "object", "nullable": true },
                "nullable": { "type": "string", "maximum": 3 },
            },
        });
        let translated = translated(&schema, &mut named);
        let expected = json!({
            "type": "object",
            "required": ["a"],
            "properties": {
                "a": { "type": ["integer", "null"], "exclusiveMinimum": 1 },
                "b": { "anyOf": [{ "allOf": [{ "$ref": "#/$defs/B" }], "type": "object" }, { "type": "null" }] },
                "nullable": { "type": "string", "maximum": 3 },
            },
        });
        assert_eq!(translated, expected);
        assert_eq!(named, BTreeSet::from(["B".to_owned()]));
    }

    #[test]
    fn every_reference_leads_to_a_definition() {
        let schema = made();
        let mut open = vec![&schema];
        let mut references = 0;
        while let Some(value) = open.pop() {
            match value {
                Value::Object(map) => open.extend(map.values()),
                Value::Array(list) => open.extend(list),
                Value::String(text) if text.starts_with('#') => {
                    assert!(schema.pointer(&text[1..]).is_some(), "{text}");
                    references += 1;
                }
                _ => {}
            }
        }
        assert!(references > 50, "{references}");
    }
}
