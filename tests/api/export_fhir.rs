//! The FHIR bundle of an export: held against R4 by two validators, and here for what they leave out: which codes the
//! required bindings allow, and that every reference leads to a resource of the bundle.

use super::export::{Rich, rich};
use super::fixture::Fixture;
use crate::harness::{Database, needed, on_both_databases};
use base64::Engine as _;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

const FHIR: &str = "/v1/export/fhir";

/// Resource, elements that R4 asks for (1..1 or 1..*), and its coded elements with a required binding.
type Rule = (&'static str, &'static [&'static str], &'static [(&'static str, &'static [&'static str])]);

const RULES: &[Rule] = &[
    (
        "AuditEvent",
        &["/type", "/recorded", "/agent/0/requestor", "/source/observer"],
        &[("/action", &["C", "R", "U", "D", "E"]), ("/outcome", &["0", "4", "8", "12"])],
    ),
    (
        "CarePlan",
        &["/subject"],
        &[
            ("/status", &["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"]),
            ("/intent", &["proposal", "plan", "order", "option"]),
        ],
    ),
    ("CareTeam", &[], &[("/status", &["proposed", "active", "suspended", "inactive", "entered-in-error"])]),
    (
        "Communication",
        &[],
        &[(
            "/status",
            &[
                "preparation",
                "in-progress",
                "not-done",
                "on-hold",
                "stopped",
                "completed",
                "entered-in-error",
                "unknown",
            ],
        )],
    ),
    (
        "Consent",
        // Either a policy or a policyRule (ppc-1).
        &["/scope", "/category/0", "/policyRule", "/patient"],
        &[("/status", &["draft", "proposed", "active", "rejected", "inactive", "entered-in-error"])],
    ),
    (
        "DocumentReference",
        &["/content/0/attachment/data"],
        &[("/status", &["current", "superseded", "entered-in-error"])],
    ),
    (
        "Goal",
        &["/description/text", "/subject"],
        &[(
            "/lifecycleStatus",
            &[
                "proposed",
                "planned",
                "accepted",
                "active",
                "on-hold",
                "completed",
                "cancelled",
                "entered-in-error",
                "rejected",
            ],
        )],
    ),
    (
        "MedicationStatement",
        &["/medicationCodeableConcept", "/subject", "/informationSource"],
        &[(
            "/status",
            &["active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken"],
        )],
    ),
    ("Patient", &["/name/0/text"], &[]),
    ("Practitioner", &["/name/0/text"], &[]),
];

const ACTIVITY_STATUS: &[&str] = &[
    "not-started",
    "scheduled",
    "in-progress",
    "on-hold",
    "completed",
    "cancelled",
    "stopped",
    "unknown",
    "entered-in-error",
];

/// Every text and every reference below, by the name of its key.
fn walk<'a>(value: &'a Value, key: &str, see: &mut impl FnMut(&str, &'a Value)) {
    see(key, value);
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| walk(value, key, see)),
        Value::Array(list) => list.iter().for_each(|value| walk(value, key, see)),
        _ => {}
    }
}

fn holds(resource: &Value) {
    let kind = resource["resourceType"].as_str().expect("a type");
    let (_, needed, bound) = RULES.iter().find(|(of, ..)| *of == kind).unwrap_or_else(|| panic!("{kind} is new"));
    for pointer in *needed {
        assert!(resource.pointer(pointer).is_some(), "{kind}{pointer}: {resource}");
    }
    for (pointer, codes) in *bound {
        let code = resource.pointer(pointer).and_then(Value::as_str).expect("a code");
        assert!(codes.contains(&code), "{kind}{pointer}: {code}");
    }
    if kind == "CarePlan" {
        for activity in resource["activity"].as_array().into_iter().flatten() {
            // cpl-3: a detail or a reference, and not both.
            assert!(activity.get("reference").is_none());
            let status = activity["detail"]["status"].as_str().expect("a status");
            assert!(ACTIVITY_STATUS.contains(&status), "{status}");
        }
    }
    if let Some(data) = resource.pointer("/content/0/attachment/data").and_then(Value::as_str) {
        let bytes = base64::engine::general_purpose::STANDARD.decode(data).expect("base64");
        let _: Value = serde_json::from_slice(&bytes).expect("JSON");
    }
    walk(resource, "", &mut |key, value| {
        let empty = match value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        assert!(!empty, "{kind}: {key} is empty");
        let odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
        assert!(!value.as_str().is_some_and(|text| text.contains(odd)), "{kind}: {key} has a control character");
    });
}

/// Holds a bundle, and gives its resources by type.
fn held(bundle: &Value) -> BTreeMap<&str, Vec<&Value>> {
    assert_eq!((&bundle["resourceType"], &bundle["type"]), (&json!("Bundle"), &json!("collection")));
    let mut known = BTreeSet::new();
    let mut by_type: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for entry in bundle["entry"].as_array().expect("entries") {
        let (url, resource) = (entry["fullUrl"].as_str().expect("a URL"), &entry["resource"]);
        let id = resource["id"].as_str().expect("an id");
        assert_eq!(url, format!("urn:uuid:{}", id.parse::<uuid::Uuid>().expect("a UUID")));
        assert!(known.insert(url), "{url} is there twice");
        by_type.entry(resource["resourceType"].as_str().expect("a type")).or_default().push(resource);
        holds(resource);
    }
    walk(bundle, "", &mut |key, value| {
        if key == "reference"
            && let Some(to) = value.as_str()
        {
            assert!(known.contains(to), "{to} leads nowhere");
        }
    });
    by_type
}

/// Holds a bundle against the definitions of R4, as two other implementations have them.
async fn valid_in_r4(bundle: &Value) {
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fhir/validate.py");
    validator(needed("RECONNECT_TEST_PYTHON"), &[models], bundle).await;
    let definitions = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fhir/validate.mjs");
    validator("node".to_owned(), &[definitions, &needed("RECONNECT_TEST_NODE_MODULES")], bundle).await;
}

async fn validator(program: String, arguments: &[&str], bundle: &Value) {
    let mut validator = Command::new(&program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let mut stdin = validator.stdin.take().expect("stdin");
    stdin.write_all(bundle.to_string().as_bytes()).await.expect("written");
    drop(stdin);
    let said = validator.wait_with_output().await.expect("it ends");
    assert!(said.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said.stderr));
    let entries = bundle["entry"].as_array().expect("entries").len();
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), entries.to_string());
}

fn one<'a>(of: &[&'a Value], id: &str) -> &'a Value {
    of.iter().find(|resource| resource["id"] == id).unwrap_or_else(|| panic!("there is no {id}"))
}

