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
mod step;

use crate::kill_point::{self, Point};
use crate::meters::{self, Queue};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{ReplyClockId, SeriesId, SlotId};
use domain::words::Job;
use std::collections::BTreeSet;
use storage::briefing::{Briefing, Subject};
use storage::{Result, StorageError, Store, WriteTx, due, due_clocks, rows, series, slots};
use uuid::Uuid;

/// Most rows looked at in one turn of each kind.
const BATCH: u64 = 500;
/// Digests among them: all that waits for each provider is read to see whether it says anything, and on SQLite other
/// writers wait meanwhile.
const DIGESTS: usize = 100;
/// What fails is looked at again after this, and delays nobody else.
const AFTER_FAILURE: TimeDelta = TimeDelta::minutes(10);
/// While a window is open, a blocked slot is asked again this often.
pub(crate) const ASK_AGAIN: TimeDelta = TimeDelta::minutes(15);

/// What the looks at a batch of series have before them.
struct Desk<'a> {
    store: &'a Store,
    briefing: &'a Briefing,
}

/// Plans what is due.
#[derive(Clone, Debug)]
pub struct Planner {
    store: Store,
}

impl Planner {
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// Looks once at everything due now; tells how much that was.
    pub async fn turn(&self) -> Result<usize> {
        let now = self.store.clock.now();
        let due_series = series::due(self.store.read(), now, BATCH).await?;
        if !due_series.is_empty() {
            self.look_at_series(now).await?;
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
        let next = due::next(self.store.read()).await?;
        meters::behind(&self.store, Queue::Planner, next);
        Ok(next)
    }

    /// Looks at a batch of the series that are due and writes what came of it in one commit. Another planner's are
    /// left to it. If the batch cannot be written, each is looked at by itself.
    async fn look_at_series(&self, now: DateTime<Utc>) -> Result<()> {
        let tx = self.store.write().await?;
        let taken = series::take(&tx, now, BATCH).await?;
        let looked = self.look_at_batch(&tx, &taken, now).await;
        match looked {
            Ok(failed) => {
                tx.commit().await?;
                if let Some(first) = taken.first() {
                    kill_point::pass(Point::Planned, first.id);
                }
                for (id, error) in failed {
                    self.settle_series(Err(error), id).await?;
                }
                Ok(())
            }
            Err(error @ StorageError::Unavailable(_)) => Err(error),
            Err(_) => {
                tx.rollback().await?;
                for row in &taken {
                    let looked = self.look_alone(row).await;
                    self.settle_series(looked, row.id).await?;
                }
                Ok(())
            }
        }
    }

    async fn look_alone(&self, row: &rows::Series) -> Result<()> {
        let now = self.store.clock.now();
        let tx = self.store.write().await?;
        let again = series::by_id(&*tx, SeriesId(row.id)).await?;
        let Some(again) = again.filter(|again| again.version == row.version && again.next_at == row.next_at) else {
            return Err(StorageError::Stale);
        };
        let failed = self.look_at_batch(&tx, &[again], now).await?;
        match failed.into_iter().next() {
            Some((_, error)) => Err(error),
            None => tx.commit().await,
        }
    }

    /// Gives those that could not be looked at. Of an owner's series one is looked at after the other, since what
    /// comes of the first counts for the second.
    async fn look_at_batch(
        &self,
        tx: &WriteTx,
        taken: &[rows::Series],
        now: DateTime<Utc>,
    ) -> Result<Vec<(Uuid, StorageError)>> {
        let mut failed = Vec::new();
        let (mut waiting, mut digests) = (Vec::new(), Vec::new());
        for row in taken {
            match row.job.parse()? {
                Job::Digest => digests.push(row),
                Job::CheckIn | Job::PlanReview | Job::AgreementRound => waiting.push(row),
                Job::OverdueNotice | Job::MessageNotice | Job::ResponseReminder => {
                    failed.push((row.id, StorageError::Corrupt(format!("no series of {}", row.job))));
                }
            }
        }
        while !waiting.is_empty() {
            let mut owners = BTreeSet::new();
            let (now_due, later) = waiting.into_iter().partition(|row| row.owner_id.is_none_or(|id| owners.insert(id)));
            failed.extend(self.look_at_prompts(tx, now_due, now).await?);
            waiting = later;
        }
        digests.truncate(DIGESTS);
        if !digests.is_empty() {
            failed.extend(digests::look(&self.store, tx, &digests, now).await?);
        }
        Ok(failed)
    }

    /// Check-ins and prompts, of each owner one.
    async fn look_at_prompts(
        &self,
        tx: &WriteTx,
        due: Vec<&rows::Series>,
        now: DateTime<Utc>,
    ) -> Result<Vec<(Uuid, StorageError)>> {
        let subjects = due.iter().map(|row| Subject::of(row)).collect::<Result<Vec<_>>>()?;
        let briefing = Briefing::of(&**tx, &subjects, now).await?;
        let desk = Desk { store: &self.store, briefing: &briefing };
        let mut steps = Vec::with_capacity(due.len());
        let mut failed = Vec::new();
        for row in due {
            let looked = match row.job.parse()? {
                Job::CheckIn => check_ins::look(&desk, row),
                _ => prompts::look(&desk, row),
            };
            match looked {
                Ok(step) => steps.push((row, step)),
                Err(error) => failed.push((row.id, error)),
            }
        }
        step::write(&self.store, tx, steps, now).await?;
        Ok(failed)
    }

    async fn settle_series(&self, looked: Result<()>, id: Uuid) -> Result<()> {
        self.settle_failure(looked, "planner.series_failed", id, async |tx, until| {
            series::postpone(tx, SeriesId(id), until).await
        })
        .await
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
            Ok(()) => {
                kill_point::pass(Point::Planned, id);
                Ok(())
            }
            Err(StorageError::Stale) => Ok(()),
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
