//! Promises whose channel failed: the date is no longer certain. Owners see it at their messages,
//! the duty role in a list without names and content.

use crate::connect::WriteTx;
use crate::entity::{account, reply_clock};
use crate::error::Result;
use crate::{instance, rows};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, OrganisationId, ReplyClockId};
use domain::policy::Permit;
use domain::words::AccountState;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, UpdateMany,
};

/// Marks one open clock; one that is marked keeps the time it was marked first.
pub async fn mark(tx: &WriteTx, clock: ReplyClockId, now: DateTime<Utc>) -> Result<()> {
    mark_where(tx, Condition::all().add(reply_clock::Column::Id.eq(clock.0)), now).await
}

/// Since when a promise made now is uncertain, if it is: everything is stopped, or whoever promises
/// cannot sign in.
pub(crate) async fn from_the_start(
    tx: &WriteTx,
    provider: AccountId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let switch = instance::kill_switch(&**tx).await?;
    if switch.on {
        return Ok(Some(switch.since.unwrap_or(now)));
    }
    let account = account::Entity::find_by_id(provider.0).one(&**tx).await?;
    let active = account.is_some_and(|row| row.state == AccountState::Active.as_str());
    Ok((!active).then_some(now))
}

/// Marks every open clock: nothing is sent to anybody any more.
pub async fn mark_all(tx: &WriteTx, now: DateTime<Utc>) -> Result<()> {
    mark_where(tx, Condition::all(), now).await
}

/// Those marked at `since`, and for no other reason, are certain again.
pub async fn lift(tx: &WriteTx, since: DateTime<Utc>) -> Result<()> {
    lift_where(tx, Condition::all().add(reply_clock::Column::UncertainSince.eq(since))).await
}

/// A provider is back: what she promised is certain again.
pub async fn lift_for(tx: &WriteTx, provider: AccountId) -> Result<()> {
    lift_where(tx, answered_by(provider)).await
}

/// Takes back what was handed to a provider; whoever promised answers for it again.
pub async fn hand_back(tx: &WriteTx, clock: &rows::ReplyClock) -> Result<()> {
    let update = reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::HandedTo, Expr::value(Option::<uuid::Uuid>::None));
    change(tx, update, Condition::all().add(reply_clock::Column::Id.eq(clock.id))).await
}

/// How many there are in the permitted actor's organisation.
pub async fn count(db: &impl ConnectionTrait, permit: Permit) -> Result<u64> {
    Ok(of(permit.actor().organisation).count(db).await?)
}

/// A page of them, newest first. `after` is the last one of the page before.
pub async fn page(
    db: &impl ConnectionTrait,
    permit: Permit,
    after: Option<ReplyClockId>,
    limit: u64,
) -> Result<Vec<rows::ReplyClock>> {
    let mut query = of(permit.actor().organisation);
    if let Some(after) = after {
        query = query.filter(reply_clock::Column::Id.lt(after.0));
    }
    Ok(query.order_by_desc(reply_clock::Column::Id).limit(limit).all(db).await?)
}

fn of(organisation: OrganisationId) -> Select<reply_clock::Entity> {
    let people = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::OrganisationId.eq(organisation.0))
        .into_query();
    reply_clock::Entity::find()
        .filter(reply_clock::Column::ProviderId.in_subquery(people))
        .filter(reply_clock::Column::ClosedAt.is_null())
        .filter(reply_clock::Column::UncertainSince.is_not_null())
}

/// Whoever it was handed to answers, else whose promise it was.
fn answered_by(provider: AccountId) -> Condition {
    let own = Condition::all()
        .add(reply_clock::Column::ProviderId.eq(provider.0))
        .add(reply_clock::Column::HandedTo.is_null());
    Condition::any().add(reply_clock::Column::HandedTo.eq(provider.0)).add(own)
}

async fn mark_where(tx: &WriteTx, which: Condition, now: DateTime<Utc>) -> Result<()> {
    let update = reply_clock::Entity::update_many().col_expr(reply_clock::Column::UncertainSince, Expr::value(now));
    change(tx, update, which.add(reply_clock::Column::UncertainSince.is_null())).await
}

async fn lift_where(tx: &WriteTx, which: Condition) -> Result<()> {
    let update = reply_clock::Entity::update_many()
        .col_expr(reply_clock::Column::UncertainSince, Expr::value(Option::<DateTime<Utc>>::None));
    change(tx, update, Condition::all().add(which).add(reply_clock::Column::UncertainSince.is_not_null())).await
}

async fn change(tx: &WriteTx, update: UpdateMany<reply_clock::Entity>, which: Condition) -> Result<()> {
    update
        .col_expr(reply_clock::Column::Version, Expr::col(reply_clock::Column::Version).add(1))
        .filter(which)
        .filter(reply_clock::Column::ClosedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}
