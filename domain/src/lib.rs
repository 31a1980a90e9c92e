//! What Reconnect knows about ownership, time and words. Pure: no database, no network, no async,
//! no clock and no randomness of its own.

pub mod access;
mod account_state;
pub mod agreements;
pub mod backoff;
pub mod calendar;
pub mod check_ins;
pub mod clock;
pub mod crisis_plan;
pub mod digest;
pub mod gate;
pub mod ids;
pub mod item_changes;
pub mod joint_sessions;
pub mod library;
pub mod messages;
pub mod organisation_policy;
pub mod ownership;
pub mod plan_changes;
pub mod policy;
pub mod proposals;
pub mod push_subscriptions;
pub mod replies;
pub mod schedule;
pub mod sync;
pub mod toolbox;
pub mod unanswered;
pub mod wall_time;
pub mod weekdays;
pub mod wording;
pub mod words;
pub mod working_time;
