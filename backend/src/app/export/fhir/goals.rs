//! Goal, expressed by the patient, and CarePlan with its steps.

use super::datatypes::{concept, date, instant, notes, reference, resource, some_text, text};
use super::people::People;
use mobile_contract::toolbox::{GoalContent, GoalState, ItemOut, StepContent, StepWho};
use serde_json::{Value, json};
use uuid::Uuid;

pub fn goal(people: &People, item: &ItemOut, goal: &GoalContent) -> Value {
    let status = match goal.state {
        _ if item.draft => "proposed",
        GoalState::Idea => "proposed",
        GoalState::Active => "active",
        GoalState::Resting => "on-hold",
        GoalState::Reached => "completed",
        GoalState::LetGo => "cancelled",
    };
    resource(json!({
        "resourceType": "Goal",
        "id": item.id,
        "meta": { "lastUpdated": instant(item.updated_at) },
        "lifecycleStatus": status,
        "description": concept(&goal.words),
        "subject": people.patient(),
        "expressedBy": people.patient(),
        "statusDate": date(item.updated_at.date_naive()),
        "note": notes([goal.why.as_deref()]),
    }))
}

pub fn care_plan(people: &People, item: &ItemOut, goal: &GoalContent, steps: &[ItemOut]) -> Value {
    let status = match goal.state {
        _ if item.draft => "draft",
        GoalState::Idea => "draft",
        GoalState::Active => "active",
        GoalState::Resting => "on-hold",
        GoalState::Reached => "completed",
        GoalState::LetGo => "revoked",
    };
    let activity = steps.iter().filter_map(|item| Some(activity(people, item, item.content.step.as_ref()?)));
    resource(json!({
        "resourceType": "CarePlan",
        "id": Uuid::new_v5(&item.id, b"care-plan"),
        "status": status,
        "intent": "plan",
        "subject": people.patient(),
        "author": people.patient(),
        "created": instant(item.created_at),
        "goal": [reference(item.id)],
        "activity": activity.collect::<Vec<_>>(),
    }))
}

fn activity(people: &People, item: &ItemOut, step: &StepContent) -> Value {
    let (status, reason) = match step.done_on {
        _ if item.draft => ("unknown", Some(concept("draft"))),
        Some(_) => ("completed", None),
        None => ("not-started", None),
    };
    let performer = match step.who {
        StepWho::Me | StepWho::Together => people.patient(),
        StepWho::Other => json!({ "display": text(step.who_name.as_deref().unwrap_or("other")) }),
    };
    let when = [step.when.as_deref().and_then(text), step.on.map(|on| on.to_string())];
    let when: Vec<String> = when.into_iter().flatten().collect();
    let done = step.done_on.map(|on| json!({ "time": date(on), "text": "done" }));
    let progress: Vec<Value> =
        notes([step.obstacle.as_deref(), step.helps.as_deref()]).into_iter().chain(done).collect();
    json!({
        "id": item.id,
        "progress": progress,
        "detail": {
            "code": concept(step.kind.as_str()),
            "status": status,
            "statusReason": reason,
            "scheduledString": (!when.is_empty()).then(|| when.join("; ")),
            "performer": [performer],
            "description": some_text(&step.words),
        },
    })
}
