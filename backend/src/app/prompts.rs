//! Answering a prompt about the plan or the agreement. Not answering is fine too.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, crisis_plan as plan};
use crate::state::App;
use crate::views::{self, Page};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, NotificationId, SeriesId, SlotId};
use domain::policy::OnOwn;
use domain::words::{Job, PromptAnswer};
use mobile_contract::problem::{FieldFault, ProblemCode};
use mobile_contract::prompts::{PromptOut, PromptsOut};
use storage::crisis_plan::Review;
use storage::whose::Whose;
use storage::{StorageError, WriteTx, deliveries, prompts, relationships, rows, series, slots};

const MOST: u64 = 50;
const ALL: &str = "prompts";

pub async fn list(app: &App, caller: Caller) -> Answer<PromptsOut> {
    let permit = relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)?;
    let rows = prompts::open(app.store.read(), permit, MOST).await?;
    Ok(PromptsOut { items: rows.into_iter().map(present).collect::<Answer<_>>()? })
}

/// All that went out to her, newest first, those answered included.
pub async fn all(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<Page<PromptOut>> {
    let permit = relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)?;
    let limit = views::limit(limit)?;
    let after = views::place(app, caller, ALL, cursor)?;
    let mut rows = prompts::page(app.store.read(), permit, after, limit + 1).await?;
    let next_cursor =
        views::cut(&mut rows, limit).map(|last| views::cursor(app, caller, ALL, (last.planned_at, last.id)));
    Ok(Page { items: rows.into_iter().map(present).collect::<Answer<_>>()?, next_cursor })
}

pub async fn get(app: &App, caller: Caller, id: SlotId) -> Answer<PromptOut> {
    present(prompts::authorized(app.store.read(), caller.actor, id).await?.into_inner())
}

/// She opened it: it leaves her other devices.
pub async fn open(app: &App, caller: Caller, id: SlotId) -> Answer<PromptOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let row = prompts::authorized(&*tx, caller.actor, id).await?;
    seen(&tx, &row, now).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// She answered. The same answer again is the same answer; another one comes too late.
pub async fn answer(
    app: &App,
    caller: Caller,
    id: SlotId,
    answer: PromptAnswer,
    with: Option<AccountId>,
) -> Answer<PromptOut> {
    let now = app.now();
    let review = app.store.new_id();
    let tx = app.store.write().await?;
    let row = prompts::authorized(&*tx, caller.actor, id).await?;
    if let Some(before) = &row.answer {
        return if before == answer.as_str() {
            present(row.into_inner())
        } else {
            Err(Refusal::new(ProblemCode::AlreadyAnswered))
        };
    }
    match row.job.parse::<Job>().map_err(StorageError::from)? {
        Job::PlanReview => {
            plan::review_in(app, &tx, caller, Review { id: review, at: now, answer, with, slot: Some(id) }).await?;
        }
        _ if with.is_some() => return Err(Refusal::field("/with_provider_id", FieldFault::UnknownField)),
        _ => {}
    }
    seen(&tx, &row, now).await?;
    slots::answered(&tx, &row, answer.as_str(), None, now).await.map_err(|error| match error {
        StorageError::Duplicate(_) => Refusal::new(ProblemCode::AlreadyAnswered),
        other => other.into(),
    })?;
    if let Some(asking) = row.series_id {
        series::reconsider(&tx, Whose::Series(SeriesId(asking)), now).await?;
    }
    tx.commit().await?;
    get(app, caller, id).await
}

async fn seen(tx: &WriteTx, row: &rows::Slot, now: DateTime<Utc>) -> Answer<()> {
    slots::opened(tx, row, now).await?;
    for told in deliveries::of_slot(&**tx, SlotId(row.id)).await? {
        deliveries::read(tx, NotificationId(told.id), now).await?;
    }
    Ok(())
}

pub(crate) fn present(row: rows::Slot) -> Answer<PromptOut> {
    Ok(PromptOut {
        slot_id: row.id,
        job: views::word(&row.job)?,
        on_date: row.on_date,
        sent_at: row.decided_at,
        relationship_id: row.relationship_id,
        opened_at: row.opened_at,
        answer: row.answer.as_deref().map(views::word).transpose()?,
        answered_at: row.answered_at,
        choices: views::words(PromptAnswer::ALL)?,
    })
}
