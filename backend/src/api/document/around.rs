//! What `middleware` does around every call, which no operation can say of itself: its headers, 304, and the problems
//! with their codes, each written once.

use super::{operations, problems};
use mobile_contract::page::{DEFAULT_LIMIT, MAX_LIMIT};
use serde_json::{Map, Value, json};

pub fn add(document: &mut Value) {
    let mut problems = Map::new();
    for (_, method, operation) in operations(document) {
        problems::of(&method, operation, &mut problems);
        not_modified(&method, operation);
        parameters(&method, operation);
        headers(&method, operation);
    }
    document["components"]["responses"] = Value::Object(problems);
    document["components"]["parameters"] = shared_parameters();
    document["components"]["headers"] = shared_headers();
}

/// Reads whose answer is a stream: without a validator, there is nothing to compare.
const STREAMED: &[&str] = &["get_events", "get_export", "get_export_fhir"];

/// Whether an operation answers conditional reads.
pub fn conditional(method: &str, operation: &Value) -> bool {
    method == "get" && operation["operationId"].as_str().is_some_and(|id| !STREAMED.contains(&id))
}

fn not_modified(method: &str, operation: &mut Value) {
    if conditional(method, operation)
        && let Some(responses) = operation["responses"].as_object_mut()
    {
        responses.insert(
            "304".into(),
            json!({
                "description": "What you have is still so.",
                "headers": { "ETag": { "$ref": "#/components/headers/ETag" } },
            }),
        );
    }
}

fn parameters(method: &str, operation: &mut Value) {
    let public = operation.get("security").is_none();
    let conditional = conditional(method, operation);
    let mut parameters = operation["parameters"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let syncs = operation["operationId"] == "get_sync";
    for parameter in &mut parameters {
        match parameter["name"].as_str() {
            Some("cursor" | "limit") if syncs => {}
            Some("If-Match") => *parameter = json!({ "$ref": "#/components/parameters/If-Match" }),
            Some("cursor") => *parameter = json!({ "$ref": "#/components/parameters/cursor" }),
            Some("limit") => *parameter = json!({ "$ref": "#/components/parameters/limit" }),
            _ => {}
        }
    }
    let mut add = |name: &str| parameters.push(json!({ "$ref": format!("#/components/parameters/{name}") }));
    match method {
        "get" if conditional => add("If-None-Match"),
        "get" => {}
        // Calls of nobody signed in are not kept: their answers are tokens.
        _ if !public => add("Idempotency-Key"),
        _ => {}
    }
    add("Accept-Language");
    add("X-App-Version");
    operation["parameters"] = Value::Array(parameters);
}

fn headers(method: &str, operation: &mut Value) {
    let conditional = conditional(method, operation);
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
        if response.get("headers").is_none() {
            response["headers"] = json!({});
        }
        if let Some(headers) = response["headers"].as_object_mut() {
            if headers.contains_key("ETag") || (conditional && status == "200") {
                headers.insert("ETag".into(), json!({ "$ref": "#/components/headers/ETag" }));
            }
            headers.insert("Content-Language".into(), json!({ "$ref": "#/components/headers/Content-Language" }));
        }
    }
}

fn shared_headers() -> Value {
    json!({
        "ETag": {
            "description": "The version of what is answered.",
            "required": true,
            "schema": { "type": "string", "example": "\"v3\"" },
        },
        "Content-Language": {
            "description": "The language of what the system says.",
            "required": true,
            "schema": { "$ref": "#/components/schemas/Language" },
        },
        "Retry-After": {
            "description": "Seconds to wait before the next try.",
            "required": true,
            "schema": { "type": "integer", "format": "int64", "minimum": 0, "example": 5 },
        },
        "WWW-Authenticate": {
            "description": "`Bearer`: sign in, or refresh the tokens.",
            "required": true,
            "schema": { "type": "string", "example": "Bearer" },
        },
    })
}

fn shared_parameters() -> Value {
    json!({
        "Accept-Language": {
            "name": "Accept-Language", "in": "header", "required": false,
            "description": "RFC 9110: stands against the profile's language. `nb`, `nn` and `en` are spoken.",
            "schema": { "type": "string" },
        },
        "X-App-Version": {
            "name": "X-App-Version", "in": "header", "required": false,
            "description": "The app's version, such as `2.1.0`. One that is no longer served is answered 426.",
            "schema": { "type": "string" },
        },
        "If-None-Match": {
            "name": "If-None-Match", "in": "header", "required": false,
            "description": "ETags of what you have: 304 where one of them is still right.",
            "schema": { "type": "string" },
        },
        "If-Match": {
            "name": "If-Match", "in": "header", "required": true,
            "description": "The ETag at which you read what you change. 428 without it, 412 when it is no longer right.",
            "schema": { "type": "string" },
        },
        "Idempotency-Key": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Yours to choose, once per act: the same key with the same body gives the first answer again \
                            for 24 hours.",
            "schema": { "type": "string", "minLength": 1, "maxLength": crate::idempotency::LONGEST_KEY },
        },
        "cursor": {
            "name": "cursor", "in": "query", "required": false,
            "description": "`next_cursor` of the page before. Opaque, and of this list and account alone.",
            "schema": { "type": "string" },
        },
        "limit": {
            "name": "limit", "in": "query", "required": false,
            "description": "Items on a page at most.",
            "schema": {
                "type": "integer", "format": "int32", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT,
            },
        },
    })
}
