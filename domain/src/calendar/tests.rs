use super::*;
use std::collections::BTreeMap;

fn calendar(code: &str) -> &'static HolidayCalendar {
    HolidayCalendar::named(code).unwrap()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// The days of a year as `MM-DD`, each once.
fn days(code: &str, year: i32) -> Vec<String> {
    let mut days: Vec<_> =
        calendar(code).in_year(year).iter().map(|(day, _)| day.format("%m-%d").to_string()).collect();
    days.dedup();
    days
}

#[test]
fn easter_as_published() {
    let published = [
        (1818, 3, 22),
        (1943, 4, 25),
        (1954, 4, 18),
        (1961, 4, 2),
        (1981, 4, 19),
        (2000, 4, 23),
        (2008, 3, 23),
        (2011, 4, 24),
        (2019, 4, 21),
        (2024, 3, 31),
        (2025, 4, 20),
        (2026, 4, 5),
        (2027, 3, 28),
        (2038, 4, 25),
        (2049, 4, 18),
        (2076, 4, 19),
        (2285, 3, 22),
    ];
    for (year, month, date) in published {
        assert_eq!(easter_sunday(year), Some(day(year, month, date)), "{year}");
    }
}

#[test]
fn easter_is_a_sunday_between_22_march_and_25_april() {
    for year in 1583..=9999 {
        let easter = easter_sunday(year).unwrap();
        assert_eq!(easter.weekday(), Weekday::Sun, "{year}");
        assert!((day(year, 3, 22)..=day(year, 4, 25)).contains(&easter), "{year}");
    }
}

#[test]
fn norway_as_published() {
    let published: BTreeMap<i32, [&str; 12]> = BTreeMap::from([
        (
            2019,
            [
                "01-01", "04-18", "04-19", "04-21", "04-22", "05-01", "05-17", "05-30", "06-09", "06-10", "12-25",
                "12-26",
            ],
        ),
        (
            2024,
            [
                "01-01", "03-28", "03-29", "03-31", "04-01", "05-01", "05-09", "05-17", "05-19", "05-20", "12-25",
                "12-26",
            ],
        ),
        (
            2025,
            [
                "01-01", "04-17", "04-18", "04-20", "04-21", "05-01", "05-17", "05-29", "06-08", "06-09", "12-25",
                "12-26",
            ],
        ),
        (
            2026,
            [
                "01-01", "04-02", "04-03", "04-05", "04-06", "05-01", "05-14", "05-17", "05-24", "05-25", "12-25",
                "12-26",
            ],
        ),
        (
            2028,
            [
                "01-01", "04-13", "04-14", "04-16", "04-17", "05-01", "05-17", "05-25", "06-04", "06-05", "12-25",
                "12-26",
            ],
        ),
    ]);
    for (year, expected) in published {
        assert_eq!(days("NO", year), expected, "{year}");
    }
}

#[test]
fn norway_when_two_holidays_meet() {
    let norway = calendar("NO");
    assert_eq!(norway.keys_on(day(2027, 5, 17)), ["constitution_day", "whit_monday"]);
    assert_eq!(norway.keys_on(day(2008, 5, 1)), ["labour_day", "ascension_day"]);
    assert_eq!(
        days("NO", 2027),
        ["01-01", "03-25", "03-26", "03-28", "03-29", "05-01", "05-06", "05-16", "05-17", "12-25", "12-26"]
    );
    assert_eq!(
        days("NO", 2008),
        ["01-01", "03-20", "03-21", "03-23", "03-24", "05-01", "05-11", "05-12", "05-17", "12-25", "12-26"]
    );
}

#[test]
fn christmas_eve_is_quiet_and_no_public_holiday() {
    let norway = calendar("NO");
    for (month, date) in [(12, 24), (12, 31)] {
        assert!(!norway.is_public_holiday(day(2026, month, date)));
        assert!(norway.keys_on(day(2026, month, date)).is_empty());
        assert!(norway.is_quiet_day(day(2026, month, date)));
    }
    assert!(norway.is_quiet_day(day(2026, 10, 4)), "a Sunday");
    assert!(!norway.is_quiet_day(day(2026, 10, 3)), "a Saturday");
    assert!(norway.is_quiet_day(day(2026, 12, 25)));
}

