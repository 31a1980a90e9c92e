//! Does what is due: plans, passes the gate, sends.

pub mod digests;
pub mod dispatch;
mod hand;
pub mod kill_point;
pub mod meters;
mod patience;
pub mod planner;
pub mod previews;
mod queue;
pub mod restore;
mod run;
mod together;
pub mod transport;

pub use dispatch::{DispatchSettings, Dispatcher};
pub use hand::Claimed;
pub use planner::Planner;
pub use run::run;
