//! The examples of the document: one invented pair, Bente and Kari, in one place, so that all of them fit together.
//!
//! A name is a schema's (`MessageOut`), a variant of one (`MessageOut.read`), or an operation's, for an answer of its
//! own. `"@Name"` stands for another example; `{"$like": "Name", …}` is that example with other values, and without
//! those that are null.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

const CHAPTERS: &[&str] = &[
    include_str!("../examples/accounts.json"),
    include_str!("../examples/check_ins.json"),
    include_str!("../examples/export.json"),
    include_str!("../examples/joint_sessions.json"),
    include_str!("../examples/library.json"),
    include_str!("../examples/messages.json"),
    include_str!("../examples/notifications.json"),
    include_str!("../examples/organisation.json"),
    include_str!("../examples/plan.json"),
    include_str!("../examples/proposals.json"),
    include_str!("../examples/relationships.json"),
    include_str!("../examples/sessions.json"),
    include_str!("../examples/sync.json"),
    include_str!("../examples/toolbox.json"),
];

/// More examples within each other than anything needs; a circle ends here.
const DEEPEST: u8 = 16;

/// Every example by its name.
///
/// # Errors
/// A chapter that is not a JSON object, a name that is there twice, or a reference that leads nowhere.
pub fn all() -> Result<BTreeMap<String, Value>, String> {
    let mut written = Map::new();
    for chapter in CHAPTERS {
        let examples: Map<String, Value> = serde_json::from_str(chapter).map_err(|error| error.to_string())?;
        for (name, example) in examples {
            if written.insert(name.clone(), example).is_some() {
                return Err(format!("{name} is there twice"));
            }
        }
    }
    written.iter().map(|(name, example)| Ok((name.clone(), whole(&written, example, DEEPEST)?))).collect()
}

fn whole(written: &Map<String, Value>, example: &Value, deepest: u8) -> Result<Value, String> {
    let below = deepest.checked_sub(1).ok_or("the examples go round in a circle")?;
    let named = |name: &str| {
        let other = written.get(name).ok_or_else(|| format!("there is no {name}"))?;
        whole(written, other, below)
    };
    match example {
        Value::String(text) => text.strip_prefix('@').map_or_else(|| Ok(example.clone()), named),
        Value::Array(list) => list.iter().map(|item| whole(written, item, below)).collect(),
        Value::Object(map) => {
            let mut all = match map.get("$like").and_then(Value::as_str).map(named).transpose()? {
                Some(Value::Object(like)) => like,
                Some(other) => return Err(format!("{other} has no values to change")),
                None => Map::new(),
            };
            for (key, value) in map.iter().filter(|(key, _)| *key != "$like") {
                if value.is_null() {
                    all.remove(key);
                } else {
                    all.insert(key.clone(), whole(written, value, below)?);
                }
            }
            Ok(Value::Object(all))
        }
        other => Ok(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_reference_leads_somewhere() {
        let all = all().expect("whole examples");
        assert_eq!(all["open_message"]["author"], all["PartyOut.owner"]);
        assert!(all["open_message"].get("undo_until").is_none());
    }

    #[test]
    fn a_circle_and_a_missing_name_are_told() {
        let written = json!({ "A": "@B", "B": ["@A"], "C": { "$like": "D" } });
        let written = written.as_object().expect("an object");
        assert!(whole(written, &written["A"], DEEPEST).is_err());
        assert_eq!(whole(written, &written["C"], DEEPEST), Err("there is no D".to_owned()));
    }
}
