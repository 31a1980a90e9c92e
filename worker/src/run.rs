//! The worker's life: three apalis workers, one that plans, one that sends and one that tries changes of policy, woken when a commit
//! makes work due and stopped between two pieces of work.

use crate::queue::{AFTER_OUTAGE, Looked, Watch, Work, register, supervise};
use crate::{Claimed, Dispatcher, Planner, previews, restore};
use apalis_core::monitor::Monitor;
use chrono::{DateTime, Utc};
use domain::organisation_policy::Rules;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use storage::{Result, Store, rows, trace};
use tokio_util::sync::CancellationToken;
use tracing::Span;

/// A restore to a time less than this before the end is noticed by chance only.
const MARK_EVERY: Duration = Duration::from_secs(10);

/// Runs until `shutdown`; then claims nothing more, and what is under way may end within the
/// dispatcher's drain time. `poll` is how long it rests at most: what stands behind the wake-ups.
pub async fn run(store: Store, planner: Planner, dispatcher: Dispatcher, poll: Duration, shutdown: CancellationToken) {
    let watch = Watch { store: store.clone(), poll, shutdown: shutdown.clone() };
    let (drain, concurrency, id) = (dispatcher.drain(), dispatcher.concurrency(), dispatcher.worker());
    let dispatcher = Arc::new(dispatcher);
    if !beginning(&store, &shutdown).await {
        return;
    }
    tracing::info!(worker.id = %id, "worker.started");
    let monitor = Monitor::new();
    let monitor = register(monitor, format!("planner-{id}"), Arc::new(Plan::of(planner)), watch.clone(), 1);
    let monitor = register(monitor, format!("dispatch-{id}"), Arc::clone(&dispatcher), watch.clone(), concurrency);
    let previews = Arc::new(Previews { store: store.clone() });
    let monitor = register(monitor, format!("previews-{id}"), previews, watch, 1);
    // While what is under way is finished, its leases run on too.
    let working = async {
        tokio::select! {
            () = supervise(monitor, drain, &shutdown) => {}
            () = renew(&dispatcher) => {}
            () = keep_marking(&store) => {}
        }
    };
    tokio::join!(working, hear(&store, &shutdown));
}

/// Nothing is planned or sent before it is known whether the database was put back from a backup. False: to stop.
async fn beginning(store: &Store, shutdown: &CancellationToken) -> bool {
    while !shutdown.is_cancelled() {
        match store.while_it_answers(restore::notice(store)).await {
            Ok(()) => return true,
            Err(error) => tracing::warn!(error = %error, "worker.outage"),
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(AFTER_OUTAGE) => {}
        }
    }
    false
}

/// Moves the mark on, by which a later restore is noticed, for ever.
async fn keep_marking(store: &Store) {
    loop {
        tokio::time::sleep(MARK_EVERY).await;
        if let Err(error) = store.while_it_answers(restore::notice(store)).await {
            tracing::warn!(error = %error, "worker.not_marked");
        }
    }
}

/// Keeps the leases of what is in hand from running out, for ever.
async fn renew(dispatcher: &Dispatcher) {
    loop {
        tokio::time::sleep(dispatcher.renewal()).await;
        if let Err(error) = dispatcher.renew().await {
            tracing::warn!(error = %error, "worker.not_renewed");
        }
    }
}

impl Work for Dispatcher {
    type Piece = Claimed;

    async fn take(&self) -> Result<Vec<Claimed>> {
        self.claim().await
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        Dispatcher::next_due(self).await
    }

    async fn give_back(&self, pieces: Vec<Claimed>) -> Result<()> {
        Dispatcher::give_back(self, pieces).await
    }

    async fn handle(&self, piece: Claimed) {
        Dispatcher::handle(self, piece).await;
    }

    fn span(piece: &Claimed) -> Span {
        let row = &piece.row;
        let span = tracing::info_span!(
            target: trace::TARGET, "delivery",
            delivery.id = %row.id,
            delivery.channel = row.channel,
            delivery.action = row.action,
            delivery.attempt = row.attempts + 1,
        );
        trace::go_on(&span, row.trace.as_deref());
        span
    }
}

/// The planner as a queue: one turn at a time, the next at once while turns find something.
struct Plan {
    planner: Planner,
    /// Set to [`Looked::Fault`] while a turn is out, so that one that panics is followed by a rest.
    last: Mutex<Looked>,
}

/// Leave to look once at everything that is due.
struct Turn;

impl Plan {
    const fn of(planner: Planner) -> Self {
        Self { planner, last: Mutex::new(Looked::Found) }
    }

    fn set(&self, looked: Looked) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = looked;
    }
}

impl Work for Plan {
    type Piece = Turn;

    async fn take(&self) -> Result<Vec<Turn>> {
        self.set(Looked::Fault);
        Ok(vec![Turn])
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        self.planner.store().while_it_answers(self.planner.next_due()).await
    }

    async fn give_back(&self, _: Vec<Turn>) -> Result<()> {
        Ok(())
    }

    async fn handle(&self, Turn: Turn) {
        self.set(match self.planner.store().while_it_answers(self.planner.turn()).await {
            Ok(0) => Looked::Nothing,
            Ok(_) => Looked::Found,
            Err(error) => {
                tracing::warn!(error = %error, "worker.outage");
                Looked::Fault
            }
        });
    }

    fn left(&self) -> Looked {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn span(_: &Turn) -> Span {
        tracing::debug_span!(target: trace::TARGET, "plan")
    }
}

/// Changes of policy that wait to be tried.
struct Previews {
    store: Store,
}

impl Work for Previews {
    type Piece = (rows::Preview, Rules);

    async fn take(&self) -> Result<Vec<Self::Piece>> {
        Ok(self.store.while_it_answers(previews::claim(&self.store)).await?.into_iter().collect())
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        self.store.while_it_answers(storage::previews::next_due(self.store.read())).await
    }

    /// The claim runs out, and another worker takes it up.
    async fn give_back(&self, _: Vec<Self::Piece>) -> Result<()> {
        Ok(())
    }

    async fn handle(&self, (row, rules): Self::Piece) {
        if let Err(error) = self.store.while_it_answers(previews::play(&self.store, &row, &rules)).await {
            tracing::warn!(error = %error, preview.id = %row.id, "preview.outage");
        }
    }

    fn span((row, _): &Self::Piece) -> Span {
        tracing::info_span!(target: trace::TARGET, "preview", preview.id = %row.id)
    }
}

/// Hears other replicas until it is time to stop.
async fn hear(store: &Store, shutdown: &CancellationToken) {
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = store.keep_listening() => {}
    }
}
