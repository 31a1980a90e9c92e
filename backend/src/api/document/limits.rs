//! The limits of what is sent, written into the schemas from where the rules have them, so that the document cannot
//! promise another limit than the one that holds.

use domain::organisation_policy::limits;
use domain::toolbox::ItemKind;
use domain::toolbox::limits::{LIMITS, Limit, MAX_REMARK};
use domain::{agreements, crisis_plan, joint_sessions, library, messages, proposals, push_subscriptions, wording};
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// A time of the day as people set it.
const HOURS_AND_MINUTES: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

pub fn add(document: &mut Value) {
    for (schema, property, limit) in all() {
        if let Some(schema) = document["components"]["schemas"][schema]["properties"].get_mut(property) {
            merge(schema, limit);
        }
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

/// Schema, property, and the keywords it gets.
fn all() -> Vec<(&'static str, &'static str, Value)> {
    [messages_and_plans(), toolbox(), agreements(), accounts(), texts_of_the_library(), rules(), times()].concat()
}

fn most(characters: usize) -> Value {
    json!({ "maxLength": characters })
}

fn some(characters: usize) -> Value {
    json!({ "minLength": 1, "maxLength": characters })
}

fn within<T: Into<u64> + Copy>(range: &RangeInclusive<T>) -> Value {
    json!({ "minimum": (*range.start()).into(), "maximum": (*range.end()).into() })
}

fn menu<T: Into<u64> + Copy>(range: &RangeInclusive<T>) -> Value {
    json!({ "minItems": 1, "maxItems": limits::MENU_ENTRIES, "items": within(range) })
}

fn messages_and_plans() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("MessageIn", "body", some(messages::MAX_CHARS)),
        ("MessageIn", "gist", some(messages::MAX_GIST_CHARS)),
        ("DraftIn", "body", most(messages::MAX_CHARS)),
        ("DraftIn", "gist", some(messages::MAX_GIST_CHARS)),
        ("DraftPatch", "body", most(messages::MAX_CHARS)),
        ("DraftPatch", "gist", some(messages::MAX_GIST_CHARS)),
        ("CheckInAnswerIn", "note", most(messages::MAX_CHARS)),
        ("PlanSectionIn", "text", most(crisis_plan::MAX_SECTION_CHARS)),
        ("CommentIn", "words", some(proposals::MAX_COMMENT_CHARS)),
        ("PlanUseIn", "note", most(crisis_plan::MAX_NOTE_CHARS)),
        ("ProposalAcceptIn", "text", most(crisis_plan::MAX_SECTION_CHARS)),
        ("ProposalDeclineIn", "words", most(proposals::MAX_ANSWER_CHARS)),
        ("ProposalIn", "base_version", json!({ "minimum": 0 })),
        ("ProposalIn", "reason", most(proposals::MAX_REASON_CHARS)),
        ("ProposalIn", "text", most(crisis_plan::MAX_SECTION_CHARS)),
        ("JointNoteIn", "text", some(joint_sessions::MAX_NOTE)),
        ("JointNotePutIn", "text", some(joint_sessions::MAX_NOTE)),
        ("JointOpened", "link", some(joint_sessions::MAX_LINK)),
    ]
}

fn toolbox() -> Vec<(&'static str, &'static str, Value)> {
    let limits = LIMITS.iter().map(|(kind, field, limit)| {
        let keywords = match limit {
            Limit::Characters(range) if *range.start() == 0 => most(*range.end()),
            Limit::Characters(range) => json!({ "minLength": range.start(), "maxLength": range.end() }),
            Limit::Number(range) => within(range),
            Limit::Items(range) => json!({ "maxItems": range.end() }),
        };
        let (schema, property) = match field.split_once('/') {
            Some((_, property)) => ("MedicineQuestion", property),
            None => (schema_of(*kind), *field),
        };
        (schema, property, keywords)
    });
    limits.chain([("NetworkSnapshotIn", "note", most(MAX_REMARK))]).collect()
}

