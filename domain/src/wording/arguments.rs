//! The kinds of argument a text can take, and how each is said in the reader's language.

use super::text::{ArgumentKind, Value};
use crate::words::{CheckInAnswer, Job, Language, Module};
use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};

/// How an argument is said in a language.
pub(super) trait Argument: Sized {
    const KIND: ArgumentKind;
    fn in_words(&self, language: Language) -> Value;
    /// The `round`th example, below [`SAMPLES`], for the argument called `name`.
    #[cfg(test)]
    fn sample(round: usize, name: &str) -> Self;
}

/// Enough rounds for every example of every kind to have its turn.
#[cfg(test)]
pub(super) const SAMPLES: usize = 7;

/// A day said in full: «torsdag 21. mai», "Thursday 21 May".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day, in the calendar of whoever keeps it.
    pub date: NaiveDate,
    /// The reader's date, when it is known: the year is said only when it is not this one.
    pub today: Option<NaiveDate>,
}

impl Day {
    /// With the year, when the day lies in another one than `today`.
    pub const fn seen_from(date: NaiveDate, today: NaiveDate) -> Self {
        Self { date, today: Some(today) }
    }
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self { date, today: None }
    }
}

/// A day said as its weekday alone when that is within the next six days: «torsdag», "Thursday";
/// otherwise in full, since "Thursday" said on a Thursday could be either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearDay {
    pub date: NaiveDate,
    /// The reader's date when the text is written.
    pub today: NaiveDate,
}

/// A time of day: 24 hours; a whole hour of the morning as the bare hour («8», "8").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay(pub NaiveTime);

impl From<NaiveTime> for TimeOfDay {
    fn from(time: NaiveTime) -> Self {
        Self(time)
    }
}

const WEEKDAYS: [[&str; 7]; 3] = [
    ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"],
    ["måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "søndag"],
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
];
const MONTHS: [[&str; 12]; 2] = [
    [
        "januar",
        "februar",
        "mars",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "desember",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];

fn weekday(date: NaiveDate, language: Language) -> &'static str {
    let words = match language {
        Language::Nb => &WEEKDAYS[0],
        Language::Nn => &WEEKDAYS[1],
        Language::En => &WEEKDAYS[2],
    };
    words[date.weekday().num_days_from_monday() as usize]
}

fn in_full(date: NaiveDate, today: Option<NaiveDate>, language: Language) -> String {
    let (dot, months) = match language {
        Language::Nb | Language::Nn => (".", &MONTHS[0]),
        Language::En => ("", &MONTHS[1]),
    };
    let mut said = format!("{} {}{dot} {}", weekday(date, language), date.day(), months[date.month0() as usize]);
    if today.is_some_and(|today| today.year() != date.year()) {
        said.push_str(&format!(" {}", date.year()));
    }
    said
}

impl Argument for Day {
    const KIND: ArgumentKind = ArgumentKind::Day;
    fn in_words(&self, language: Language) -> Value {
        Value::Words(in_full(self.date, self.today, language))
    }
    #[cfg(test)]
    fn sample(_: usize, _: &str) -> Self {
        NaiveDate::from_ymd_opt(2026, 5, 21).expect("a date").into()
    }
}

impl Argument for NearDay {
    const KIND: ArgumentKind = ArgumentKind::Day;
    fn in_words(&self, language: Language) -> Value {
        let ahead = self.date.signed_duration_since(self.today).num_days();
        Value::Words(match ahead {
            1..=6 => weekday(self.date, language).to_owned(),
            _ => in_full(self.date, Some(self.today), language),
        })
    }
    #[cfg(test)]
    fn sample(_: usize, _: &str) -> Self {
        let day = |day| NaiveDate::from_ymd_opt(2026, 5, day).expect("a date");
        Self { date: day(21), today: day(19) }
    }
}

impl Argument for TimeOfDay {
    const KIND: ArgumentKind = ArgumentKind::Time;
    fn in_words(&self, language: Language) -> Value {
        let (hour, minute) = (self.0.hour(), self.0.minute());
        let separator = if language == Language::En { ':' } else { '.' };
        Value::Words(match (hour, minute) {
            (1..=11, 0) => hour.to_string(),
            (1..=11, _) => format!("{hour}{separator}{minute:02}"),
            _ => format!("{hour:02}{separator}{minute:02}"),
        })
    }
    #[cfg(test)]
    fn sample(_: usize, _: &str) -> Self {
        Self(NaiveTime::from_hms_opt(8, 0, 0).expect("a time"))
    }
}

impl Argument for u32 {
    const KIND: ArgumentKind = ArgumentKind::Number;
    fn in_words(&self, _: Language) -> Value {
        Value::Number(*self)
    }
    #[cfg(test)]
    fn sample(round: usize, _: &str) -> Self {
        [2, 0, 1, 21, 101, 4_000, u32::MAX][round % SAMPLES]
    }
}

/// Names are typed by people: control characters and marks that turn the direction of writing would
/// let a name rewrite the sentence around it, so they stay out.
impl Argument for String {
    const KIND: ArgumentKind = ArgumentKind::Words;
    fn in_words(&self, _: Language) -> Value {
        Value::Words(self.chars().filter(|c| !disturbs(*c)).collect())
    }
    #[cfg(test)]
    fn sample(_: usize, name: &str) -> Self {
        match name {
            "owner" => "Bente",
            "provider" => "Kari",
            "substitute" => "Siri",
            "by" => "Kari",
            "other" => "Anne",
            "min" => "7",
            "max" => "56",
            "what" => "Something",
            "why" => "something",
            other => unreachable!("no example of {other}"),
        }
        .to_owned()
    }
}

/// Control characters and marks that turn the direction of writing.
pub(super) fn disturbs(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

macro_rules! choices {
    ($($kind:ident: $($variant:ident),+;)+) => {$(
        impl Argument for $kind {
            const KIND: ArgumentKind = ArgumentKind::Choice(&[$($kind::$variant.as_str()),+]);
            fn in_words(&self, _: Language) -> Value {
                Value::Words(self.as_str().to_owned())
            }
            #[cfg(test)]
            fn sample(round: usize, _: &str) -> Self {
                Self::ALL[round % Self::ALL.len()]
            }
        }
    )+};
}

choices! {
    CheckInAnswer: Ok, Both, Heavy, WantToTalk, NotNow;
    Job: CheckIn, PlanReview, AgreementRound, OverdueNotice, MessageNotice, ResponseReminder, Digest;
    Module: CrisisPlan, LifeDomains, Goals, Network, Medication, Strengths, Values, Exercises, Diary, Registrations;
    Unit: Characters, Bytes, Items, Days;
}

crate::words! {
    /// What a length or a number is counted in.
    Unit { Characters = "characters", Bytes = "bytes", Items = "items", Days = "days" }
}
