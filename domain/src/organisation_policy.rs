//! What an organisation tunes, inside bounds. A policy can only make things quieter or rarer than
//! owner and provider chose: every function that meets a choice of theirs takes the quieter of the
//! two, and none of them can add, speed up, unpause or reveal.

mod bounds;
pub mod preview;
pub mod tally;

pub use bounds::limits;

use crate::calendar::HolidayCalendar;
use crate::schedule::{CheckInTimes, DailyHours, QuietHours};
use crate::weekdays::Weekdays;
use crate::wording::FieldFault;
use crate::words;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version of an organisation that never published any: [`Rules::default`].
pub const FIRST_VERSION: i32 = 1;

words! {
    /// What a number of Help now is for.
    HelpPurpose { LifeInDanger = "life_in_danger", Urgent = "urgent", SomeoneToTalkTo = "someone_to_talk_to" }
}

/// One number of Help now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpNumber {
    pub purpose: HelpPurpose,
    /// As it is dialled; digits, spaces and a leading plus.
    pub number: String,
}

/// One version of an organisation's policy. Flat, so that a change is a set of named values. A
/// document of an older version reads with the defaults of what it does not name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// Provider's wall clock.
    pub check_in_hours: DailyHours,
    pub check_in_days: Weekdays,
    pub check_in_min_interval_days: u16,
    /// What a series begins with where nobody chose.
    pub check_in_default_interval_days: u16,
    /// What an owner is offered.
    pub check_in_interval_menu: Vec<u16>,
    /// Most check-in series of one provider. Her own cap may be lower and then stands.
    pub check_in_cap: u32,
    /// Owner's wall clock, for plan prompts and agreement rounds.
    pub prompt_hours: DailyHours,
    /// Check-ins, plan prompts and agreement rounds of one owner on one of her local days.
    pub prompts_per_day: u32,
    /// The same in one of her ISO weeks.
    pub prompts_per_week: u32,
    /// Days from writing a plan to its first review.
    pub plan_first_review_days: u16,
    /// Days between later reviews; the first is the default.
    pub plan_review_menu: Vec<u16>,
    /// Working days an agreement may name.
    pub reply_window_menu: Vec<u8>,
    /// Working days where no agreement says.
    pub reply_window_default: u8,
    /// Provider's wall clock; never before her hours begin.
    #[serde(with = "crate::wall_time")]
    pub digest_time: NaiveTime,
    /// Most lines of a digest, over all sections.
    pub digest_lines: u32,
    /// A message of more characters is long.
    pub long_message_chars: u32,
    /// With more unread from one person, each of them is long.
    pub long_message_unread: u32,
    /// Working days a digest with promises may lie unopened before their dates are uncertain.
    pub uncertain_after_working_days: u8,
    /// Code of a [`HolidayCalendar`].
    pub holiday_calendar: String,
    /// Dates without check-ins and prompts, beside those every owner has.
    pub further_quiet_days: BTreeSet<NaiveDate>,
    /// What a new owner's quiet hours are until she chooses.
    pub quiet_hours_default: QuietHours,
    /// Texts of which the organisation's own approved wording is used; absent: of all.
    pub template_keys: Option<BTreeSet<String>>,
    /// Numbers of Help now by ISO 3166 country code, in the order they are shown.
    pub help_now: BTreeMap<String, Vec<HelpNumber>>,
}

impl Default for Rules {
    fn default() -> Self {
        let times = CheckInTimes::default();
        let number = |purpose, number: &str| HelpNumber { purpose, number: number.to_owned() };
        let norway = vec![
            number(HelpPurpose::LifeInDanger, "113"),
            number(HelpPurpose::Urgent, "116 117"),
            number(HelpPurpose::SomeoneToTalkTo, "116 123"),
        ];
        Self {
            check_in_hours: times.hours,
            check_in_days: times.send_days,
            check_in_min_interval_days: 7,
            check_in_default_interval_days: 14,
            check_in_interval_menu: vec![7, 14, 28],
            check_in_cap: 10,
            prompt_hours: DailyHours::for_prompts(),
            prompts_per_day: 1,
            prompts_per_week: 3,
            plan_first_review_days: 90,
            plan_review_menu: vec![180, 365],
            reply_window_menu: vec![1, 2, 3, 4, 5],
            reply_window_default: 3,
            digest_time: NaiveTime::MIN + TimeDelta::hours(8),
            digest_lines: 20,
            long_message_chars: 1_200,
            long_message_unread: 3,
            uncertain_after_working_days: 2,
            holiday_calendar: "NO".to_owned(),
            further_quiet_days: BTreeSet::new(),
            quiet_hours_default: QuietHours::default(),
            template_keys: None,
            help_now: BTreeMap::from([("NO".to_owned(), norway)]),
        }
    }
}

