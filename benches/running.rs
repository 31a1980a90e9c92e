//! A time of one's choosing that runs on.

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use std::time::Instant;

#[derive(Clone, Copy, Debug)]
pub struct Running {
    start: DateTime<Utc>,
    since: Instant,
}

impl Running {
    /// Shows `start` now.
    pub fn from(start: DateTime<Utc>) -> Self {
        Self { start, since: Instant::now() }
    }
}

impl Clock for Running {
    /// In whole microseconds, as PostgreSQL keeps them.
    fn now(&self) -> DateTime<Utc> {
        let passed = i64::try_from(self.since.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.start + TimeDelta::microseconds(passed)
    }
}
