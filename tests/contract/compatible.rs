//! What a change of the document does to an app that is out there, by the promise of
//! `mobile-contract/CHANGELOG.md`. The tools there are do not know that promise (a new word of a vocabulary is no
//! break here), and the one that was tried did not get through a document of this size in two minutes.

use serde_json::Value;
use std::collections::BTreeSet;

/// Who reads a schema: an app's request is read by the server, an answer by the app.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Read {
    ByServer,
    ByApp,
}

/// Everything that breaks an app made from `old` when the server follows `new`, a sentence each.
pub fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Comparison { old, new, seen: BTreeSet::new(), breaks: Vec::new() };
    for (path, operations) in object(&old["paths"]) {
        for (method, operation) in object(operations) {
            found.operation(&format!("{} {path}", method.to_uppercase()), operation, &new["paths"][path][method]);
        }
    }
    found.breaks
}

/// Whether a version may break what another one promised: the first number rose, or before 1.0 the second.
pub fn may_break(old: &str, new: &str) -> bool {
    let numbers = |version: &str| {
        let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse::<u64>().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    };
    let (old, new) = (numbers(old), numbers(new));
    if old.0 == 0 { new > old } else { new.0 > old.0 }
}

struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    seen: BTreeSet<(String, String, Read)>,
    breaks: Vec<String>,
}

impl<'a> Comparison<'a> {
    fn broken(&mut self, at: &str, what: impl AsRef<str>) {
        self.breaks.push(format!("{at}: {}", what.as_ref()));
    }

    fn operation(&mut self, at: &str, old: &'a Value, new: &'a Value) {
        if new.is_null() {
            return self.broken(at, "is gone");
        }
        if old["operationId"] != new["operationId"] {
            self.broken(at, format!("is called {} in place of {}", new["operationId"], old["operationId"]));
        }
        if list(&old["security"]).is_empty() && !list(&new["security"]).is_empty() {
            self.broken(at, "wants somebody signed in");
        }
        let name = |parameter: &Value| (parameter["in"].clone(), parameter["name"].clone());
        for was in list(&old["parameters"]) {
            let at = format!("{at} {}", was["name"]);
            match list(&new["parameters"]).iter().find(|is| name(is) == name(was)) {
                None => self.broken(&at, "is no longer understood"),
                Some(is) => {
                    if is["required"] == true && was["required"] != true {
                        self.broken(&at, "must be given");
                    }
                    self.schema(&at, &was["schema"], &is["schema"], Read::ByServer);
                }
            }
        }
        for is in list(&new["parameters"]) {
            let known = list(&old["parameters"]).iter().any(|was| name(was) == name(is));
            if is["required"] == true && !known {
                self.broken(&format!("{at} {}", is["name"]), "must be given");
            }
        }
        self.request(at, &old["requestBody"], &new["requestBody"]);
        for (status, answer) in object(&old["responses"]) {
            let at = format!("{at} {status}");
            match &new["responses"][status] {
                // A problem that no longer comes breaks nobody.
                Value::Null if !status.starts_with('2') => {}
                Value::Null => self.broken(&at, "does not come any more"),
                now => {
                    for header in object(&answer["headers"]).map(|(name, _)| name) {
                        if now["headers"][header].is_null() {
                            self.broken(&format!("{at} {header}"), "is gone");
                        }
                    }
                    self.content(&at, &answer["content"], &now["content"], Read::ByApp);
                }
            }
        }
    }

    fn request(&mut self, at: &str, old: &'a Value, new: &'a Value) {
        if new["required"] == true && old["required"] != true {
            self.broken(at, "wants a body");
        }
        self.content(at, &old["content"], &new["content"], Read::ByServer);
    }

    fn content(&mut self, at: &str, old: &'a Value, new: &'a Value, read: Read) {
        for (kind, was) in object(old) {
            match &new[kind] {
                Value::Null => self.broken(at, format!("{kind} is gone")),
                is => self.schema(at, &was["schema"], &is["schema"], read),
            }
        }
    }

    fn schema(&mut self, at: &str, old: &'a Value, new: &'a Value, read: Read) {
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        if let (Some(was), Some(is)) = (old.1, new.1)
            && !self.seen.insert((was.to_owned(), is.to_owned(), read))
        {
            return;
        }
        let (old, new) = (old.0, new.0);
        for word in ["type", "format", "additionalProperties"] {
            if old[word] != new[word] && !(old[word].is_object() && new[word].is_object()) {
                return self.broken(at, format!("{word} was {} and is {}", old[word], new[word]));
            }
        }
        match read {
            Read::ByServer if old["nullable"] == true && new["nullable"] != true => self.broken(at, "may not be null"),
            Read::ByApp if old["nullable"] != true && new["nullable"] == true => self.broken(at, "can be null"),
            Read::ByServer | Read::ByApp => {}
        }
        if read == Read::ByServer {
            self.narrower(at, old, new);
        }
        self.properties(at, old, new, read);
        self.schema_if_any(&format!("{at}[]"), &old["items"], &new["items"], read);
        self.schema_if_any(&format!("{at}.*"), &old["additionalProperties"], &new["additionalProperties"], read);
        for (number, part) in list(&old["allOf"]).iter().enumerate() {
            self.schema_if_any(at, part, &new["allOf"][number], read);
        }
    }