impl Rules {
    /// Every value outside its [`limits`], named by JSON Pointer (`/reply_window_menu/2`).
    pub fn validate(&self) -> Vec<(String, FieldFault)> {
        bounds::faults(self)
    }

    /// These rules with some named values changed, as long as the result is valid. An unknown name
    /// or a value of another type is a fault of its own.
    pub fn with_changes(
        &self,
        changes: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Self, Vec<(String, FieldFault)>> {
        let mut rules = self.clone();
        let mut faults = Vec::new();
        for (name, value) in changes {
            let mut whole = match serde_json::to_value(&rules) {
                Ok(serde_json::Value::Object(whole)) => whole,
                _ => serde_json::Map::new(),
            };
            if whole.insert(name.clone(), value.clone()).is_none() {
                faults.push((format!("/{name}"), FieldFault::UnknownField));
                continue;
            }
            match serde_json::from_value(serde_json::Value::Object(whole)) {
                Ok(changed) => rules = changed,
                Err(_) => faults.push((format!("/{name}"), FieldFault::Format)),
            }
        }
        faults.extend(rules.validate());
        if faults.is_empty() { Ok(rules) } else { Err(faults) }
    }

    /// The names of what differs between two versions, sorted.
    pub fn changed_since(&self, before: &Self) -> Vec<String> {
        match (serde_json::to_value(before), serde_json::to_value(self)) {
            (Ok(serde_json::Value::Object(before)), Ok(serde_json::Value::Object(after))) => after
                .into_iter()
                .filter(|(name, value)| before.get(name) != Some(value))
                .map(|(name, _)| name)
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Days between check-ins for an owner who chose `owners_days`.
    pub fn effective_interval(&self, owners_days: u16) -> u16 {
        owners_days.max(self.check_in_min_interval_days)
    }

    /// Whether an owner may choose this interval now. One she chose before stands.
    pub fn offers_interval(&self, days: u16) -> bool {
        self.check_in_interval_menu.contains(&days) && days >= self.check_in_min_interval_days
    }

    /// Days of a series where nobody chose.
    pub fn default_interval(&self) -> u16 {
        self.effective_interval(self.check_in_default_interval_days)
    }

    /// Send window and days, to meet the provider's hours and the owner's waking hours with
    /// [`crate::schedule::check_in_window`].
    pub fn check_in_times(&self) -> CheckInTimes {
        CheckInTimes { hours: self.check_in_hours, send_days: self.check_in_days }
    }

    /// Most check-in series of a provider who set `own_cap`.
    pub fn effective_cap(&self, own_cap: u32) -> u32 {
        own_cap.min(self.check_in_cap)
    }

    /// Working days of a reply window: the agreement's, else the default. A window that was agreed
    /// stands when the menu changes.
    pub fn reply_window(&self, agreed: Option<u8>) -> u8 {
        agreed.unwrap_or(self.reply_window_default)
    }

    /// Whether a new agreement may name this window.
    pub fn offers_reply_window(&self, days: u8) -> bool {
        self.reply_window_menu.contains(&days)
    }

    /// Days between reviews of a plan whose owner chose `owners_days`, or did not.
    pub fn plan_review_days(&self, owners_days: Option<u16>) -> u16 {
        let default = self.plan_review_menu.first().copied().unwrap_or(180);
        owners_days.unwrap_or(default)
    }

    /// Whether another prompt fits the owner's budget.
    pub fn within_budget(&self, sent_today: u32, sent_this_week: u32) -> bool {
        sent_today < self.prompts_per_day && sent_this_week < self.prompts_per_week
    }

    /// Whether the organisation keeps this date free of check-ins and prompts.
    pub fn keeps_quiet_on(&self, date: NaiveDate) -> bool {
        self.further_quiet_days.contains(&date)
    }

    /// Whether a message is long: by itself, or because many wait from the same person.
    pub fn is_long(&self, chars: usize, unread_from_the_same: usize) -> bool {
        let more = |count: usize, limit: u32| u32::try_from(count).map_or(true, |count| count > limit);
        more(chars, self.long_message_chars) || more(unread_from_the_same, self.long_message_unread)
    }

    /// The calendar of public holidays; Norway's if the stored code is no longer known.
    pub fn holidays(&self) -> Option<&'static HolidayCalendar> {
        HolidayCalendar::named(&self.holiday_calendar).or_else(|| HolidayCalendar::named("NO"))
    }

    /// Whether the organisation's own wording of this text is used.
    pub fn rewords(&self, key: &str) -> bool {
        self.template_keys.as_ref().is_none_or(|keys| keys.contains(key))
    }

    /// Numbers of Help now in that country.
    pub fn help_now_in(&self, country: &str) -> &[HelpNumber] {
        self.help_now.get(country).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests;