#[test]
fn sweden_as_published() {
    let expected = [
        "01-01", "01-06", "04-18", "04-20", "04-21", "05-01", "05-29", "06-06", "06-08", "06-21", "11-01", "12-25",
        "12-26",
    ];
    assert_eq!(days("SE", 2025), expected);
    assert!(calendar("SE").is_public_holiday(day(2026, 6, 20)), "Midsummer at its earliest");
    assert!(calendar("SE").is_public_holiday(day(2026, 10, 31)), "All Saints at its earliest");
    assert!(calendar("SE").is_public_holiday(day(2004, 5, 31)), "Whit Monday for the last time");
    assert!(!calendar("SE").is_public_holiday(day(2005, 5, 16)));
}

#[test]
fn denmark_as_published() {
    let with_prayer_day =
        ["01-01", "04-06", "04-07", "04-09", "04-10", "05-05", "05-18", "05-28", "05-29", "12-25", "12-26"];
    assert_eq!(days("DK", 2023), with_prayer_day);
    let without = ["01-01", "03-28", "03-29", "03-31", "04-01", "05-09", "05-19", "05-20", "12-25", "12-26"];
    assert_eq!(days("DK", 2024), without);
}

/// GOV.UK's list names the weekday that is off; the day it stands for is kept here as well.
#[test]
fn england_and_wales_as_published() {
    assert_eq!(days("GB", 2025), ["01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"]);
    assert_eq!(days("GB", 2026), ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-26", "12-28"]);
    assert_eq!(
        days("GB", 2022),
        ["01-01", "01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-25", "12-26", "12-27"]
    );
    assert_eq!(days("GB", 2020), ["01-01", "04-10", "04-13", "05-08", "05-25", "08-31", "12-25", "12-26", "12-28"]);
    assert_eq!(calendar("GB").keys_on(day(2021, 12, 27)), ["christmas_day"]);
    assert_eq!(calendar("GB").keys_on(day(2021, 12, 28)), ["boxing_day"]);
    assert_eq!(calendar("GB").keys_on(day(2022, 12, 26)), ["boxing_day"]);
    assert_eq!(calendar("GB").keys_on(day(2022, 12, 27)), ["christmas_day"]);
    assert_eq!(calendar("GB").keys_on(day(2023, 1, 2)), ["new_year"]);
    assert!(calendar("GB").is_public_holiday(day(2023, 5, 8)));
}

#[test]
fn australia_as_published() {
    assert_eq!(days("AU", 2025), ["01-01", "01-26", "01-27", "04-18", "04-21", "04-25", "12-25", "12-26"]);
    assert_eq!(days("AU", 2026), ["01-01", "01-26", "04-03", "04-06", "04-25", "12-25", "12-26", "12-28"]);
    assert!(!calendar("AU").is_public_holiday(day(2026, 4, 27)), "Anzac Day on a Saturday is not made up for");
}

#[test]
fn calendars_are_found_by_code_alone() {
    assert_eq!(HolidayCalendar::codes().collect::<Vec<_>>(), ["AU", "DK", "GB", "NO", "SE"]);
    assert_eq!(calendar("NO").code(), "NO");
    assert!(HolidayCalendar::named("no").is_none());
    assert!(HolidayCalendar::named("").is_none());
}

#[test]
fn every_way_of_asking_agrees() {
    for code in HolidayCalendar::codes() {
        let calendar = calendar(code);
        for year in [1999, 2010, 2016, 2021, 2022, 2027, 2033, 2100] {
            let listed = calendar.in_year(year);
            assert!(listed.windows(2).all(|pair| pair[0].0 <= pair[1].0));
            for date in day(year, 1, 1).iter_days().take_while(|date| date.year() == year) {
                let keys: Vec<_> = listed.iter().filter(|(day, _)| *day == date).map(|(_, key)| *key).collect();
                assert_eq!(calendar.keys_on(date).len(), keys.len(), "{code} {date}");
                assert_eq!(calendar.is_public_holiday(date), !keys.is_empty(), "{code} {date}");
            }
        }
    }
}
