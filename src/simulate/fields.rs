//! Reading one JSON object field by field, so that every fault can say where it is and what would
//! have been right. Derived deserialisation stops at the first fault and often cannot name the field.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
use domain::crisis_plan::ReviewTrigger;
use domain::toolbox::{GoalState, ItemKind};
use domain::weekdays::Weekdays;
use domain::words::{Channel, CheckInAnswer, GrantLevel, Job, Level, MessageKind, Outcome, PromptAnswer};
use serde_json::{Map, Value};
use std::fmt;

/// What is wrong with one line of a scenario, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// Counted from 1.
    pub line: usize,
    /// The field at fault; none when the line as a whole is.
    pub field: Option<String>,
    /// A sentence without a full stop, such as `is 9, but must be 7, 14 or 28`.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "line {}: `{field}` {}", self.line, self.problem),
            None => write!(f, "line {}: {}", self.line, self.problem),
        }
    }
}

/// A name given to a person, message or series. Free text: what a scenario calls a thing is what the
/// output calls it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(pub String);

impl Label {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Label {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Label {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A word from a vocabulary that its reader knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(pub String);

/// A wall-clock time of day, written `HH:MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallTime(pub NaiveTime);

/// How often a check-in recurs: 7, 14 or 28 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EveryDays(pub u32);

/// Working days within which a reply is promised: 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyWindow(pub u32);

/// Characters of a message body: 1 to 20,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chars(pub u32);

/// A small count that starts at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub u32);

/// Named values whose meaning belongs to the reader, such as the changes of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named(pub Map<String, Value>);

domain::words! {
    /// Which side of the relationship did it.
    Side { Owner = "owner", Provider = "provider" }
    /// What the owner made of a proposal.
    ProposalAnswer { Accepted = "accepted", Edited = "edited", Declined = "declined" }
}

/// A value one field can hold.
pub trait Field: Sized {
    /// Completes the sentence "must be …".
    const RIGHT: &'static str;
    /// What an absent field means; `None` where it has to be there.
    const ABSENT: Option<fn() -> Self> = None;
    fn read(value: &Value) -> Option<Self>;
    /// `None` leaves the field out.
    fn write(&self) -> Option<Value>;
}

impl<T: Field> Field for Option<T> {
    const RIGHT: &'static str = T::RIGHT;
    const ABSENT: Option<fn() -> Self> = Some(|| None);
    fn read(value: &Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::read(value).map(Some) }
    }
    fn write(&self) -> Option<Value> {
        self.as_ref().and_then(T::write)
    }
}

impl<T: Field> Field for Vec<T> {
    const RIGHT: &'static str = "a list";
    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::read).collect()
    }
    fn write(&self) -> Option<Value> {
        Some(self.iter().filter_map(T::write).collect())
    }
}

impl Field for bool {
    const RIGHT: &'static str = "true or false";
    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }
    fn write(&self) -> Option<Value> {
        Some((*self).into())
    }
}

impl Field for u32 {
    const RIGHT: &'static str = "a whole number, 0 or more";
    fn read(value: &Value) -> Option<Self> {
        value.as_u64().and_then(|number| number.try_into().ok())
    }
    fn write(&self) -> Option<Value> {
        Some((*self).into())
    }
}

impl Field for u64 {
    const RIGHT: &'static str = "a whole number, 0 or more";
    fn read(value: &Value) -> Option<Self> {
        value.as_u64()
    }
    fn write(&self) -> Option<Value> {
        Some((*self).into())
    }
}

macro_rules! bounded {
    ($($name:ident: $right:literal, $holds:expr;)*) => {$(
        impl Field for $name {
            const RIGHT: &'static str = $right;
            fn read(value: &Value) -> Option<Self> {
                let holds: fn(u32) -> bool = $holds;
                u32::read(value).filter(|number| holds(*number)).map(Self)
            }
            fn write(&self) -> Option<Value> {
                Some(self.0.into())
            }
        }
    )*};
}

bounded! {
    EveryDays: "7, 14 or 28", |n| matches!(n, 7 | 14 | 28);
    ReplyWindow: "1, 2, 3, 4 or 5", |n| (1..=5).contains(&n);
    Chars: "a whole number from 1 to 20000", |n| (1..=20_000).contains(&n);
    Count: "a whole number, 1 or more", |n| n >= 1;
}

impl Field for Label {
    const RIGHT: &'static str = "a text of 1 to 200 characters without line breaks";
    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        fits.then(|| Self(text.to_owned()))
    }
    fn write(&self) -> Option<Value> {
        Some(self.0.clone().into())
    }
}

impl Field for Word {
    const RIGHT: &'static str = "a word of 1 to 60 letters, digits and underscores";
    fn read(value: &Value) -> Option<Self> {
        let word = value.as_str()?;
        let fits =
            (1..=60).contains(&word.len()) && word.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        fits.then(|| Self(word.to_owned()))
    }
    fn write(&self) -> Option<Value> {
        Some(self.0.clone().into())
    }
}

impl Field for NaiveDate {
    const RIGHT: &'static str = "a date from 2000 to 2199, such as \"2026-10-01\"";
    fn read(value: &Value) -> Option<Self> {
        let date = NaiveDate::parse_from_str(value.as_str()?, "%Y-%m-%d").ok()?;
        (2000..2200).contains(&date.year()).then_some(date)
    }
    fn write(&self) -> Option<Value> {
        Some(self.format("%Y-%m-%d").to_string().into())
    }
}

