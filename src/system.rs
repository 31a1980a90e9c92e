//! The machine's own time and randomness: the only place that asks for either.

mod clock;
mod entropy;

#[expect(unused_imports, reason = "the role that shifts the clock is not there yet")]
pub use clock::ShiftedClock;
pub use clock::SystemClock;
pub use entropy::SystemEntropy;
