//! How far an organisation may go. The bounds keep the promises made to owners: no prompt at
//! night, no reply window without end, no digest longer than a person reads.

use super::Rules;
use crate::calendar::HolidayCalendar;
use crate::schedule::DailyHours;
use crate::wording::{self, FieldFault, Unit};
use chrono::{NaiveTime, Timelike, Weekday};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

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
    pub const MENU_ENTRIES: u32 = 10;
    pub const QUIET_DAYS: u32 = 100;
    pub const COUNTRIES: u32 = 50;
    pub const NUMBERS_PER_COUNTRY: u32 = 10;
    pub const NUMBER_CHARS: usize = 20;
}

struct Faults(Vec<(String, FieldFault)>);

impl Faults {
    fn add(&mut self, pointer: impl Display, fault: FieldFault) {
        self.0.push((format!("/{pointer}"), fault));
    }

    fn within<T: PartialOrd + Display>(&mut self, pointer: impl Display, value: T, range: &RangeInclusive<T>) {
        if !range.contains(&value) {
            self.add(pointer, outside(range.start(), range.end()));
        }
    }

    fn at_most(&mut self, pointer: impl Display, items: usize, most: u32) {
        if u32::try_from(items).map_or(true, |items| items > most) {
            self.add(pointer, FieldFault::TooLong { max: most, unit: Unit::Items });
        }
    }

    fn menu<T: Ord + Copy + Display>(&mut self, name: &str, menu: &[T], range: &RangeInclusive<T>) {
        if menu.is_empty() {
            self.add(name, FieldFault::Required);
        }
        self.at_most(name, menu.len(), limits::MENU_ENTRIES);
        let mut seen = BTreeSet::new();
        for (index, entry) in menu.iter().enumerate() {
            self.within(format_args!("{name}/{index}"), *entry, range);
            if !seen.insert(entry) {
                self.add(format_args!("{name}/{index}"), FieldFault::Duplicate);
            }
        }
    }

    fn hours(&mut self, name: &str, hours: DailyHours, (earliest, latest): (u8, u8)) {
        self.time(format_args!("{name}/from"), hours.from, (earliest, latest));
        self.time(format_args!("{name}/to"), hours.to, (earliest, latest));
        if hours.from >= hours.to {
            self.add(format_args!("{name}/to"), FieldFault::BeyondBounds);
        }
    }

    /// Hours of the day, both in the bounds; 24 is the end of the day.
    fn time(&mut self, pointer: impl Display, time: NaiveTime, (earliest, latest): (u8, u8)) {
        if time.second() != 0 || time.nanosecond() != 0 {
            self.add(&pointer, FieldFault::Format);
        }
        let seconds = |hour: u8| u32::from(hour) * 3_600;
        if !(seconds(earliest)..=seconds(latest)).contains(&time.num_seconds_from_midnight()) {
            self.add(&pointer, outside(format_args!("{earliest:02}:00"), format_args!("{latest:02}:00")));
        }
    }
}

fn outside(min: impl Display, max: impl Display) -> FieldFault {
    FieldFault::OutsideBounds { min: min.to_string(), max: max.to_string() }
}

pub(super) fn faults(rules: &Rules) -> Vec<(String, FieldFault)> {
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
        faults.add("check_in_days", FieldFault::Required);
    }
    if rules.check_in_days.contains(Weekday::Sat) || rules.check_in_days.contains(Weekday::Sun) {
        faults.add("check_in_days", FieldFault::NotInList);
    }
    faults.within("check_in_min_interval_days", rules.check_in_min_interval_days, &limits::INTERVAL_DAYS);
    faults.menu("check_in_interval_menu", &rules.check_in_interval_menu, &limits::INTERVAL_DAYS);
    if !rules.check_in_interval_menu.contains(&rules.check_in_default_interval_days) {
        faults.add("check_in_default_interval_days", FieldFault::NotInList);
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
        faults.add("reply_window_default", FieldFault::NotInList);
    }
    faults.time("digest_time", rules.digest_time, limits::DIGEST_HOURS);
    faults.within("digest_lines", rules.digest_lines, &limits::DIGEST_LINES);
    faults.within("long_message_chars", rules.long_message_chars, &limits::LONG_CHARS);
    faults.within("long_message_unread", rules.long_message_unread, &limits::LONG_UNREAD);
    faults.within("uncertain_after_working_days", rules.uncertain_after_working_days, &limits::UNCERTAIN_AFTER_DAYS);
}

fn surroundings(rules: &Rules, faults: &mut Faults) {
    if HolidayCalendar::named(&rules.holiday_calendar).is_none() {
        faults.add("holiday_calendar", FieldFault::NotInList);
    }
    faults.at_most("further_quiet_days", rules.further_quiet_days.len(), limits::QUIET_DAYS);
    for (name, time) in [("from", rules.quiet_hours_default.from), ("to", rules.quiet_hours_default.to)] {
        faults.time(format_args!("quiet_hours_default/{name}"), time, (0, 24));
    }
    let reworded = |key: &String| wording::catalogue().any(|text| text.overridable && text.key.as_str() == key);
    for (index, key) in rules.template_keys.iter().flatten().enumerate() {
        if !reworded(key) {
            faults.add(format_args!("template_keys/{index}"), FieldFault::NotInList);
        }
    }
}

fn help_now(rules: &Rules, faults: &mut Faults) {
    if rules.help_now.is_empty() {
        faults.add("help_now", FieldFault::Required);
    }
    faults.at_most("help_now", rules.help_now.len(), limits::COUNTRIES);
    for (country, numbers) in &rules.help_now {
        let place = format!("help_now/{}", country.replace('~', "~0").replace('/', "~1"));
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            faults.add(&place, FieldFault::Format);
        }
        if numbers.is_empty() {
            faults.add(&place, FieldFault::Required);
        }
        faults.at_most(&place, numbers.len(), limits::NUMBERS_PER_COUNTRY);
        for (index, help) in numbers.iter().enumerate() {
            let digits = help.number.strip_prefix('+').unwrap_or(&help.number);
            let dialled = digits.chars().all(|c| c.is_ascii_digit() || c == ' ')
                && digits.starts_with(|c: char| c.is_ascii_digit())
                && digits.ends_with(|c: char| c.is_ascii_digit());
            if !dialled || help.number.len() > limits::NUMBER_CHARS {
                faults.add(format_args!("{place}/{index}/number"), FieldFault::Format);
            }
        }
    }
}
