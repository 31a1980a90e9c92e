//! What must hold of time for every zone, calendar and year, not only for the dates somebody
//! thought of.

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc, Weekday,
};
use chrono_tz::Tz;
use domain::calendar::HolidayCalendar;
use domain::schedule::*;
use domain::weekdays::Weekdays;
use domain::working_time::{DateRange, ProviderCalendar, WorkingHours};
use proptest::prelude::*;
use uuid::Uuid;

const TEN_YEARS: i64 = 3_652;

/// Half-hour shifts, midnight shifts, southern summers, odd offsets and the date line.
const ZONES: &[Tz] = &[
    chrono_tz::Europe::Oslo,
    chrono_tz::Europe::Dublin,
    chrono_tz::America::New_York,
    chrono_tz::America::St_Johns,
    chrono_tz::America::Santiago,
    chrono_tz::America::Sao_Paulo,
    chrono_tz::America::Havana,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::Africa::Cairo,
    chrono_tz::Africa::Casablanca,
    chrono_tz::Asia::Beirut,
    chrono_tz::Asia::Kathmandu,
    chrono_tz::Pacific::Chatham,
    chrono_tz::Pacific::Apia,
    chrono_tz::Pacific::Kiritimati,
    chrono_tz::Pacific::Pago_Pago,
    chrono_tz::Antarctica::Troll,
];

fn midnight(date: NaiveDate) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN)
}

fn offset_at(zone: Tz, at: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
}

fn local(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// The rule for reading a wall clock, found without the reading: of all offsets the zone has
/// around that time, the earliest instant that shows it; else the first that shows a later one.
fn assert_reads(zone: Tz, shown: NaiveDateTime) {
    let found = instant_of(zone, shown);
    let around = (-30..=30).map(|hours| offset_at(zone, shown.and_utc() + TimeDelta::hours(hours)));
    let shows_it = around
        .map(|offset| (offset, shown.and_utc() - TimeDelta::seconds(i64::from(offset))))
        .filter(|(offset, at)| offset_at(zone, *at) == *offset)
        .map(|(_, at)| at)
        .min();
    match shows_it {
        Some(first) => assert_eq!(found, first, "{zone} {shown}"),
        None => {
            assert!(local(zone, found) > shown, "{zone} {shown}: not after the gap");
            let before = found - TimeDelta::seconds(1);
            assert!(local(zone, before) < shown, "{zone} {shown}: not the first after the gap");
        }
    }
}

#[test]
fn every_change_of_every_zone_in_ten_years_is_read_by_the_rule() {
    let start = DateTime::from_timestamp(1_577_836_800, 0).unwrap();
    let mut changes = 0;
    for zone in chrono_tz::TZ_VARIANTS {
        let mut from = start;
        let mut before = offset_at(zone, from);
        for week in 1..=TEN_YEARS / 7 {
            let to = start + TimeDelta::weeks(week);
            let after = offset_at(zone, to);
            if after != before {
                let (mut low, mut high) = (from.timestamp(), to.timestamp());
                while high - low > 1 {
                    let middle = low + (high - low) / 2;
                    let same = offset_at(zone, DateTime::from_timestamp(middle, 0).unwrap()) == before;
                    if same { low = middle } else { high = middle }
                }
                let change = DateTime::from_timestamp(high, 0).unwrap().naive_utc();
                let clock = change + TimeDelta::seconds(i64::from(before.min(after)));
                changes += 1;
                for minutes in [-61, -60, -1, 0, 1, 15, 29, 30, 31, 59, 60, 61, 119, 120, 121] {
                    assert_reads(zone, clock + TimeDelta::minutes(minutes));
                }
            }
            (from, before) = (to, after);
        }
    }
    assert!(changes > 2_000, "{changes}");
}

#[test]
fn the_odd_ones_of_history_are_read_by_the_rule() {
    let read = |zone: Tz, shown: &str| {
        let shown = NaiveDateTime::parse_from_str(shown, "%Y-%m-%d %H:%M").unwrap();
        assert_reads(zone, shown);
        instant_of(zone, shown).with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
    };
    assert_eq!(read(chrono_tz::Europe::Oslo, "2027-03-28 02:30"), "2027-03-28 03:00");
    assert_eq!(read(chrono_tz::Europe::Oslo, "2026-10-25 02:30"), "2026-10-25 02:30");
    assert_eq!(read(chrono_tz::America::Sao_Paulo, "2017-10-15 00:00"), "2017-10-15 01:00");
    assert_eq!(read(chrono_tz::America::Sao_Paulo, "2018-02-17 23:30"), "2018-02-17 23:30");
    assert_eq!(read(chrono_tz::Africa::Cairo, "2024-04-26 00:00"), "2024-04-26 01:00");
    assert_eq!(read(chrono_tz::Australia::Lord_Howe, "2026-10-04 02:15"), "2026-10-04 02:30");
    assert_eq!(read(chrono_tz::Australia::Lord_Howe, "2026-04-05 01:45"), "2026-04-05 01:45");
    assert_eq!(read(chrono_tz::Pacific::Apia, "2011-12-30 12:00"), "2011-12-31 00:00");
    assert_eq!(read(chrono_tz::Pacific::Kwajalein, "1993-08-21 12:00"), "1993-08-22 00:00");
    assert_eq!(read(chrono_tz::Asia::Pyongyang, "2018-05-04 23:45"), "2018-05-05 00:00");
    assert_eq!(read(chrono_tz::Antarctica::Troll, "2026-03-29 02:00"), "2026-03-29 03:00");
}

fn zones() -> impl Strategy<Value = Tz> {
    prop::sample::select(ZONES)
}

fn calendars() -> impl Strategy<Value = &'static HolidayCalendar> {
    let all: Vec<_> = HolidayCalendar::codes().filter_map(HolidayCalendar::named).collect();
    prop::sample::select(all)
}