impl Field for DateTime<FixedOffset> {
    const RIGHT: &'static str = "a time with its offset, such as \"2026-10-01T09:00:00+02:00\"";
    fn read(value: &Value) -> Option<Self> {
        let at = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
        (2000..2200).contains(&at.year()).then_some(at)
    }
    fn write(&self) -> Option<Value> {
        Some(self.to_rfc3339().into())
    }
}

impl Field for WallTime {
    const RIGHT: &'static str = "a time of day, such as \"09:00\"";
    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        let time = NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"));
        time.ok().map(Self)
    }
    fn write(&self) -> Option<Value> {
        Some(self.0.format("%H:%M").to_string().into())
    }
}

impl Field for Tz {
    const RIGHT: &'static str = "an IANA time zone, such as \"Europe/Oslo\"";
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
    fn write(&self) -> Option<Value> {
        Some(self.name().into())
    }
}

impl Field for Weekdays {
    const RIGHT: &'static str = "a list of at least one weekday, such as [\"mon\",\"tue\",\"thu\"]";
    fn read(value: &Value) -> Option<Self> {
        let days: Self = value.as_array()?.iter().map(weekday).collect::<Option<_>>()?;
        (!days.is_empty()).then_some(days)
    }
    fn write(&self) -> Option<Value> {
        Some(Vec::<&str>::from(*self).into())
    }
}

/// By English name, short or long, or by ISO number (1 is Monday).
fn weekday(value: &Value) -> Option<Weekday> {
    match value {
        Value::String(name) => name.parse().ok(),
        Value::Number(number) => {
            let from_monday = u8::try_from(number.as_u64()?).ok()?.checked_sub(1)?;
            Weekday::try_from(from_monday).ok()
        }
        _ => None,
    }
}

impl Field for Named {
    const RIGHT: &'static str = "an object of named values";
    fn read(value: &Value) -> Option<Self> {
        value.as_object().cloned().map(Self)
    }
    fn write(&self) -> Option<Value> {
        Some(Value::Object(self.0.clone()))
    }
}

macro_rules! word_fields {
    ($($name:ident: $right:literal;)*) => {$(
        impl Field for $name {
            const RIGHT: &'static str = $right;
            fn read(value: &Value) -> Option<Self> {
                value.as_str()?.parse().ok()
            }
            fn write(&self) -> Option<Value> {
                Some(self.as_str().into())
            }
        }
    )*};
}

word_fields! {
    Channel: "in_app, push or email";
    CheckInAnswer: "ok, both, heavy, want_to_talk or not_now";
    GoalState: "idea, active, resting, reached or let_go";
    GrantLevel: "see, comment or propose";
    Job: "check_in, response_reminder, overdue_notice, digest, plan_review, agreement_round or message_notice";
    Level: "primary or specialist";
    MessageKind: "info, reply_wanted, next_consultation or vault";
    PromptAnswer: "look_now, together, wait or fine_as_is";
    ProposalAnswer: "accepted, edited or declined";
    ReviewTrigger: "plan_used, discharge, contact_changed, medicine_changed or helper_changed";
    Side: "owner or provider";
}

impl Field for Outcome {
    const RIGHT: &'static str = "sent, folded, held, skipped, cancelled or failed";
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok().filter(|outcome| *outcome != Outcome::Planned)
    }
    fn write(&self) -> Option<Value> {
        Some(self.as_str().into())
    }
}

/// Kinds that say something by themselves; the others are made of what is there.
impl Field for ItemKind {
    const RIGHT: &'static str = "life_domain, status_entry, goal, step, network_person, medicine, strength, value, \
                                 exercise, exercise_run, diary_entry or registration";
    fn read(value: &Value) -> Option<Self> {
        let made_of_others = [Self::NetworkTie, Self::NetworkSnapshot, Self::Favourite, Self::RegistrationEntry];
        value.as_str()?.parse().ok().filter(|kind| !made_of_others.contains(kind))
    }
    fn write(&self) -> Option<Value> {
        Some(self.as_str().into())
    }
}

/// The fields of one object, taken out one by one; what is left was not known.
pub struct Fields<'f> {
    line: usize,
    fields: Map<String, Value>,
    faults: &'f mut Vec<Fault>,
}

impl<'f> Fields<'f> {
    pub fn new(line: usize, fields: Map<String, Value>, faults: &'f mut Vec<Fault>) -> Self {
        Self { line, fields, faults }
    }

    /// The value of `name`. A fault is noted when it is missing or wrong.
    pub fn take<T: Field>(&mut self, name: &str) -> Option<T> {
        match self.fields.remove(name) {
            Some(value) => {
                let read = T::read(&value);
                if read.is_none() {
                    self.fault(Some(name), format!("is {}, but must be {}", excerpt(&value), T::RIGHT));
                }
                read
            }
            None => match T::ABSENT {
                Some(absent) => Some(absent()),
                None => {
                    self.fault(Some(name), format!("is missing; it must be {}", T::RIGHT));
                    None
                }
            },
        }
    }

    pub fn fault(&mut self, field: Option<&str>, problem: String) {
        self.faults.push(Fault { line: self.line, field: field.map(str::to_owned), problem });
    }

    pub fn rest(self) -> Map<String, Value> {
        self.fields
    }
}

/// The beginning of a value, short enough for a one-line message.
fn excerpt(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
