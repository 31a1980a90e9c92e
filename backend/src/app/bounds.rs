//! Values that a person could get wrong: checked here, and answered with the field and its fault.

use crate::app::{Answer, Refusal};
use chrono::{DateTime, Datelike, NaiveTime, Utc};
use domain::wording::{FieldFault as Words, Unit};
use mobile_contract::problem::FieldFault;

/// Characters of what a person signs in with.
pub const MIN_LOGIN: usize = 3;
pub const MAX_LOGIN: usize = 200;
/// Characters of the name the other side sees.
pub const MAX_NAME: usize = 200;
/// The same in an invitation, which may not fill the screen that shows it.
pub const MAX_INVITED_NAME: usize = 100;
/// What a mail server takes (RFC 5321).
pub const MAX_EMAIL: usize = 254;
/// Characters of a gateway's token.
pub const MAX_PUSH_TOKEN: usize = 4_096;
pub const MAX_APP_VERSION: usize = 64;
/// Characters by which the text of a consent is known.
pub const MAX_TEXT_VERSION: usize = 40;
/// Characters of the reason for a new policy.
pub const MAX_WHY: usize = 1_000;

/// Text of at most `most` Unicode scalar values. NUL is refused: PostgreSQL cannot keep it.
pub fn text(pointer: &str, text: &str, most: usize) -> Answer<()> {
    if text.contains('\0') {
        return Err(Refusal::field(pointer, FieldFault::Format));
    }
    if text.chars().nth(most).is_some() {
        let max = u32::try_from(most).unwrap_or(u32::MAX);
        return Err(Refusal::field(pointer, Words::TooLong { max, unit: Unit::Characters }));
    }
    Ok(())
}

/// One line a person is called or found by: some text, no control characters, without the white
/// space around it.
pub fn line<'a>(pointer: &str, line: &'a str, most: usize) -> Answer<&'a str> {
    let line = line.trim();
    if line.is_empty() {
        return Err(Refusal::field(pointer, Words::TooShort { min: 1, unit: Unit::Characters }));
    }
    if line.chars().any(char::is_control) {
        return Err(Refusal::field(pointer, FieldFault::Format));
    }
    text(pointer, line, most)?;
    Ok(line)
}

/// An instant both databases can keep and give back.
pub fn instant(pointer: &str, at: DateTime<Utc>) -> Answer<DateTime<Utc>> {
    if (1970..=9999).contains(&at.year()) { Ok(at) } else { Err(Refusal::field(pointer, FieldFault::OutsideBounds)) }
}

/// An instant that is still to come.
pub fn to_come(pointer: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Answer<DateTime<Utc>> {
    let at = instant(pointer, at)?;
    if at > now { Ok(at) } else { Err(Refusal::field(pointer, FieldFault::DateInPast)) }
}

/// A time on the wall clock, written `HH:MM`.
pub fn clock_time(pointer: &str, text: &str) -> Answer<NaiveTime> {
    let shaped = text.len() == 5
        && text.bytes().enumerate().all(|(place, byte)| if place == 2 { byte == b':' } else { byte.is_ascii_digit() });
    shaped
        .then(|| NaiveTime::parse_from_str(text, "%H:%M").ok())
        .flatten()
        .ok_or_else(|| Refusal::field(pointer, FieldFault::Format))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_counted_in_characters_a_person_would_count() {
        assert!(text("/t", "æøå", 3).is_ok());
        assert!(text("/t", "æøå!", 3).is_err());
        assert!(text("/t", "a\0", 3).is_err());
    }

    #[test]
    fn wall_clock_times_have_one_written_form() {
        assert_eq!(clock_time("/t", "09:05").ok(), NaiveTime::from_hms_opt(9, 5, 0));
        for wrong in ["9:05", "24:00", "09:60", "09:05:00", "+9:05", " 9:05", "09-05", ""] {
            assert!(clock_time("/t", wrong).is_err(), "{wrong}");
        }
    }
}