fn dates() -> impl Strategy<Value = NaiveDate> {
    (0..TEN_YEARS).prop_map(|day| NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + TimeDelta::days(day))
}

fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    (dates(), 0i64..86_400_000).prop_map(|(date, ms)| midnight(date).and_utc() + TimeDelta::milliseconds(ms))
}

fn times() -> impl Strategy<Value = NaiveTime> {
    (0i64..24 * 60).prop_map(|minute| NaiveTime::MIN + TimeDelta::minutes(minute))
}

fn weekdays() -> impl Strategy<Value = Weekdays> {
    prop::collection::vec(0u8..7, 1..7)
        .prop_map(|days| days.into_iter().map(|day| Weekday::try_from(day).unwrap()).collect())
}

fn providers() -> impl Strategy<Value = ProviderCalendar> {
    let away = prop::collection::vec((dates(), 1u64..40), 0..6).prop_map(|ranges| {
        ranges.into_iter().map(|(from, days)| DateRange { from, to: from + Days::new(days) }).collect()
    });
    (zones(), calendars(), weekdays(), times(), times(), away).prop_map(|(zone, holidays, days, one, other, away)| {
        let hours = WorkingHours { days, from: one.min(other), to: one.max(other) };
        ProviderCalendar { zone, holidays, hours, away }
    })
}

fn owners() -> impl Strategy<Value = Waking> {
    (zones(), times(), times(), calendars(), any::<bool>()).prop_map(|(zone, from, to, holidays, quiet_days)| Waking {
        zone,
        quiet: QuietHours { from, to },
        holidays,
        quiet_days,
    })
}

