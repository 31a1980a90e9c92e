//! Alerts and dashboard speak of the meters that there are, and of all of them.

use serde_json::Value;
use std::collections::BTreeSet;

const METERS: [&str; 2] = [include_str!("../backend/src/meters.rs"), include_str!("../worker/src/meters.rs")];
const ALERTS: &str = include_str!("../docs/operations/alerts.yml");
const CASES: &str = include_str!("../docs/operations/alerts.test.yml");
const DASHBOARD: &str = include_str!("../docs/operations/dashboard.json");

/// Names of meters in a text, as they are registered.
fn named(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c == '_'));
    let meters = words.filter(|word| word.starts_with("reconnect_"));
    meters.map(|word| word.strip_suffix("_bucket").unwrap_or(word)).collect()
}

#[test]
fn alerts_and_dashboard_know_the_meters() {
    let registered: BTreeSet<_> = METERS.iter().flat_map(|file| named(file)).collect();
    assert!(registered.len() > 5, "{registered:?}");
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let asked = panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let asked: Vec<&str> = asked.filter_map(|target| target["expr"].as_str()).collect();
    let shown: BTreeSet<_> = asked.iter().flat_map(|expression| named(expression)).collect();
    assert_eq!(shown, registered, "the dashboard shows every meter and no other");
    for text in [ALERTS, CASES] {
        assert!(named(text).is_subset(&registered), "{:?}", named(text).difference(&registered));
    }
}

/// An alert without a sentence of what to do wakes somebody for nothing.
#[test]
fn every_alert_says_what_to_do() {
    let alerts: Vec<&str> = ALERTS.split("- alert: ").skip(1).collect();
    assert_eq!(alerts.len(), 11);
    for alert in alerts {
        for needed in ["expr:", "severity:", "summary:", "description:"] {
            assert!(alert.contains(needed), "{needed} in {alert}");
        }
    }
}
