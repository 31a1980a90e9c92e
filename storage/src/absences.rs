//! When a provider is away, who stands in, and which owner lets the substitute see what waits.

use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::{absence, absence_consent};
use crate::error::{Result, StorageError};
use crate::relationships::Related;
use crate::rows;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AbsenceId, AccountId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::{self, OnAbsence, Permit};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// Dates [from, to) in the provider's zone, and whom she asks to stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub substitute: Option<AccountId>,
}

impl Away {
    pub fn of(row: &rows::Absence) -> Self {
        Self { from_on: row.from_on, to_on: row.to_on, substitute: row.substitute_id.map(AccountId) }
    }
}

/// Writes an absence of the permitted provider.
pub async fn create(tx: &WriteTx, permit: Permit, id: AbsenceId, away: Away, now: DateTime<Utc>) -> Result<()> {
    let row = absence::ActiveModel {
        id: Set(id.0),
        provider_id: Set(permit.account().0),
        from_on: Set(away.from_on),
        to_on: Set(away.to_on),
        substitute_id: Set(away.substitute.map(Into::into)),
        substitute_accepted_at: Set(None),
        substitute_declined_at: Set(None),
        created_at: Set(now),
        cancelled_at: Set(None),
        version: Set(1),
    };
    absence::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// As the machinery needs it, whoever asks.
pub async fn by_id(db: &impl ConnectionTrait, id: AbsenceId) -> Result<Option<rows::Absence>> {
    Ok(absence::Entity::find_by_id(id.0).one(db).await?)
}

pub async fn authorized(
    db: &impl ConnectionTrait,
    actor: Actor,
    action: OnAbsence,
    id: AbsenceId,
) -> Result<Authorized<rows::Absence>> {
    let row = by_id(db, id).await?.ok_or(StorageError::Hidden)?;
    Authorized::by(decision(actor, action, &row), row)
}

fn decision(actor: Actor, action: OnAbsence, row: &rows::Absence) -> policy::Decision {
    policy::on_absence(actor, action, AccountId(row.provider_id), row.substitute_id.map(AccountId))
}

/// A page of the absences this provider has or is asked to stand in for, the last written first.
pub async fn page(
    db: &impl ConnectionTrait,
    actor: Actor,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Authorized<rows::Absence>>> {
    let mut query = absence::Entity::find().filter(
        Condition::any()
            .add(absence::Column::ProviderId.eq(actor.account.0))
            .add(absence::Column::SubstituteId.eq(actor.account.0)),
    );
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(absence::Column::CreatedAt.lt(at))
                .add(Condition::all().add(absence::Column::CreatedAt.eq(at)).add(absence::Column::Id.lt(id))),
        );
    }
    query
        .order_by_desc(absence::Column::CreatedAt)
        .order_by_desc(absence::Column::Id)
        .limit(limit)
        .all(db)
        .await?
        .into_iter()
        .map(|row| Authorized::by(decision(actor, OnAbsence::See, &row), row))
        .collect()
}

/// The absences of a relationship's responsible provider that are not over on `today`, by date.
pub async fn coming(
    db: &impl ConnectionTrait,
    related: &Authorized<Related>,
    today: NaiveDate,
) -> Result<Vec<rows::Absence>> {
    Ok(absence::Entity::find()
        .filter(absence::Column::ProviderId.eq(related.view.responsible.0))
        .filter(absence::Column::CancelledAt.is_null())
        .filter(absence::Column::ToOn.gt(today))
        .order_by_asc(absence::Column::FromOn)
        .order_by_asc(absence::Column::Id)
        .all(db)
        .await?)
}

/// Whether a provider is away on any of the dates already.
pub async fn overlaps(
    db: &impl ConnectionTrait,
    provider: AccountId,
    away: Away,
    except: Option<AbsenceId>,
) -> Result<bool> {
    Ok(absence::Entity::find()
        .filter(absence::Column::ProviderId.eq(provider.0))
        .filter(absence::Column::CancelledAt.is_null())
        .filter(absence::Column::FromOn.lt(away.to_on))
        .filter(absence::Column::ToOn.gt(away.from_on))
        .all(db)
        .await?
        .iter()
        .any(|row| except.is_none_or(|except| row.id != except.0)))
}