proptest! {
    #[test]
    fn a_wall_clock_is_read_by_the_rule(zone in zones(), date in dates(), time in times()) {
        assert_reads(zone, date.and_time(time));
    }

    #[test]
    fn what_a_clock_shows_is_read_back(zone in zones(), at in instants()) {
        let shown = local(zone, at);
        let read = instant_of(zone, shown);
        prop_assert_eq!(local(zone, read), shown);
        prop_assert!(read <= at);
    }

    #[test]
    fn a_promise_counts_working_days(provider in providers(), at in instants(), window in 1u8..=5) {
        let Some(promise) = provider.promise(at, window) else {
            let weekdays_worked = provider.hours.days.iter().any(|day| day.num_days_from_monday() < 5);
            prop_assert!(!weekdays_worked || provider.hours.from == provider.hours.to);
            return Ok(());
        };
        let belongs = provider.belongs_to(at).unwrap();
        prop_assert!(belongs >= at.with_timezone(&provider.zone).date_naive());
        prop_assert!(provider.is_working_day(promise.due_on));
        prop_assert!(!matches!(promise.due_on.weekday(), Weekday::Sat | Weekday::Sun));
        prop_assert!(!provider.holidays.is_public_holiday(promise.due_on));
        let days = belongs.iter_days().skip(1).take_while(|day| *day <= promise.due_on);
        let counted = days.filter(|day| provider.is_working_day(*day) && day.weekday().num_days_from_monday() < 5).count();
        prop_assert_eq!(counted, usize::from(window));
        prop_assert_eq!(promise.due_at, instant_of(provider.zone, promise.due_on.and_time(provider.hours.to)));
        prop_assert!(promise.due_at > at);
    }

    #[test]
    fn a_later_message_or_a_longer_window_is_never_due_earlier(
        provider in providers(), at in instants(), later in 0i64..20_000, window in 1u8..=5,
    ) {
        let due = |at, window| provider.promise(at, window).map(|promise| (promise.due_on, promise.due_at));
        let (Some(first), Some(second)) = (due(at, window), due(at + TimeDelta::minutes(later), window)) else {
            return Ok(());
        };
        prop_assert!(first <= second);
        prop_assert!(first < due(at, window + 1).unwrap());
    }

    #[test]
    fn quiet_ends_at_the_first_instant_that_is_not(owner in owners(), now in instants()) {
        let until = owner.quiet_until(now);
        prop_assert!(until >= now);
        prop_assert!(!owner.is_quiet(until));
        let span = until - now;
        if span > TimeDelta::zero() {
            prop_assert!(owner.is_quiet(until - TimeDelta::nanoseconds(1)));
            for part in 0..97 {
                prop_assert!(owner.is_quiet(now + span / 97 * part), "{part}/97 of the way to {until}");
            }
        }
    }

    #[test]
    fn waking_parts_are_all_of_the_date_that_is_not_quiet(owner in owners(), date in dates(), minute in 0i64..2_880) {
        let parts = owner.waking_parts(date);
        prop_assert!(parts.iter().all(|part| part.opens < part.closes));
        prop_assert!(parts.windows(2).all(|pair| pair[0].closes < pair[1].opens));
        let at = midnight(date).and_utc() + TimeDelta::minutes(minute - 720);
        let expected = owner.local_date(at) == date && !owner.is_quiet(at);
        prop_assert_eq!(parts.iter().any(|part| part.contains(at)), expected);
    }

    #[test]
    fn each_anchor_has_one_slot_at_most_and_anchors_never_drift(
        accepted_on in dates(), every in prop::sample::select(vec![7u16, 14, 28]), provider in providers(), owner in owners(),
    ) {
        let plan = SeriesPlan { accepted_on, every_days: every };
        let times = CheckInTimes::default();
        let mut slots = Vec::new();
        for n in 1..=plan.slots() {
            let anchor = plan.anchor(n).unwrap();
            prop_assert_eq!((anchor - accepted_on).num_days(), i64::from(n) * i64::from(every));
            prop_assert_eq!(next_anchor_after(accepted_on, every, anchor - TimeDelta::days(1)), (n, anchor));
            prop_assert_eq!(next_anchor_after(accepted_on, every, anchor).0, n + 1);
            let eligible = |date| check_in_window(date, &provider, &owner, &times).is_some();
            let slot = slot_for_anchor(anchor, eligible);
            if let Some(slot) = slot {
                prop_assert!((0..=4).contains(&(slot - anchor).num_days()));
                prop_assert!(eligible(slot));
            }
            prop_assert!((0..=4).map(|days| anchor + TimeDelta::days(days)).take_while(|day| Some(*day) != slot).all(|day| !eligible(day)));
            slots.extend(slot);
        }
        prop_assert!(slots.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn every_minute_of_a_check_in_window_satisfies_both(provider in providers(), owner in owners(), date in dates(), key in any::<u128>()) {
        let times = CheckInTimes::default();
        let Some(window) = check_in_window(date, &provider, &owner, &times) else { return Ok(()) };
        let key = Uuid::from_u128(key);
        let chosen = spread(&window, key, date);
        prop_assert_eq!(chosen, spread(&window, key, date));
        let last = window.closes - TimeDelta::nanoseconds(1);
        for at in [window.opens, chosen, last] {
            prop_assert!(window.contains(at));
            prop_assert!(!owner.is_quiet(at) && owner.local_date(at) == date);
            let clock = local(provider.zone, at);
            prop_assert!(provider.works_on(clock.date()));
            prop_assert!((provider.hours.from..provider.hours.to).contains(&clock.time()));
            prop_assert!((times.hours.from..times.hours.to).contains(&clock.time()));
            prop_assert!(times.send_days.includes(clock.date()) && times.send_days.includes(date));
        }
        prop_assert_eq!(chosen.timestamp() % 60, 0);
    }

    #[test]
    fn every_minute_of_a_prompt_window_is_the_owners(owner in owners(), date in dates(), from in times(), to in times(), key in any::<u128>()) {
        let hours = DailyHours { from, to };
        let Some(window) = prompt_window(date, &owner, hours) else { return Ok(()) };
        let chosen = spread(&window, Uuid::from_u128(key), date);
        for at in [window.opens, chosen, window.closes - TimeDelta::nanoseconds(1)] {
            prop_assert!(window.contains(at));
            prop_assert!(!owner.is_quiet(at) && owner.local_date(at) == date);
            prop_assert!((from..to).contains(&local(owner.zone, at).time()));
        }
        prop_assert_eq!(chosen.timestamp() % 60, 0);
    }

    #[test]
    fn rounds_come_in_order(from in dates(), date in dates(), every in 30_u16..=730) {
        let in_order = |due: &dyn Fn(u32) -> NaiveDate, next: Option<(u32, NaiveDate)>| {
            let (n, on) = next.unwrap();
            prop_assert_eq!(due(n), on);
            prop_assert!(on > date && due(n + 1) > on);
            prop_assert!(n == 1 || due(n - 1) <= date);
            Ok(())
        };
        in_order(&|n| plan_review_due(from, every, n), next_plan_review_after(from, every, date))?;
        in_order(&|n| agreement_round_due(from, n), next_agreement_round_after(from, date))?;
    }
}

#[test]
fn ten_years_of_digests_come_once_on_each_working_day() {
    let zones = [
        chrono_tz::Europe::Oslo,
        chrono_tz::America::New_York,
        chrono_tz::Australia::Lord_Howe,
        chrono_tz::Africa::Cairo,
        chrono_tz::Pacific::Chatham,
        chrono_tz::America::Sao_Paulo,
    ];
    let start = NaiveDate::from_ymd_opt(2015, 1, 1).unwrap();
    // 08:00 as by default; 00:15 and 02:20 lie in the gaps and overlaps of one or the other.
    for digest_time in ["08:00:00", "00:15:00", "02:20:00"].map(|time| time.parse::<NaiveTime>().unwrap()) {
        for zone in zones {
            let provider = ProviderCalendar {
                zone,
                holidays: HolidayCalendar::named("NO").unwrap(),
                hours: WorkingHours { days: Weekdays::ALL, from: NaiveTime::MIN, ..WorkingHours::default() },
                away: vec![DateRange { from: start + Days::new(100), to: start + Days::new(130) }],
            };
            let end = start + TimeDelta::days(TEN_YEARS);
            let expected: Vec<_> =
                start.iter_days().take_while(|day| *day < end).filter(|day| provider.is_working_day(*day)).collect();
            let mut now = instant_of(zone, midnight(start)) - TimeDelta::seconds(1);
            for day in expected {
                let (date, at) = next_digest_after(now, &provider, digest_time).unwrap();
                assert_eq!((date, local(zone, at).date()), (day, day), "{zone}");
                assert_eq!(digest_at(day, &provider, digest_time), Some(at));
                assert!(at > now);
                now = at;
            }
        }
    }
}

/// Every date has one time at most for a check-in and for a prompt, on that date and after the one before, through each
/// change of the clock, each leap day and each end of a year; asked twice, it is the same.
#[test]
fn ten_years_of_dates_have_one_time_each_in_their_order() {
    let zones = [
        chrono_tz::Europe::Oslo,
        chrono_tz::America::New_York,
        chrono_tz::Australia::Lord_Howe,
        chrono_tz::Africa::Cairo,
        chrono_tz::Pacific::Chatham,
        chrono_tz::America::Sao_Paulo,
    ];
    let start = NaiveDate::from_ymd_opt(2015, 1, 1).unwrap();
    let end = start + TimeDelta::days(TEN_YEARS);
    let key = Uuid::from_u128(7);
    for zone in zones {
        let holidays = HolidayCalendar::named("NO").unwrap();
        let provider = ProviderCalendar { zone, holidays, hours: WorkingHours::default(), away: Vec::new() };
        let quiet = QuietHours { from: "20:00:00".parse().unwrap(), to: "09:00:00".parse().unwrap() };
        let owner = Waking { zone, quiet, holidays, quiet_days: true };
        // Around midnight and in the small hours lie the gaps and overlaps.
        let awake =
            Waking { quiet: QuietHours { from: NaiveTime::MIN, to: NaiveTime::MIN }, quiet_days: false, ..owner };
        let night = DailyHours { from: NaiveTime::MIN, to: "04:00:00".parse().unwrap() };
        let (mut check_in, mut prompt, mut count) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MIN_UTC, 0);
        for date in start.iter_days().take_while(|date| *date < end) {
            if let Some(window) = check_in_window(date, &provider, &owner, &CheckInTimes::default()) {
                let at = spread(&window, key, date);
                assert_eq!((at, local(zone, at).date()), (spread(&window, key, date), date), "{zone}");
                assert!(at > check_in, "{zone} {date}");
                (check_in, count) = (at, count + 1);
            }
            let window = prompt_window(date, &awake, night).unwrap();
            let at = spread(&window, key, date);
            assert_eq!(local(zone, at).date(), date, "{zone}");
            assert!(at > prompt, "{zone} {date}");
            prompt = at;
        }
        assert!(count > 1_400, "{zone}: {count} days for check-ins");
    }
}

/// A thousand series on one morning are spread over the whole of the window.
#[test]
fn check_ins_are_spread() {
    let opens = midnight(NaiveDate::from_ymd_opt(2026, 10, 6).unwrap()).and_utc() + TimeDelta::hours(8);
    let window = Window { opens, closes: opens + TimeDelta::hours(3) };
    let date = NaiveDate::from_ymd_opt(2026, 10, 6).unwrap();
    let mut per_minute = vec![0u32; 180];
    for key in 0..1_000 {
        let minute = (spread(&window, Uuid::from_u128(key), date) - opens).num_minutes();
        per_minute[usize::try_from(minute).unwrap()] += 1;
    }
    assert!(per_minute.iter().filter(|count| **count > 0).count() > 170);
    assert!(per_minute.iter().all(|count| *count < 20));
}