    fn schema_if_any(&mut self, at: &str, old: &'a Value, new: &'a Value, read: Read) {
        match (old.is_object(), new.is_object()) {
            (true, true) => self.schema(at, old, new, read),
            (true, false) => self.broken(at, "is described no longer"),
            (false, _) => {}
        }
    }

    fn properties(&mut self, at: &str, old: &'a Value, new: &'a Value, read: Read) {
        let needed = |schema: &Value, name: &str| list(&schema["required"]).iter().any(|it| it == name);
        for (name, was) in object(&old["properties"]) {
            let at = format!("{at}.{name}");
            match &new["properties"][name] {
                Value::Null => self.broken(&at, "is gone"),
                is => {
                    if read == Read::ByApp && needed(old, name) && !needed(new, name) {
                        self.broken(&at, "can be missing");
                    }
                    self.schema(&at, was, is, read);
                }
            }
        }
        for name in list(&new["required"]).iter().filter_map(Value::as_str) {
            if read == Read::ByServer && !needed(old, name) {
                self.broken(&format!("{at}.{name}"), "must be given");
            }
        }
    }

    /// Limits and words that are tighter than they were.
    fn narrower(&mut self, at: &str, old: &Value, new: &Value) {
        for (least, most) in [("minLength", "maxLength"), ("minItems", "maxItems"), ("minimum", "maximum")] {
            let rose = |is: f64| old[least].as_f64().is_none_or(|was| is > was);
            if new[least].as_f64().is_some_and(rose) {
                self.broken(at, format!("{least} was {} and is {}", old[least], new[least]));
            }
            let fell = |is: f64| old[most].as_f64().is_none_or(|was| is < was);
            if new[most].as_f64().is_some_and(fell) {
                self.broken(at, format!("{most} was {} and is {}", old[most], new[most]));
            }
        }
        if !new["pattern"].is_null() && old["pattern"] != new["pattern"] {
            self.broken(at, format!("pattern was {} and is {}", old["pattern"], new["pattern"]));
        }
        if new["enum"].is_array() && old["enum"].is_null() {
            self.broken(at, "is one of a few words now");
        }
        for word in list(&old["enum"]) {
            if new["enum"].is_array() && !list(&new["enum"]).contains(word) {
                self.broken(at, format!("{word} is not understood any more"));
            }
        }
    }
}