/// The schema of a kind's content.
fn schema_of(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::LifeDomain => "LifeDomainContent",
        ItemKind::StatusEntry => "StatusEntryContent",
        ItemKind::Goal => "GoalContent",
        ItemKind::Step => "StepContent",
        ItemKind::NetworkPerson => "NetworkPersonContent",
        ItemKind::NetworkTie => "NetworkTieContent",
        ItemKind::NetworkSnapshot => "NetworkSnapshotContent",
        ItemKind::Medicine => "MedicineContent",
        ItemKind::Strength => "StrengthContent",
        ItemKind::Value => "ValueContent",
        ItemKind::Exercise => "ExerciseContent",
        ItemKind::ExerciseRun => "ExerciseRunContent",
        ItemKind::Favourite => "FavouriteContent",
        ItemKind::DiaryEntry => "DiaryEntryContent",
        ItemKind::Registration => "RegistrationContent",
        ItemKind::RegistrationEntry => "RegistrationEntryContent",
    }
}

fn agreements() -> Vec<(&'static str, &'static str, Value)> {
    let text = most(agreements::MOST_CHARACTERS);
    let mut all: Vec<_> = [
        ("AgreementTerms", "purposes"),
        ("AgreementTerms", "content_welcome"),
        ("AgreementTerms", "content_not_welcome"),
        ("AgreementTerms", "length_wishes"),
        ("AgreementTerms", "journal"),
        ("AgreementTerms", "alarming_messages"),
        ("AgreementTerms", "disagreement"),
        ("AbsenceCover", "how"),
        ("CheckInTerms", "wishes"),
        ("SilenceClause", "wish"),
    ]
    .into_iter()
    .map(|(schema, property)| (schema, property, text.clone()))
    .collect();
    all.push(("AgreementTerms", "reading_days", json!({ "minItems": 1 })));
    all.push(("SilenceClause", "after", json!({ "minimum": 1, "maximum": 3 })));
    all
}

fn accounts() -> Vec<(&'static str, &'static str, Value)> {
    use crate::app::bounds::{
        MAX_APP_VERSION, MAX_EMAIL, MAX_INVITED_NAME, MAX_LOGIN, MAX_NAME, MAX_PUSH_TOKEN, MAX_TEXT_VERSION, MAX_WHY,
        MIN_LOGIN,
    };
    vec![
        ("AccountInvitationIn", "login", json!({ "minLength": MIN_LOGIN, "maxLength": MAX_LOGIN })),
        ("AccountInvitationIn", "display_name", some(MAX_INVITED_NAME)),
        ("AccountInvitationIn", "email", some(MAX_EMAIL)),
        ("MePatch", "display_name", some(MAX_NAME)),
        ("MePatch", "email", some(MAX_EMAIL)),
        ("MePatch", "languages", json!({ "minItems": 1 })),
        ("ConsentIn", "text_version", some(MAX_TEXT_VERSION)),
        ("DeviceIn", "app_version", some(MAX_APP_VERSION)),
        ("DeviceIn", "push_token", some(MAX_PUSH_TOKEN)),
        ("DevicePatch", "app_version", some(MAX_APP_VERSION)),
        ("DevicePatch", "push_token", some(MAX_PUSH_TOKEN)),
        ("DeviceRegisterIn", "app_version", some(MAX_APP_VERSION)),
        ("DeviceRegisterIn", "push_token", some(MAX_PUSH_TOKEN)),
        ("PolicyIn", "why", some(MAX_WHY)),
        // Base64url of 65 and of 16 bytes, with padding or without.
        ("PushKeysIn", "p256dh", json!({ "minLength": 87, "maxLength": 88 })),
        ("PushKeysIn", "auth", json!({ "minLength": 22, "maxLength": 24 })),
        ("PushSubscriptionIn", "endpoint", some(push_subscriptions::MAX_ENDPOINT)),
        ("TemplateIn", "pattern", some(wording::MAX_OVERRIDE_CHARS)),
        ("WorkingHoursIn", "days", json!({ "minItems": 1 })),
        ("WorkingHoursIn", "check_in_cap", json!({ "maximum": limits::CAP.end() })),
    ]
}

