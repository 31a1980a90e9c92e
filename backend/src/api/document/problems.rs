//! The problems with which each operation can end: which statuses, which codes, and how each reads.

use crate::texts::{self, Fault};
use domain::messages::MAX_CHARS;
use domain::wording::{FieldFault as Words, Unit};
use domain::words::Language;
use mobile_contract::problem::ProblemCode as Code;
use poem_openapi::types::ToJSON as _;
use serde_json::{Map, Value, json};

/// What decides about the problems of an operation.
struct Operation<'a> {
    id: &'a str,
    reads: bool,
    public: bool,
    has_body: bool,
    versioned: bool,
    pages: bool,
}

/// Codes that single operations give for reasons of their own.
const OWN: &[(Code, &[&str])] = &[
    (Code::WrongCredentials, &["create_erasure", "create_session"]),
    (Code::NotSignedIn, &["refresh_session"]),
    (Code::ConsentNeeded, &["create_message"]),
    (Code::UndoOver, &["undo_message"]),
    (
        Code::AlreadyAnswered,
        &[
            "accept_agreement_version",
            "accept_check_in_series",
            "accept_proposal",
            "answer_check_in",
            "answer_prompt",
            "decline_proposal",
            "withdraw_proposal",
        ],
    ),
    (Code::CapReached, &["accept_check_in_series", "renew_check_in_series"]),
    (Code::NoSharedHours, &["accept_check_in_series"]),
    (
        Code::NoAgreement,
        &["accept_check_in_series", "renew_check_in_series", "restart_check_in_series", "update_check_in_cadence"],
    ),
    (Code::OtherText, &["accept_agreement_version"]),
    (Code::Expired, &["accept_invitation"]),
    (Code::ResyncNeeded, &["get_sync"]),
];

impl Operation<'_> {
    fn ends_in(&self, code: Code) -> bool {
        let own = OWN.iter().any(|(it, ids)| *it == code && ids.contains(&self.id));
        own || match code {
            Code::Malformed | Code::NotFound | Code::Invalid => true,
            Code::AppTooOld | Code::TooManyRequests | Code::Internal | Code::Unavailable => true,
            Code::NotUtf8 | Code::Conflict | Code::Stale | Code::TooLarge => !self.reads,
            Code::BadCursor => self.pages && self.id != "get_sync",
            Code::NotSignedIn | Code::NotAllowed => !self.public,
            // Calls of nobody signed in are not kept.
            Code::IdempotencyInProgress | Code::IdempotencyDone | Code::IdempotencyMismatch => {
                !self.reads && !self.public
            }
            Code::UnsupportedMediaType => self.has_body,
            Code::MissingIfMatch => self.versioned,
            // 405 is an address's, and no operation's.
            Code::MethodNotAllowed => false,
            Code::WrongCredentials
            | Code::ConsentNeeded
            | Code::UndoOver
            | Code::AlreadyAnswered
            | Code::CapReached
            | Code::NoSharedHours
            | Code::NoAgreement
            | Code::OtherText
            | Code::Expired
            | Code::ResyncNeeded => false,
        }
    }
}

/// Drops the problems that this operation cannot end with, and refers to the others, each of which is written once.
pub fn of(method: &str, operation: &mut Value, written: &mut Map<String, Value>) {
    let asks_for = |name: &str| {
        operation["parameters"].as_array().is_some_and(|all| all.iter().any(|parameter| parameter["name"] == name))
    };
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let it = Operation {
        id: &id,
        reads: method == "get",
        public: operation.get("security").is_none(),
        has_body: operation.get("requestBody").is_some(),
        versioned: asks_for("If-Match"),
        pages: asks_for("cursor"),
    };
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    let is_problem = |response: &Value| response["content"].get("application/problem+json").is_some();
    responses.retain(|status, response| {
        let Ok(status) = status.parse::<u16>() else { return true };
        let codes: Vec<Code> =
            Code::ALL.iter().copied().filter(|code| code.status() == status && it.ends_in(*code)).collect();
        if !is_problem(response) {
            return true;
        }
        let name = codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(".");
        let full = response.take();
        written.entry(name.clone()).or_insert_with(|| problem(full, &codes));
        *response = json!({ "$ref": format!("#/components/responses/{name}") });
        !codes.is_empty()
    });
    written.remove("");
}

fn problem(mut response: Value, codes: &[Code]) -> Value {
    let mut said = response["description"].as_str().unwrap_or_default().to_owned();
    let mut examples = Map::new();
    for code in codes {
        let (title, detail) = texts::problem(Language::En, *code);
        said.push_str(&format!("\n- `{}`: {title}", code.as_str()));
        let value = json!({
            "type": format!("urn:reconnect:problem:{}", code.as_str()),
            "title": title,
            "status": code.status(),
            "detail": detail,
            "code": code.as_str(),
            "errors": errors(*code),
        });
        examples.insert(code.as_str().into(), json!({ "summary": title, "value": value }));
    }
    response["description"] = json!(said);
    response["x-problem-codes"] = codes.iter().map(|code| code.as_str()).collect();
    response["content"]["application/problem+json"] =
        json!({ "schema": { "$ref": "#/components/schemas/Problem" }, "examples": examples });
    if response.get("headers").is_none() {
        response["headers"] = json!({});
    }
    response["headers"]["Content-Language"] = json!({ "$ref": "#/components/headers/Content-Language" });
    for header in ["Retry-After", "WWW-Authenticate"] {
        if response["headers"].get(header).is_some() {
            response["headers"][header] = json!({ "$ref": format!("#/components/headers/{header}") });
        }
    }
    response
}

fn errors(code: Code) -> Value {
    if code != Code::Invalid {
        return json!([]);
    }
    let max = u32::try_from(MAX_CHARS).unwrap_or(u32::MAX);
    let Fault { code, words } = Words::TooLong { max, unit: Unit::Characters }.into();
    json!([{ "field": "/body", "fault": code.to_json(), "detail": texts::field_fault(Language::En, &words) }])
}
