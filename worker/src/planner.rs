//! The planner: an input-free reconciler. It looks at what is due (series, open slots, reply
//! clocks), asks the gate, and writes slot, ledger, notification and deliveries in one commit with
//! the series' next place. Signalled by commits and asked periodically; two planners at once are
//! harmless, since every place is advanced by version and every slot has one identity.

mod check_ins;
pub(crate) mod decided;
mod digests;
mod notices;
mod overdue;
mod prompts;

use crate::meters::{self, Queue};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{ReplyClockId, SeriesId, SlotId};
use domain::words::Job;
use storage::{Result, StorageError, Store, due_clocks, rows, series, slots};

/// Most rows looked at in one turn of each kind.
const BATCH: u64 = 500;
/// What fails is looked at again after this, and delays nobody else.
const AFTER_FAILURE: TimeDelta = TimeDelta::minutes(10);
/// While a window is open, a blocked slot is asked again this often.
pub(crate) const ASK_AGAIN: TimeDelta = TimeDelta::minutes(15);

/// Plans what is due.
#[derive(Clone, Debug)]
pub struct Planner {
    store: Store,
}

impl Planner {
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Looks once at everything due now; tells how much that was.
    pub async fn turn(&self) -> Result<usize> {
        let now = self.store.clock.now();
        let due_series = series::due(self.store.read(), now, BATCH).await?;
        for row in &due_series {
            let looked = self.look_at_series(row).await;
            self.settle_failure(looked, "planner.series_failed", row.id, async |tx, until| {
                series::postpone(tx, SeriesId(row.id), until).await
            })
            .await?;
        }
        let due_clocks = due_clocks::due(self.store.read(), now, BATCH).await?;
        for row in &due_clocks {
            let looked = overdue::look(&self.store, row).await;
            self.settle_failure(looked, "planner.clock_failed", row.id, async |tx, until| {
                due_clocks::look_again(tx, ReplyClockId(row.id), Some(until)).await
            })
            .await?;
        }
        let due_slots = slots::due(self.store.read(), now, BATCH).await?;
        for row in &due_slots {
            let looked = self.look_at_slot(row).await;
            self.settle_failure(looked, "planner.slot_failed", row.id, async |tx, until| {
                slots::postpone(tx, SlotId(row.id), until).await
            })
            .await?;
        }
        let oldest = [
            due_series.first().and_then(|row| row.next_at),
            due_clocks.first().and_then(|row| row.next_at),
            due_slots.first().and_then(|row| row.next_at),
        ];
        meters::behind(&self.store, Queue::Planner, oldest.into_iter().flatten().min());
        Ok(due_series.len() + due_clocks.len() + due_slots.len())
    }

    /// When there is something to look at next.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        let db = self.store.read();
        let times = [series::next_due(db).await?, slots::next_due(db).await?, due_clocks::next_due(db).await?];
        Ok(times.into_iter().flatten().min())
    }

    async fn look_at_series(&self, row: &rows::Series) -> Result<()> {
        match row.job.parse::<Job>()? {
            Job::CheckIn => check_ins::look(&self.store, row).await,
            Job::Digest => digests::look(&self.store, row).await,
            Job::PlanReview | Job::AgreementRound => prompts::look(&self.store, row).await,
            Job::OverdueNotice | Job::MessageNotice | Job::ResponseReminder => {
                Err(StorageError::Corrupt(format!("no series of {}", row.job)))
            }
        }
    }

    async fn look_at_slot(&self, row: &rows::Slot) -> Result<()> {
        match row.job.parse::<Job>()? {
            Job::MessageNotice => notices::look(&self.store, row).await,
            Job::OverdueNotice => overdue::look_again(&self.store, row).await,
            // Held slots of series are asked again through their series.
            _ => Ok(()),
        }
    }

    /// Somebody was faster: nothing to do. An outage: give up the turn. Anything else: this one
    /// row waits, its neighbours do not.
    async fn settle_failure(
        &self,
        looked: Result<()>,
        event: &'static str,
        id: uuid::Uuid,
        postpone: impl AsyncFnOnce(&storage::WriteTx, DateTime<Utc>) -> Result<()>,
    ) -> Result<()> {
        match looked {
            Ok(()) | Err(StorageError::Stale) => Ok(()),
            Err(error @ StorageError::Unavailable(_)) => Err(error),
            Err(error) => {
                tracing::error!(error = %error, row.id = %id, "{event}");
                meters::failed(&self.store, Queue::Planner);
                let tx = self.store.write().await?;
                postpone(&tx, self.store.clock.now() + AFTER_FAILURE).await?;
                tx.commit().await
            }
        }
    }
}
