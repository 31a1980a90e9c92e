use super::*;
use serde_json::{Map, Value, json};

fn changed(changes: Value) -> Result<Rules, Vec<(String, FieldFault)>> {
    let Value::Object(changes) = changes else { panic!("an object") };
    Rules::default().with_changes(&changes)
}

fn time(text: &str) -> NaiveTime {
    crate::wall_time::parse(text).expect("a time")
}

#[test]
fn the_defaults_are_within_their_own_bounds_and_survive_writing() {
    let rules = Rules::default();
    assert_eq!(rules.validate(), []);
    let written = serde_json::to_value(&rules).expect("written");
    assert_eq!(serde_json::from_value::<Rules>(written).expect("read"), rules);
    assert_eq!(serde_json::from_value::<Rules>(json!({})).expect("an old document"), rules);
    assert_eq!(rules.with_changes(&Map::new()), Ok(rules.clone()));
}

#[test]
fn the_owners_choice_stands_where_it_is_rarer() {
    let weekly = changed(json!({ "check_in_default_interval_days": 7 })).expect("valid");
    assert_eq!(weekly.effective_interval(28), 28);
    assert_eq!(weekly.default_interval(), 7);
    let rare = changed(json!({ "check_in_min_interval_days": 21 })).expect("valid");
    assert_eq!((rare.effective_interval(28), rare.effective_interval(7), rare.default_interval()), (28, 21, 21));
    assert!(!rare.offers_interval(14) && rare.offers_interval(28) && !rare.offers_interval(21));
}

#[test]
fn the_providers_lower_cap_stands() {
    let rules = Rules::default();
    assert_eq!((rules.effective_cap(3), rules.effective_cap(0), rules.effective_cap(40)), (3, 0, 10));
}

#[test]
fn an_agreed_window_stands_when_the_menu_changes() {
    let slow = changed(json!({ "reply_window_menu": [3, 5], "reply_window_default": 5 })).expect("valid");
    assert_eq!((slow.reply_window(Some(1)), slow.reply_window(None)), (1, 5));
    assert!(!slow.offers_reply_window(1) && slow.offers_reply_window(3));
}

#[test]
fn a_message_is_long_beyond_the_thresholds_not_at_them() {
    let rules = Rules::default();
    assert!(!rules.is_long(1_200, 3) && rules.is_long(1_201, 1) && rules.is_long(1, 4) && rules.is_long(usize::MAX, 0));
}

#[test]
fn the_budget_counts_both_day_and_week() {
    let rules = Rules::default();
    assert!(rules.within_budget(0, 2) && !rules.within_budget(1, 1) && !rules.within_budget(0, 3));
    let silent = changed(json!({ "prompts_per_week": 0 })).expect("quieter is allowed");
    assert!(!silent.within_budget(0, 0));
}

#[test]
fn own_wording_is_used_of_all_texts_or_of_those_named() {
    let some = changed(json!({ "template_keys": ["check_in.ordinary"] })).expect("valid");
    assert!(Rules::default().rewords("anything") && some.rewords("check_in.ordinary") && !some.rewords("anything"));
}

#[test]
fn every_bound_is_named_where_it_is_broken() {
    use FieldFault as F;
    let outside = |min: &str, max: &str| F::OutsideBounds { min: min.to_owned(), max: max.to_owned() };
    for (changes, pointer, fault) in [
        (
            json!({ "check_in_hours": { "from": "07:59", "to": "13:00" } }),
            "/check_in_hours/from",
            outside("08:00", "20:00"),
        ),
        (json!({ "check_in_hours": { "from": "13:00", "to": "13:00" } }), "/check_in_hours/to", F::BeyondBounds),
        (json!({ "prompt_hours": { "from": "10:00", "to": "20:01" } }), "/prompt_hours/to", outside("08:00", "20:00")),
        (json!({ "check_in_days": [] }), "/check_in_days", F::Required),
        (json!({ "check_in_days": ["tue", "sun"] }), "/check_in_days", F::NotInList),
        (json!({ "check_in_days": ["someday"] }), "/check_in_days", F::Format),
        (json!({ "check_in_min_interval_days": 6 }), "/check_in_min_interval_days", outside("7", "56")),
        (json!({ "check_in_min_interval_days": -1 }), "/check_in_min_interval_days", F::Format),
        (json!({ "check_in_default_interval_days": 10 }), "/check_in_default_interval_days", F::NotInList),
        (json!({ "check_in_interval_menu": [14, 14] }), "/check_in_interval_menu/1", F::Duplicate),
        (json!({ "check_in_cap": 0 }), "/check_in_cap", outside("1", "30")),
        (json!({ "prompts_per_day": 2 }), "/prompts_per_day", outside("0", "1")),
        (json!({ "prompts_per_week": 4 }), "/prompts_per_week", outside("0", "3")),
        (json!({ "plan_review_menu": [] }), "/plan_review_menu", F::Required),
        (json!({ "plan_first_review_days": 30 }), "/plan_first_review_days", outside("90", "730")),
        (json!({ "reply_window_menu": [3, 6] }), "/reply_window_menu/1", outside("1", "5")),
        (json!({ "reply_window_default": 4, "reply_window_menu": [3] }), "/reply_window_default", F::NotInList),
        (json!({ "digest_time": "12:01" }), "/digest_time", outside("06:00", "12:00")),
        (json!({ "digest_time": "08:00:30" }), "/digest_time", F::Format),
        (json!({ "digest_lines": 21 }), "/digest_lines", outside("5", "20")),
        (json!({ "long_message_chars": 20_001 }), "/long_message_chars", outside("200", "20000")),
        (json!({ "long_message_unread": 0 }), "/long_message_unread", outside("1", "20")),
        (json!({ "uncertain_after_working_days": 0 }), "/uncertain_after_working_days", outside("1", "5")),
        (json!({ "holiday_calendar": "Atlantis" }), "/holiday_calendar", F::NotInList),
        (json!({ "template_keys": ["check_in.ordinary", "push.owner_something"] }), "/template_keys/1", F::NotInList),
        (json!({ "help_now": {} }), "/help_now", F::Required),
        (json!({ "help_now": { "no": [] } }), "/help_now/no", F::Format),
        (json!({ "help_now": { "N/": [] } }), "/help_now/N~1", F::Format),
        (
            json!({ "help_now": { "NO": [{ "purpose": "urgent", "number": "call us" }] } }),
            "/help_now/NO/0/number",
            F::Format,
        ),
        (json!({ "send_more": true }), "/send_more", F::UnknownField),
    ] {
        let faults = changed(changes.clone()).expect_err(pointer);
        assert!(faults.contains(&(pointer.to_owned(), fault)), "{changes}: {faults:?}");
    }
}

#[test]
fn changes_are_named_and_leave_the_rest() {
    let changes = json!({ "digest_time": "07:30", "further_quiet_days": ["2027-05-18"] });
    let after = changed(changes).expect("valid");
    assert_eq!(after.changed_since(&Rules::default()), ["digest_time", "further_quiet_days"]);
    assert_eq!(after.digest_time, time("07:30"));
    assert!(after.keeps_quiet_on("2027-05-18".parse().expect("a date")));
    assert_eq!(Rules { digest_time: time("08:00"), further_quiet_days: BTreeSet::new(), ..after }, Rules::default());
}
