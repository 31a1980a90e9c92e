//! The calendars that are shipped. Years of validity are given where a holiday came or went in
//! this century; before 2002 a table may lack a country's one-off days.

use super::{Holiday, HolidayCalendar, Rule};
use chrono::Weekday::{Mon, Sat};

/// By code, in alphabetical order.
pub(super) static CALENDARS: &[HolidayCalendar] = &[
    HolidayCalendar { code: "AU", holidays: AUSTRALIA },
    HolidayCalendar { code: "DK", holidays: DENMARK },
    HolidayCalendar { code: "GB", holidays: ENGLAND_AND_WALES },
    HolidayCalendar { code: "NO", holidays: NORWAY },
    HolidayCalendar { code: "SE", holidays: SWEDEN },
];

const NEW_YEAR: Holiday = fixed("new_year", 1, 1);
const MAUNDY_THURSDAY: Holiday = easter("maundy_thursday", -3);
const GOOD_FRIDAY: Holiday = easter("good_friday", -2);
const EASTER_SUNDAY: Holiday = easter("easter_sunday", 0);
const EASTER_MONDAY: Holiday = easter("easter_monday", 1);
const LABOUR_DAY: Holiday = fixed("labour_day", 5, 1);
const ASCENSION_DAY: Holiday = easter("ascension_day", 39);
const WHIT_SUNDAY: Holiday = easter("whit_sunday", 49);
const WHIT_MONDAY: Holiday = easter("whit_monday", 50);
const CHRISTMAS_DAY: Holiday = fixed("christmas_day", 12, 25);
const BOXING_DAY: Holiday = fixed("boxing_day", 12, 26);

/// Lov om helligdager og helligdagsfred § 2, lov om 1. og 17. mai som høgtidsdager. Christmas Eve
/// is an ordinary day in both.
const NORWAY: &[Holiday] = &[
    NEW_YEAR,
    MAUNDY_THURSDAY,
    GOOD_FRIDAY,
    EASTER_SUNDAY,
    EASTER_MONDAY,
    LABOUR_DAY,
    fixed("constitution_day", 5, 17),
    ASCENSION_DAY,
    WHIT_SUNDAY,
    WHIT_MONDAY,
    CHRISTMAS_DAY,
    BOXING_DAY,
];

/// Lag (1989:253) om allmänna helgdagar. Midsummer's Eve is not in it.
const SWEDEN: &[Holiday] = &[
    NEW_YEAR,
    fixed("epiphany", 1, 6),
    GOOD_FRIDAY,
    EASTER_SUNDAY,
    EASTER_MONDAY,
    LABOUR_DAY,
    ASCENSION_DAY,
    WHIT_SUNDAY,
    WHIT_MONDAY.until(2004),
    fixed("national_day", 6, 6).since(2005),
    on_or_after("midsummer_day", 6, 20, Sat),
    on_or_after("all_saints_day", 10, 31, Sat),
    CHRISTMAS_DAY,
    BOXING_DAY,
];

/// Great Prayer Day was abolished from 2024. Constitution Day (5 June) closes shops and is no
/// public holiday.
const DENMARK: &[Holiday] = &[
    NEW_YEAR,
    MAUNDY_THURSDAY,
    GOOD_FRIDAY,
    EASTER_SUNDAY,
    EASTER_MONDAY,
    easter("great_prayer_day", 26).until(2023),
    ASCENSION_DAY,
    WHIT_SUNDAY,
    WHIT_MONDAY,
    CHRISTMAS_DAY,
    BOXING_DAY,
];

/// Bank holidays in England and Wales, with those proclaimed for a single year.
const ENGLAND_AND_WALES: &[Holiday] = &[
    NEW_YEAR.made_up_for(),
    GOOD_FRIDAY,
    EASTER_MONDAY,
    on_or_after("early_may_bank_holiday", 5, 1, Mon).except(&[2020]),
    fixed("early_may_bank_holiday", 5, 8).once(2020),
    last("spring_bank_holiday", 5, Mon).except(&[2002, 2012, 2022]),
    fixed("spring_bank_holiday", 6, 4).once(2002),
    fixed("spring_bank_holiday", 6, 4).once(2012),
    fixed("spring_bank_holiday", 6, 2).once(2022),
    last("summer_bank_holiday", 8, Mon),
    fixed("golden_jubilee", 6, 3).once(2002),
    fixed("royal_wedding", 4, 29).once(2011),
    fixed("diamond_jubilee", 6, 5).once(2012),
    fixed("platinum_jubilee", 6, 3).once(2022),
    fixed("state_funeral", 9, 19).once(2022),
    fixed("coronation", 5, 8).once(2023),
    CHRISTMAS_DAY.made_up_for(),
    BOXING_DAY.made_up_for(),
];

/// What every state and territory keeps; Easter Saturday, the King's Birthday, Labour Day and a
/// substitute for Anzac Day differ between them. Substitutes are alike everywhere from 2011 on.
const AUSTRALIA: &[Holiday] = &[
    NEW_YEAR.made_up_for(),
    fixed("australia_day", 1, 26).made_up_for(),
    GOOD_FRIDAY,
    EASTER_MONDAY,
    fixed("anzac_day", 4, 25),
    fixed("national_day_of_mourning", 9, 22).once(2022),
    CHRISTMAS_DAY.made_up_for(),
    BOXING_DAY.made_up_for(),
];

const fn holiday(key: &'static str, rule: Rule) -> Holiday {
    Holiday { key, rule, first_year: i32::MIN, last_year: i32::MAX, except: &[], substitute: false }
}

const fn fixed(key: &'static str, month: u32, day: u32) -> Holiday {
    holiday(key, Rule::Fixed { month, day })
}

const fn easter(key: &'static str, offset: i64) -> Holiday {
    holiday(key, Rule::Easter(offset))
}

const fn on_or_after(key: &'static str, month: u32, day: u32, weekday: chrono::Weekday) -> Holiday {
    holiday(key, Rule::OnOrAfter { month, day, weekday })
}

const fn last(key: &'static str, month: u32, weekday: chrono::Weekday) -> Holiday {
    holiday(key, Rule::Last { month, weekday })
}

impl Holiday {
    const fn since(self, year: i32) -> Self {
        Self { first_year: year, ..self }
    }

    const fn until(self, year: i32) -> Self {
        Self { last_year: year, ..self }
    }

    const fn once(self, year: i32) -> Self {
        self.since(year).until(year)
    }

    const fn except(self, years: &'static [i32]) -> Self {
        Self { except: years, ..self }
    }

    /// A weekday off follows when it falls on a weekend.
    const fn made_up_for(self) -> Self {
        Self { substitute: true, ..self }
    }
}
