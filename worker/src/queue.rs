//! The outbox as an apalis queue. [`Feed`] is the `Backend`: it hands out what [`Work`] takes from
//! our own tables, so there is no second queue and no second truth. apalis runs the workers: their
//! lives, how many pieces are under way, a caught panic, a span around each piece, the graceful stop.
//! Leases, attempts, backoff and dead letters stay with `storage::deliveries`.

#[cfg(test)]
mod tests;

use apalis::layers::WorkerBuilderExt as _;
use apalis::layers::catch_panic::CatchPanicLayer;
use apalis::layers::tracing::TraceLayer;
use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::{Backend, BackendConfig};
use apalis_core::monitor::Monitor;
use apalis_core::task::Task;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use storage::{Result, StorageError, Store};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower_layer::Identity;
use tracing::Span;

/// After a failure of the database, the wait before trying again.
pub(crate) const AFTER_OUTAGE: Duration = Duration::from_secs(2);
/// What is due and yet not to be had is asked for again after this, not at once.
const SHORTLY: Duration = Duration::from_millis(20);

/// What the last look at the queue came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// There may be more: look again at once.
    Found,
    /// Nothing is due: rest until something is.
    Nothing,
    /// The database did not answer, or the look itself panicked.
    Fault,
}

/// A queue of ours, and what is done with a piece of it.
pub(crate) trait Work: Send + Sync + 'static {
    /// Ids and times only; everything else is loaded when the piece is done.
    type Piece: Send + Sync + Unpin + 'static;

    /// Takes what is due now; none if nothing is.
    fn take(&self) -> impl Future<Output = Result<Vec<Self::Piece>>> + Send;

    /// When there is something to take next.
    fn next_due(&self) -> impl Future<Output = Result<Option<DateTime<Utc>>>> + Send;

    /// Gives back what was taken and not begun.
    fn give_back(&self, pieces: Vec<Self::Piece>) -> impl Future<Output = Result<()>> + Send;

    /// Does one piece. What it could not do comes back by itself.
    fn handle(&self, piece: Self::Piece) -> impl Future<Output = ()> + Send;

    /// What the pieces handed out so far make of the next look.
    fn left(&self) -> Looked {
        Looked::Found
    }

    fn span(piece: &Self::Piece) -> Span;
}

/// How a queue is watched.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    pub store: Store,
    /// How long it rests at most: what stands behind the wake-ups.
    pub poll: Duration,
    pub shutdown: CancellationToken,
}

/// Ends with the worker's name in `monitor`: its queue, at most `concurrency` pieces under way.
///
/// Layers added first lie outside. The panic is caught inside the span and inside the bound, so it
/// is told with the piece's id and frees its place.
pub(crate) fn register<W: Work>(
    monitor: Monitor,
    name: String,
    work: Arc<W>,
    watch: Watch,
    concurrency: usize,
) -> Monitor {
    monitor.register(move |restarts| {
        let first = if restarts == 0 { None } else { Some(Looked::Fault) };
        let doing = Arc::clone(&work);
        WorkerBuilder::new(name.as_str())
            .backend(Feed::new(Arc::clone(&work), &watch, first))
            .layer(TraceLayer::new().make_span_with(|task: &Task<W::Piece>| W::span(&task.args)))
            .concurrency(concurrency)
            .layer(CatchPanicLayer::with_panic_handler(|_: &Box<dyn std::any::Any + Send>| Panicked))
            .build(move |piece: W::Piece| {
                let doing = Arc::clone(&doing);
                async move { doing.handle(piece).await }
            })
    })
}

/// Runs the workers of `monitor` until `shutdown`, then lets what is under way end within `drain`.
pub(crate) async fn supervise(monitor: Monitor, drain: Duration, shutdown: &CancellationToken) {
    let stopped = async {
        shutdown.cancelled().await;
        Ok(())
    };
    // With a terminator the monitor keeps its workers' errors to itself: they are told here.
    let supervised = monitor
        .should_restart(|worker, error| {
            tracing::error!(worker.name = worker.name(), error = %error, "worker.restarted");
            true
        })
        .with_terminator(async move {
            tokio::time::sleep(drain).await;
            tracing::warn!("worker.drain_ran_out");
        })
        .run_with_signal(stopped)
        .await;
    if let Err(error) = supervised {
        tracing::error!(error = %error, "worker.ended");
    }
}

/// A panic's own message may quote the text it was cut from, so none is kept.
#[derive(Debug, thiserror::Error)]
#[error("panicked; the piece comes back when its lease runs out")]
struct Panicked;

/// Faults are told and waited out here; to apalis an error would end the worker.
type Unfailing<T> = std::result::Result<T, Infallible>;
type Taken<P> = (watch::Receiver<u64>, Vec<P>);

