//! When things fall due. Wall-clock times are judged in the zone of the person they belong to;
//! every rule here is a function of its arguments alone.

mod instants;

pub use instants::{date_exists, instant_of};
