//! FHIR's own data types, made of what people wrote and when.

use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

/// A `string` or `markdown`: not empty, and without control characters other than tab and line ends.
pub fn text(written: &str) -> Option<String> {
    let allowed = |c: char| if c.is_control() && !matches!(c, '\t' | '\n' | '\r') { '\u{fffd}' } else { c };
    (!written.trim().is_empty()).then(|| written.chars().map(allowed).collect())
}

/// The same, with a stand-in where FHIR asks for a text and none was written.
pub fn some_text(written: &str) -> String {
    text(written).unwrap_or_else(|| "–".to_owned())
}

pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A `date`, of the years that FHIR knows.
pub fn date(on: NaiveDate) -> Option<String> {
    (1..=9999).contains(&on.year()).then(|| on.format("%Y-%m-%d").to_string())
}

pub fn urn(id: &str) -> String {
    format!("urn:uuid:{id}")
}

pub fn reference(id: Uuid) -> Value {
    json!({ "reference": urn(&id.to_string()) })
}

/// A CodeableConcept in words alone: the closed words are this system's, and FHIR has no code for them.
pub fn concept(words: &str) -> Value {
    json!({ "text": some_text(words) })
}

pub fn coded(system: &str, code: &str, words: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code }], "text": some_text(words) })
}

/// Annotations of those texts that say something.
pub fn notes<'a>(written: impl IntoIterator<Item = Option<&'a str>>) -> Vec<Value> {
    written.into_iter().flatten().filter_map(text).map(|text| json!({ "text": text })).collect()
}

/// A resource without what it does not have: FHIR knows no null, no empty list and no empty object.
pub fn resource(mut whole: Value) -> Value {
    prune(&mut whole);
    whole
}

fn prune(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(prune);
            map.retain(|_, value| !empty(value));
        }
        Value::Array(list) => {
            list.iter_mut().for_each(prune);
            list.retain(|value| !empty(value));
        }
        _ => {}
    }
}

fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_that_fhir_takes() {
        assert_eq!(text(" \n\t"), None);
        assert_eq!(text("").or(text("\u{a0}")), None);
        assert_eq!(text("a\u{1}b\nc\u{85}").as_deref(), Some("a\u{fffd}b\nc\u{fffd}"));
        assert_eq!(some_text(" "), "–");
    }

    #[test]
    fn a_date_is_of_a_year_with_four_digits() {
        let of = |year| NaiveDate::from_ymd_opt(year, 2, 3).and_then(date);
        assert_eq!(of(7).as_deref(), Some("0007-02-03"));
        assert_eq!((of(0), of(-4), of(10_000)), (None, None, None));
    }

    #[test]
    fn what_is_not_there_is_left_out() {
        let whole = resource(json!({ "a": null, "b": [{ "c": null }, 1], "d": { "e": [] }, "f": false, "g": "" }));
        assert_eq!(whole, json!({ "b": [1], "f": false, "g": "" }));
    }
}