/// The apalis backend over a [`Work`].
pub(crate) struct Feed<W: Work> {
    work: Arc<W>,
    store: Store,
    poll: Duration,
    /// Ends with the worker, and with the process's shutdown.
    stop: CancellationToken,
    /// Kept between two looks: news that comes while a piece is being done is not lost.
    wakes: Option<watch::Receiver<u64>>,
    first: Option<Looked>,
    taken: VecDeque<W::Piece>,
    taking: Option<BoxFuture<'static, Taken<W::Piece>>>,
    returning: Option<BoxFuture<'static, ()>>,
}

impl<W: Work> Feed<W> {
    /// `first`: what to make of the first look, if not what the work says.
    fn new(work: Arc<W>, watch: &Watch, first: Option<Looked>) -> Self {
        Self {
            work,
            store: watch.store.clone(),
            poll: watch.poll,
            stop: watch.shutdown.child_token(),
            wakes: None,
            first,
            taken: VecDeque::new(),
            taking: None,
            returning: None,
        }
    }

    /// Drives the look that is under way, or begins one.
    fn poll_taking(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let taking = match &mut self.taking {
            Some(taking) => taking,
            None => {
                let wakes = self.wakes.take().unwrap_or_else(|| self.store.wakes());
                let looked = self.first.take().unwrap_or_else(|| self.work.left());
                let look =
                    look(Arc::clone(&self.work), self.store.clone(), wakes, looked, self.poll, self.stop.clone());
                self.taking.insert(look.boxed())
            }
        };
        let (wakes, pieces) = ready!(taking.poll_unpin(cx));
        self.taking = None;
        self.wakes = Some(wakes);
        self.taken.extend(pieces);
        Poll::Ready(())
    }
}

impl<W: Work> Backend for Feed<W> {
    type Task = Task<W::Piece>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Unfailing<()>> {
        Poll::Ready(Ok(()))
    }

    /// apalis asks only when a place is free, and never again once this said `None`.
    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Unfailing<Self::Task>>> {
        loop {
            if self.stop.is_cancelled() {
                return Poll::Ready(None);
            }
            if let Some(piece) = self.taken.pop_front() {
                return Poll::Ready(Some(Ok(Task::new(piece))));
            }
            ready!(self.poll_taking(cx));
        }
    }

    /// A claim under way is not dropped, since its commit may already be on its way: it is ended,
    /// and what it took is given back with what had not been begun.
    fn poll_close(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Unfailing<()>> {
        self.stop.cancel();
        if self.taking.is_some() {
            ready!(self.poll_taking(cx));
        }
        if self.returning.is_none() && !self.taken.is_empty() {
            let work = Arc::clone(&self.work);
            let pieces = std::mem::take(&mut self.taken).into();
            let give_back = async move {
                if let Err(error) = guarded(work.give_back(pieces)).await {
                    tracing::warn!(error = %error, "worker.not_given_back");
                }
            };
            self.returning = Some(give_back.boxed());
        }
        if let Some(returning) = &mut self.returning {
            ready!(returning.poll_unpin(cx));
            self.returning = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl<W: Work> BackendConfig for Feed<W> {
    type Args = W::Piece;
    type Id = uuid::Uuid;
    type Kind = Ephemeral;
    type Config = ();
    type Layer = Identity;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Identity {
        Identity::new()
    }
}

/// Looks until there is something to take; rests in between until it is due, a wake-up comes or
/// `poll` is over, when it asks again what comes next: an idle queue costs that one question. Empty-handed only at the end.
async fn look<W: Work>(
    work: Arc<W>,
    store: Store,
    mut wakes: watch::Receiver<u64>,
    mut looked: Looked,
    poll: Duration,
    stop: CancellationToken,
) -> Taken<W::Piece> {
    loop {
        // How long, and whether there is something to take by then.
        let (rest, due) = match looked {
            Looked::Found => (Duration::ZERO, true),
            Looked::Nothing => match guarded(work.next_due()).await {
                Ok(Some(at)) => {
                    let until = (at - store.clock.now()).to_std().unwrap_or_default().max(SHORTLY);
                    (until.min(poll.max(SHORTLY)), until <= poll.max(SHORTLY))
                }
                Ok(None) => (poll, false),
                Err(error) => {
                    tracing::warn!(error = %error, "worker.outage");
                    (AFTER_OUTAGE, true)
                }
            },
            Looked::Fault => (AFTER_OUTAGE, true),
        };
        if !rest.is_zero() {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(rest) => {
                    if !due {
                        continue;
                    }
                }
                // The feed's own store keeps the sender alive.
                _ = wakes.changed() => {}
            }
        }
        if stop.is_cancelled() {
            return (wakes, Vec::new());
        }
        wakes.borrow_and_update();
        looked = match guarded(work.take()).await {
            Ok(pieces) if pieces.is_empty() => Looked::Nothing,
            Ok(pieces) => return (wakes, pieces),
            Err(error) => {
                tracing::warn!(error = %error, "worker.outage");
                Looked::Fault
            }
        };
    }
}

/// A panic while looking is an outage: a worker begun anew would drop what is under way beside it.
async fn guarded<T>(asked: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(asked)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(StorageError::Corrupt("asking the queue panicked".into())))
}