/// The schema behind a reference, and its name.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> (&'a Value, Option<&'a str>) {
    match schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        Some(name) => (&document["components"]["schemas"][name], Some(name)),
        None => (schema, None),
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "paths": { "/v1/things": { "post": {
                "operationId": "create_thing",
                "security": [{ "bearer": [] }],
                "parameters": [{ "in": "query", "name": "limit", "schema": { "type": "integer", "maximum": 100 } }],
                "requestBody": { "required": true, "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/ThingIn" } } } },
                "responses": {
                    "201": { "headers": { "ETag": {} }, "content": { "application/json": {
                        "schema": { "$ref": "#/components/schemas/ThingOut" } } } },
                    "409": { "content": {} },
                },
            } } },
            "components": { "schemas": {
                "ThingIn": {
                    "type": "object", "required": ["kind"],
                    "properties": {
                        "kind": { "type": "string", "enum": ["a", "b"] },
                        "text": { "type": "string", "maxLength": 20 },
                    },
                },
                "ThingOut": {
                    "type": "object", "required": ["id", "parts"],
                    "properties": {
                        "id": { "type": "string", "format": "uuid" },
                        "kind": { "type": "string", "enum": ["a", "b"] },
                        "parts": { "type": "array", "items": { "$ref": "#/components/schemas/ThingOut" } },
                    },
                },
            } },
        })
    }

    /// The document with one place changed; null takes it away.
    fn with(pointer: &str, value: Value) -> Value {
        let mut document = document();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let name = name.replace("~1", "/");
        let parent = document.pointer_mut(parent).expect("a place");
        match (parent, value) {
            (Value::Object(map), Value::Null) => drop(map.remove(&name)),
            (parent, value) => parent[name] = value,
        }
        document
    }

    const POST: &str = "/paths/~1v1~1things/post";
    const IN: &str = "/components/schemas/ThingIn";
    const OUT: &str = "/components/schemas/ThingOut";

    #[test]
    fn what_an_app_must_bear_is_no_break() {
        let at = |place: &str, rest: &str| format!("{place}{rest}");
        for new in [
            document(),
            with("/paths/~1v1~1others", json!({ "get": { "operationId": "list_others" } })),
            with(&at(OUT, "/properties/more"), json!({ "type": "string" })),
            with(&at(OUT, "/properties/kind/enum"), json!(["a", "b", "c"])),
            with(&at(IN, "/properties/more"), json!({ "type": "string" })),
            with(&at(IN, "/properties/kind/enum"), json!(["a", "b", "c"])),
            with(&at(IN, "/properties/text/maxLength"), json!(40)),
            with(&at(IN, "/required"), json!([])),
            with(&at(OUT, "/required"), json!(["id", "parts", "kind"])),
            with(&at(POST, "/responses/409"), Value::Null),
            with(&at(POST, "/responses/410"), json!({})),
            with(
                &at(POST, "/parameters"),
                json!([document().pointer(&at(POST, "/parameters/0")), { "in": "query", "name": "day" }]),
            ),
        ] {
            assert_eq!(breaks(&document(), &new), Vec::<String>::new());
        }
    }

    #[test]
    fn what_stops_an_app_is_a_break_at_its_place() {
        let at = |place: &str, rest: &str| format!("{place}{rest}");
        for (new, said) in [
            (with("/paths/~1v1~1things", Value::Null), "POST /v1/things: is gone"),
            (
                with(&at(POST, "/operationId"), json!("add_thing")),
                "POST /v1/things: is called \"add_thing\" in place of \"create_thing\"",
            ),
            (with(&at(POST, "/parameters"), json!([])), "POST /v1/things \"limit\": is no longer understood"),
            (with(&at(POST, "/parameters/0/required"), json!(true)), "POST /v1/things \"limit\": must be given"),
            (
                with(&at(POST, "/parameters/0/schema/maximum"), json!(50)),
                "POST /v1/things \"limit\": maximum was 100 and is 50",
            ),
            (with(&at(POST, "/responses/201"), Value::Null), "POST /v1/things 201: does not come any more"),
            (with(&at(POST, "/responses/201/headers"), json!({})), "POST /v1/things 201 ETag: is gone"),
            (with(&at(IN, "/required"), json!(["kind", "text"])), "POST /v1/things.text: must be given"),
            (with(&at(IN, "/properties/text"), Value::Null), "POST /v1/things.text: is gone"),
            (
                with(&at(IN, "/properties/text/maxLength"), json!(10)),
                "POST /v1/things.text: maxLength was 20 and is 10",
            ),
            (
                with(&at(IN, "/properties/text/minLength"), json!(1)),
                "POST /v1/things.text: minLength was null and is 1",
            ),
            (
                with(&at(IN, "/properties/text/pattern"), json!("^a")),
                "POST /v1/things.text: pattern was null and is \"^a\"",
            ),
            (
                with(&at(IN, "/properties/kind/enum"), json!(["a"])),
                "POST /v1/things.kind: \"b\" is not understood any more",
            ),
            (with(&at(OUT, "/properties/id"), Value::Null), "POST /v1/things 201.id: is gone"),
            (
                with(&at(OUT, "/properties/id/format"), Value::Null),
                "POST /v1/things 201.id: format was \"uuid\" and is null",
            ),
            (with(&at(OUT, "/properties/id/nullable"), json!(true)), "POST /v1/things 201.id: can be null"),
            (with(&at(OUT, "/required"), json!(["id"])), "POST /v1/things 201.parts: can be missing"),
            (
                with(&at(OUT, "/properties/parts/items"), json!({ "type": "string" })),
                "POST /v1/things 201.parts[]: type was \"object\" and is \"string\"",
            ),
        ] {
            assert_eq!(breaks(&document(), &new), [said]);
        }
        let open = with(&at(POST, "/security"), json!([]));
        assert_eq!(breaks(&open, &document()), ["POST /v1/things: wants somebody signed in"]);
    }

    #[test]
    fn a_version_says_whether_it_may_break() {
        for (old, new, may) in [
            ("0.1.0", "0.1.1", false),
            ("0.1.0", "0.2.0", true),
            ("0.9.0", "1.0.0", true),
            ("v1.2.0", "1.3.0", false),
            ("1.2.0", "2.0.0", true),
            ("1.2.0", "1.2.0", false),
            ("2.0.0", "1.9.0", false),
        ] {
            assert_eq!(may_break(old, new), may, "{old} to {new}");
        }
    }
}
