//! Where poem-openapi's output is not plain OpenAPI 3.0: Rust's names for numbers and times, a media type with a
//! parameter, headers in capitals, and what is said although it goes without saying.

use super::operations;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// poem-openapi says 3.0.0; the patch releases only word the same specification better.
const VERSION: &str = "3.0.3";
const JSON: &str = "application/json";
const JSON_WITH_CHARSET: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html";
const HTML_WITH_CHARSET: &str = "text/html; charset=utf-8";

pub fn mend(document: &mut Value) {
    document["openapi"] = json!(VERSION);
    document["servers"] = json!([{ "url": "/", "description": "The installation that serves this document." }]);
    document["info"]["license"] =
        json!({ "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0.html" });
    everywhere(document);
    nullable(document);
}

/// Null where a request may leave something out: it means the same, and in a patch that the value goes.
fn nullable(document: &mut Value) {
    let mut asked = BTreeSet::new();
    for (_, _, operation) in operations(document) {
        references(&operation["requestBody"], &mut asked);
    }
    let mut open: Vec<String> = asked.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let mut below = BTreeSet::new();
        references(&document["components"]["schemas"][&name], &mut below);
        open.extend(below.into_iter().filter(|name| asked.insert(name.clone())));
    }
    for name in asked {
        let kinds = kinds(document, &name);
        let schema = &mut document["components"]["schemas"][&name];
        let required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (property, schema) in properties.into_iter().flatten() {
            if required.iter().any(|name| name == property) {
                continue;
            }
            if schema.get("$ref").is_some() {
                *schema = json!({ "allOf": [schema.take()] });
            }
            if let Some(kind) = kinds.get(property) {
                // 3.0.3: `nullable` means something only where a `type` stands beside it.
                schema["type"] = kind.clone();
            }
            schema["nullable"] = json!(true);
        }
    }
}

/// The types of what the properties of a schema refer to.
fn kinds(document: &Value, name: &str) -> Map<String, Value> {
    let schemas = &document["components"]["schemas"];
    let properties = schemas[name]["properties"].as_object().into_iter().flatten();
    properties
        .filter_map(|(property, schema)| {
            let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str())?;
            let target = reference.strip_prefix("#/components/schemas/")?;
            Some((property.clone(), schemas[target]["type"].clone()))
        })
        .collect()
}

/// The names of the schemas that `value` refers to.
fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let name = map.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/components/schemas/"));
            into.extend(name.map(str::to_owned));
            map.values().for_each(|value| references(value, into));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, into)),
        _ => {}
    }
}

fn everywhere(value: &mut Value) {
    match value {
        Value::Object(map) => {
            object(map);
            map.values_mut().for_each(everywhere);
        }
        Value::Array(list) => list.iter_mut().for_each(everywhere),
        _ => {}
    }
}

fn object(map: &mut Map<String, Value>) {
    if map.get("deprecated") == Some(&Value::Bool(false)) {
        map.remove("deprecated");
    }
    if let Some(parts) = map.get_mut("allOf").and_then(Value::as_array_mut) {
        // A description stands beside what it describes; a part of its own is another type to a generator.
        parts.retain(|part| part.as_object().is_none_or(|part| !part.keys().eq(["description"])));
    }
    if map.contains_key("in") {
        // The defaults of a path and a header (simple) and of a query (form) mean the same for single values.
        map.remove("explode");
    }
    for (with_charset, plain) in [(JSON_WITH_CHARSET, JSON), (HTML_WITH_CHARSET, HTML)] {
        if let Some(body) = map.remove(with_charset) {
            map.insert(plain.into(), body);
        }
    }
    for (shouted, written) in
        [("ETAG", "ETag"), ("RETRY-AFTER", "Retry-After"), ("WWW-AUTHENTICATE", "WWW-Authenticate")]
    {
        if let Some(header) = map.remove(shouted) {
            map.insert(written.into(), header);
        }
    }
    let Some(format) = map.get("format").and_then(Value::as_str).map(str::to_owned) else { return };
    let mut bounded = |format: &str, most: Option<u64>| {
        map.insert("format".into(), json!(format));
        map.entry("minimum").or_insert(json!(0));
        if let Some(most) = most {
            map.entry("maximum").or_insert(json!(most));
        }
    };
    match format.as_str() {
        "uint8" => bounded("int32", Some(u8::MAX.into())),
        "uint16" => bounded("int32", Some(u16::MAX.into())),
        "uint32" => bounded("int64", Some(u32::MAX.into())),
        "uint64" => bounded("int64", None),
        "naive-date" => {
            map.insert("format".into(), json!("date"));
        }
        "naive-time" => {
            map.remove("format");
            map.insert("pattern".into(), json!("^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"));
        }
        _ => {}
    }
}
