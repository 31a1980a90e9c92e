//! What a pair agreed: versions that never change, and who accepted which text.

use crate::among::among;
use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::{agreement_acceptance, agreement_version, relationship};
use crate::error::{Result, StorageError};
use crate::relationships::Related;
use crate::rows;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AccountId, AgreementVersionId, RelationshipId};
use domain::words::Language;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// A version as it is drafted. It never changes again.
#[derive(Clone, Debug)]
pub struct NewVersion {
    pub id: AgreementVersionId,
    pub number: i32,
    /// What both accept; of the text as it was before sealing.
    pub hash: String,
    /// The canonical text, sealed under the thread's key for `agreement_version.terms` of this id.
    pub terms: Vec<u8>,
    pub reply_window_days: i32,
    pub check_ins: bool,
    pub check_in_every_days: Option<i32>,
    pub silence_clause: Option<i32>,
    pub substitute: Option<AccountId>,
    pub language: Language,
    pub next_review_on: Option<NaiveDate>,
}

/// Takes turns with whoever else drafts or accepts for this pair: numbers have no gaps, and of two
/// sides that accept at once the later sees the earlier. Hold it before reading what is decided on.
pub async fn take_turn(tx: &WriteTx, relationship: RelationshipId) -> Result<()> {
    relationship::Entity::find_by_id(relationship.0).lock(LockType::NoKeyUpdate).one(&**tx).await?;
    Ok(())
}

/// The number the next version gets.
pub async fn next_number(tx: &WriteTx, related: &Authorized<Related>) -> Result<i32> {
    let highest = agreement_version::Entity::find()
        .filter(agreement_version::Column::RelationshipId.eq(related.row.id))
        .order_by_desc(agreement_version::Column::Number)
        .one(&**tx)
        .await?;
    Ok(highest.map_or(0, |row| row.number) + 1)
}

