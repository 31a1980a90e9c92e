//! What `middleware` does around every call, which no operation can say of itself: its headers, 304, and the problems
//! with their codes, each written once.

use super::operations;
use mobile_contract::page::{DEFAULT_LIMIT, MAX_LIMIT};
use mobile_contract::problem::ProblemCode;
use serde_json::{Map, Value, json};

pub fn add(document: &mut Value) {
    let mut problems = Map::new();
    for (_, method, operation) in operations(document) {
        statuses(&method, operation, &mut problems);
        parameters(&method, operation);
        headers(&method, operation);
    }
    document["components"]["responses"] = Value::Object(problems);
    document["components"]["parameters"] = shared_parameters();
    document["components"]["headers"] = shared_headers();
}

/// Drops the problems that this operation cannot end with, and refers to the others.
fn statuses(method: &str, operation: &mut Value, problems: &mut Map<String, Value>) {
    let reads = method == "get";
    let has_body = operation.get("requestBody").is_some();
    let versioned = asks_for(operation, "If-Match");
    let public = operation.get("security").is_none();
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    responses.retain(|status, _| match status.as_str() {
        "403" => !public,
        "409" | "412" | "413" => !reads,
        "415" => has_body,
        "428" => versioned,
        _ => true,
    });
    for (status, response) in responses.iter_mut() {
        let Some(codes) = status.parse().ok().map(codes).filter(|codes| !codes.is_empty()) else { continue };
        let name = codes[0].as_str();
        if !problems.contains_key(name) {
            problems.insert(name.into(), problem(response.take(), status, &codes));
        }
        *response = json!({ "$ref": format!("#/components/responses/{name}") });
    }
    if reads {
        responses.insert(
            "304".into(),
            json!({
                "description": "What you have is still so.",
                "headers": { "ETag": { "$ref": "#/components/headers/ETag" } },
            }),
        );
    }
}

/// The codes with which an operation can end in this status, the first of which names it. 405 is no operation's.
fn codes(status: u16) -> Vec<ProblemCode> {
    let ends = |code: &ProblemCode| code.status() == status && *code != ProblemCode::MethodNotAllowed;
    ProblemCode::ALL.iter().copied().filter(ends).collect()
}

fn problem(mut response: Value, status: &str, codes: &[ProblemCode]) -> Value {
    let words: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
    let said: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    let description = response["description"].as_str().unwrap_or_default();
    response["description"] = json!(format!("{description} Code: {}.", said.join(", ")));
    let types: Vec<_> = words.iter().map(|word| format!("urn:reconnect:problem:{word}")).collect();
    response["content"]["application/problem+json"]["schema"] = json!({ "allOf": [
        { "$ref": "#/components/schemas/Problem" },
        { "type": "object", "properties": {
            "code": { "type": "string", "enum": words },
            "status": { "type": "integer", "enum": [status.parse::<u16>().unwrap_or_default()] },
            "type": { "type": "string", "enum": types },
        } },
    ] });
    if response.get("headers").is_none() {
        response["headers"] = json!({});
    }
    response["headers"]["Content-Language"] = json!({ "$ref": "#/components/headers/Content-Language" });
    response
}

fn parameters(method: &str, operation: &mut Value) {
    let public = operation.get("security").is_none();
    let mut parameters = operation["parameters"].as_array_mut().map(std::mem::take).unwrap_or_default();
    for parameter in &mut parameters {
        match parameter["name"].as_str() {
            Some("If-Match") => *parameter = json!({ "$ref": "#/components/parameters/If-Match" }),
            Some("cursor") => *parameter = json!({ "$ref": "#/components/parameters/cursor" }),
            Some("limit") => *parameter = json!({ "$ref": "#/components/parameters/limit" }),
            _ => {}
        }
    }
    let mut add = |name: &str| parameters.push(json!({ "$ref": format!("#/components/parameters/{name}") }));
    match method {
        "get" => add("If-None-Match"),
        // Calls of nobody signed in are not kept: their answers are tokens.
        _ if !public => add("Idempotency-Key"),
        _ => {}
    }
    add("Accept-Language");
    add("X-App-Version");
    operation["parameters"] = Value::Array(parameters);
}

fn headers(method: &str, operation: &mut Value) {
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
        if response.get("headers").is_none() {
            response["headers"] = json!({});
        }
        if let Some(headers) = response["headers"].as_object_mut() {
            if headers.contains_key("ETag") || (method == "get" && status == "200") {
                headers.insert("ETag".into(), json!({ "$ref": "#/components/headers/ETag" }));
            }
            headers.insert("Content-Language".into(), json!({ "$ref": "#/components/headers/Content-Language" }));
        }
    }
}

fn asks_for(operation: &Value, header: &str) -> bool {
    operation["parameters"].as_array().is_some_and(|all| all.iter().any(|parameter| parameter["name"] == header))
}

fn shared_headers() -> Value {
    json!({
        "ETag": {
            "description": "The version of what is answered.",
            "required": true,
            "schema": { "type": "string" },
        },
        "Content-Language": {
            "description": "The language of what the system says.",
            "required": true,
            "schema": { "$ref": "#/components/schemas/Language" },
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
