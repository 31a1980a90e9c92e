//! Communication: what she wrote, what she opened, and what she has not sent yet.

use super::Beside;
use super::datatypes::{concept, instant, reference, resource, text};
use super::people::People;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mobile_contract::drafts::DraftOut;
use mobile_contract::messages::MessageOut;
use poem_openapi::types::ToJSON as _;
use serde_json::{Value, json};
use uuid::Uuid;

/// None of a message that she has not opened.
pub fn message(people: &mut People, it: &MessageOut, beside: &Beside) -> Option<Value> {
    let body = it.body.as_deref().filter(|_| it.opened_by_me)?;
    let sender = people.party(&it.author);
    let recipient = if it.mine { people.provider_of(it.relationship_id) } else { Some(people.patient()) };
    let medication = it.medication.as_ref().map(|sent| {
        json!({ "contentAttachment": {
            "contentType": "application/json",
            "data": STANDARD.encode(sent.to_json_string()),
            "title": "medication",
        } })
    });
    Some(resource(json!({
        "resourceType": "Communication",
        "id": it.id,
        "inResponseTo": answered(it.in_reply_to, beside),
        "status": if it.recalled_at.is_some() { "stopped" } else { "completed" },
        "statusReason": it.recalled_at.map(|_| concept("taken back unopened")),
        "category": [concept(it.kind.as_str())],
        "subject": people.patient(),
        "topic": it.gist.as_deref().and_then(text).map(|gist| json!({ "text": gist })),
        "sent": instant(it.sent_at),
        "received": it.opened_at.map(instant),
        "sender": sender,
        "recipient": [recipient],
        "payload": payload(body).into_iter().chain(medication).collect::<Vec<_>>(),
    })))
}

pub fn draft(people: &People, it: &DraftOut, beside: &Beside) -> Value {
    resource(json!({
        "resourceType": "Communication",
        "id": it.id,
        "meta": { "lastUpdated": instant(it.updated_at) },
        "inResponseTo": answered(it.in_reply_to, beside),
        "status": "preparation",
        "category": [concept(it.kind.as_str())],
        "subject": people.patient(),
        "topic": it.gist.as_deref().and_then(text).map(|gist| json!({ "text": gist })),
        "sender": people.patient(),
        "recipient": [people.provider_of(it.relationship_id)],
        "payload": payload(&it.body),
    }))
}

fn answered(target: Option<Uuid>, beside: &Beside) -> Vec<Value> {
    target.filter(|id| beside.answered.contains(id)).map(reference).into_iter().collect()
}

fn payload(body: &str) -> Vec<Value> {
    text(body).map(|body| json!({ "contentString": body })).into_iter().collect()
}