/// Writes a draft of the permitted actor.
pub async fn draft(tx: &WriteTx, related: &Authorized<Related>, new: NewVersion, now: DateTime<Utc>) -> Result<()> {
    let row = agreement_version::ActiveModel {
        id: Set(new.id.0),
        relationship_id: Set(related.row.id),
        number: Set(new.number),
        hash: Set(new.hash),
        terms: Set(new.terms),
        reply_window_days: Set(new.reply_window_days),
        check_ins: Set(new.check_ins),
        check_in_every_days: Set(new.check_in_every_days),
        silence_clause: Set(new.silence_clause),
        substitute_id: Set(new.substitute.map(Into::into)),
        language: Set(new.language.to_string()),
        next_review_on: Set(new.next_review_on),
        drafted_by: Set(related.permit().account().0),
        created_at: Set(now),
        in_force_at: Set(None),
        superseded_at: Set(None),
    };
    agreement_version::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// One version of an authorised relationship.
pub async fn version(
    db: &impl ConnectionTrait,
    related: &Authorized<Related>,
    number: i32,
) -> Result<rows::AgreementVersion> {
    agreement_version::Entity::find()
        .filter(agreement_version::Column::RelationshipId.eq(related.row.id))
        .filter(agreement_version::Column::Number.eq(number))
        .one(db)
        .await?
        .ok_or(StorageError::Hidden)
}

/// A version by the id its author gave it, whoever's it is.
pub async fn by_id(db: &impl ConnectionTrait, id: AgreementVersionId) -> Result<Option<rows::AgreementVersion>> {
    Ok(agreement_version::Entity::find_by_id(id.0).one(db).await?)
}

/// Versions of an authorised relationship, newest first, those before `before` only.
pub async fn page(
    db: &impl ConnectionTrait,
    related: &Authorized<Related>,
    before: Option<i32>,
    limit: u64,
) -> Result<Vec<rows::AgreementVersion>> {
    let mut query =
        agreement_version::Entity::find().filter(agreement_version::Column::RelationshipId.eq(related.row.id));
    if let Some(before) = before {
        query = query.filter(agreement_version::Column::Number.lt(before));
    }
    Ok(query.order_by_desc(agreement_version::Column::Number).limit(limit).all(db).await?)
}

/// Who accepted what of these versions, in the order of acceptance.
pub async fn acceptances(db: &impl ConnectionTrait, versions: &[Uuid]) -> Result<Vec<rows::AgreementAcceptance>> {
    Ok(agreement_acceptance::Entity::find()
        .filter(agreement_acceptance::Column::VersionId.is_in(versions.iter().copied()))
        .order_by_asc(agreement_acceptance::Column::AcceptedAt)
        .order_by_asc(agreement_acceptance::Column::AccountId)
        .all(db)
        .await?)
}

/// The highest number that ever came into force.
pub async fn latest_in_force(db: &impl ConnectionTrait, relationship: RelationshipId) -> Result<Option<i32>> {
    Ok(agreement_version::Entity::find()
        .filter(agreement_version::Column::RelationshipId.eq(relationship.0))
        .filter(agreement_version::Column::InForceAt.is_not_null())
        .order_by_desc(agreement_version::Column::Number)
        .one(db)
        .await?
        .map(|row| row.number))
}

/// The permitted actor accepts the text of this version.
pub async fn accept(
    tx: &WriteTx,
    related: &Authorized<Related>,
    version: &rows::AgreementVersion,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = agreement_acceptance::ActiveModel {
        version_id: Set(version.id),
        account_id: Set(related.permit().account().0),
        hash: Set(version.hash.clone()),
        accepted_at: Set(now),
    };
    agreement_acceptance::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Both accepted: this version applies from now on, and the one before no longer.
pub async fn put_in_force(tx: &WriteTx, version: &rows::AgreementVersion, now: DateTime<Utc>) -> Result<()> {
    agreement_version::Entity::update_many()
        .col_expr(agreement_version::Column::SupersededAt, Expr::value(now))
        .filter(agreement_version::Column::RelationshipId.eq(version.relationship_id))
        .filter(agreement_version::Column::InForceAt.is_not_null())
        .filter(agreement_version::Column::SupersededAt.is_null())
        .exec(&**tx)
        .await?;
    let changed = agreement_version::Entity::update_many()
        .col_expr(agreement_version::Column::InForceAt, Expr::value(now))
        .filter(agreement_version::Column::Id.eq(version.id))
        .filter(agreement_version::Column::InForceAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// The version that applies now: accepted by both and not superseded. `None` blocks check-ins and
/// nothing else (R26).
pub async fn in_force(
    db: &impl ConnectionTrait,
    relationship: RelationshipId,
) -> Result<Option<rows::AgreementVersion>> {
    Ok(agreement_version::Entity::find()
        .filter(agreement_version::Column::RelationshipId.eq(relationship.0))
        .filter(agreement_version::Column::InForceAt.is_not_null())
        .filter(agreement_version::Column::SupersededAt.is_null())
        .order_by_desc(agreement_version::Column::Number)
        .one(db)
        .await?)
}

/// The versions that apply now, of several relationships, by relationship.
pub async fn in_force_of(
    db: &impl ConnectionTrait,
    relationships: &[RelationshipId],
) -> Result<Vec<rows::AgreementVersion>> {
    let of: Vec<Uuid> = relationships.iter().map(|id| id.0).collect();
    if of.is_empty() {
        return Ok(Vec::new());
    }
    Ok(agreement_version::Entity::find()
        .filter(among(agreement_version::Column::RelationshipId, &of))
        .filter(agreement_version::Column::InForceAt.is_not_null())
        .filter(agreement_version::Column::SupersededAt.is_null())
        .order_by_asc(agreement_version::Column::RelationshipId)
        .order_by_asc(agreement_version::Column::Number)
        .all(db)
        .await?)
}
