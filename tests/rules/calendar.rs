//! Days and wall clocks, written plainly.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// Easter Sunday after Oudin (1940).
fn easter(year: i32) -> NaiveDate {
    let century = year / 100;
    let golden = year % 19;
    let k = (century - 17) / 25;
    let mut i = (century - century / 4 - (century - k) / 3 + 19 * golden + 15) % 30;
    i -= (i / 28) * (1 - (i / 28) * (29 / (i + 1)) * ((21 - golden) / 11));
    let j = (year + year / 4 + i + 2 - century + century / 4) % 7;
    let l = i - j;
    let month = 3 + (l + 40) / 44;
    let day = l + 28 - 31 * (month / 4);
    NaiveDate::from_ymd_opt(year, month as u32, day as u32).expect("Easter")
}

/// New Year's Day, Maundy Thursday, Good Friday, Easter Sunday and Monday, 1 and 17 May, Ascension,
/// Whit Sunday and Monday, both days of Christmas.
pub fn is_holiday(date: NaiveDate) -> bool {
    let fixed = [(1, 1), (5, 1), (5, 17), (12, 25), (12, 26)];
    let from_easter = (date - easter(date.year())).num_days();
    fixed.contains(&(date.month(), date.day())) || [-3, -2, 0, 1, 39, 49, 50].contains(&from_easter)
}

/// Days on which an owner is left alone.
pub fn is_quiet_day(date: NaiveDate) -> bool {
    let eves = [(12, 24), (12, 31)];
    date.weekday() == Weekday::Sun || is_holiday(date) || eves.contains(&(date.month(), date.day()))
}

pub fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The first instant at which the clock of `zone` shows `local` or, in the spring gap, something later.
pub fn instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    (0..=180)
        .find_map(|minutes| zone.from_local_datetime(&(local + Duration::minutes(minutes))).earliest())
        .expect("no gap is longer than three hours")
        .to_utc()
}

mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn the_holidays_of_two_norwegian_years() {
        let of = |year: i32| -> Vec<String> {
            let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("a date");
            first
                .iter_days()
                .take_while(|day| day.year() == year)
                .filter(|day| is_holiday(*day))
                .map(|day| day.format("%m-%d").to_string())
                .collect()
        };
        assert_eq!(
            of(2026),
            [
                "01-01", "04-02", "04-03", "04-05", "04-06", "05-01", "05-14", "05-17", "05-24", "05-25", "12-25",
                "12-26"
            ]
        );
        assert_eq!(
            of(2027),
            ["01-01", "03-25", "03-26", "03-28", "03-29", "05-01", "05-06", "05-16", "05-17", "12-25", "12-26"]
        );
    }

    #[test]
    fn easter_has_been_where_it_was() {
        for sunday in ["1961-04-02", "2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2038-04-25", "2049-04-18"]
        {
            assert_eq!(easter(date(sunday).year()), date(sunday));
        }
    }

    #[test]
    fn the_clock_jumps_and_turns_back() {
        let oslo = chrono_tz::Europe::Oslo;
        let gap = instant(oslo, date("2027-03-28").and_hms_opt(2, 30, 0).expect("a time"));
        assert_eq!(gap.to_rfc3339(), "2027-03-28T01:00:00+00:00");
        let twice = instant(oslo, date("2026-10-25").and_hms_opt(2, 30, 0).expect("a time"));
        assert_eq!(twice.to_rfc3339(), "2026-10-25T00:30:00+00:00");
    }
}
