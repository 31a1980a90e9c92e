//! Policy changes that wait to be tried, or were. The API writes them down; a worker plays them.

use crate::authorized::permitted;
use crate::connect::WriteTx;
use crate::entity::preview;
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::{OrganisationId, PreviewId};
use domain::organisation_policy::Rules;
use domain::organisation_policy::preview::{LEASE, PreviewResult, PreviewState};
use domain::ownership::Actor;
use domain::policy::{self, OnOrganisation, Permit};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// Writes a change down to be tried for the permitted actor's organisation.
pub async fn create(tx: &WriteTx, permit: Permit, id: PreviewId, rules: &Rules, now: DateTime<Utc>) -> Result<()> {
    let row = preview::ActiveModel {
        id: Set(id.0),
        organisation_id: Set(permit.actor().organisation.0),
        requested_by: Set(permit.account().0),
        rules: Set(serde_json::to_value(rules)?),
        state: Set(PreviewState::Waiting.to_string()),
        progress: Set(0),
        result: Set(None),
        created_at: Set(now),
        alive_at: Set(now),
        finished_at: Set(None),
    };
    preview::Entity::insert(row).exec_without_returning(&**tx).await?;
    tx.wakes_worker();
    Ok(())
}

/// One preview, for those who may preview in its organisation.
pub async fn get(db: &impl ConnectionTrait, actor: Actor, id: PreviewId) -> Result<rows::Preview> {
    let row = preview::Entity::find_by_id(id.0).one(db).await?.ok_or(StorageError::Hidden)?;
    let organisation = OrganisationId(row.organisation_id);
    permitted(policy::on_organisation(actor, OnOrganisation::PreviewPolicy, organisation))?;
    Ok(row)
}

/// How many of an organisation's previews are not finished.
pub async fn unfinished(db: &impl ConnectionTrait, of: OrganisationId) -> Result<u64> {
    use sea_orm::PaginatorTrait;
    Ok(preview::Entity::find()
        .filter(preview::Column::OrganisationId.eq(of.0))
        .filter(preview::Column::State.is_in([PreviewState::Waiting.as_str(), PreviewState::Running.as_str()]))
        .count(db)
        .await?)
}

/// Takes the oldest preview that waits, or that a process left behind. It is this worker's until it
/// is silent for [`LEASE`].
pub async fn claim_next(tx: &WriteTx, now: DateTime<Utc>) -> Result<Option<(rows::Preview, Rules)>> {
    let waits = Condition::any().add(preview::Column::State.eq(PreviewState::Waiting.as_str())).add(
        Condition::all()
            .add(preview::Column::State.eq(PreviewState::Running.as_str()))
            .add(preview::Column::AliveAt.lte(now - LEASE)),
    );
    let Some(row) = preview::Entity::find()
        .filter(waits.clone())
        .order_by_asc(preview::Column::CreatedAt)
        .order_by_asc(preview::Column::Id)
        .limit(1)
        .one(&**tx)
        .await?
    else {
        return Ok(None);
    };
    let claimed = preview::Entity::update_many()
        .col_expr(preview::Column::State, Expr::value(PreviewState::Running.as_str()))
        .col_expr(preview::Column::AliveAt, Expr::value(now))
        .filter(preview::Column::Id.eq(row.id))
        .filter(waits)
        .exec(&**tx)
        .await?;
    if claimed.rows_affected == 0 {
        return Ok(None);
    }
    let rules = serde_json::from_value(row.rules.clone())?;
    Ok(Some((row, rules)))
}

/// When there is one to take: at once, or when the one being played is left behind.
pub async fn next_due(db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>> {
    let unfinished = preview::Entity::find()
        .filter(preview::Column::State.is_in([PreviewState::Waiting.as_str(), PreviewState::Running.as_str()]))
        .all(db)
        .await?;
    let due = |row: &rows::Preview| {
        if row.state == PreviewState::Waiting.as_str() { row.created_at } else { row.alive_at + LEASE }
    };
    Ok(unfinished.iter().map(due).min())
}

/// Says how far it is, in percent, and that somebody still works at it.
pub async fn progress(tx: &WriteTx, id: PreviewId, percent: u8, now: DateTime<Utc>) -> Result<()> {
    preview::Entity::update_many()
        .col_expr(preview::Column::Progress, Expr::value(i32::from(percent.min(100))))
        .col_expr(preview::Column::AliveAt, Expr::value(now))
        .filter(preview::Column::Id.eq(id.0))
        .filter(preview::Column::State.eq(PreviewState::Running.as_str()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Writes what it came to; `None` says that it could not be played.
pub async fn finish(tx: &WriteTx, id: PreviewId, result: Option<&PreviewResult>, now: DateTime<Utc>) -> Result<()> {
    let state = if result.is_some() { PreviewState::Finished } else { PreviewState::Failed };
    let result = result.map(serde_json::to_value).transpose()?;
    preview::Entity::update_many()
        .col_expr(preview::Column::State, Expr::value(state.as_str()))
        .col_expr(preview::Column::Progress, Expr::value(100))
        .col_expr(preview::Column::Result, Expr::value(result))
        .col_expr(preview::Column::FinishedAt, Expr::value(now))
        .filter(preview::Column::Id.eq(id.0))
        .filter(preview::Column::State.eq(PreviewState::Running.as_str()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// What a finished preview came to.
pub fn result_of(row: &rows::Preview) -> Result<Option<PreviewResult>> {
    Ok(row.result.clone().map(serde_json::from_value).transpose()?)
}
