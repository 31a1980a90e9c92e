//! AuditEvent: who read what of hers.

use super::datatypes::{coded, concept, instant, resource, text};
use super::people::People;
use mobile_contract::access_log::AccessOut;
use serde_json::{Value, json};

pub fn audit_event(people: &mut People, it: &AccessOut) -> Value {
    let who = people.party(&it.who);
    resource(json!({
        "resourceType": "AuditEvent",
        "id": people.derived(&format!("access/{}", it.number)),
        "type": { "system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest" },
        "subtype": [{ "code": it.action.as_str() }],
        "action": "R",
        "recorded": instant(it.at),
        "outcome": "0",
        "purposeOfEvent": it.because.map(|because| json!([concept(because.as_str())])),
        "agent": [{
            "type": coded("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP", "reader"),
            "who": who,
            "requestor": true,
        }],
        "source": { "observer": { "display": "Reconnect" } },
        "entity": [{ "what": people.patient(), "description": text(&it.subjects.join(", ")) }],
    }))
}
