//! The machine's own time, for what is measured against processes that go by it.

use chrono::{DateTime, SubsecRound, Utc};
use domain::clock::Clock;

/// In whole microseconds, as PostgreSQL keeps them.
#[derive(Clone, Copy, Debug)]
pub struct Wall;

impl Clock for Wall {
    #[expect(clippy::disallowed_methods, reason = "a bench stands where the binary does, which injects the same")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}
