//! A set of weekdays, written as a list of lower-case three-letter names (`["mon", "tue"]`).

use crate::words::UnknownWord;
use chrono::{Datelike, NaiveDate, Weekday, WeekdaySet};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A set of weekdays. Iterates, prints and serialises from Monday to Sunday.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<&'static str>")]
pub struct Weekdays(WeekdaySet);

impl Weekdays {
    pub const NONE: Self = Self(WeekdaySet::EMPTY);
    pub const ALL: Self = Self(WeekdaySet::ALL);
    pub const MONDAY_TO_FRIDAY: Self = Self::of([Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri]);
    pub const TUESDAY_TO_THURSDAY: Self = Self::of([Weekday::Tue, Weekday::Wed, Weekday::Thu]);

    pub const fn of<const N: usize>(days: [Weekday; N]) -> Self {
        Self(WeekdaySet::from_array(days))
    }

    pub const fn contains(self, day: Weekday) -> bool {
        self.0.contains(day)
    }

    /// Whether the date falls on one of these weekdays.
    pub fn includes(self, date: NaiveDate) -> bool {
        self.0.contains(date.weekday())
    }

    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        self.0.iter(Weekday::Mon)
    }

    fn names(self) -> Vec<&'static str> {
        self.iter().map(name).collect()
    }
}

const fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "mon",
        Weekday::Tue => "tue",
        Weekday::Wed => "wed",
        Weekday::Thu => "thu",
        Weekday::Fri => "fri",
        Weekday::Sat => "sat",
        Weekday::Sun => "sun",
    }
}

fn weekday(word: &str) -> Result<Weekday, UnknownWord> {
    Weekdays::ALL
        .iter()
        .find(|day| name(*day) == word)
        .ok_or_else(|| UnknownWord { vocabulary: "Weekday", word: word.to_owned() })
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        Self(days.into_iter().collect())
    }
}

impl TryFrom<Vec<String>> for Weekdays {
    type Error = UnknownWord;
    fn try_from(words: Vec<String>) -> Result<Self, UnknownWord> {
        words.iter().map(|word| weekday(word)).collect()
    }
}

impl From<Weekdays> for Vec<&'static str> {
    fn from(days: Weekdays) -> Self {
        days.names()
    }
}

/// `mon,tue,wed`; the empty set is the empty string.
impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(","))
    }
}

impl fmt::Debug for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Weekdays({self})")
    }
}

impl FromStr for Weekdays {
    type Err = UnknownWord;
    fn from_str(list: &str) -> Result<Self, UnknownWord> {
        list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(weekday).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_written_from_monday_on_and_read_in_any_order() {
        let days: Weekdays = "fri, mon,wed".parse().unwrap();
        assert_eq!(days.to_string(), "mon,wed,fri");
        assert_eq!(serde_json::to_string(&days).unwrap(), r#"["mon","wed","fri"]"#);
        assert_eq!(serde_json::from_str::<Weekdays>(r#"["fri","wed","mon"]"#).unwrap(), days);
        assert_eq!("".parse::<Weekdays>().unwrap(), Weekdays::NONE);
    }

    #[test]
    fn refuse_a_word_that_is_no_weekday() {
        assert_eq!("mon,funday".parse::<Weekdays>().unwrap_err().word, "funday");
        assert!(serde_json::from_str::<Weekdays>(r#"["Monday"]"#).is_err());
    }
}
