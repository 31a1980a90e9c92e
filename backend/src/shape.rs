//! A body held against its schema in the document, before a handler sees it.
//!
//! poem-openapi takes `true` for a text and says nothing about where a body is wrong; JSON parsers let the last of two
//! equal keys win, which lets two readers of one body read two things. Here each fault has its place.

use crate::api::document;
use crate::texts::Fault;
use chrono::{DateTime, NaiveDate};
use domain::wording::{FieldFault, Unit};
use mobile_contract::problem::ProblemCode;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::fmt;

/// What is wrong with a body: a code, and where.
#[derive(Debug)]
pub struct Misshapen {
    pub code: ProblemCode,
    /// JSON Pointer and fault, in the order of the schema.
    pub faults: Vec<(String, Fault)>,
}

/// Holds a body against `schema`.
///
/// # Errors
/// 400 where it is not JSON or not of this shape, 422 where a value is out of its bounds.
pub fn check(schema: &Value, body: &[u8]) -> Result<(), Misshapen> {
    let mut found = Found::default();
    match read(body, &mut found) {
        // Left to poem-openapi: a body that is not there at all may stand for null.
        None if body.is_empty() => return Ok(()),
        None => return Err(Misshapen { code: ProblemCode::Malformed, faults: found.wrong }),
        Some(value) => found.hold(schema, &value, &mut String::new()),
    }
    match (found.wrong.is_empty(), found.beyond.is_empty()) {
        (true, true) => Ok(()),
        (true, false) => Err(Misshapen { code: ProblemCode::Invalid, faults: found.beyond }),
        (false, _) => Err(Misshapen { code: ProblemCode::Malformed, faults: found.wrong }),
    }
}

/// Faults told of one body at most.
const MOST_FAULTS: usize = 20;

#[derive(Debug, Default)]
struct Found {
    /// Not of this shape.
    wrong: Vec<(String, Fault)>,
    /// Of this shape, but out of bounds.
    beyond: Vec<(String, Fault)>,
}

impl Found {
    fn wrong(&mut self, at: &str, fault: FieldFault) {
        if self.wrong.len() < MOST_FAULTS {
            self.wrong.push((at.to_owned(), fault.into()));
        }
    }

    fn beyond(&mut self, at: &str, fault: FieldFault) {
        if self.beyond.len() < MOST_FAULTS {
            self.beyond.push((at.to_owned(), fault.into()));
        }
    }

    fn hold(&mut self, schema: &Value, value: &Value, at: &mut String) {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = reference.strip_prefix('#').and_then(|pointer| document::shapes().pointer(pointer));
            return target.into_iter().for_each(|target| self.hold(target, value, at));
        }
        if value.is_null() && schema["nullable"] == true {
            return;
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.hold(part, value, at);
        }
        match (schema["type"].as_str(), value) {
            (Some("object"), Value::Object(map)) => self.hold_object(schema, map, at),
            (Some("array"), Value::Array(list)) => self.hold_list(schema, list, at),
            (Some("string"), Value::String(text)) => self.hold_text(schema, text, at),
            (Some("integer"), Value::Number(number)) if number.is_i64() || number.is_u64() => {
                self.hold_number(schema, number, at);
            }
            (Some("number"), Value::Number(_)) | (Some("boolean"), Value::Bool(_)) | (None, _) => {}
            _ => self.wrong(at, FieldFault::Format),
        }
    }

    fn hold_object(&mut self, schema: &Value, map: &Map<String, Value>, at: &mut String) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !map.contains_key(name) {
                self.wrong(&format!("{at}/{}", escaped(name)), FieldFault::Required);
            }
        }
        let further = schema.get("additionalProperties").filter(|it| it.is_object());
        for (name, value) in map {
            if let Some(schema) = schema["properties"].get(name).or(further) {
                if name.contains('\0') {
                    self.beyond(at, FieldFault::Format);
                }
                self.below(at, name, |found, at| found.hold(schema, value, at));
            }
        }
    }

    fn hold_list(&mut self, schema: &Value, list: &[Value], at: &mut String) {
        self.hold_length(schema, list.len(), Unit::Items, ["minItems", "maxItems"], at);
        for (index, value) in list.iter().enumerate() {
            self.below(at, &index.to_string(), |found, at| found.hold(&schema["items"], value, at));
        }
    }

    fn hold_text(&mut self, schema: &Value, text: &str, at: &str) {
        if text.contains('\0') {
            // No database column holds it.
            self.beyond(at, FieldFault::Format);
        }
        if schema["enum"].as_array().is_some_and(|words| !words.iter().any(|word| word == text)) {
            self.wrong(at, FieldFault::NotInList);
        }
        match schema["format"].as_str() {
            Some("uuid") if uuid::Uuid::try_parse(text).is_err() => self.wrong(at, FieldFault::Format),
            Some("date") if text.len() != 10 || text.parse::<NaiveDate>().is_err() => {
                self.wrong(at, FieldFault::NotADate);
            }
            Some("date-time") if DateTime::parse_from_rfc3339(text).is_err() => self.wrong(at, FieldFault::NotADate),
            _ => {}
        }
        self.hold_length(schema, text.chars().count(), Unit::Characters, ["minLength", "maxLength"], at);
    }

    fn hold_length(&mut self, schema: &Value, length: usize, unit: Unit, [min, max]: [&str; 2], at: &str) {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        let bound = |key: &str| schema[key].as_u64().and_then(|bound| u32::try_from(bound).ok());
        if let Some(min) = bound(min).filter(|min| length < *min) {
            self.beyond(at, FieldFault::TooShort { min, unit });
        }
        if let Some(max) = bound(max).filter(|max| length > *max) {
            self.beyond(at, FieldFault::TooLong { max, unit });
        }
    }

    fn hold_number(&mut self, schema: &Value, number: &serde_json::Number, at: &str) {
        let bound = |key: &str| schema[key].as_f64();
        let format = match schema["format"].as_str() {
            Some("int32") => (f64::from(i32::MIN), f64::from(i32::MAX)),
            _ => (i64::MIN as f64, i64::MAX as f64),
        };
        let (min, max) = (bound("minimum").unwrap_or(format.0), bound("maximum").unwrap_or(format.1));
        if number.as_f64().is_some_and(|number| number < min || number > max) {
            self.beyond(at, FieldFault::OutsideBounds { min: min.to_string(), max: max.to_string() });
        }
    }

    fn below(&mut self, at: &mut String, name: &str, hold: impl FnOnce(&mut Self, &mut String)) {
        let end = at.len();
        at.push('/');
        at.push_str(&escaped(name));
        hold(self, at);
        at.truncate(end);
    }
}

