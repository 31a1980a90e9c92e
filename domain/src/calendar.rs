//! Public holidays as data: fixed days, days that follow Easter, days like "the last Monday of
//! May", and substitutes for days that fall on a weekend. Computed for any year of the Gregorian
//! calendar.

mod countries;

use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};

/// The public holidays of one country or part of it.
#[derive(Debug, PartialEq, Eq)]
pub struct HolidayCalendar {
    code: &'static str,
    holidays: &'static [Holiday],
}

/// One holiday and when it falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Holiday {
    /// Names the holiday to the wording templates; never shown as it is.
    key: &'static str,
    rule: Rule,
    first_year: i32,
    last_year: i32,
    except: &'static [i32],
    substitute: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Fixed {
        month: u32,
        day: u32,
    },
    /// Days from Easter Sunday.
    Easter(i64),
    /// The first such weekday on or after a day of the year ("the Saturday in 20–26 June", "the first Monday of May").
    OnOrAfter {
        month: u32,
        day: u32,
        weekday: Weekday,
    },
    /// The last such weekday of a month.
    Last {
        month: u32,
        weekday: Weekday,
    },
}

impl Rule {
    fn in_year(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Fixed { month, day } => NaiveDate::from_ymd_opt(year, month, day),
            Self::Easter(offset) => easter_sunday(year)?.checked_add_signed(TimeDelta::days(offset)),
            Self::OnOrAfter { month, day, weekday } => {
                let earliest = NaiveDate::from_ymd_opt(year, month, day)?;
                earliest.checked_add_days(Days::new(u64::from(weekday.days_since(earliest.weekday()))))
            }
            Self::Last { month, weekday } => {
                let first = NaiveDate::from_ymd_opt(year, month, 1)?;
                let latest = first.with_day(u32::from(first.num_days_in_month()))?;
                latest.checked_sub_days(Days::new(u64::from(latest.weekday().days_since(weekday))))
            }
        }
    }
}

impl Holiday {
    fn in_year(&self, year: i32) -> Option<NaiveDate> {
        let held = (self.first_year..=self.last_year).contains(&year) && !self.except.contains(&year);
        if held { self.rule.in_year(year) } else { None }
    }
}

impl HolidayCalendar {
    /// The calendar of an ISO 3166 country code, if it is one of [`Self::codes`].
    pub fn named(code: &str) -> Option<&'static Self> {
        countries::CALENDARS.iter().find(|calendar| calendar.code == code)
    }

    /// The codes there is a calendar for, in alphabetical order.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        countries::CALENDARS.iter().map(|calendar| calendar.code)
    }

    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Whether the date is a public holiday, or the substitute for one that fell on a weekend.
    /// Sundays are not holidays by themselves.
    pub fn is_public_holiday(&self, date: NaiveDate) -> bool {
        self.on_their_day(date.year()).any(|(day, _)| day == date) || self.is_substitute(date)
    }

    /// The keys of the holidays on that date, in the calendar's order: two when holidays meet
    /// (Ascension on 1 May 2008), none on an ordinary day. A substitute has its holiday's key.
    pub fn keys_on(&self, date: NaiveDate) -> Vec<&'static str> {
        let own = self.on_their_day(date.year()).filter(|(day, _)| *day == date).map(|(_, key)| key);
        let moved = self.substitutes(date.year()).into_iter().filter(|(day, _)| *day == date).map(|(_, key)| key);
        own.chain(moved).collect()
    }

    /// All holidays of a year by date, substitutes among them.
    pub fn in_year(&self, year: i32) -> Vec<(NaiveDate, &'static str)> {
        let mut days: Vec<_> = self.on_their_day(year).chain(self.substitutes(year)).collect();
        days.sort_by_key(|(day, _)| *day);
        days
    }

    /// Whether an owner who keeps quiet days is left alone on that date: Sundays, public holidays,
    /// 24 and 31 December.
    pub fn is_quiet_day(&self, date: NaiveDate) -> bool {
        date.weekday() == Weekday::Sun
            || matches!((date.month(), date.day()), (12, 24 | 31))
            || self.is_public_holiday(date)
    }

    fn on_their_day(&self, year: i32) -> impl Iterator<Item = (NaiveDate, &'static str)> {
        self.holidays.iter().filter_map(move |holiday| Some((holiday.in_year(year)?, holiday.key)))
    }

    fn is_substitute(&self, date: NaiveDate) -> bool {
        !is_weekend(date) && self.substitutes(date.year()).iter().any(|(day, _)| *day == date)
    }

    /// Each holiday that fell on a weekend and is made up for moves to the next weekday that is no
    /// holiday and no other's substitute. No calendar here moves one into the next year.
    fn substitutes(&self, year: i32) -> Vec<(NaiveDate, &'static str)> {
        let mut lost: Vec<_> = self
            .holidays
            .iter()
            .filter(|holiday| holiday.substitute)
            .filter_map(|holiday| Some((holiday.in_year(year)?, holiday.key)))
            .filter(|(day, _)| is_weekend(*day))
            .collect();
        lost.sort_by_key(|(day, _)| *day);
        let mut found: Vec<(NaiveDate, &'static str)> = Vec::with_capacity(lost.len());
        for (day, key) in lost {
            let free = day.iter_days().skip(1).take(14).find(|next| {
                !is_weekend(*next)
                    && !self.on_their_day(year).any(|(other, _)| other == *next)
                    && !found.iter().any(|(other, _)| other == next)
            });
            found.extend(free.map(|next| (next, key)));
        }
        found
    }
}

/// Saturday or Sunday.
pub fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Western Easter by the anonymous Gregorian computus; `None` outside the years chrono can write.
pub fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let g = (8 * b + 13).div_euclid(25);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 19 * l).div_euclid(433);
    let month = (h + l - 7 * m + 90).div_euclid(25);
    let day = (h + l - 7 * m + 33 * month + 19).rem_euclid(32);
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

#[cfg(test)]
mod tests;
