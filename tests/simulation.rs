//! The simulator's output, held against the rules that were written a second time.

use crate::rules;
use serde_json::{Value, json};
use std::process::Command;

fn simulate(arguments: &[&str]) -> String {
    played(arguments).0
}

/// The lines of a run, and what was said beside them: what people were refused.
fn played(arguments: &[&str]) -> (String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_reconnect")).arg("simulate").args(arguments).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    (String::from_utf8(output.stdout).expect("UTF-8"), said)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_no_line_breaks_a_rule() {
    let arguments = ["--days", "45", "--people", "5", "--seed", "3", "--json"];
    let first = simulate(&arguments);
    assert!(first.lines().filter(|line| line.contains("\"line\":\"decision\"")).count() > 50, "decisions were made");
    assert_eq!(first, simulate(&arguments));
    let violations: Vec<String> = rules::check(&first).iter().map(ToString::to_string).collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

/// The pilot of the papers, as `reconnect simulate --json` plays it: half a year of 29 service users
/// over both changes of the clock, Christmas and Easter. `RECONNECT_PILOTS` plays more of them, seed after seed; that
/// everything happens in it is asked of the first alone.
#[test]
fn no_line_of_the_whole_pilot_breaks_a_rule() {
    let pilots: u32 = std::env::var("RECONNECT_PILOTS").map_or(1, |number| number.parse().expect("a number"));
    for seed in 1..=pilots {
        let (pilot, refused) = played(&["--json", "--seed", &seed.to_string()]);
        assert_eq!(refused, "", "seed {seed}: somebody did what could not be done");
        if seed == 1 {
            everything_happens_in(&pilot);
        }
        let violations: Vec<String> = rules::check(&pilot).iter().map(ToString::to_string).collect();
        assert!(violations.is_empty(), "seed {seed}: {}", violations.join("\n"));
    }
}

fn everything_happens_in(pilot: &str) {
    assert!(pilot.contains("\"kind\":\"slot_postponed\""), "no check-in was moved");
    let decisions = |word: &str| pilot.lines().filter(|line| line.contains(word)).count();
    for job in ["check_in", "digest", "plan_review", "agreement_round", "message_notice", "overdue_notice"] {
        assert!(decisions(&format!("\"job\":\"{job}\"")) > 20, "hardly any {job}");
    }
    let shared: Vec<&str> = pilot
        .lines()
        .filter_map(|line| line.split_once("\"shared_changes\":[")?.1.split_once(']'))
        .flat_map(|(labels, _)| labels.split(',').map(|label| label.trim_matches('"')))
        .collect();
    // A change is `plan/owner` or `goals/owner`; a wish to look together has the date of its prompt too.
    for (what, begins, parts) in [
        ("plan changed", "plan/", 2),
        ("plan together", "plan/", 3),
        ("round", "agreement/", 4),
        ("goals changed", "goals/", 2),
    ] {
        let is_one = |label: &&str| label.starts_with(begins) && label.split('/').count() == parts;
        assert!(shared.iter().any(is_one), "in no digest: {what}");
    }
    assert!(decisions("\"proposals_answered\":[") > 5, "hardly any proposal was answered");
}

#[test]
fn a_holiday_monday_moves_the_promised_date() {
    let output = simulate(&["--json", "--scenario", "docs/examples/holiday-monday.ndjson"]);
    let violations: Vec<String> = rules::check(&output).iter().map(ToString::to_string).collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

/// The example of `docs/examples`: what is shared is told of, what is kept private never is, and after the revocation
/// nothing is.
#[test]
fn a_private_goal_among_shared_ones_is_in_no_digest() {
    let (output, refused) = played(&["--json", "--scenario", "docs/examples/shared-goal.ndjson"]);
    assert_eq!(refused, "");
    let violations: Vec<String> = rules::check(&output).iter().map(ToString::to_string).collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
    let told: Vec<(String, Value)> = output
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .filter(|line| line["job"] == "digest" && line["outcome"] == "sent")
        .map(|line| (line["slot"].as_str().expect("a date").to_owned(), line["sections"].clone()))
        .collect();
    let expected = [
        ("2026-10-07", json!({"shared_changes": ["goals/Bente"]})),
        ("2026-10-09", json!({"proposals_answered": ["first suggestion"], "shared_changes": ["goals/Bente"]})),
    ];
    assert_eq!(told, expected.map(|(day, sections)| (day.to_owned(), sections)));
    let (again, refused) = played_text(&output);
    assert_eq!((again, refused.as_str()), (output, ""), "a whole output can be played again");
}

/// Plays an output as a scenario.
fn played_text(output: &str) -> (String, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("again.ndjson");
    std::fs::write(&path, output).expect("written");
    played(&["--json", "--scenario", path.to_str().expect("UTF-8")])
}