fn texts_of_the_library() -> Vec<(&'static str, &'static str, Value)> {
    let mut all = vec![
        ("LibraryTextIn", "title", some(library::MAX_TITLE)),
        ("LibraryTextIn", "summary", some(library::MAX_SUMMARY)),
        ("LibraryTextIn", "body", most(library::MAX_BODY)),
        ("LibraryReviewIn", "note", some(library::MAX_REVIEW_NOTE)),
    ];
    for schema in ["LibraryEntryIn", "LibraryEntryPatch"] {
        all.extend([
            (schema, "minutes", within(&(1..=library::MAX_MINUTES))),
            (schema, "url", some(library::MAX_URL)),
            (schema, "place", some(library::MAX_PLACE)),
            (schema, "source", some(library::MAX_SOURCE)),
            (schema, "licence", some(library::MAX_LICENCE)),
        ]);
    }
    all
}

fn rules() -> Vec<(&'static str, &'static str, Value)> {
    let rules = [
        ("check_in_cap", within(&limits::CAP)),
        ("check_in_days", json!({ "minItems": 1 })),
        ("check_in_interval_menu", menu(&limits::INTERVAL_DAYS)),
        ("check_in_min_interval_days", within(&limits::INTERVAL_DAYS)),
        ("digest_lines", within(&limits::DIGEST_LINES)),
        ("digest_time", json!({ "pattern": HOURS_AND_MINUTES })),
        ("further_quiet_days", json!({ "maxItems": limits::QUIET_DAYS })),
        ("long_message_chars", within(&limits::LONG_CHARS)),
        ("long_message_unread", within(&limits::LONG_UNREAD)),
        ("plan_first_review_days", within(&limits::REVIEW_DAYS)),
        ("plan_review_menu", menu(&limits::REVIEW_DAYS)),
        ("prompts_per_day", within(&limits::PROMPTS_PER_DAY)),
        ("prompts_per_week", within(&limits::PROMPTS_PER_WEEK)),
        ("reply_window_menu", menu(&limits::REPLY_WINDOW_DAYS)),
        ("uncertain_after_working_days", within(&limits::UNCERTAIN_AFTER_DAYS)),
    ];
    ["RulesPatch", "RulesOut"]
        .into_iter()
        .flat_map(|schema| rules.iter().map(move |(property, limit)| (schema, *property, limit.clone())))
        .collect()
}

fn times() -> Vec<(&'static str, &'static str, Value)> {
    ["Hours", "QuietHoursIn", "QuietHoursOut", "WorkingHoursIn", "WorkingHoursOut"]
        .into_iter()
        .flat_map(|schema| ["from", "to"].map(|property| (schema, property, json!({ "pattern": HOURS_AND_MINUTES }))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_has_its_place() {
        let document = super::super::value();
        for (schema, property, limit) in all() {
            let place = &document["components"]["schemas"][schema]["properties"][property];
            let keys = limit.as_object().map(serde_json::Map::len).unwrap_or_default();
            assert!(keys > 0 && place.is_object(), "{schema}.{property}");
            for (key, value) in limit.as_object().into_iter().flatten().filter(|(key, _)| *key != "items") {
                assert_eq!(&place[key], value, "{schema}.{property}: {key}");
            }
        }
    }

    /// A text that nobody bounds could fill the disk.
    #[test]
    fn every_text_that_is_sent_has_a_limit() {
        let document = super::super::value();
        let free = ["subject", "holiday_calendar", "substitute_login", "zone", "time_zone"];
        for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
            if !["In", "Patch", "Content", "Question"].iter().any(|ending| name.ends_with(ending)) {
                continue;
            }
            for (property, it) in schema["properties"].as_object().into_iter().flatten() {
                let bounded =
                    ["maxLength", "pattern", "enum", "format", "allOf"].iter().any(|key| it.get(key).is_some());
                let text = it["type"] == "string" && !free.contains(&property.as_str());
                assert!(!text || bounded, "{name}.{property}");
            }
        }
    }
}
