//! The worker's life: plan and dispatch whenever something is due, sleep until the next thing is,
//! wake at once when a commit makes work due, stop between two pieces of work.

use crate::{Dispatcher, Planner};
use chrono::{DateTime, Utc};
use std::future::Future;
use std::time::Duration;
use storage::{Result, Store};
use tokio_util::sync::CancellationToken;

/// After a failure of the database, the wait before trying again.
const AFTER_OUTAGE: Duration = Duration::from_secs(2);

/// Runs until `shutdown`. `poll` is how long it sleeps at most: what stands behind the wake-ups.
pub async fn run(store: Store, planner: Planner, dispatcher: Dispatcher, poll: Duration, shutdown: CancellationToken) {
    let planning = keep_at_it(&store, "planner", poll, &shutdown, || planner.turn(), || planner.next_due());
    let sending = keep_at_it(&store, "dispatch", poll, &shutdown, || dispatcher.turn(), || dispatcher.next_due());
    let hearing = hear(&store, &shutdown);
    tokio::join!(planning, sending, hearing);
}

/// Repeats `turn` while it finds work; then sleeps until `next_due`, a wake-up or `poll`.
async fn keep_at_it<T, N>(
    store: &Store,
    name: &'static str,
    poll: Duration,
    shutdown: &CancellationToken,
    turn: impl Fn() -> T,
    next_due: impl Fn() -> N,
) where
    T: Future<Output = Result<usize>>,
    N: Future<Output = Result<Option<DateTime<Utc>>>>,
{
    let mut wakes = store.wakes();
    while !shutdown.is_cancelled() {
        wakes.borrow_and_update();
        let pause = match turn().await {
            Ok(0) => match next_due().await {
                Ok(Some(at)) => (at - store.clock.now()).to_std().unwrap_or(Duration::from_millis(20)).min(poll),
                Ok(None) => poll,
                Err(error) => {
                    tracing::warn!(error = %error, worker.loop = name, "worker.outage");
                    AFTER_OUTAGE
                }
            },
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(error = %error, worker.loop = name, "worker.outage");
                AFTER_OUTAGE
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
            changed = wakes.changed() => {
                // The store outlives its worker; if it did not, there would be nothing to hear.
                if changed.is_err() {
                    return;
                }
            }
        }
    }
}

/// Hears other replicas; when the connection breaks, polling carries on and it is made again.
async fn hear(store: &Store, shutdown: &CancellationToken) {
    while !shutdown.is_cancelled() {
        tokio::select! {
            () = shutdown.cancelled() => {}
            heard = store.listen() => {
                if let Err(error) = heard {
                    tracing::warn!(error = %error, "worker.not_listening");
                }
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = tokio::time::sleep(AFTER_OUTAGE) => {}
                }
            }
        }
    }
}
