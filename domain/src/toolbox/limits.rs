//! How long the texts of an item may be, and how large its numbers.

use super::content::{Content, is_web_link};
use super::{ItemKind, LifeArea, StepWho};
use crate::wording::{FieldFault, Unit};
use chrono::{DateTime, Datelike, Utc};
use serde_json::Value;
use std::ops::RangeInclusive;

/// What bounds one field of an item's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Unicode scalar values; where at least one is asked for, white space alone is none.
    Characters(RangeInclusive<usize>),
    Number(RangeInclusive<u32>),
    /// Elements of a list.
    Items(RangeInclusive<usize>),
}

/// Most people a snapshot of the network holds.
pub const MOST_PEOPLE: usize = 1_000;
/// Most ties a snapshot of the network holds.
pub const MOST_TIES: usize = 5_000;

const NAME: Limit = Limit::Characters(1..=200);
const WORDS: Limit = Limit::Characters(1..=20_000);
/// Characters of a remark beside what she writes.
pub const MAX_REMARK: usize = 2_000;
const SHORT: Limit = Limit::Characters(1..=MAX_REMARK);
const REMARK: Limit = Limit::Characters(0..=MAX_REMARK);
const MINUTES: Limit = Limit::Number(1..=24 * 60);

/// Kind, field (a JSON Pointer below the kind's own object, without its first slash), limit.
pub const LIMITS: &[(ItemKind, &str, Limit)] = &[
    (ItemKind::LifeDomain, "name", Limit::Characters(0..=200)),
    (ItemKind::StatusEntry, "words", WORDS),
    (ItemKind::StatusEntry, "helps", REMARK),
    (ItemKind::StatusEntry, "hinders", REMARK),
    (ItemKind::StatusEntry, "wish", REMARK),
    (ItemKind::Goal, "words", WORDS),
    (ItemKind::Goal, "why", REMARK),
    (ItemKind::Step, "words", SHORT),
    (ItemKind::Step, "who_name", Limit::Characters(0..=200)),
    (ItemKind::Step, "when", REMARK),
    (ItemKind::Step, "obstacle", REMARK),
    (ItemKind::Step, "helps", REMARK),
    (ItemKind::NetworkPerson, "alias", NAME),
    (ItemKind::NetworkPerson, "support", REMARK),
    (ItemKind::NetworkPerson, "strain", REMARK),
    (ItemKind::NetworkTie, "words", REMARK),
    (ItemKind::NetworkSnapshot, "note", REMARK),
    (ItemKind::NetworkSnapshot, "people", Limit::Items(0..=MOST_PEOPLE)),
    (ItemKind::NetworkSnapshot, "ties", Limit::Items(0..=MOST_TIES)),
    (ItemKind::Medicine, "name", NAME),
    (ItemKind::Medicine, "reason", REMARK),
    (ItemKind::Medicine, "how", REMARK),
    (ItemKind::Medicine, "helps", REMARK),
    (ItemKind::Medicine, "bothers", REMARK),
    (ItemKind::Medicine, "question/words", SHORT),
    (ItemKind::Medicine, "question/answer", REMARK),
    (ItemKind::Strength, "words", WORDS),
    (ItemKind::Strength, "when", REMARK),
    (ItemKind::Value, "words", WORDS),
    (ItemKind::Exercise, "title", NAME),
    (ItemKind::Exercise, "words", Limit::Characters(0..=20_000)),
    (ItemKind::Exercise, "media_link", SHORT),
    (ItemKind::Exercise, "minutes", MINUTES),
    (ItemKind::Exercise, "source", REMARK),
    (ItemKind::ExerciseRun, "minutes", MINUTES),
    (ItemKind::ExerciseRun, "words", REMARK),
    (ItemKind::DiaryEntry, "title", Limit::Characters(0..=200)),
    (ItemKind::DiaryEntry, "words", WORDS),
    (ItemKind::Registration, "name", NAME),
    (ItemKind::Registration, "words", REMARK),
    (ItemKind::RegistrationEntry, "words", REMARK),
];

