//! The API's document: what poem-openapi gathers from the operations, [`mended`] to plain OpenAPI 3.0, with what it
//! cannot know: what words and parameters mean, limits, examples, problems, and what happens [`around`] every call.
//! Nothing else changes it, and it is the same bytes wherever it is shown.

mod around;
mod examples;
pub mod export_schema;
mod limits;
mod mended;
mod parameters;
mod problems;
mod retiring;
mod vocabularies;

use serde_json::Value;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = gathered();
    vocabularies::add(&mut document);
    limits::add(&mut document);
    parameters::add(&mut document);
    examples::add(&mut document);
    around::add(&mut document);
    retiring::mark(&mut document, crate::retiring::PRESENT);
    document
});

static SHAPES: LazyLock<Value> = LazyLock::new(gathered);

fn gathered() -> Value {
    // What poem-openapi writes is JSON; were it not, the document would be null, and the first test says so.
    let mut document = serde_json::from_str(&super::service().spec()).unwrap_or_default();
    mended::mend(&mut document);
    document
}

/// The document without what was [`added`](value) to it: what a call is held against before a handler sees it. The
/// limits that the rules enforce are left to the rules, which tell every fault of a form at once.
pub fn shapes() -> &'static Value {
    &SHAPES
}

/// The document.
pub fn value() -> &'static Value {
    &DOCUMENT
}

/// The document as it is committed, printed and served: keys sorted, two spaces, a line feed at the end.
pub fn text() -> String {
    format!("{:#}\n", *DOCUMENT)
}

/// Every operation of the document: path, method, and the operation itself.
fn operations(document: &mut Value) -> impl Iterator<Item = (String, String, &mut Value)> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let item = item.as_object_mut().into_iter().flatten();
        item.map(move |(method, operation)| (path.clone(), method.clone(), operation))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keywords of a schema in OpenAPI 3.0. A key of 3.1 (`const`, `examples`, `$defs`, a list of types) is not among them.
    const SCHEMA_KEYS: &[&str] = &[
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "default",
        "deprecated",
        "description",
        "discriminator",
        "enum",
        "example",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "multipleOf",
        "not",
        "nullable",
        "oneOf",
        "pattern",
        "properties",
        "readOnly",
        "required",
        "title",
        "type",
        "uniqueItems",
        "writeOnly",
        "x-enum-descriptions",
    ];
    const FORMATS: &[&str] =
        &["int32", "int64", "float", "double", "date", "date-time", "uuid", "email", "uri", "password"];

    fn schema(at: &str, schema: &Value) {
        for (key, value) in schema.as_object().unwrap_or_else(|| panic!("{at} is no schema: {schema}")) {
            assert!(SCHEMA_KEYS.contains(&key.as_str()), "{at}: {key}");
            match key.as_str() {
                "type" => assert!(value.is_string(), "{at}: {value}"),
                "format" => assert!(FORMATS.contains(&value.as_str().expect("text")), "{at}: {value}"),
                "properties" => value
                    .as_object()
                    .expect("properties")
                    .iter()
                    .for_each(|(name, it)| self::schema(&format!("{at}/{name}"), it)),
                "items" | "additionalProperties" if value.is_object() => self::schema(&format!("{at}/{key}"), value),
                "allOf" | "anyOf" | "oneOf" => {
                    value.as_array().expect("a list").iter().for_each(|it| self::schema(&format!("{at}/{key}"), it))
                }
                _ => {}
            }
        }
    }

    /// Calls `see` on every value below, with its key.
    fn walk(value: &Value, see: &mut impl FnMut(&str, &Value)) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                see(key, value);
                walk(value, see);
            }),
            Value::Array(list) => list.iter().for_each(|value| walk(value, see)),
            _ => {}
        }
    }

    #[test]
    fn it_is_plain_openapi_3_0() {
        let document = value();
        assert_eq!(document["openapi"], "3.0.3");
        let mut count = 0;
        walk(document, &mut |key, value| {
            if key == "schema" {
                count += 1;
                schema(key, value);
            }
            assert!(key != "deprecated" || *value == true, "what is not deprecated need not say so");
        });
        assert!(count > 100);
        for (name, it) in document["components"]["schemas"].as_object().expect("schemas") {
            schema(name, it);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = value();
        walk(document, &mut |key, value| {
            if key == "$ref" {
                let pointer = value.as_str().and_then(|it| it.strip_prefix('#')).expect("a local reference");
                assert!(document.pointer(pointer).is_some(), "{pointer}");
            }
        });
    }

    #[test]
    fn every_operation_says_what_it_is_and_how_it_can_end() {
        let mut document = value().clone();
        let mut ids = std::collections::BTreeSet::new();
        for (path, method, operation) in operations(&mut document) {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{id}");
            let responses = operation["responses"].as_object().expect("responses");
            let has = |status: &str| responses.contains_key(status);
            assert!(responses.keys().any(|status| status.starts_with('2')), "{id}");
            assert!(["400", "404", "422", "429", "500", "503"].into_iter().all(has), "{id}");
            assert_eq!(has("304"), around::conditional(&method, operation), "{id}");
            assert_eq!(has("415"), operation.get("requestBody").is_some(), "{id}");
            assert!(has("401") || operation.get("security").is_none(), "{id}");
            assert!(path.starts_with("/v1/"), "{path}");
            assert!(ids.insert(id), "{path}");
        }
        assert!(ids.len() > 100);
    }
}
