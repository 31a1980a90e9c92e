//! Ten years of rounds, reviews and digests of people who move: every date once, in order, wherever the clock turns.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use domain::calendar::HolidayCalendar;
use domain::schedule::*;
use domain::weekdays::Weekdays;
use domain::working_time::{ProviderCalendar, WorkingHours};
use std::collections::BTreeSet;
use uuid::Uuid;

const TEN_YEARS: i64 = 3_652;

/// Two with half hours, two of the southern hemisphere, and three whose clock turned at midnight in these years.
const HOMES: [Tz; 6] = [
    chrono_tz::Europe::Oslo,
    chrono_tz::America::St_Johns,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::America::Sao_Paulo,
    chrono_tz::Africa::Cairo,
    chrono_tz::America::Havana,
];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Somebody who is asleep for nothing: what the clock does at night is seen.
fn awake_in(zone: Tz) -> Waking {
    let quiet = QuietHours { from: NaiveTime::MIN, to: NaiveTime::MIN };
    Waking { zone, quiet, holidays: HolidayCalendar::named("NO").unwrap(), quiet_days: true }
}

/// Lives through `dues`, each in another zone than the one before: the first day on which she may be asked has one
/// moment, on that date of hers, after the one before, and within a week of its due date.
fn asked_once(dues: &[NaiveDate], first_home: usize) {
    let hours = DailyHours { from: NaiveTime::MIN, to: "03:00:00".parse().unwrap() };
    let key = Uuid::from_u128(11);
    let mut dates = BTreeSet::new();
    let mut before = DateTime::<Utc>::MIN_UTC;
    for (move_number, due) in dues.iter().enumerate() {
        let waking = awake_in(HOMES[(first_home + move_number) % HOMES.len()]);
        let (date, window) = due
            .iter_days()
            .take(7)
            .filter(|date| !waking.is_quiet_day(*date))
            .find_map(|date| prompt_window(date, &waking, hours).map(|window| (date, window)))
            .unwrap_or_else(|| panic!("{due} in {}: no day in a week", waking.zone));
        let at = spread(&window, key, date);
        assert_eq!(at.with_timezone(&waking.zone).date_naive(), date, "{}", waking.zone);
        assert!(at > before, "{due} in {}", waking.zone);
        assert!(dates.insert(date), "{date} twice");
        before = at;
    }
    assert_eq!(dates.len(), dues.len());
}

#[test]
fn reviews_and_rounds_of_ten_years_come_once_each_however_often_she_moves() {
    // Leap days, ends of a year and of a month, and days on which clocks turn.
    let beginnings = ["2012-02-29", "2015-12-31", "2016-02-29", "2016-01-31", "2015-03-29", "2015-10-18", "2015-08-31"];
    for from in beginnings.map(day) {
        let end = from + TimeDelta::days(TEN_YEARS);
        for (home, every) in [30, 90, 180, 365, 366, 730].into_iter().enumerate() {
            let (mut reviews, mut last) = (Vec::new(), from);
            while let Some((n, due)) = next_plan_review_after(from, every, last).filter(|(_, due)| *due < end) {
                assert_eq!(n as usize, reviews.len() + 1, "none is left out");
                assert_eq!(due, from + Days::new(90) + Days::new(u64::from(every) * reviews.len() as u64));
                reviews.push(due);
                last = due;
            }
            assert_eq!(reviews.len() as i64, (TEN_YEARS - 90 - 1) / i64::from(every) + 1);
            asked_once(&reviews, home);
        }
        let (mut rounds, mut last) = (Vec::new(), from);
        while let Some((n, due)) = next_agreement_round_after(from, last).filter(|(_, due)| *due < end) {
            assert_eq!(n as usize, rounds.len() + 1, "none is left out");
            rounds.push(due);
            last = due;
        }
        assert_eq!(rounds[0], from + Days::new(42));
        for (index, due) in rounds.iter().enumerate().skip(1) {
            let months = Months::new(3 + 6 * (index as u32 - 1));
            let month = from.with_day(1).unwrap() + months;
            let last_of_month = (month + Months::new(1)).pred_opt().unwrap();
            assert_eq!((due.year(), due.month()), (month.year(), month.month()));
            assert_eq!(due.day(), from.day().min(last_of_month.day()), "its own day, or the last the month has");
        }
        assert_eq!(rounds.len(), 21, "after six weeks, three months, and then every six months");
        for home in 0..HOMES.len() {
            asked_once(&rounds, home);
        }
    }
}

/// Whoever moves west meets a date a second time, which its identity folds; whoever moves east has gone past one
/// hour of it at most once a move. No other working day is left out, and none comes back later.
#[test]
fn digests_of_ten_years_come_on_every_working_day_also_of_a_provider_who_moves() {
    let start = day("2015-01-01");
    let holidays = HolidayCalendar::named("NO").unwrap();
    let weekdays: Weekdays =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri].into_iter().collect();
    for digest_time in ["08:00:00", "00:15:00", "02:20:00"].map(|time| time.parse::<NaiveTime>().unwrap()) {
        let hours = WorkingHours { days: weekdays, from: NaiveTime::MIN, ..WorkingHours::default() };
        let living_in = |zone| ProviderCalendar { zone, holidays, hours, away: Vec::new() };
        let mut calendar = living_in(HOMES[0]);
        let mut now = instant_of(calendar.zone, start.and_time(NaiveTime::MIN)) - TimeDelta::seconds(1);
        let (mut told, mut moves, mut last) = (BTreeSet::new(), 0, start.pred_opt().unwrap());
        while last < start + TimeDelta::days(TEN_YEARS) {
            let (date, at) = next_digest_after(now, &calendar, digest_time).unwrap();
            assert!(at > now, "{date}");
            assert_eq!(at.with_timezone(&calendar.zone).date_naive(), date, "{}", calendar.zone);
            assert!(date >= last, "{date} came back after {last}");
            told.insert(date);
            (now, last) = (at, date);
            // About every seven weeks, with the digest just read.
            if told.len() % 35 == 0 {
                moves += 1;
                calendar = living_in(HOMES[moves % HOMES.len()]);
            }
        }
        let worked = start.iter_days().take_while(|date| *date <= last).filter(|date| calendar.is_working_day(*date));
        let missed = worked.filter(|date| !told.contains(date)).count();
        assert!(told.iter().all(|date| calendar.is_working_day(*date)));
        assert!(moves > 60 && missed <= moves, "{missed} working days left out in {moves} moves");
        if digest_time == NaiveTime::MIN + TimeDelta::hours(8) {
            // Nobody moves so far east that eight in the morning of the next date has passed.
            assert_eq!(missed, 0, "{digest_time}");
        }
    }
}
