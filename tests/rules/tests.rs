//! The rules themselves: a quiet half-year that breaks none, and for each rule an output that does.

mod toolboxes;

use super::{RULES, check};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// An output in the making; lines may be added in any order.
#[derive(Clone, Default)]
struct Sheet(Vec<(String, Value)>);

fn merged(mut line: Value, more: Value) -> Value {
    let fields: &mut Map<String, Value> = line.as_object_mut().expect("an object");
    for (name, value) in more.as_object().expect("an object") {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    line
}

impl Sheet {
    /// Kari and Bente have met, agreed on three working days and on check-ins every seven days: the
    /// anchors are Tuesdays from 13 October 2026 to 29 December.
    fn of_two() -> Self {
        Self::default()
            .event(
                "2026-10-01T08:00:00+02:00",
                "provider_hours_set",
                json!({
                    "owner": null, "days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "15:30",
                }),
            )
            .event("2026-10-01T09:00:00+02:00", "relationship_started", json!({}))
            .event(
                "2026-10-01T09:30:00+02:00",
                "agreement_accepted",
                json!({"reply_window_days": 3, "check_ins": true}),
            )
            .event("2026-10-06T12:00:00+02:00", "series_accepted", json!({"series": "s", "every_days": 7}))
    }

    /// Between Bente and Kari unless `fields` say otherwise; `null` takes a field away.
    fn event(mut self, at: &str, kind: &str, fields: Value) -> Self {
        let line = json!({"line": "event", "at": at, "kind": kind, "owner": "Bente", "provider": "Kari"});
        self.0.push((at.to_owned(), merged(line, fields)));
        self
    }

    /// An event of Bente's alone.
    fn hers(self, at: &str, kind: &str, fields: Value) -> Self {
        self.event(at, kind, merged(json!({"provider": null}), fields))
    }

    fn karis(self, at: &str, kind: &str, fields: Value) -> Self {
        self.event(at, kind, merged(json!({"owner": null}), fields))
    }

    fn nobodys(self, at: &str, kind: &str, fields: Value) -> Self {
        self.event(at, kind, merged(json!({"owner": null, "provider": null}), fields))
    }

    /// From Bente to Kari, asking for a reply.
    fn asks(self, at: &str, message: &str, fields: Value) -> Self {
        let sent = json!({
            "message": message, "from": "owner", "message_kind": "reply_wanted", "chars": 400,
            "gist": false, "preview_allowed": false,
        });
        self.event(at, "message_sent", merged(sent, fields))
    }

    fn decision(mut self, at: &str, job: &str, fields: Value) -> Self {
        let to_provider = matches!(job, "digest" | "response_reminder");
        let outcome = if job == "response_reminder" { "folded" } else { "sent" };
        let channels = if job == "response_reminder" { json!([]) } else { json!(["in_app", "push"]) };
        let line = json!({
            "line": "decision", "at": at, "job": job, "slot": at[..10], "owner": "Bente", "provider": "Kari",
            "recipient": if to_provider { "Kari" } else { "Bente" }, "recipient_zone": "Europe/Oslo",
            "outcome": outcome, "reason": "due", "channels": channels, "policy_version": 1,
        });
        self.0.push((at.to_owned(), merged(line, fields)));
        self
    }

    fn check_in(self, at: &str) -> Self {
        self.decision(at, "check_in", json!({"agreement_version": 1}))
    }

    fn digest(self, at: &str, items: &[&str]) -> Self {
        self.decision(at, "digest", json!({"owner": null, "items": items}))
    }

    fn skipped(self, at: &str, job: &str, reason: &str) -> Self {
        self.decision(at, job, json!({"outcome": "skipped", "reason": reason, "channels": []}))
    }

    /// In the order of the instants; equal ones as they were added.
    fn lines(mut self) -> String {
        self.0.sort_by_key(|(at, _)| chrono::DateTime::parse_from_rfc3339(at).expect("RFC 3339"));
        self.unsorted()
    }

    fn unsorted(self) -> String {
        let run = json!({
            "line": "run", "seed": 1, "people": 1, "days": 230, "start": "2026-10-01", "zone": "Europe/Oslo",
            "policy_version": 1,
        });
        let lines = self.0.into_iter().map(|(_, line)| line.to_string());
        std::iter::once(run.to_string()).chain(lines).collect::<Vec<_>>().join("\n")
    }
}

fn broken(sheet: Sheet) -> Vec<String> {
    check(&sheet.lines()).iter().map(ToString::to_string).collect()
}

const NONE: Vec<String> = Vec::new();

#[test]
fn a_half_year_that_keeps_every_rule() {
    let opened = |sheet: Sheet, slot: &str, answer: &str| {
        let at = format!("{slot}T18:00:00+02:00");
        sheet.event(&at, "check_in_opened", json!({"slot": slot})).event(
            &at,
            "check_in_answered",
            json!({"slot": slot, "answer": answer}),
        )
    };
    let mut sheet = Sheet::of_two()
        .check_in("2026-10-13T11:10:00+02:00")
        .check_in("2026-10-20T10:00:00+02:00")
        .asks("2026-10-22T02:00:00+02:00", "night", json!({"message_kind": "vault"}))
        .asks("2026-10-23T11:00:00+02:00", "friday", json!({}))
        .digest("2026-10-26T08:00:00+01:00", &["friday"])
        .skipped("2026-10-27T12:00:00+01:00", "check_in", "reply_owed")
        .digest("2026-10-28T08:00:00+01:00", &["friday"])
        .decision(
            "2026-10-28T08:00:00+01:00",
            "response_reminder",
            json!({"items": ["friday"], "promised": "2026-10-28"}),
        )
        .digest("2026-10-29T08:00:00+01:00", &["friday"])
        .decision(
            "2026-10-29T08:00:00+01:00",
            "response_reminder",
            json!({"items": ["friday"], "promised": "2026-10-28"}),
        )
        .decision("2026-10-29T09:00:00+01:00", "overdue_notice", json!({"items": ["friday"], "promised": "2026-10-28"}))
        .asks("2026-10-30T14:00:00+01:00", "answer", json!({"from": "provider", "message_kind": "info"}))
        .event("2026-10-30T14:00:00+01:00", "reply", json!({"message": "friday", "reply_message": "answer"}))
        .decision("2026-10-30T14:01:00+01:00", "message_notice", json!({"items": ["answer"]}))
        .event("2026-10-30T18:00:00+01:00", "message_opened", json!({"message": "answer"}))
        .skipped("2026-11-03T12:00:00+01:00", "check_in", "recent_contact")
        .check_in("2026-11-10T12:59:59+01:00");
    for slot in ["2026-10-13", "2026-10-20"] {
        sheet = opened(sheet, slot, "ok");
    }
    assert_eq!(broken(sheet), NONE);
}

/// Story: Friday 14 May 2027 at 11:00 and at 17:30, and Monday is 17 May and Whit Monday.
#[test]
fn a_window_over_a_holiday_monday() {
    let sheet = |morning: &str, evening: &str| {
        Sheet::of_two()
            .asks("2027-05-14T11:00:00+02:00", "a", json!({}))
            .asks("2027-05-14T17:30:00+02:00", "b", json!({}))
            .digest("2027-05-18T08:00:00+02:00", &["a", "b"])
            .digest("2027-05-20T08:00:00+02:00", &["a"])
            .decision("2027-05-20T08:00:00+02:00", "response_reminder", json!({"items": ["a"], "promised": morning}))
            .digest("2027-05-21T08:00:00+02:00", &["a", "b"])
            .decision("2027-05-21T08:00:00+02:00", "response_reminder", json!({"items": ["b"], "promised": evening}))
    };
    assert_eq!(broken(sheet("2027-05-20", "2027-05-21")), NONE);
    assert_eq!(broken(sheet("2027-05-19", "2027-05-21")).len(), 1);
    assert_eq!(broken(sheet("2027-05-20", "2027-05-20")).len(), 1);
}

#[test]
fn an_absence_entered_later_may_move_a_promise() {
    let away = |promised: &str| {
        Sheet::of_two()
            .asks("2026-10-07T11:00:00+02:00", "a", json!({}))
            .digest("2026-10-08T08:00:00+02:00", &["a"])
            .karis("2026-10-09T07:00:00+02:00", "absence", json!({"from": "2026-10-09", "to": "2026-10-18"}))
            .digest("2026-10-20T08:00:00+02:00", &["a"])
            .decision("2026-10-20T08:00:00+02:00", "response_reminder", json!({"items": ["a"], "promised": promised}))
    };
    // Thursday 8 is the first day; 19 and 20 October the second and third after the absence.
    assert_eq!(broken(away("2026-10-20")), NONE);
    assert!(!broken(away("2026-10-14")).is_empty() || !broken(away("2026-10-21")).is_empty());
}

/// An output for each rule that breaks it.
fn cases() -> Vec<(&'static str, Sheet)> {
    let two = Sheet::of_two;
    let tuesday = "2026-10-13T11:00:00+02:00";
    let due = |more: Value| merged(json!({"items": ["a"], "promised": "2026-10-12"}), more);
    // Wednesday 7 October, three working days: Monday 12.
    let asked = || two().asks("2026-10-07T11:00:00+02:00", "a", json!({})).digest("2026-10-08T08:00:00+02:00", &["a"]);
    let plan = || two().hers("2026-10-02T18:00:00+02:00", "plan_written", json!({}));
    let prompt = |sheet: Sheet, at: &str| sheet.decision(at, "plan_review", json!({"provider": null}));
    let told = |sheet: Sheet, at: &str| sheet.decision(at, "message_notice", json!({}));
    let from_kari = |sheet: Sheet, at: &str, label: &str| {
        sheet.asks(at, label, json!({"from": "provider", "message_kind": "info"}))
    };
    let many: Vec<String> = (0..21).map(|n| format!("m{n}")).collect();
    let long_list = many
        .iter()
        .fold(two(), |sheet, label| sheet.asks("2026-10-07T11:00:00+02:00", label, json!({"message_kind": "info"})));
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let eleven = (0..11).fold(two(), |sheet, n| {
        let with = |fields: Value| merged(json!({"owner": format!("o{n}")}), fields);
        sheet
            .event("2026-10-01T10:00:00+02:00", "relationship_started", with(json!({})))
            .event(
                "2026-10-01T10:00:00+02:00",
                "agreement_accepted",
                with(json!({"reply_window_days": 3, "check_ins": true})),
            )
            .event(
                "2026-10-06T12:00:00+02:00",
                "series_accepted",
                with(json!({"series": format!("s{n}"), "every_days": 7})),
            )
            .decision(tuesday, "check_in", with(json!({"recipient": format!("o{n}")})))
    });
    let silent = |times: usize| {
        ["2026-10-13", "2026-10-20", "2026-11-03"].iter().take(times).fold(two(), |sheet, slot| {
            let offset = if *slot < "2026-10-25" { "+02:00" } else { "+01:00" };
            sheet.check_in(&format!("{slot}T11:00:00{offset}")).event(
                &format!("{slot}T18:00:00{offset}"),
                "check_in_opened",
                json!({"slot": slot}),
            )
        })
    };
    let hours = json!({"days": ["tue"], "from": "11:30", "to": "15:00"});
    let accepted = json!({"reply_window_days": 3, "check_ins": false});

    vec![
        (
            "nothing_while_the_kill_switch_is_on",
            two().nobodys("2026-10-13T10:00:00+02:00", "kill_switch", json!({"on": true})).check_in(tuesday),
        ),
        (
            "nothing_to_somebody_gone",
            two().event("2026-10-12T10:00:00+02:00", "account_suspended", json!({"who": "owner"})).check_in(tuesday),
        ),
        (
            "nothing_in_an_ended_relationship",
            two().event("2026-10-12T10:00:00+02:00", "relationship_ended", json!({})).check_in(tuesday),
        ),
        (
            "nothing_that_is_switched_off",
            two()
                .hers("2026-10-12T10:00:00+02:00", "setting_changed", json!({"job": "check_in", "on": false}))
                .check_in(tuesday),
        ),
        ("a_pause_is_silent", two().hers("2026-10-12T10:00:00+02:00", "pause_started", json!({})).check_in(tuesday)),
        (
            "hospital_is_silent",
            two().hers("2026-10-12T10:00:00+02:00", "hospital_admitted", json!({})).check_in(tuesday),
        ),
        (
            "quiet_hours_are_kept",
            two()
                .hers("2026-10-12T10:00:00+02:00", "quiet_hours_set", json!({"from": "22:00", "to": "11:30"}))
                .check_in(tuesday),
        ),
        (
            "a_heavy_answer_waits_for_contact",
            two()
                .check_in(tuesday)
                .event(
                    "2026-10-13T12:00:00+02:00",
                    "check_in_answered",
                    json!({"slot": "2026-10-13", "answer": "heavy"}),
                )
                .check_in("2026-10-20T11:00:00+02:00"),
        ),
        ("the_previous_prompt_was_opened", two().check_in(tuesday).check_in("2026-10-20T11:00:00+02:00")),
        ("one_prompt_a_day_and_three_a_week", prompt(two().check_in(tuesday), "2026-10-13T14:00:00+02:00")),
        (
            "every_identity_ends_once",
            two().check_in(tuesday).skipped("2026-10-13T12:00:00+02:00", "check_in", "policy"),
        ),
        (
            "sent_on_the_slot_s_day_or_while_useful",
            two().decision("2026-10-14T11:00:00+02:00", "check_in", json!({"slot": "2026-10-13"})),
        ),
        ("the_reason_is_one_the_job_can_have", two().skipped(tuesday, "digest", "paused")),
        ("the_reason_is_true", two().skipped(tuesday, "check_in", "reply_owed")),
        (
            "the_first_gate_gives_the_reason",
            asked().hers("2026-10-12T10:00:00+02:00", "pause_started", json!({})).skipped(
                tuesday,
                "check_in",
                "reply_owed",
            ),
        ),
        ("on_tuesday_to_thursday_between_ten_and_one", two().check_in("2026-10-13T13:00:00+02:00")),
        (
            "within_the_provider_s_hours",
            two().karis("2026-10-12T10:00:00+02:00", "provider_hours_set", hours).check_in(tuesday),
        ),
        (
            "not_while_the_provider_is_away",
            two()
                .karis("2026-10-12T10:00:00+02:00", "absence", json!({"from": "2026-10-13", "to": "2026-10-14"}))
                .check_in(tuesday),
        ),
        (
            "of_a_series_that_runs",
            two().event("2026-10-12T10:00:00+02:00", "series_stopped", json!({"series": "s"})).check_in(tuesday),
        ),
        (
            "not_when_the_provider_skipped_it",
            two()
                .event("2026-10-12T10:00:00+02:00", "slot_skipped_by_provider", json!({"slot": "2026-10-13"}))
                .check_in(tuesday),
        ),
        (
            "an_agreement_permits_it",
            two().event("2026-10-12T10:00:00+02:00", "agreement_accepted", accepted).check_in(tuesday),
        ),
        ("not_while_a_reply_is_owed", asked().check_in(tuesday)),
        (
            "not_soon_after_contact",
            two().event("2026-10-09T12:00:00+02:00", "call_logged", json!({})).check_in(tuesday),
        ),
        (
            "not_around_a_consultation",
            two()
                .event("2026-10-09T12:00:00+02:00", "consultation", json!({"at_time": "2026-10-16T14:00:00+02:00"}))
                .check_in(tuesday),
        ),
        ("half_as_often_after_two_unanswered", silent(2).check_in("2026-10-27T11:00:00+01:00")),
        ("at_rest_after_three_unanswered", silent(3).check_in("2026-11-17T11:00:00+01:00")),
        ("no_provider_has_more_than_ten_series", eleven),
        ("within_four_days_of_an_anchor", two().check_in("2026-10-08T11:00:00+02:00")),
        (
            "the_promised_date_is_right",
            asked().digest("2026-10-12T08:00:00+02:00", &["a"]).decision(
                "2026-10-12T08:00:00+02:00",
                "response_reminder",
                due(json!({"promised": "2026-10-13"})),
            ),
        ),
        (
            "reminders_come_on_the_due_morning_or_the_next",
            asked().digest("2026-10-14T08:00:00+02:00", &["a"]).decision(
                "2026-10-14T08:00:00+02:00",
                "response_reminder",
                due(json!({})),
            ),
        ),
        (
            "reminders_are_of_open_clocks",
            asked().event("2026-10-09T12:00:00+02:00", "reply", json!({"message": "a"})).decision(
                "2026-10-12T08:00:00+02:00",
                "response_reminder",
                due(json!({})),
            ),
        ),
        (
            "reminders_are_folded_into_the_digest",
            asked().decision(
                "2026-10-12T08:00:00+02:00",
                "response_reminder",
                due(json!({"outcome": "sent", "channels": ["push"]})),
            ),
        ),
        (
            "overdue_only_when_the_date_has_passed",
            asked().decision("2026-10-12T15:00:00+02:00", "overdue_notice", due(json!({}))),
        ),
        (
            "overdue_never_of_a_closed_clock",
            asked()
                .event("2026-10-12T12:00:00+02:00", "lets_talk", json!({"message": "a", "day": "2026-10-16"}))
                .decision("2026-10-12T16:00:00+02:00", "overdue_notice", due(json!({}))),
        ),
        (
            "overdue_is_told_once",
            asked().decision("2026-10-12T16:00:00+02:00", "overdue_notice", due(json!({}))).decision(
                "2026-10-13T16:00:00+02:00",
                "overdue_notice",
                due(json!({})),
            ),
        ),
        ("one_a_day", asked().digest("2026-10-08T12:00:00+02:00", &["a"])),
        ("on_a_working_day_at_its_time", asked().digest("2026-10-10T08:00:00+02:00", &["a"])),
        (
            "not_while_away",
            asked()
                .karis("2026-10-09T10:00:00+02:00", "absence", json!({"from": "2026-10-12", "to": "2026-10-18"}))
                .digest("2026-10-12T08:00:00+02:00", &["a"]),
        ),
        ("none_when_empty", two().digest(tuesday, &[])),
        (
            "a_change_is_told_to_whom_it_is_shared_with",
            two()
                .event("2026-10-05T11:00:00+02:00", "grant", json!({"subject": "how_to_meet_me", "level": "see"}))
                .hers("2026-10-05T12:00:00+02:00", "plan_written", json!({}))
                .digest("2026-10-06T08:00:00+02:00", &["plan/Bente"]),
        ),
        (
            "no_change_is_forgotten",
            asked()
                .hers("2026-10-05T10:00:00+02:00", "plan_written", json!({}))
                .event("2026-10-05T11:00:00+02:00", "grant", json!({"subject": "crisis_plan", "level": "see"}))
                .hers("2026-10-06T12:00:00+02:00", "plan_edited", json!({}))
                .digest("2026-10-12T08:00:00+02:00", &["a"]),
        ),
        ("twenty_lines_but_for_heavy_replies", long_list.digest("2026-10-08T08:00:00+02:00", &many)),
        ("each_item_once", asked().digest("2026-10-12T08:00:00+02:00", &["a", "a"])),
        (
            "nothing_stored_recalled_or_ended",
            two()
                .asks("2026-10-07T11:00:00+02:00", "a", json!({"message_kind": "vault"}))
                .digest("2026-10-08T08:00:00+02:00", &["a"]),
        ),
        ("every_message_has_a_reason_to_be_there", asked().digest("2026-10-09T08:00:00+02:00", &["a"])),
        (
            "new_only_once",
            asked().decision(
                "2026-10-12T08:00:00+02:00",
                "digest",
                json!({"owner": null, "items": ["a"], "sections": {"new": ["a"]}}),
            ),
        ),
        (
            "long_reads_are_marked",
            two().asks("2026-10-07T11:00:00+02:00", "a", json!({"chars": 9000})).decision(
                "2026-10-08T08:00:00+02:00",
                "digest",
                json!({"owner": null, "items": ["a"], "long": 0}),
            ),
        ),
        ("what_waits_is_not_forgotten", two().asks("2026-10-07T11:00:00+02:00", "a", json!({})).check_in(tuesday)),
        ("there_is_a_plan_to_look_at", prompt(two(), tuesday)),
        (
            "not_soon_after_use_or_editing",
            prompt(plan().hers("2026-12-01T18:00:00+01:00", "plan_edited", json!({})), "2027-01-05T11:00:00+01:00"),
        ),
        ("not_before_its_time", prompt(plan(), "2026-12-30T11:00:00+01:00")),
        (
            "plan_prompts_lie_fourteen_days_apart",
            prompt(prompt(plan(), "2027-01-05T11:00:00+01:00"), "2027-01-15T11:00:00+01:00"),
        ),
        (
            "two_plan_prompts_a_cycle",
            ["2027-01-05T11:00:00+01:00", "2027-01-19T11:00:00+01:00", "2027-02-02T11:00:00+01:00"]
                .into_iter()
                .fold(plan(), prompt),
        ),
        ("rounds_come_at_their_times", two().decision("2026-11-05T11:00:00+01:00", "agreement_round", json!({}))),
        (
            "rounds_lie_fourteen_days_apart",
            two().decision("2026-11-12T11:00:00+01:00", "agreement_round", json!({})).decision(
                "2026-11-19T11:00:00+01:00",
                "agreement_round",
                json!({}),
            ),
        ),
        ("there_is_something_to_tell", told(two(), tuesday)),
        (
            "one_for_an_unread_stretch",
            told(
                from_kari(
                    told(from_kari(two(), "2026-10-12T10:00:00+02:00", "a"), "2026-10-12T10:01:00+02:00"),
                    tuesday,
                    "b",
                ),
                "2026-10-13T11:01:00+02:00",
            ),
        ),
        (
            "no_push_in_a_pause",
            told(from_kari(two().hers("2026-10-12T10:00:00+02:00", "pause_started", json!({})), tuesday, "a"), tuesday),
        ),
        ("the_offset_is_the_zone_s", two().decision("2026-10-13T10:00:00+01:00", "check_in", json!({}))),
        (
            "the_zone_is_the_recipient_s",
            two().hers("2026-10-12T10:00:00+02:00", "zone_changed", json!({"zone": "Europe/Lisbon"})).check_in(tuesday),
        ),
        ("channels_fit_the_outcome", two().decision(tuesday, "check_in", json!({"channels": ["email"]}))),
        ("recipients_fit_the_job", two().decision(tuesday, "check_in", json!({"recipient": "Kari"}))),
        ("versions_are_those_in_force", two().decision(tuesday, "check_in", json!({"agreement_version": 2}))),
    ]
}

#[test]
fn each_rule_is_broken_by_what_breaks_it() {
    for (rule, sheet) in cases().into_iter().chain(toolboxes::cases()) {
        let found = check(&sheet.lines());
        let named: BTreeSet<&str> = found.iter().map(|violation| violation.rule).collect();
        assert!(named.contains(rule), "{rule} is not in {named:?}");
    }
    let out_of_order = Sheet::of_two().check_in("2026-10-20T11:00:00+02:00").check_in("2026-10-13T11:00:00+02:00");
    assert!(check(&out_of_order.unsorted()).iter().any(|violation| violation.rule == "ordered_by_time"));
}

#[test]
fn every_rule_has_a_case() {
    let tried: BTreeSet<&str> =
        cases().into_iter().chain(toolboxes::cases()).map(|(rule, _)| rule).chain(["ordered_by_time"]).collect();
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(tried, rules);
}

#[test]
fn what_differs_from_a_broken_rule_by_a_little_is_kept() {
    let two = Sheet::of_two;
    let kept = [
        // The window's first minute, and the last day after an anchor.
        two().check_in("2026-10-13T10:00:00+02:00"),
        two().check_in("2026-10-15T12:59:00+02:00"),
        // Five days to the minute after a call.
        two().event("2026-10-08T11:00:00+02:00", "call_logged", json!({})).check_in("2026-10-13T11:00:00+02:00"),
        // A vault text is no contact, and opens no clock.
        two()
            .asks("2026-10-12T02:00:00+02:00", "a", json!({"message_kind": "vault"}))
            .check_in("2026-10-13T11:00:00+02:00"),
        // Two days after a consultation.
        two()
            .event("2026-10-02T12:00:00+02:00", "consultation", json!({"at_time": "2026-10-11T10:00:00+02:00"}))
            .check_in("2026-10-13T11:00:00+02:00"),
        // Somebody stands in.
        two()
            .karis(
                "2026-10-12T07:00:00+02:00",
                "absence",
                json!({"from": "2026-10-12", "to": "2026-10-18", "substitute": "Ola"}),
            )
            .event("2026-10-12T09:00:00+02:00", "substitute_accepted", json!({"substitute": "Ola"}))
            .check_in("2026-10-13T11:00:00+02:00"),
        // Held over the night, settled once.
        two()
            .asks("2026-10-12T21:00:00+02:00", "a", json!({"from": "provider", "message_kind": "info"}))
            .decision(
                "2026-10-12T21:00:00+02:00",
                "message_notice",
                json!({"subject": "t", "outcome": "held", "reason": "quiet_hours", "channels": []}),
            )
            .decision("2026-10-13T09:00:00+02:00", "message_notice", json!({"subject": "t", "slot": "2026-10-12"})),
        // The doubled interval after two unanswered.
        two()
            .check_in("2026-10-13T11:00:00+02:00")
            .event("2026-10-13T18:00:00+02:00", "check_in_opened", json!({"slot": "2026-10-13"}))
            .check_in("2026-10-20T11:00:00+02:00")
            .event("2026-10-20T18:00:00+02:00", "check_in_opened", json!({"slot": "2026-10-20"}))
            .check_in("2026-11-03T11:00:00+01:00"),
        // Six weeks to the day.
        two().decision("2026-11-12T11:00:00+01:00", "agreement_round", json!({})),
    ];
    for sheet in kept {
        assert_eq!(broken(sheet), NONE);
    }
}
