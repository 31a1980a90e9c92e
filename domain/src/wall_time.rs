//! Times on the wall clock as they are written: `HH:MM`, in documents as on the wire.

use chrono::NaiveTime;
use serde::{Deserialize, Deserializer, Serializer, de};

/// Reads `HH:MM` and nothing else.
pub fn parse(text: &str) -> Option<NaiveTime> {
    let shaped = |(index, byte): (usize, u8)| if index == 2 { byte == b':' } else { byte.is_ascii_digit() };
    let shaped = text.len() == 5 && text.bytes().enumerate().all(shaped);
    shaped.then(|| NaiveTime::parse_from_str(text, "%H:%M").ok()).flatten()
}

/// For `#[serde(with = "crate::wall_time")]`.
pub fn serialize<S: Serializer>(time: &NaiveTime, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&time.format("%H:%M"))
}

/// For `#[serde(with = "crate::wall_time")]`.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(from)?;
    parse(&text).ok_or_else(|| de::Error::custom("a time is written HH:MM"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_way_to_write_a_time() {
        assert_eq!(parse("09:05"), NaiveTime::from_hms_opt(9, 5, 0));
        for wrong in ["9:05", "24:00", "09:60", "09:05:00", "+9:05", " 9:05", "09-05", ""] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
