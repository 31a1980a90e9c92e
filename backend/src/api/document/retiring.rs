//! Which operations will go.

use crate::retiring::Retiring;
use chrono::DateTime;
use serde_json::{Value, json};

/// Marks what is retiring: by `deprecated`, in words, and with the headers that its answers carry.
pub fn mark(document: &mut Value, retiring: &[Retiring]) {
    for (_, _, operation) in super::operations(document) {
        let Some(it) = retiring.iter().find(|it| operation["operationId"] == it.operation) else { continue };
        let day = DateTime::from_timestamp(it.sunset_at, 0).map(|at| at.date_naive().to_string()).unwrap_or_default();
        let before = operation["description"].as_str().unwrap_or_default();
        operation["description"] = json!(format!("{before}\n\nGoes on {day}. {}", it.instead).trim());
        operation["deprecated"] = json!(true);
        let responses = operation["responses"].as_object_mut().into_iter().flatten();
        for (_, response) in responses.filter(|(_, response)| response.get("$ref").is_none()) {
            response["headers"]["Deprecation"] = json!({
                "description": "Since when there is something better (RFC 9745).",
                "schema": { "type": "string", "example": "@1767225600" },
            });
            response["headers"]["Sunset"] = json!({
                "description": "From when on it may be gone (RFC 8594).",
                "schema": { "type": "string", "example": "Wed, 01 Jul 2026 00:00:00 GMT" },
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDSUMMER: i64 = 1_782_172_800;

    #[test]
    fn what_goes_is_marked_and_nothing_else() {
        let mut document = super::super::value().clone();
        let going = [Retiring {
            operation: "get_me",
            deprecated_at: MIDSUMMER,
            sunset_at: MIDSUMMER,
            instead: "Call `get_sync`.",
        }];
        mark(&mut document, &going);
        let me = &document["paths"]["/v1/me"];
        assert_eq!((&me["get"]["deprecated"], me["patch"].get("deprecated")), (&json!(true), None));
        let words = me["get"]["description"].as_str().expect("words");
        assert!(words.ends_with("\n\nGoes on 2026-06-23. Call `get_sync`."), "{words}");
        assert!(me["get"]["responses"]["200"]["headers"]["Sunset"].is_object());
        assert!(me["get"]["responses"]["200"]["headers"]["ETag"].is_object());
    }

    #[test]
    fn whatever_retires_is_an_operation() {
        let mut document = super::super::value().clone();
        let known: Vec<Value> =
            super::super::operations(&mut document).map(|(_, _, it)| it["operationId"].clone()).collect();
        for it in crate::retiring::PRESENT {
            assert!(known.contains(&json!(it.operation)), "{}", it.operation);
            assert!(it.deprecated_at < it.sunset_at, "{}", it.operation);
        }
    }
}
