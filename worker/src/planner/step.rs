//! What a look at a series came to. A look only reads: a batch of looks is written at once, in one commit.

use super::decided::{self, Going};
use crate::meters;
use chrono::{DateTime, Utc};
use domain::gate::Reason;
use domain::ids::{AccountId, ConcernId, RelationshipId};
use domain::words::{ConcernKind, RelationshipState, RoundCause, SeriesState};
use storage::concerns::NewConcern;
use storage::deliveries::{self, Outgoing};
use storage::series::Position;
use storage::slots::NewSlot;
use storage::{Result, Store, WriteTx, agreement_rounds, concerns, facts, relationships, rows, series, slots};

/// Where the series stands after the look.
#[derive(Clone, Debug)]
pub enum To {
    Place(Position),
    /// It came to its twelve weeks' end.
    Completed,
    /// Silence rests it.
    Resting,
}

/// A line of the ledger.
#[derive(Clone, Debug)]
pub struct Entry {
    pub slot: NewSlot,
    /// The row is there already and still open: this is a later decision about it.
    pub open: bool,
    pub going: Option<Going>,
}

/// What seldom follows from a look.
#[derive(Clone, Copy, Debug)]
pub enum Also {
    /// The owner was silent as often as her silence clause says, since `since`: it fires once per silence.
    SilenceClause { relationship: RelationshipId, owner: AccountId, since: DateTime<Utc> },
    /// A new round of the agreement is due out of turn.
    Round { relationship: RelationshipId, owner: AccountId, cause: RoundCause },
}

#[derive(Clone, Debug)]
pub struct Step {
    pub to: To,
    pub entry: Option<Entry>,
    pub also: Vec<Also>,
}

impl Step {
    pub const fn place(position: Position) -> Self {
        Self { to: To::Place(position), entry: None, also: Vec::new() }
    }

    pub const fn completed() -> Self {
        Self { to: To::Completed, entry: None, also: Vec::new() }
    }

    pub fn with(mut self, entry: Entry) -> Self {
        self.entry = Some(entry);
        self
    }

    pub fn and(mut self, also: Option<Also>) -> Self {
        self.also.extend(also);
        self
    }
}

/// Writes what looks at several series came to. The series are this transaction's.
pub async fn write(store: &Store, tx: &WriteTx, steps: Vec<(&rows::Series, Step)>, now: DateTime<Utc>) -> Result<()> {
    let mut moves = Vec::with_capacity(steps.len());
    let mut entries = Vec::with_capacity(steps.len());
    let mut ends = Vec::new();
    let mut also = Vec::new();
    for (row, step) in steps {
        entries.extend(step.entry);
        also.extend(step.also);
        match step.to {
            To::Place(position) => moves.push((row, position)),
            To::Completed | To::Resting => ends.push((row, step.to)),
        }
    }
    for one in also {
        follow(store, tx, one, now).await?;
    }
    series::advance_all(tx, &moves).await?;
    enter(store, tx, entries, now).await?;
    for (row, to) in ends {
        match to {
            To::Resting => series::settle(tx, row, SeriesState::Resting, Reason::Resting, now).await?,
            To::Place(_) | To::Completed => series::complete(tx, row, now).await?,
        }
    }
    Ok(())
}

/// Ledger and outbox. What stands there under the same identity stays, and goes out once.
async fn enter(store: &Store, tx: &WriteTx, entries: Vec<Entry>, now: DateTime<Utc>) -> Result<()> {
    let mut outgoing: Vec<Outgoing> = Vec::new();
    let mut fresh = Vec::with_capacity(entries.len());
    let mut waiting = Vec::new();
    for Entry { slot, open, going } in entries {
        meters::decided(tx, slot.job, slot.decided.outcome);
        if open {
            let decided = slots::decide(tx, slot.id, &slot.decided, slot.next_at, now).await?;
            outgoing.extend(going.filter(|_| decided).map(|going| decided::outgoing(store, &slot, going)));
        } else {
            waiting.extend(going.map(|going| decided::outgoing(store, &slot, going)));
            fresh.push(slot);
        }
    }
    let written = slots::plan_all(tx, fresh, now).await?;
    outgoing.extend(waiting.into_iter().filter(|out| written.contains(&out.notification.slot)));
    if outgoing.is_empty() {
        return Ok(());
    }
    deliveries::enqueue(tx, outgoing, &|| store.new_id(), now).await
}

async fn follow(store: &Store, tx: &WriteTx, also: Also, now: DateTime<Utc>) -> Result<()> {
    match also {
        Also::Round { relationship, owner, cause } => {
            agreement_rounds::wish(tx, relationship, owner, cause, now).await?;
        }
        Also::SilenceClause { relationship, owner, since } => {
            if facts::silence_clause_fired(&**tx, relationship, since).await? {
                return Ok(());
            }
            let related = relationships::for_machinery(&**tx, relationship, now).await?;
            if related.is_none_or(|related| related.view.state != RelationshipState::Active) {
                return Ok(());
            }
            let concern = NewConcern {
                id: ConcernId(store.new_id()),
                relationship,
                owner,
                kind: ConcernKind::SilenceClause,
                slot: None,
            };
            concerns::open(tx, concern, now).await?;
        }
    }
    Ok(())
}
