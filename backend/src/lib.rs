//! The mobile backend: translates the wire, asks the domain, writes through storage.

pub mod api;
pub mod app;
mod app_links;
pub mod call;
mod compressed;
mod idempotency;
mod limits;
pub mod meters;
mod middleware;
mod operations;
pub mod retiring;
pub mod routes;
mod shape;
pub mod state;
mod streams;
mod texts;
mod views;

pub use state::{App, EventSettings, Settings};