fn urn(id: &str) -> String {
    format!("urn:uuid:{id}")
}

on_both_databases! {
    async fn the_bundle_is_valid_r4_and_whole(database) {
        let Rich { fixture, pair, opened, unopened, recalled, reply_to_unopened, reply_to_opened, goal, sub_goal } =
            rich(database).await;
        let bundle = fixture.get(&pair.owner, FHIR).await.expect(200);
        let found = held(&bundle);
        valid_in_r4(&bundle).await;
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), RULES.iter().map(|(kind, ..)| *kind).collect::<Vec<_>>());

        let me = urn(&pair.owner.id.to_string());
        let messages = &found["Communication"];
        assert!(!messages.iter().any(|it| it["id"] == unopened.as_str()), "it was not opened");
        assert_eq!(one(messages, &opened)["sender"]["reference"], urn(&pair.provider.id.to_string()));
        assert_eq!(one(messages, &recalled)["status"], "stopped");
        let reply = one(messages, &reply_to_opened);
        assert_eq!(reply["inResponseTo"], json!([{ "reference": urn(&opened) }]));
        assert_eq!(reply["sender"]["reference"], me);
        assert!(one(messages, &reply_to_unopened).get("inResponseTo").is_none());
        let draft = messages.iter().find(|it| it["status"] == "preparation").expect("a draft");
        assert_eq!(draft["inResponseTo"], json!([{ "reference": urn(&opened) }]));

        let hers = one(&found["Goal"], &goal);
        assert_eq!(hers["expressedBy"]["reference"], me);
        assert_eq!(hers["description"]["text"], "A full table again");
        let plan = found["CarePlan"].iter().find(|it| it["goal"][0]["reference"] == urn(&goal)).expect("its plan");
        let steps: Vec<&str> = plan["activity"]
            .as_array()
            .expect("activities")
            .iter()
            .filter_map(|it| it["detail"]["description"].as_str())
            .collect();
        assert_eq!(steps.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from(["Guests", "Buy plates", "Call Ann"]));
        assert_eq!(steps.last(), Some(&"Call Ann"), "those of a sub-goal come after the goal's own");
        assert!(plan["activity"].as_array().expect("activities").iter().any(|it| it["id"] == sub_goal.as_str()));
        let crisis = found["CarePlan"].iter().find(|it| it["category"][0]["text"] == "crisis_plan").expect("a plan");
        assert_eq!(crisis["activity"][0]["detail"]["description"], "I walk by the sea\u{fffd}");

        assert_eq!(found["MedicationStatement"].len(), 2, "a draft does not say yet that she takes it");
        for statement in &found["MedicationStatement"] {
            assert_eq!(statement["informationSource"]["reference"], me);
        }
        let shared: Vec<_> = found["Consent"].iter().filter(|it| it["provision"].get("actor").is_some()).collect();
        assert_eq!(shared.len(), 4);
        assert!(shared.iter().any(|it| {
            it["provision"]["type"] == "deny" && it["provision"]["data"][0]["reference"]["reference"] == urn(&goal)
        }));
        let agreements: Vec<_> = found["Consent"].iter().filter(|it| it.get("sourceAttachment").is_some()).collect();
        assert_eq!(agreements.iter().filter(|it| it["status"] == "active").count(), 1);
        assert_eq!(agreements.len(), 2);
        let documents: BTreeSet<&str> =
            found["DocumentReference"].iter().filter_map(|it| it["type"]["text"].as_str()).collect();
        for kind in ["check_in", "comment", "consultation", "diary_entry", "exercise", "exercise_run", "favourite", "life_domain",
            "medicine", "network_person", "network_tie", "pause", "plan_review", "plan_use", "proposal", "registration",
            "registration_entry", "status_entry", "strength", "value"] {
            assert!(documents.contains(kind), "{kind}");
        }
        assert_eq!(found["AuditEvent"].len(), fixture.get(&pair.owner, "/v1/access_log").await.expect(200)["items"]
            .as_array().expect("items").len());
        assert_eq!(found["Patient"].len(), 1);
        assert_eq!(found["Practitioner"].len(), 1);

        let again = fixture.get(&pair.owner, FHIR).await.expect(200);
        let ids = |bundle: &Value| -> BTreeSet<String> {
            bundle["entry"].as_array().expect("entries").iter().map(|it| it["fullUrl"].to_string()).collect()
        };
        assert!(ids(&bundle).is_subset(&ids(&again)), "the same things have the same names");
    }
}

#[tokio::test]
async fn the_bundle_of_somebody_who_has_nothing_is_valid_too() {
    let fixture = Fixture::on(Database::Sqlite).await;
    let owner = fixture.owner().await;
    let bundle = fixture.get(&owner, FHIR).await.expect(200);
    assert_eq!(held(&bundle).keys().copied().collect::<Vec<_>>(), ["AuditEvent", "Patient"]);
    valid_in_r4(&bundle).await;
}
