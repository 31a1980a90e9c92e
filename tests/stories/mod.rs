//! The stories the design must bear, played on a whole installation: `reconnect serve` and `reconnect work` as
//! processes of their own over one database, APNs, FCM and a mail server behind real sockets, people who hold
//! phones. The clock is put forward from outside; nothing in the binary knows of it.

mod browser;
mod check_ins;
mod collector;
pub mod crowd;
mod gateway_down;
mod hospital;
mod live;
mod long_read;
mod outside;
mod person;
mod promises;
mod replicas;
mod restore;
mod revocation;
mod shared_plan;
mod suggestion;
mod together;
mod traces;
mod vault;
mod world;

pub use person::Person;
pub use world::{Pair, World, oslo};

use crate::harness::PATIENCE;
use std::time::Duration;

/// Looks until there is something to see; what does not come in time fails the test.
pub async fn eventually<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(tokio::time::Instant::now() < deadline, "not seen: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
