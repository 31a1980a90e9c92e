//! `reconnect simulate`: believable people on a virtual clock, and what the planner did for them.

pub mod actors;
pub mod agenda;
mod decisions;
mod dice;
mod drive;
pub mod fields;
pub mod line;
mod names;
mod owner;
mod population;
mod provider;
pub mod role;
pub mod scenario;
#[cfg(test)]
mod schema;
mod script;
pub mod span;
pub mod stage;
pub mod timeline;
mod world;
