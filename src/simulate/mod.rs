//! `reconnect simulate`: believable people on a virtual clock, and what the planner did for them.

pub mod actors;
pub mod agenda;
mod dice;
pub mod fields;
pub mod line;
mod names;
mod owner;
mod population;
mod provider;
pub mod scenario;
#[cfg(test)]
mod schema;
pub mod span;
pub mod timeline;
mod world;
