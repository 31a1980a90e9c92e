//! The prompts to look at the plan again: what the owner wants to be asked after, and the series
//! that asks.

use crate::connect::WriteTx;
use crate::entity::{plan_review_choice, series as series_entity};
use crate::error::Result;
use crate::series;
use crate::whose::Whose;
use crate::{crisis_plan, planned, rows};
use chrono::{DateTime, NaiveDate, Utc};
use domain::crisis_plan::{ReviewTrigger, review_due};
use domain::gate::Reason;
use domain::ids::{AccountId, SeriesId};
use domain::policy::Permit;
use domain::words::{Job, SeriesState};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

/// What an owner wants to be asked after, besides the calendar: what she chose, and nothing else.
pub async fn triggers(db: &impl ConnectionTrait, owner: AccountId) -> Result<Vec<ReviewTrigger>> {
    let Some(row) = plan_review_choice::Entity::find_by_id(owner.0).one(db).await? else {
        return Ok(Vec::new());
    };
    row.triggers.split(',').filter(|word| !word.is_empty()).map(|word| Ok(word.parse()?)).collect()
}

pub async fn choose(tx: &WriteTx, permit: Permit, triggers: &[ReviewTrigger], now: DateTime<Utc>) -> Result<()> {
    let row = plan_review_choice::ActiveModel {
        owner_id: Set(permit.account().0),
        triggers: Set(triggers.iter().map(|trigger| trigger.as_str()).collect::<Vec<_>>().join(",")),
        updated_at: Set(now),
    };
    plan_review_choice::Entity::insert(row)
        .on_conflict(
            OnConflict::column(plan_review_choice::Column::OwnerId)
                .update_columns([plan_review_choice::Column::Triggers, plan_review_choice::Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// The series that asks an owner, whether it runs, rests or was stopped; suggestions are not it.
pub async fn series_of(db: &impl ConnectionTrait, owner: AccountId) -> Result<Option<rows::Series>> {
    let all = series::of(db, Whose::Owner(owner), Some(Job::PlanReview)).await?;
    let running =
        |row: &&rows::Series| row.state == SeriesState::Active.as_str() || row.state == SeriesState::Resting.as_str();
    let ran = |row: &&rows::Series| row.accepted_on.is_some();
    Ok(all.iter().rev().find(running).or_else(|| all.iter().rev().find(ran)).cloned())
}

/// What providers suggested and the owner did not answer yet, oldest first.
pub async fn suggestions(db: &impl ConnectionTrait, owner: AccountId) -> Result<Vec<rows::Series>> {
    let all = series::of(db, Whose::Owner(owner), Some(Job::PlanReview)).await?;
    Ok(all.into_iter().filter(|row| row.state == SeriesState::Proposed.as_str()).collect())
}

/// Something happened that the owner may want to be asked after.
pub async fn happened(
    tx: &WriteTx,
    owner: AccountId,
    trigger: ReviewTrigger,
    on: NaiveDate,
    now: DateTime<Utc>,
) -> Result<()> {
    if !triggers(&**tx, owner).await?.contains(&trigger) {
        return Ok(());
    }
    let asking = series_of(&**tx, owner).await?.filter(|row| row.state == SeriesState::Active.as_str());
    match asking {
        Some(row) => series::trigger(tx, &row, trigger.as_str(), review_due(trigger, on), now).await,
        None => Ok(()),
    }
}

/// How often the calendar asks, in days.
pub async fn set_every(tx: &WriteTx, row: &rows::Series, every_days: i32) -> Result<()> {
    series_entity::Entity::update_many()
        .col_expr(series_entity::Column::EveryDays, Expr::value(every_days))
        .filter(series_entity::Column::Id.eq(row.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Remembers with whom the owner wants to look; `None` once that is over.
pub async fn together_with(tx: &WriteTx, row: &rows::Series, provider: Option<AccountId>) -> Result<()> {
    series_entity::Entity::update_many()
        .col_expr(series_entity::Column::WithProviderId, Expr::value(provider.map(|id| id.0)))
        .filter(series_entity::Column::Id.eq(row.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// After sharing changed: what stood on a share that is gone is cancelled in the same commit.
pub async fn sharing_changed(tx: &WriteTx, owner: AccountId, now: DateTime<Utc>) -> Result<()> {
    for row in series::of(&**tx, Whose::Owner(owner), Some(Job::PlanReview)).await? {
        let state: SeriesState = row.state.parse()?;
        let stands_on = match state {
            SeriesState::Proposed => row.proposed_by,
            SeriesState::Active | SeriesState::Resting => row.with_provider_id,
            SeriesState::Stopped | SeriesState::Completed => None,
        };
        let Some(provider) = stands_on.map(AccountId) else { continue };
        if crisis_plan::is_shared(&**tx, owner, provider, now).await? {
            continue;
        }
        if state == SeriesState::Proposed {
            series::settle(tx, &row, SeriesState::Stopped, Reason::Revoked, now).await?;
        } else {
            together_with(tx, &row, None).await?;
            planned::cancel(tx, Whose::Series(SeriesId(row.id)), Reason::Revoked, now).await?;
            series::reconsider(tx, Whose::Series(SeriesId(row.id)), now).await?;
        }
    }
    Ok(())
}
