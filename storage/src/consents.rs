//! What people consented to, and until when (R22, R57, R59).

use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::consent;
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use domain::ownership::Actor;
use domain::policy::{self, OnOwn, Permit};
use domain::words::ConsentKind;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// Writes a consent of the permitted account.
pub async fn give(
    tx: &WriteTx,
    permit: Permit,
    id: Uuid,
    kind: ConsentKind,
    text_version: String,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = consent::ActiveModel {
        id: Set(id),
        account_id: Set(permit.account().0),
        kind: Set(kind.to_string()),
        text_version: Set(text_version),
        given_at: Set(now),
        withdrawn_at: Set(None),
    };
    consent::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The consent of this kind that stands, the latest given.
pub async fn standing(
    db: &impl ConnectionTrait,
    account: AccountId,
    kind: ConsentKind,
) -> Result<Option<rows::Consent>> {
    Ok(consent::Entity::find()
        .filter(consent::Column::AccountId.eq(account.0))
        .filter(consent::Column::Kind.eq(kind.as_str()))
        .filter(consent::Column::WithdrawnAt.is_null())
        .order_by_desc(consent::Column::GivenAt)
        .order_by_desc(consent::Column::Id)
        .one(db)
        .await?)
}

pub async fn authorized(db: &impl ConnectionTrait, actor: Actor, id: Uuid) -> Result<Authorized<rows::Consent>> {
    let row = consent::Entity::find_by_id(id).one(db).await?.ok_or(StorageError::Hidden)?;
    Authorized::by(policy::on_own(actor, OnOwn::Consents, AccountId(row.account_id)), row)
}

/// A page of the permitted account's consents, newest first, withdrawn ones among them.
pub async fn page(
    db: &impl ConnectionTrait,
    permit: Permit,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<rows::Consent>> {
    let mut query = consent::Entity::find().filter(consent::Column::AccountId.eq(permit.account().0));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(consent::Column::GivenAt.lt(at))
                .add(Condition::all().add(consent::Column::GivenAt.eq(at)).add(consent::Column::Id.lt(id))),
        );
    }
    Ok(query.order_by_desc(consent::Column::GivenAt).order_by_desc(consent::Column::Id).limit(limit).all(db).await?)
}

/// Takes a consent back from now on; what was done under it stays done.
pub async fn withdraw(tx: &WriteTx, consent: &Authorized<rows::Consent>, now: DateTime<Utc>) -> Result<()> {
    consent::Entity::update_many()
        .col_expr(consent::Column::WithdrawnAt, Expr::value(now))
        .filter(consent::Column::Id.eq(consent.id))
        .filter(consent::Column::WithdrawnAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}
