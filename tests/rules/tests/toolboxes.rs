//! Outputs that break the rules about what an owner keeps, and one that keeps them all.

use super::{NONE, Sheet, broken};
use serde_json::json;

/// Bente has a goal, shares her goals, and keeps another one from Kari.
fn two() -> Sheet {
    Sheet::of_two()
        .hers("2026-10-07T18:00:00+02:00", "item_changed", json!({"item": "swim", "item_kind": "goal"}))
        .event("2026-10-07T19:00:00+02:00", "kept_private", json!({"subject": "alone"}))
        .event("2026-10-08T18:00:00+02:00", "grant", json!({"subject": "goals", "level": "propose"}))
}

fn changes(sheet: Sheet, at: &str, item: &str) -> Sheet {
    sheet.hers(at, "item_changed", json!({"item": item, "item_kind": "goal", "state": "resting"}))
}

fn proposes(sheet: Sheet, at: &str) -> Sheet {
    sheet.event(at, "proposal_made", json!({"proposal": "q", "item": "swim"}))
}

fn declines(sheet: Sheet, at: &str) -> Sheet {
    sheet.hers(at, "proposal_answered", json!({"proposal": "q", "answer": "declined"}))
}

const GOALS: &[&str] = &["goals/Bente"];

pub fn cases() -> Vec<(&'static str, Sheet)> {
    let told = "a_change_is_told_to_whoever_finds_it";
    let answered = "an_answer_is_told_once_to_its_author";
    let friday = "2026-10-09T12:00:00+02:00";
    let monday = "2026-10-12T08:00:00+02:00";
    let tuesday = "2026-10-13T08:00:00+02:00";
    let revoked = |sheet: Sheet| sheet.event("2026-10-10T12:00:00+02:00", "revoke", json!({"subject": "goals"}));
    let resolved = || declines(proposes(two(), friday), "2026-10-10T12:00:00+02:00");
    vec![
        // What was there when she shared it is no news.
        (told, two().digest(monday, GOALS)),
        (told, changes(two(), friday, "alone").digest(monday, GOALS)),
        (told, revoked(changes(two(), friday, "swim")).digest(monday, GOALS)),
        (told, changes(two(), friday, "swim").digest(monday, GOALS).digest(tuesday, GOALS)),
        (
            told,
            changes(two(), friday, "swim")
                .hers("2026-10-10T12:00:00+02:00", "item_deleted", json!({"item": "swim"}))
                .digest(monday, GOALS),
        ),
        ("no_change_of_a_toolbox_is_forgotten", changes(two(), friday, "swim").digest(monday, &["x"])),
        (answered, proposes(two(), friday).digest(monday, &["q"])),
        (answered, resolved().digest(monday, &["q"]).digest(tuesday, &["q"])),
        (answered, revoked(resolved()).digest(monday, &["q"])),
        ("no_answer_is_forgotten", resolved().digest(monday, &["x"])),
        ("nothing_kept_is_named", changes(two(), friday, "swim").digest(monday, &["goals/Bente", "swim"])),
        (
            "a_proposal_is_told_of_while_it_waits",
            declines(proposes(two(), friday), "2026-10-09T12:10:00+02:00").decision(
                "2026-10-09T12:20:00+02:00",
                "message_notice",
                json!({"subject": "q", "items": ["q"]}),
            ),
        ),
        (
            "rounds_come_at_their_times",
            changes(two(), "2026-12-01T12:00:00+01:00", "swim").digest("2026-12-02T08:00:00+01:00", GOALS).decision(
                "2026-12-22T12:00:00+01:00",
                "agreement_round",
                json!({}),
            ),
        ),
    ]
}

#[test]
fn what_is_shared_and_answered_is_told_once() {
    let begun = json!({"item": "swim", "item_kind": "goal", "state": "active"});
    let sheet = changes(two(), "2026-10-09T12:00:00+02:00", "swim");
    let sheet = proposes(sheet.digest("2026-10-12T08:00:00+02:00", GOALS), "2026-10-12T12:00:00+02:00").decision(
        "2026-10-12T12:00:00+02:00",
        "message_notice",
        json!({"subject": "q", "items": ["q"]}),
    );
    let sheet = declines(sheet, "2026-10-12T20:00:00+02:00").digest("2026-10-13T08:00:00+02:00", &["q"]);
    let sheet = sheet
        .hers("2026-12-01T12:00:00+01:00", "item_changed", begun)
        .digest("2026-12-02T08:00:00+01:00", GOALS)
        .decision("2026-12-02T12:00:00+01:00", "agreement_round", json!({}));
    assert_eq!(broken(sheet), NONE);
}
