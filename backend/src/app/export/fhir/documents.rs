//! DocumentReference: what FHIR has no resource for, whole, as the JSON of the other format.

use super::datatypes::{concept, instant, reference, resource};
use super::people::People;
use crate::app::export::sections::Record;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use mobile_contract::relationships::PartyOut;
use mobile_contract::toolbox::ItemOut;
use serde_json::{Value, json};
use uuid::Uuid;

pub fn document(people: &People, id: Uuid, kind: &str, at: Option<DateTime<Utc>>, record: &Record) -> Value {
    let attachment = json!({ "contentType": "application/json", "data": STANDARD.encode(record.json()) });
    resource(json!({
        "resourceType": "DocumentReference",
        "id": id,
        "status": "current",
        "type": concept(kind),
        "subject": people.patient(),
        "date": at.map(instant),
        "author": [people.patient()],
        "content": [{ "attachment": attachment }],
    }))
}

/// What somebody else wrote.
pub fn from(people: &mut People, author: &PartyOut, id: Uuid, kind: &str, at: DateTime<Utc>, record: &Record) -> Value {
    let author = people.party(author);
    let mut document = document(people, id, kind, Some(at), record);
    document["author"] = json!([author]);
    document
}

/// An item of the toolbox, with what it lies under beside it.
pub fn of_item(people: &People, item: &ItemOut, record: &Record) -> Value {
    let mut document = document(people, item.id, item.kind.as_str(), Some(item.created_at), record);
    document["docStatus"] = json!(if item.draft { "preliminary" } else { "final" });
    document["meta"] = json!({ "lastUpdated": instant(item.updated_at) });
    if let Some(parent) = item.parent_id {
        document["context"] = json!({ "related": [reference(parent)] });
    }
    document
}

pub fn attachment(json: &str, at: DateTime<Utc>) -> Value {
    json!({ "contentType": "application/json", "data": STANDARD.encode(json), "creation": instant(at) })
}
