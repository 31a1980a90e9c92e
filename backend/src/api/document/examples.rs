//! An example request and an example answer for every operation, from the contract's own collection.

use super::operations;
use mobile_contract::examples;
use serde_json::{Map, Value, json};

pub fn add(document: &mut Value) {
    // Were one of them broken, there would be none, and the test says so.
    let all = examples::all().unwrap_or_default();
    let mut used = Map::new();
    let mut refer = |content: &mut Value, own: &str| {
        for body in content.as_object_mut().into_iter().flat_map(Map::values_mut) {
            let schema = body["schema"]["$ref"].as_str().and_then(|it| it.rsplit('/').next()).unwrap_or_default();
            let Some((name, example)) = all.get_key_value(own).or_else(|| all.get_key_value(schema)) else { continue };
            used.insert(name.clone(), json!({ "value": example }));
            body["examples"] = json!({ name: { "$ref": format!("#/components/examples/{name}") } });
        }
    };
    for (_, _, operation) in operations(document) {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        if let Some(body) = operation.get_mut("requestBody") {
            refer(&mut body["content"], "");
        }
        for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            if status.starts_with('2') && response.get("content").is_some() {
                refer(&mut response["content"], &id);
            }
        }
    }
    document["components"]["examples"] = Value::Object(used);
}

#[cfg(test)]
mod tests {
    use super::super::value;
    use super::*;
    use crate::shape;
    use std::collections::BTreeSet;

    /// Every value below that its schema does not know.
    fn unknown(schema: &Value, example: &Value, at: &str, found: &mut Vec<String>) {
        if let Some(pointer) = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#')) {
            return unknown(value().pointer(pointer).expect("a schema"), example, at, found);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            unknown(part, example, at, found);
        }
        match example {
            Value::Object(map) if schema.get("properties").is_some() => {
                for (key, value) in map {
                    match schema["properties"].get(key) {
                        Some(schema) => unknown(schema, value, &format!("{at}/{key}"), found),
                        None => found.push(format!("{at}/{key}")),
                    }
                }
            }
            Value::Array(list) => list.iter().for_each(|value| unknown(&schema["items"], value, at, found)),
            _ => {}
        }
    }

    #[test]
    fn every_body_has_an_example_of_its_schema() {
        let all = examples::all().expect("whole examples");
        let mut document = value().clone();
        let shared = document["components"]["examples"].clone();
        let mut used = BTreeSet::new();
        for (_, _, operation) in operations(&mut document) {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            let answers = operation["responses"].as_object().into_iter().flatten();
            let answers = answers.filter(|(status, _)| status.starts_with('2')).map(|(_, answer)| answer);
            for content in answers.chain(operation.get("requestBody")).filter_map(|it| it["content"].as_object()) {
                for body in content.values() {
                    let name = body["examples"].as_object().and_then(|it| it.keys().next().cloned());
                    let name = name.unwrap_or_else(|| panic!("{id} lacks an example in mobile-contract/examples"));
                    let example = &shared[&name]["value"];
                    let bytes = serde_json::to_vec(example).expect("JSON");
                    let fault = shape::check(&body["schema"], &bytes);
                    assert!(fault.is_ok(), "{id}, {name}: {fault:?}");
                    let mut found = Vec::new();
                    unknown(&body["schema"], example, &name, &mut found);
                    assert!(found.is_empty(), "{id}: {found:?}");
                    used.insert(name);
                }
            }
        }
        // What is not a body itself is there to be part of one.
        let parts: Vec<_> =
            all.keys().filter(|name| !used.contains(*name)).filter(|name| !name.contains('.')).collect();
        let known = &document["components"]["schemas"];
        assert!(parts.iter().all(|name| known.get(name.as_str()).is_some()), "{parts:?}");
    }
}
