//! When things fall due. Wall-clock times are judged in the zone of the person they belong to;
//! every rule here is a function of its arguments alone.

mod digests;
mod instants;
mod prompts;
mod slots;
mod waking;
mod windows;

pub use digests::{digest_at, next_digest_after};
pub use instants::{date_exists, instant_of};
pub use prompts::{
    agreement_round_due, iso_week, iso_week_days, next_agreement_round_after, next_plan_review_after, plan_review_due,
};
pub use slots::{
    MAX_ROLL_DAYS, Position, SERIES_DAYS, SeriesPlan, anchor, effective_interval, next_anchor_after, slot_for_anchor,
};
pub use waking::{QuietHours, Waking};
pub use windows::{CheckInTimes, DailyHours, Window, check_in_window, hours_ever_overlap, prompt_window, spread};
