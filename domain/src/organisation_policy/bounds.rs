//! How far an organisation may go. The bounds keep the promises made to owners: no prompt at
//! night, no reply window without end, no digest longer than a person reads.

use super::Rules;
use crate::calendar::HolidayCalendar;
use crate::schedule::DailyHours;
use crate::words;
use chrono::{NaiveTime, TimeDelta, Timelike, Weekday};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

words! {
    /// What is wrong with one value of a policy.
    RuleFault {
        Required = "required", TooLong = "too_long", OutsideBounds = "outside_bounds", NotInList = "not_in_list",
        Duplicate = "duplicate", Format = "format", UnknownField = "unknown_field",
    }
}

/// The bounds of every number, both ends in them.
pub mod limits {
    use std::ops::RangeInclusive;

    pub const INTERVAL_DAYS: RangeInclusive<u16> = 7..=56;
    pub const CAP: RangeInclusive<u32> = 1..=30;
    pub const PROMPTS_PER_DAY: RangeInclusive<u32> = 0..=1;
    pub const PROMPTS_PER_WEEK: RangeInclusive<u32> = 0..=3;
    pub const REVIEW_DAYS: RangeInclusive<u16> = 90..=730;
    pub const REPLY_WINDOW_DAYS: RangeInclusive<u8> = 1..=5;
    pub const DIGEST_LINES: RangeInclusive<u32> = 5..=20;
    pub const LONG_CHARS: RangeInclusive<u32> = 200..=20_000;
    pub const LONG_UNREAD: RangeInclusive<u32> = 1..=20;
    pub const UNCERTAIN_AFTER_DAYS: RangeInclusive<u8> = 1..=5;
    /// Whole hours within which check-ins and prompts may be sent at all.
    pub const SEND_HOURS: (u8, u8) = (8, 20);
    /// Whole hours within which a digest may be made.
    pub const DIGEST_HOURS: (u8, u8) = (6, 12);
    pub const MENU_ENTRIES: usize = 10;
    pub const QUIET_DAYS: usize = 100;
    pub const TEMPLATE_KEYS: usize = 500;
    pub const COUNTRIES: usize = 50;
    pub const NUMBERS_PER_COUNTRY: usize = 10;
    pub const NUMBER_CHARS: usize = 20;
}

struct Faults(Vec<(String, RuleFault)>);

impl Faults {
    fn add(&mut self, pointer: impl Display, fault: RuleFault) {
        self.0.push((format!("/{pointer}"), fault));
    }

    fn within<T: PartialOrd>(&mut self, pointer: impl Display, value: T, range: &RangeInclusive<T>) {
        if !range.contains(&value) {
            self.add(pointer, RuleFault::OutsideBounds);
        }
    }

    fn menu<T: PartialOrd + Ord + Copy>(&mut self, name: &str, menu: &[T], range: &RangeInclusive<T>) {
        if menu.is_empty() {
            self.add(name, RuleFault::Required);
        }
        if menu.len() > limits::MENU_ENTRIES {
            self.add(name, RuleFault::TooLong);
        }
        let mut seen = BTreeSet::new();
        for (index, entry) in menu.iter().enumerate() {
            self.within(format_args!("{name}/{index}"), *entry, range);
            if !seen.insert(entry) {
                self.add(format_args!("{name}/{index}"), RuleFault::Duplicate);
            }
        }
    }

    fn hours(&mut self, name: &str, hours: DailyHours, (earliest, latest): (u8, u8)) {
        self.time(format_args!("{name}/from"), hours.from, (earliest, latest));
        self.time(format_args!("{name}/to"), hours.to, (earliest, latest));
        if hours.from >= hours.to {
            self.add(format_args!("{name}/to"), RuleFault::OutsideBounds);
        }
    }

    fn time(&mut self, pointer: impl Display, time: NaiveTime, (earliest, latest): (u8, u8)) {
        let at = |hour: u8| NaiveTime::MIN + TimeDelta::hours(i64::from(hour));
        if time.second() != 0 || time.nanosecond() != 0 {
            self.add(&pointer, RuleFault::Format);
        }
        self.within(&pointer, time, &(at(earliest)..=at(latest)));
    }
}

pub(super) fn faults(rules: &Rules) -> Vec<(String, RuleFault)> {
    let mut faults = Faults(Vec::new());
    check_ins(rules, &mut faults);
    prompts(rules, &mut faults);
    replies(rules, &mut faults);
    surroundings(rules, &mut faults);
    help_now(rules, &mut faults);
    faults.0
}