/// A part of a JSON Pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The value, or nothing where it is no JSON; a key that is there twice is noted, and is no JSON either.
fn read(body: &[u8], found: &mut Found) -> Option<Value> {
    let seen = RefCell::new(found);
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = Once { at: String::new(), found: &seen }.deserialize(&mut json).ok()?;
    json.end().ok()?;
    Some(value)
}

/// Reads a value whose objects have each key once.
struct Once<'a, 'f> {
    at: String,
    found: &'a RefCell<&'f mut Found>,
}

impl Once<'_, '_> {
    fn below(&self, name: &str) -> Self {
        Self { at: format!("{}/{}", self.at, escaped(name)), found: self.found }
    }
}

impl<'de> DeserializeSeed<'de> for Once<'_, '_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(value) = list.next_element_seed(self.below(&all.len().to_string()))? {
            all.push(value);
        }
        Ok(all.into())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let below = self.below(&key);
            if all.contains_key(&key) {
                self.found.borrow_mut().wrong(&below.at, FieldFault::Duplicate);
            }
            let value = map.next_value_seed(below)?;
            all.insert(key, value);
        }
        Ok(all.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobile_contract::problem::FieldFault as Code;
    use serde_json::json;

    fn faults(body: &str) -> (ProblemCode, Vec<(String, Code)>) {
        let schema = json!({ "type": "object", "required": ["login", "level"], "properties": {
            "login": { "type": "string", "minLength": 1, "maxLength": 5 },
            "level": { "$ref": "#/components/schemas/Level" },
            "days": { "type": "array", "maxItems": 2, "items": { "type": "integer", "format": "int32", "minimum": 0 } },
            "on": { "type": "string", "format": "date", "nullable": true },
            "a/b": { "type": "object", "additionalProperties": { "type": "boolean" } },
        } });
        match check(&schema, body.as_bytes()) {
            Ok(()) => (ProblemCode::Conflict, Vec::new()),
            Err(it) => (it.code, it.faults.into_iter().map(|(at, fault)| (at, fault.code)).collect()),
        }
    }

    #[test]
    fn a_fault_has_its_place() {
        let fine = r#"{"login": "kari", "level": "primary", "on": null, "further": {}}"#;
        assert_eq!(faults(fine), (ProblemCode::Conflict, Vec::new()));
        for (body, code, expected) in [
            ("{", ProblemCode::Malformed, vec![]),
            ("{} {}", ProblemCode::Malformed, vec![]),
            ("[]", ProblemCode::Malformed, vec![("", Code::Format)]),
            (r#"{"login": true}"#, ProblemCode::Malformed, vec![("/level", Code::Required), ("/login", Code::Format)]),
            (r#"{"login": "", "level": "x"}"#, ProblemCode::Malformed, vec![("/level", Code::NotInList)]),
            (r#"{"login": "ingrid", "level": "primary"}"#, ProblemCode::Invalid, vec![("/login", Code::TooLong)]),
            (r#"{"login": "a\u0000", "level": "primary"}"#, ProblemCode::Invalid, vec![("/login", Code::Format)]),
            (
                r#"{"login": "a", "level": "primary", "days": [1, 2, -3], "on": "2026-02-30"}"#,
                ProblemCode::Malformed,
                vec![("/on", Code::NotADate)],
            ),
            (
                r#"{"login": "a", "level": "primary", "days": [1, 2, -3]}"#,
                ProblemCode::Invalid,
                vec![("/days", Code::TooLong), ("/days/2", Code::OutsideBounds)],
            ),
            (
                r#"{"login": "a", "level": "primary", "a/b": {"~": 1}}"#,
                ProblemCode::Malformed,
                vec![("/a~1b/~0", Code::Format)],
            ),
        ] {
            let expected = expected.into_iter().map(|(at, code)| (at.to_owned(), code)).collect();
            assert_eq!(faults(body), (code, expected), "{body}");
        }
    }

    #[test]
    fn a_key_is_there_once_and_depth_has_an_end() {
        let twice = r#"{"login": "a", "level": "primary", "further": [{"x": 1, "x": 2}]}"#;
        assert_eq!(faults(twice), (ProblemCode::Malformed, vec![("/further/0/x".to_owned(), Code::Duplicate)]));
        let deep = format!(r#"{{"login": "a", "level": "primary", "further": {}}}"#, "[".repeat(100_000));
        assert_eq!(faults(&deep).0, ProblemCode::Malformed);
    }
}
