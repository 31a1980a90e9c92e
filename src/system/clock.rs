use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::clock::Clock;

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    /// In whole microseconds: that is what PostgreSQL keeps, and a time that is stored and read again must
    /// equal itself.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is injected everywhere else")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that starts at a time of one's choosing and runs on from there.
#[derive(Clone, Copy, Debug)]
pub struct ShiftedClock {
    ahead: TimeDelta,
}

impl ShiftedClock {
    /// Shows `start` now.
    pub fn starting_at(start: DateTime<Utc>) -> Self {
        Self { ahead: start.trunc_subsecs(6) - SystemClock.now() }
    }
}

impl Clock for ShiftedClock {
    /// Stops at the last time that can be told rather than panicking there.
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now().checked_add_signed(self.ahead).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shifted_clock_starts_where_it_is_told_and_runs_on() {
        let start = DateTime::parse_from_rfc3339("2027-05-17T07:59:58.123456789+02:00").unwrap().to_utc();
        let clock = ShiftedClock::starting_at(start);
        let first = clock.now();
        assert!(first >= start.trunc_subsecs(6) && first - start < TimeDelta::seconds(30), "{first}");
        std::thread::sleep(std::time::Duration::from_millis(5));
        assert!(clock.now() > first);
    }

    #[test]
    fn times_have_whole_microseconds() {
        let now = SystemClock.now();
        assert_eq!(now, now.trunc_subsecs(6));
    }
}
