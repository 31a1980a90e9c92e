//! What the parameters of the addresses mean, by where they stand.

use super::operations;
use serde_json::{Value, json};

/// The beginning of an address up to a parameter, and what the parameter is.
const IN_PATHS: &[(&str, &str)] = &[
    ("/v1/absences/", "Id of the absence."),
    ("/v1/accounts/", "Id of the account."),
    ("/v1/check_ins/", "Id of the check-in."),
    ("/v1/check_ins/series/", "Id of the series."),
    ("/v1/comments/", "Id of the comment."),
    ("/v1/comments/as_seen_by/", "Account id of the provider."),
    ("/v1/consents/", "Id of the consent."),
    ("/v1/consultations/", "Id of the consultation."),
    ("/v1/devices/", "Id of the device."),
    ("/v1/digests/", "The provider's date, as in `on` of the digest."),
    ("/v1/drafts/", "Id of the draft."),
    ("/v1/grants/", "Id of the sharing setting."),
    ("/v1/items/", "Id of the item."),
    ("/v1/items/as_seen_by/", "Account id of the provider."),
    ("/v1/items/{id}/versions/", "Number of the version, counted from 1."),
    ("/v1/joint_sessions/", "Id of the joint session."),
    ("/v1/joint_sessions/{id}/notes/", "Id of the note."),
    ("/v1/joint_sessions/{id}/notes/{note}/versions/", "Number of the version, counted from 1."),
    ("/v1/ledger/", "Id of the row."),
    ("/v1/library/", "Id of the entry."),
    ("/v1/library/{id}/draft/texts/", "The text's language."),
    ("/v1/library/{id}/revisions/", "Number of the revision, counted from 1."),
    ("/v1/messages/", "Id of the message."),
    ("/v1/notifications/", "Id of the notification, as the push carried it."),
    ("/v1/owners/", "Account id of the owner."),
    ("/v1/owners/{owner}/items/", "Id of the item."),
    ("/v1/plan/as_seen_by/", "Account id of the provider."),
    ("/v1/plan/review_suggestions/", "Id of the suggestion."),
    ("/v1/plan/sections/", "The section."),
    ("/v1/plan/versions/", "Number of the version, counted from 1."),
    ("/v1/policy/previews/", "Id of the preview, from asking for it."),
    ("/v1/prompts/", "`slot_id` of the prompt."),
    ("/v1/proposals/", "Id of the proposal."),
    ("/v1/proposals/as_seen_by/", "Account id of the provider."),
    ("/v1/relationships/", "Id of the relationship."),
    ("/v1/relationships/{id}/absences/", "Id of the absence."),
    ("/v1/relationships/{id}/agreement_versions/", "Number of the version, counted from 1."),
    ("/v1/reply_clocks/", "Id of the reply clock."),
    ("/v1/sessions/", "Id of the session."),
    ("/v1/templates/", "Key of the text, as `GET /v1/templates` lists them."),
    ("/v1/templates/{key}/", "The wording's language."),
    ("/v1/templates/{key}/{language}/", "Number of the version, counted from 1."),
    ("/v1/unsubscribe/", "The token in the mail's link."),
];