/// Writes other dates or another substitute. Unless `answer_stands`, the substitute is asked anew,
/// and owners too.
pub async fn change(tx: &WriteTx, absence: &Authorized<rows::Absence>, away: Away, answer_stands: bool) -> Result<()> {
    let mut update = absence::Entity::update_many()
        .col_expr(absence::Column::FromOn, Expr::value(away.from_on))
        .col_expr(absence::Column::ToOn, Expr::value(away.to_on))
        .col_expr(absence::Column::SubstituteId, Expr::value(away.substitute.map(|id| id.0)));
    if !answer_stands {
        update = update
            .col_expr(absence::Column::SubstituteAcceptedAt, Expr::value(None::<DateTime<Utc>>))
            .col_expr(absence::Column::SubstituteDeclinedAt, Expr::value(None::<DateTime<Utc>>));
        absence_consent::Entity::delete_many()
            .filter(absence_consent::Column::AbsenceId.eq(absence.id))
            .exec(&**tx)
            .await?;
    }
    as_seen(tx, update, absence).await
}

/// The substitute says yes or no; a later answer replaces an earlier one.
pub async fn answer(
    tx: &WriteTx,
    absence: &Authorized<rows::Absence>,
    accepted: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let update = absence::Entity::update_many()
        .col_expr(absence::Column::SubstituteAcceptedAt, Expr::value(accepted.then_some(now)))
        .col_expr(absence::Column::SubstituteDeclinedAt, Expr::value((!accepted).then_some(now)));
    as_seen(tx, update, absence).await
}

pub async fn cancel(tx: &WriteTx, absence: &Authorized<rows::Absence>, now: DateTime<Utc>) -> Result<()> {
    let update = absence::Entity::update_many().col_expr(absence::Column::CancelledAt, Expr::value(now));
    as_seen(tx, update, absence).await
}

async fn as_seen(
    tx: &WriteTx,
    update: sea_orm::UpdateMany<absence::Entity>,
    absence: &Authorized<rows::Absence>,
) -> Result<()> {
    let changed = update
        .col_expr(absence::Column::Version, Expr::col(absence::Column::Version).add(1))
        .filter(absence::Column::Id.eq(absence.id))
        .filter(absence::Column::Version.eq(absence.version))
        .filter(absence::Column::CancelledAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// The owner of a relationship lets the substitute of one absence see its threads with open clocks.
pub async fn consent(
    tx: &WriteTx,
    related: &Authorized<Related>,
    absence: AbsenceId,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = absence_consent::ActiveModel {
        absence_id: Set(absence.0),
        relationship_id: Set(related.row.id),
        given_at: Set(now),
    };
    absence_consent::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([absence_consent::Column::AbsenceId, absence_consent::Column::RelationshipId])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

pub async fn withdraw_consent(tx: &WriteTx, related: &Authorized<Related>, absence: AbsenceId) -> Result<()> {
    absence_consent::Entity::delete_by_id((absence.0, related.row.id)).exec(&**tx).await?;
    Ok(())
}

/// The absences to whose substitute the owner of this relationship consented.
pub async fn consented(db: &impl ConnectionTrait, relationship: RelationshipId) -> Result<Vec<AbsenceId>> {
    Ok(absence_consent::Entity::find()
        .filter(absence_consent::Column::RelationshipId.eq(relationship.0))
        .order_by_asc(absence_consent::Column::AbsenceId)
        .all(db)
        .await?
        .into_iter()
        .map(|row| AbsenceId(row.absence_id))
        .collect())
}

/// The same with when she did, the latest first.
pub async fn consents(db: &impl ConnectionTrait, related: &Authorized<Related>) -> Result<Vec<rows::AbsenceConsent>> {
    Ok(absence_consent::Entity::find()
        .filter(absence_consent::Column::RelationshipId.eq(related.row.id))
        .order_by_desc(absence_consent::Column::GivenAt)
        .order_by_desc(absence_consent::Column::AbsenceId)
        .all(db)
        .await?)
}

/// Who stands in towards one owner on a date of the provider's: accepted, and consented to.
pub async fn stands_in(
    db: &impl ConnectionTrait,
    provider: AccountId,
    relationship: RelationshipId,
    on: NaiveDate,
) -> Result<Option<AccountId>> {
    let consented = consented(db, relationship).await?;
    Ok(absence::Entity::find()
        .filter(absence::Column::ProviderId.eq(provider.0))
        .filter(absence::Column::CancelledAt.is_null())
        .filter(absence::Column::SubstituteAcceptedAt.is_not_null())
        .filter(absence::Column::FromOn.lte(on))
        .filter(absence::Column::ToOn.gt(on))
        .order_by_asc(absence::Column::Id)
        .all(db)
        .await?
        .into_iter()
        .find(|row| consented.contains(&AbsenceId(row.id)))
        .and_then(|row| row.substitute_id)
        .map(AccountId))
}
