//! The crisis plan: a CarePlan of its own, whose sections are its activities.

use super::datatypes::{concept, instant, resource, some_text};
use super::people::People;
use mobile_contract::crisis_plan::PlanOut;
use serde_json::{Value, json};

pub fn care_plan(people: &People, plan: &PlanOut) -> Value {
    let activity = plan.sections.iter().map(|section| {
        json!({
            "detail": {
                "code": concept(section.section.as_str()),
                // Whether a section was followed is not asked.
                "status": "unknown",
                "description": some_text(&section.text),
            },
        })
    });
    resource(json!({
        "resourceType": "CarePlan",
        "id": people.derived("crisis-plan"),
        "meta": { "lastUpdated": plan.edited_at.map(instant) },
        "status": "active",
        "intent": "plan",
        "category": [concept("crisis_plan")],
        "subject": people.patient(),
        "author": people.patient(),
        "created": plan.written_at.map(instant),
        "activity": activity.collect::<Vec<_>>(),
    }))
}
