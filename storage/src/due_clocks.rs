//! Reply clocks as the planner sees them: whose date comes, passed, or became uncertain.

use crate::among::among;
use crate::connect::WriteTx;
use crate::digests;
use crate::entity::{digest_line, digest_run, reply_clock};
use crate::error::Result;
use crate::rows;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AccountId, RelationshipId, ReplyClockId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Clocks to look at now, by due time: a range of the partial index.
pub async fn due(db: &impl ConnectionTrait, now: DateTime<Utc>, limit: u64) -> Result<Vec<rows::ReplyClock>> {
    Ok(reply_clock::Entity::find()
        .filter(reply_clock::Column::NextAt.lte(now))
        .order_by_asc(reply_clock::Column::NextAt)
        .order_by_asc(reply_clock::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}

/// When the planner looks at it again; `None`: no more.
pub async fn look_again(tx: &WriteTx, id: ReplyClockId, at: Option<DateTime<Utc>>) -> Result<()> {
    reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::NextAt, Expr::value(at))
        .filter(reply_clock::Column::Id.eq(id.0))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Its date passed: the owner is told once.
pub async fn mark_overdue(tx: &WriteTx, id: ReplyClockId, on: NaiveDate) -> Result<()> {
    reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::OverdueOn, Expr::value(on))
        .col_expr(reply_clock::Column::NextAt, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(reply_clock::Column::Id.eq(id.0))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// How many replies of a pair were overdue so far.
pub async fn overdue_count(db: &impl ConnectionTrait, relationship: RelationshipId) -> Result<u64> {
    Ok(reply_clock::Entity::find()
        .filter(reply_clock::Column::RelationshipId.eq(relationship.0))
        .filter(reply_clock::Column::OverdueOn.is_not_null())
        .count(db)
        .await?)
}

/// A promise must not outlive its channel: when the last digest with open promises lay unopened since a provider's date
/// of `lay_since`, the owners see that their date is uncertain.
pub async fn doubt_unopened(
    tx: &WriteTx,
    lay_since: &BTreeMap<AccountId, NaiveDate>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut by_date: BTreeMap<NaiveDate, Vec<Uuid>> = BTreeMap::new();
    for (provider, date) in lay_since {
        by_date.entry(*date).or_default().push(provider.0);
    }
    let mut runs = Vec::new();
    for (date, providers) in by_date {
        // The dates of many are the same; their last digests may lie far apart.
        let unopened = digest_run::Entity::find()
            .select_only()
            .column(digest_run::Column::ProviderId)
            .column_as(digest_run::Column::OnDate.max(), "on_date")
            .filter(among(digest_run::Column::ProviderId, &providers))
            .filter(digest_run::Column::OpenedAt.is_null())
            .filter(digest_run::Column::OnDate.lte(date))
            .group_by(digest_run::Column::ProviderId);
        let last: Vec<(Uuid, NaiveDate)> = unopened.into_tuple().all(&**tx).await?;
        runs.extend(last.into_iter().map(|(provider, on)| (AccountId(provider), on)));
    }
    let runs: Vec<Uuid> = digests::of_dates(&**tx, &runs).await?.into_values().map(|run| run.id).collect();
    if runs.is_empty() {
        return Ok(());
    }
    let clocks: Vec<Uuid> = digest_line::Entity::find()
        .select_only()
        .column(digest_line::Column::ClockId)
        .filter(among(digest_line::Column::DigestRunId, &runs))
        .filter(digest_line::Column::ClockId.is_not_null())
        .into_tuple()
        .all(&**tx)
        .await?;
    mark_uncertain(tx, clocks, now).await
}

/// These promises are uncertain from now on; those closed or marked before stay as they are.
pub async fn mark_uncertain(tx: &WriteTx, clocks: Vec<Uuid>, now: DateTime<Utc>) -> Result<()> {
    reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::UncertainSince, Expr::value(now))
        .filter(among(reply_clock::Column::Id, &clocks))
        .filter(reply_clock::Column::ClosedAt.is_null())
        .filter(reply_clock::Column::UncertainSince.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The provider opened the digest that listed them: what was promised is certain again.
pub async fn certain_again(tx: &WriteTx, run: Uuid) -> Result<()> {
    let listed = digest_line::Entity::find()
        .select_only()
        .column(digest_line::Column::ClockId)
        .filter(digest_line::Column::DigestRunId.eq(run))
        .filter(digest_line::Column::ClockId.is_not_null())
        .into_query();
    reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::UncertainSince, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(reply_clock::Column::Id.in_subquery(listed))
        .filter(reply_clock::Column::ClosedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}
