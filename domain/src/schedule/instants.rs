//! From a wall clock to an instant, through the changes of the clock.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
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
