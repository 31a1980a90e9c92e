//! What a push carries beside the platform's own envelope. The same three fields travel through both
//! gateways: beside `aps` in an APNs payload, as the `data` map of an FCM message. FCM's map holds
//! strings only, so every value is a string on both.
//!
//! There is no field for a title, a text or a kind, and unknown fields are refused: what a push is
//! about is fetched by the app after unlock, with the opaque id as its only key.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The document in `push.schema.json` (JSON Schema 2020-12) that describes [`Push`].
pub const SCHEMA: &str = include_str!("../push.schema.json");

/// Version of the payload's shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PushVersion {
    #[default]
    #[serde(rename = "1")]
    V1,
}

/// What the app is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushAction {
    /// Fetch what the opaque id stands for.
    Wake,
    /// Take what the opaque id stands for off the lock screen: it was read, recalled or revoked.
    Withdraw,
}

impl PushAction {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wake => "wake",
            Self::Withdraw => "withdraw",
        }
    }
}

/// The content-free payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    pub version: PushVersion,
    /// Means nothing outside Reconnect; the app exchanges it for the notification after sign-in.
    pub id: Uuid,
    pub action: PushAction,
}

impl Push {
    /// A payload of the present version.
    pub const fn new(id: Uuid, action: PushAction) -> Self {
        Self { version: PushVersion::V1, id, action }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    /// Checks the keywords `push.schema.json` uses, and refuses a schema that uses any other.
    fn holds(schema: &Value, sample: &Value) -> bool {
        schema.as_object().expect("a schema is an object").iter().all(|(keyword, rule)| match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" => true,
            "type" => match rule.as_str().expect("type") {
                "object" => sample.is_object(),
                "string" => sample.is_string(),
                other => panic!("no check for type {other}"),
            },
            "const" => sample == rule,
            "enum" => rule.as_array().expect("enum").contains(sample),
            "format" => {
                assert_eq!(rule, "uuid");
                sample.as_str().is_some_and(|text| text.len() == 36 && Uuid::parse_str(text).is_ok())
            }
            "required" => {
                rule.as_array().expect("required").iter().all(|name| sample.get(name.as_str().expect("name")).is_some())
            }
            "properties" => rule
                .as_object()
                .expect("properties")
                .iter()
                .all(|(name, property)| sample.get(name).is_none_or(|value| holds(property, value))),
            "additionalProperties" => {
                assert_eq!(rule, false, "an open schema would let content in");
                let known = schema["properties"].as_object().expect("properties");
                sample.as_object().is_none_or(|fields| fields.keys().all(|name| known.contains_key(name)))
            }
            other => panic!("no check for keyword {other}"),
        })
    }

    fn schema() -> Value {
        serde_json::from_str(SCHEMA).expect("push.schema.json is JSON")
    }

    #[test]
    fn what_is_sent_is_what_the_schema_describes() {
        for action in [PushAction::Wake, PushAction::Withdraw] {
            let push = Push::new(Uuid::parse_str(ID).expect("uuid"), action);
            let sample = serde_json::to_value(push).expect("serializes");
            assert_eq!(sample, json!({"version": "1", "id": ID, "action": action.as_str()}));
            assert!(holds(&schema(), &sample));
            assert_eq!(serde_json::from_value::<Push>(sample).expect("reads back"), push);
        }
    }

    #[test]
    fn neither_schema_nor_type_has_room_for_anything_else() {
        let good = json!({"version": "1", "id": ID, "action": "wake"});
        let with = |name: &str, value: Value| {
            let mut sample = good.clone();
            sample[name] = value;
            sample
        };
        let without = |name: &str| {
            let mut sample = good.clone();
            sample.as_object_mut().expect("object").remove(name);
            sample
        };
        let refused = [
            with("text", json!("Anne wrote to you")),
            with("title", json!("Crisis plan")),
            with("kind", json!("check_in")),
            with("version", json!("2")),
            with("version", json!(1)),
            with("id", json!("message-7")),
            with("action", json!("open")),
            without("version"),
            without("id"),
            without("action"),
            json!(["1", ID, "wake"]),
        ];
        for sample in refused {
            assert!(!holds(&schema(), &sample), "the schema lets {sample} through");
            if sample.is_object() {
                assert!(serde_json::from_value::<Push>(sample.clone()).is_err(), "the type lets {sample} through");
            }
        }
    }
}