fn check_ins(rules: &Rules, faults: &mut Faults) {
    faults.hours("check_in_hours", rules.check_in_hours, limits::SEND_HOURS);
    if rules.check_in_days.is_empty() {
        faults.add("check_in_days", RuleFault::Required);
    }
    if rules.check_in_days.contains(Weekday::Sat) || rules.check_in_days.contains(Weekday::Sun) {
        faults.add("check_in_days", RuleFault::OutsideBounds);
    }
    faults.within("check_in_min_interval_days", rules.check_in_min_interval_days, &limits::INTERVAL_DAYS);
    faults.menu("check_in_interval_menu", &rules.check_in_interval_menu, &limits::INTERVAL_DAYS);
    if !rules.check_in_interval_menu.contains(&rules.check_in_default_interval_days) {
        faults.add("check_in_default_interval_days", RuleFault::NotInList);
    }
    faults.within("check_in_cap", rules.check_in_cap, &limits::CAP);
}

fn prompts(rules: &Rules, faults: &mut Faults) {
    faults.hours("prompt_hours", rules.prompt_hours, limits::SEND_HOURS);
    faults.within("prompts_per_day", rules.prompts_per_day, &limits::PROMPTS_PER_DAY);
    faults.within("prompts_per_week", rules.prompts_per_week, &limits::PROMPTS_PER_WEEK);
    faults.within("plan_first_review_days", rules.plan_first_review_days, &limits::REVIEW_DAYS);
    faults.menu("plan_review_menu", &rules.plan_review_menu, &limits::REVIEW_DAYS);
}

fn replies(rules: &Rules, faults: &mut Faults) {
    faults.menu("reply_window_menu", &rules.reply_window_menu, &limits::REPLY_WINDOW_DAYS);
    if !rules.reply_window_menu.contains(&rules.reply_window_default) {
        faults.add("reply_window_default", RuleFault::NotInList);
    }
    faults.time("digest_time", rules.digest_time, limits::DIGEST_HOURS);
    faults.within("digest_lines", rules.digest_lines, &limits::DIGEST_LINES);
    faults.within("long_message_chars", rules.long_message_chars, &limits::LONG_CHARS);
    faults.within("long_message_unread", rules.long_message_unread, &limits::LONG_UNREAD);
    faults.within("uncertain_after_working_days", rules.uncertain_after_working_days, &limits::UNCERTAIN_AFTER_DAYS);
}

fn surroundings(rules: &Rules, faults: &mut Faults) {
    if HolidayCalendar::named(&rules.holiday_calendar).is_none() {
        faults.add("holiday_calendar", RuleFault::NotInList);
    }
    if rules.further_quiet_days.len() > limits::QUIET_DAYS {
        faults.add("further_quiet_days", RuleFault::TooLong);
    }
    for (name, time) in [("from", rules.quiet_hours_default.from), ("to", rules.quiet_hours_default.to)] {
        faults.time(format_args!("quiet_hours_default/{name}"), time, (0, 23));
    }
    if rules.template_keys.as_ref().is_some_and(|keys| keys.len() > limits::TEMPLATE_KEYS) {
        faults.add("template_keys", RuleFault::TooLong);
    }
}

fn help_now(rules: &Rules, faults: &mut Faults) {
    if rules.help_now.is_empty() {
        faults.add("help_now", RuleFault::Required);
    }
    if rules.help_now.len() > limits::COUNTRIES {
        faults.add("help_now", RuleFault::TooLong);
    }
    for (country, numbers) in &rules.help_now {
        let place = format!("help_now/{}", country.replace('~', "~0").replace('/', "~1"));
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            faults.add(&place, RuleFault::Format);
        }
        if numbers.is_empty() {
            faults.add(&place, RuleFault::Required);
        }
        if numbers.len() > limits::NUMBERS_PER_COUNTRY {
            faults.add(&place, RuleFault::TooLong);
        }
        for (index, help) in numbers.iter().enumerate() {
            let digits = help.number.strip_prefix('+').unwrap_or(&help.number);
            let dialled = digits.chars().all(|c| c.is_ascii_digit() || c == ' ')
                && digits.starts_with(|c: char| c.is_ascii_digit())
                && digits.ends_with(|c: char| c.is_ascii_digit());
            if !dialled || help.number.len() > limits::NUMBER_CHARS {
                faults.add(format_args!("{place}/{index}/number"), RuleFault::Format);
            }
        }
    }
}