impl Limit {
    fn fault(&self, value: &Value) -> Option<FieldFault> {
        match (self, value) {
            (Self::Characters(_), Value::String(text)) if text.contains('\0') => Some(FieldFault::Format),
            (Self::Characters(range), Value::String(text)) => {
                let blank = *range.start() > 0 && text.trim().is_empty();
                let length = if blank { 0 } else { text.chars().count() };
                length_fault(range, length, Unit::Characters)
            }
            (Self::Items(range), Value::Array(list)) => length_fault(range, list.len(), Unit::Items),
            (Self::Number(range), Value::Number(number)) => {
                let within = number.as_u64().is_some_and(|it| u32::try_from(it).is_ok_and(|it| range.contains(&it)));
                let (min, max) = (range.start().to_string(), range.end().to_string());
                (!within).then_some(FieldFault::OutsideBounds { min, max })
            }
            _ => None,
        }
    }
}

fn length_fault(range: &RangeInclusive<usize>, length: usize, unit: Unit) -> Option<FieldFault> {
    let told = |bound: usize| u32::try_from(bound).unwrap_or(u32::MAX);
    if length < *range.start() {
        Some(FieldFault::TooShort { min: told(*range.start()), unit })
    } else if length > *range.end() {
        Some(FieldFault::TooLong { max: told(*range.end()), unit })
    } else {
        None
    }
}

impl Content {
    /// Everything that is wrong with it: JSON Pointer below the content, and what.
    pub fn faults(&self) -> Vec<(String, FieldFault)> {
        let kind = self.kind();
        // Content is plain data: it always has a JSON form.
        let json = serde_json::to_value(self).unwrap_or_default();
        let mut faults: Vec<(String, FieldFault)> = LIMITS
            .iter()
            .filter(|(of, ..)| *of == kind)
            .filter_map(|(_, field, limit)| {
                let at = format!("/{kind}/{field}");
                let fault = limit.fault(json.pointer(&at)?)?;
                Some((at, fault))
            })
            .collect();
        faults.extend(self.contradiction().map(|(field, fault)| (format!("/{kind}/{field}"), fault)));
        faults
    }

    /// What no single field can tell.
    fn contradiction(&self) -> Option<(&'static str, FieldFault)> {
        match self {
            Self::LifeDomain(it)
                if it.area == LifeArea::Own && it.name.as_ref().is_none_or(|name| name.trim().is_empty()) =>
            {
                Some(("name", FieldFault::Required))
            }
            Self::Step(it) if it.who != StepWho::Other && it.who_name.is_some() => {
                Some(("who_name", FieldFault::UnknownField))
            }
            Self::NetworkTie(it) if it.person_a == it.person_b => Some(("person_b", FieldFault::Duplicate)),
            Self::Medicine(it) => {
                it.from.zip(it.to).filter(|(from, to)| to < from).map(|(from, _)| {
                    ("to", FieldFault::OutsideBounds { min: from.to_string(), max: "9999-12-31".into() })
                })
            }
            Self::Exercise(it) if it.media_link.as_deref().is_some_and(|link| !is_web_link(link)) => {
                Some(("media_link", FieldFault::Format))
            }
            Self::ExerciseRun(it) if !is_told(it.at) => Some(("at", FieldFault::BeyondBounds)),
            Self::RegistrationEntry(it) if !is_told(it.at) => Some(("at", FieldFault::BeyondBounds)),
            Self::ExerciseRun(_) | Self::Favourite(_) => match self.exercises() {
                (Some(_), Some(_)) => Some(("library_entry_id", FieldFault::UnknownField)),
                (None, None) => Some(("exercise_id", FieldFault::Required)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A time somebody may have lived in.
fn is_told(at: DateTime<Utc>) -> bool {
    (1900..=9999).contains(&at.year())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(content: Value) -> Vec<(String, FieldFault)> {
        serde_json::from_value::<Content>(content).expect("content").faults()
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let told = faults(json!({ "goal": { "words": " \n", "why": "x".repeat(2_001), "state": "idea" } }));
        assert_eq!(
            told,
            [
                ("/goal/words".to_owned(), FieldFault::TooShort { min: 1, unit: Unit::Characters }),
                ("/goal/why".to_owned(), FieldFault::TooLong { max: 2_000, unit: Unit::Characters }),
            ]
        );
        assert_eq!(faults(json!({ "goal": { "words": "æ".repeat(20_000), "state": "idea" } })), []);
        assert_eq!(faults(json!({ "value": { "words": "a\0" } })), [("/value/words".to_owned(), FieldFault::Format)]);
        let asked = json!({ "medicine": { "name": "x", "question": { "words": "", "state": "open" } } });
        assert_eq!(faults(asked)[0].0, "/medicine/question/words");
        let long = json!({ "exercise": { "title": "x", "kind": "sleep", "minutes": 1_441 } });
        assert_eq!(faults(long)[0].0, "/exercise/minutes");
    }
}
