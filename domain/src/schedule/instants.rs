//! From a wall clock to an instant, through the changes of the clock.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

/// The instant at which a wall clock in `zone` shows `local`. A time that the clock jumps over in
/// spring is the first instant after the jump; one that it shows twice in autumn is the first of
/// the two.
pub fn instant_of(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) => instant.to_utc(),
        LocalResult::Ambiguous(one, other) => one.min(other).to_utc(),
        LocalResult::None => GapInfo::new(&local, &zone)
            .and_then(|gap| gap.end)
            .map_or_else(|| local.and_utc(), |first_after| first_after.to_utc()),
    }
}

/// Whether the zone has that date at all: Samoa never had 30 December 2011.
pub fn date_exists(zone: Tz, date: NaiveDate) -> bool {
    let noon = date.and_time(NaiveTime::MIN + TimeDelta::hours(12));
    instant_of(zone, noon).with_timezone(&zone).date_naive() == date
}

/// Seconds the zone's clock is ahead of UTC at that instant.
pub(super) fn offset_at(zone: Tz, instant: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc()
}

/// The first instant in `(after, after + 24 h]` at which the zone's offset is another than at
/// `after`. No zone changes twice within a day.
pub(super) fn offset_change_within_a_day(zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let at = |second| DateTime::from_timestamp(second, 0);
    let before = offset_at(zone, after);
    let mut unchanged = after.timestamp();
    let mut changed = unchanged + 24 * 60 * 60;
    if offset_at(zone, at(changed)?) == before {
        return None;
    }
    while changed - unchanged > 1 {
        let middle = unchanged + (changed - unchanged) / 2;
        if offset_at(zone, at(middle)?) == before { unchanged = middle } else { changed = middle }
    }
    at(changed)
}
