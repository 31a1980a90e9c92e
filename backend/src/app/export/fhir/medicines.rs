//! MedicationStatement, with the patient as its source.

use super::datatypes::{concept, date, instant, notes, resource, text};
use super::people::People;
use mobile_contract::toolbox::{ItemOut, MedicineContent};
use serde_json::{Value, json};

pub fn statement(people: &People, item: &ItemOut, medicine: &MedicineContent) -> Value {
    let said_on = item.updated_at.date_naive();
    // As it stood when she last said something of it: an export does not know more.
    let status = match (medicine.from, medicine.to) {
        (Some(from), _) if from > said_on => "intended",
        (_, Some(to)) if to < said_on => "completed",
        _ => "active",
    };
    let question = medicine.question.as_ref().map(|question| {
        [Some(question.words.as_str()), question.answer.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("\n")
    });
    resource(json!({
        "resourceType": "MedicationStatement",
        "id": item.id,
        "meta": { "lastUpdated": instant(item.updated_at) },
        "status": status,
        "category": { "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/medication-statement-category",
            "code": "patientspecified",
        }] },
        "medicationCodeableConcept": concept(&medicine.name),
        "subject": people.patient(),
        "effectivePeriod": { "start": medicine.from.and_then(date), "end": medicine.to.and_then(date) },
        "dateAsserted": instant(item.updated_at),
        "informationSource": people.patient(),
        "reasonCode": medicine.reason.as_deref().and_then(text).map(|reason| json!([{ "text": reason }])),
        "dosage": medicine.how.as_deref().and_then(text).map(|how| json!([{ "text": how }])),
        "note": notes([medicine.helps.as_deref(), medicine.bothers.as_deref(), question.as_deref()]),
    }))
}
