//! What a change of policy would do, tried on a snapshot before it is published.

use super::tally::Tally;
use crate::words;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How many days ahead a preview plays.
pub const DAYS: u32 = 30;

/// Unfinished previews of one organisation: more would only make each other wait.
pub const WAITING_AT_MOST: u64 = 5;

/// A preview nobody has advanced for so long was left behind by a process that died.
pub const LEASE: TimeDelta = TimeDelta::minutes(5);

words! {
    PreviewState { Waiting = "waiting", Running = "running", Finished = "finished", Failed = "failed" }
}

/// What a preview came to. Both sides hold only what may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewResult {
    /// With the policy in force.
    pub today: Vec<Tally>,
    /// With the change.
    pub changed: Vec<Tally>,
}
