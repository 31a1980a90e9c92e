//! Holds `docs/simulation.schema.json` and the examples against what is really read and written.

use super::line::{Happening, Line};
use super::scenario::Scenario;
use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;
use std::path::{Path, PathBuf};

struct Schema {
    schemas: Schemas,
    root: SchemaIndex,
}

fn document() -> Value {
    let text = std::fs::read_to_string("docs/simulation.schema.json").expect("the schema");
    serde_json::from_str(&text).expect("JSON")
}

impl Schema {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("simulation.schema.json", document()).expect("a resource");
        let root = compiler.compile("simulation.schema.json", &mut schemas).expect("a schema");
        Self { schemas, root }
    }

    fn holds(&self, text: &str) -> Result<(), String> {
        let value: Value = serde_json::from_str(text).expect("JSON");
        self.schemas.validate(&value, self.root).map_err(|error| format!("{error:#}\n{text}"))
    }
}

fn examples() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("docs/examples")
        .expect("docs/examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ndjson"))
        .collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("an example")
}

#[test]
fn it_knows_the_same_kinds() {
    let document = document();
    let kinds = document["$defs"]["event"]["properties"]["kind"]["enum"].as_array().expect("kinds");
    assert_eq!(kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>(), Happening::KINDS);
}

#[test]
fn examples_are_sound() {
    let schema = Schema::new();
    for path in examples() {
        let text = text(&path);
        let scenario = Scenario::read(text.as_bytes());
        assert!(scenario.is_ok(), "{}: {scenario:?}", path.display());
        for line in text.lines() {
            assert_eq!(schema.holds(line), Ok(()), "{}", path.display());
        }
    }
}

/// Takes each field away from each line of the examples, and spoils it: whatever the schema refuses
/// then is refused in reading too, and the other way round.
#[test]
fn it_refuses_what_is_refused_in_reading() {
    let schema = Schema::new();
    let more = [
        r#"{"line":"run","seed":1,"people":29,"days":182,"start":"2026-10-01","zone":"Europe/Oslo","policy_version":1}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"series_accepted","owner":"o","provider":"p","series":"s","every_days":14}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"check_in_answered","owner":"o","slot":"2026-10-06","answer":"ok"}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"setting_changed","owner":"o","job":"check_in","on":false}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"item_changed","owner":"o","item":"i","item_kind":"goal","under":"u","draft":true,"state":"idea","proposal":"q"}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"item_deleted","owner":"o","item":"i"}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"kept_private","owner":"o","provider":"p","subject":"i"}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"proposal_made","owner":"o","provider":"p","proposal":"q","item":"i"}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"proposal_answered","proposal":"q","answer":"edited"}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"proposal_withdrawn","proposal":"q"}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"comment_made","owner":"o","provider":"p","comment":"c","item":"i","from":"owner"}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"comment_hidden","comment":"c"}"#,
        r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"policy_published","version":2,"changes":{"a":1}}"#,
        r#"{"line":"decision","at":"2026-10-05T08:00:00+02:00","job":"digest","slot":"2026-10-05","provider":"p","recipient":"p","recipient_zone":"Europe/Oslo","outcome":"sent","reason":"due","channels":["email"],"items":["m"],"sections":{"new":["m"]},"long":1,"policy_version":1}"#,
    ];
    let lines: Vec<String> =
        examples().iter().flat_map(|path| text(path).lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let mut refused = 0;
    for line in lines.iter().map(String::as_str).chain(more) {
        let Value::Object(whole) = serde_json::from_str(line).expect("JSON") else { panic!("{line}") };
        let without = whole.keys().map(|name| {
            let mut less = whole.clone();
            less.remove(name);
            less
        });
        let spoilt = whole.keys().map(|name| {
            let mut other = whole.clone();
            other.insert(name.clone(), Value::from(-7));
            other
        });
        for variant in without.chain(spoilt) {
            let variant = Value::Object(variant).to_string();
            let (by_schema, by_reading) =
                (schema.holds(&variant).is_err(), Line::read(1, &variant, &mut Vec::new()).is_none());
            // A note is an unknown field, which neither looks at.
            assert_eq!(by_schema, by_reading, "{variant}");
            refused += usize::from(by_reading);
        }
    }
    assert!(refused > 100, "{refused}");
}
