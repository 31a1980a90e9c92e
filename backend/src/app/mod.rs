//! What each call does: look up (which authorises), decide (domain), write (one commit). Nothing
//! here knows HTTP; the simulator drives the same functions.

pub mod refusal;
pub mod relationships;
pub mod sessions;

pub use refusal::{Answer, Refusal};
