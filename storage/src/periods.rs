//! Pauses and hospital stays: periods [from, to), open while `to` is not known.

use crate::connect::WriteTx;
use crate::entity::period;
use crate::error::Result;
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use domain::policy::Permit;
use domain::words::PeriodKind;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// The period of `kind` that runs at `now`, if one does.
pub async fn running(
    db: &impl ConnectionTrait,
    owner: AccountId,
    kind: PeriodKind,
    now: DateTime<Utc>,
) -> Result<Option<rows::Period>> {
    Ok(period::Entity::find()
        .filter(period::Column::OwnerId.eq(owner.0))
        .filter(period::Column::Kind.eq(kind.as_str()))
        .filter(period::Column::FromAt.lte(now))
        .filter(not_over(now))
        .order_by_desc(period::Column::FromAt)
        .order_by_desc(period::Column::Id)
        .one(db)
        .await?)
}

/// A page of the permit holder's pauses and stays, newest first, those over included.
pub async fn page(
    db: &impl ConnectionTrait,
    permit: Permit,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<rows::Period>> {
    let mut query = period::Entity::find().filter(period::Column::OwnerId.eq(permit.account().0));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(period::Column::FromAt.lt(at))
                .add(Condition::all().add(period::Column::FromAt.eq(at)).add(period::Column::Id.lt(id))),
        );
    }
    Ok(query.order_by_desc(period::Column::FromAt).order_by_desc(period::Column::Id).limit(limit).all(db).await?)
}

/// Begins a period now. One that runs already goes on, with this end in place of its own.
pub async fn begin(
    tx: &WriteTx,
    permit: Permit,
    kind: PeriodKind,
    id: Uuid,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let goes_on = period::Entity::update_many()
        .col_expr(period::Column::ToAt, Expr::value(until))
        .filter(period::Column::OwnerId.eq(permit.account().0))
        .filter(period::Column::Kind.eq(kind.as_str()))
        .filter(period::Column::FromAt.lte(now))
        .filter(not_over(now))
        .exec(&**tx)
        .await?;
    if goes_on.rows_affected > 0 {
        return Ok(());
    }
    let row = period::ActiveModel {
        id: Set(id),
        owner_id: Set(permit.account().0),
        kind: Set(kind.to_string()),
        from_at: Set(now),
        to_at: Set(until),
        created_at: Set(now),
    };
    period::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Ends what runs, now. Tells whether anything did.
pub async fn end(tx: &WriteTx, permit: Permit, kind: PeriodKind, now: DateTime<Utc>) -> Result<bool> {
    let ended = period::Entity::update_many()
        .col_expr(period::Column::ToAt, Expr::value(now))
        .filter(period::Column::OwnerId.eq(permit.account().0))
        .filter(period::Column::Kind.eq(kind.as_str()))
        .filter(period::Column::FromAt.lte(now))
        .filter(not_over(now))
        .exec(&**tx)
        .await?;
    Ok(ended.rows_affected > 0)
}

fn not_over(now: DateTime<Utc>) -> Condition {
    Condition::any().add(period::Column::ToAt.is_null()).add(period::Column::ToAt.gt(now))
}