/// Operation, parameter of its query, and what it is, where the code beside it does not say.
const IN_QUERIES: &[(&str, &str, &str)] = &[
    ("get_network_changes", "from", "Id of the earlier snapshot."),
    ("get_network_changes", "to", "Id of the later snapshot; the network as it is where none is given."),
    ("get_slate", "day", "Your date; the next working day where none is given."),
    ("get_sync", "cursor", "That of the last page you kept; a full load begins without one."),
    ("get_sync", "limit", "Things on a page at most; 250 where nothing is said, 500 at most."),
    ("list_comments", "item_id", "Only beside this item."),
    ("list_comments", "section", "Only beside this section of the plan."),
    ("list_comments_as_seen_by", "item_id", "Only beside this item."),
    ("list_comments_as_seen_by", "section", "Only beside this section of the plan."),
    ("list_items", "kind", "Only items of this kind."),
    ("list_items", "module", "Only this part of the toolbox."),
    ("list_items", "parent_id", "Only what lies under this item."),
    ("list_items_as_seen_by", "kind", "Only items of this kind."),
    ("list_items_as_seen_by", "module", "Only this part of the toolbox."),
    ("list_items_as_seen_by", "parent_id", "Only what lies under this item."),
    ("list_ledger", "job", "Only rows of this job."),
    ("list_ledger", "relationship", "Only rows that concern this relationship."),
    ("list_library_drafts", "state", "Only entries whose newest revision is in this state, and that are not retired."),
    ("list_library_entries", "exercise", "Only exercises of this kind."),
    ("list_library_entries", "kind", "Only entries of this kind."),
    ("list_library_entries", "language", "Only entries that can be read in this language."),
    ("list_library_entries", "place", "Only links about this municipality."),
    ("list_library_entries", "theme", "Only entries with this theme."),
    ("list_library_entries", "topic", "Only entries with this topic."),
    ("list_made_proposals", "state", "Only proposals in this state."),
    ("list_proposals", "state", "Only proposals in this state."),
    ("list_proposals_as_seen_by", "state", "Only proposals in this state."),
    ("list_reply_clocks", "state", "Only clocks in this state."),
    ("list_shared_items", "kind", "Only items of this kind."),
    ("list_shared_items", "module", "Only this part of the toolbox."),
    ("list_shared_items", "parent_id", "Only what lies under this item."),
    ("search_library_entries", "exercise", "Only exercises of this kind."),
    ("search_library_entries", "kind", "Only entries of this kind."),
    ("search_library_entries", "language", "Only texts in this language."),
    ("search_library_entries", "place", "Only links about this municipality."),
    (
        "search_library_entries",
        "q",
        "What is looked for: 1 to 200 characters. Of more than 16 different words the first 16 count.",
    ),
    ("search_library_entries", "theme", "Only entries with this theme."),
    ("search_library_entries", "topic", "Only entries with this topic."),
];

pub fn add(document: &mut Value) {
    for (path, _, operation) in operations(document) {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
            if let Some(said) = parameter["name"].as_str().and_then(|name| said(&path, &id, name)) {
                parameter["description"] = json!(said);
            }
            if let Some(example) = example(parameter) {
                parameter["example"] = example;
            }
        }
    }
}

fn said(path: &str, id: &str, name: &str) -> Option<&'static str> {
    if let Some(before) = path.find(&format!("{{{name}}}")).and_then(|end| path.get(..end)) {
        return IN_PATHS.iter().find(|(prefix, _)| *prefix == before).map(|(_, said)| *said);
    }
    IN_QUERIES.iter().find(|(operation, it, _)| *operation == id && *it == name).map(|(_, _, said)| *said)
}

/// An invented value for what a path must have.
fn example(parameter: &Value) -> Option<Value> {
    if parameter["in"] != "path" {
        return None;
    }
    let schema = &parameter["schema"];
    let by_name = match parameter["name"].as_str()? {
        "section" => "early_signs_self",
        "language" => "nb",
        "key" => "check_in.ordinary",
        "token" => "Jb2vYJ0pQm0v5v6m3nYxYw",
        _ => "",
    };
    match (by_name, schema["format"].as_str()) {
        ("", Some("uuid")) => Some(json!("0198c5a2-7b30-7c41-9e52-3f6a1b2c4d5e")),
        ("", Some("date")) => Some(json!("2026-03-16")),
        ("", Some("int32")) => Some(json!(1)),
        ("", _) => None,
        (word, _) => Some(json!(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{operations, value};

    #[test]
    fn every_parameter_says_what_it_is_and_what_a_path_may_look_like() {
        let mut document = value().clone();
        for (path, _, operation) in operations(&mut document) {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if parameter.get("$ref").is_none() {
                    assert!(parameter["description"].is_string(), "{path}: {parameter}");
                    assert!(parameter["in"] != "path" || !parameter["example"].is_null(), "{path}: {parameter}");
                }
            }
        }
    }
}
