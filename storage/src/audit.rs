//! Who read what of an owner's, in a chain of her own: each row's hash covers the row before it,
//! and the head remembers where the chain ends, so that no row can be changed, taken out or cut off
//! unnoticed.

use crate::connect::WriteTx;
use crate::entity::{audit, audit_head};
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, SubsecRound, Utc};
use domain::access::{AccessAction, Via};
use domain::ids::AccountId;
use domain::policy::Permit;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Rows read at once while verifying.
const BATCH: u64 = 500;
const NOTHING_BEFORE: [u8; 32] = [0; 32];

/// One read to be written down.
#[derive(Clone, Debug)]
pub struct Access {
    pub owner: AccountId,
    pub action: AccessAction,
    /// What was read, in words of the model; never its content.
    pub subject: String,
    pub via: Option<Via>,
}

/// What verifying a chain came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every row is there as it was written.
    Whole { rows: u64 },
    /// From this number on a row is missing or changed.
    Broken { seq: i32 },
}

/// Writes down that the holder of `permit` reads what `access` says. It is part of the reading: who
/// cannot commit this may not answer.
pub async fn record(tx: &WriteTx, permit: Permit, access: Access, now: DateTime<Utc>) -> Result<()> {
    let owner = access.owner.0;
    let fresh = audit_head::ActiveModel { owner_id: Set(owner), seq: Set(0), hash: Set(NOTHING_BEFORE.to_vec()) };
    audit_head::Entity::insert(fresh)
        .on_conflict(OnConflict::column(audit_head::Column::OwnerId).do_nothing().to_owned())
        .exec_without_returning(&**tx)
        .await?;
    // Whoever holds the head writes next; SQLite has one writer anyway.
    let head = audit_head::Entity::find_by_id(owner)
        .lock_exclusive()
        .one(&**tx)
        .await?
        .ok_or_else(|| StorageError::Unavailable("the chain's head vanished while it was read".into()))?;
    let mut row = rows::Audit {
        owner_id: owner,
        seq: head.seq.checked_add(1).ok_or_else(|| StorageError::Corrupt("the chain is full".into()))?,
        // Both databases keep microseconds; the hash must be of what they keep.
        at: now.trunc_subsecs(6),
        actor_id: permit.account().0,
        action: access.action.to_string(),
        subject: access.subject,
        via: access.via.map(|via| via.to_string()),
        previous_hash: head.hash.clone(),
        hash: Vec::new(),
    };
    row.hash = hash(&row);
    let (seq, hash) = (row.seq, row.hash.clone());
    audit::Entity::insert(audit::ActiveModel::from(row)).exec_without_returning(&**tx).await?;
    audit_head::Entity::update_many()
        .col_expr(audit_head::Column::Seq, Expr::value(seq))
        .col_expr(audit_head::Column::Hash, Expr::value(hash))
        .filter(audit_head::Column::OwnerId.eq(owner))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// A page of what others read of the permit's holder, newest first; `before` is the last number of
/// the page before.
pub async fn page(
    db: &impl ConnectionTrait,
    permit: Permit,
    before: Option<i32>,
    limit: u64,
) -> Result<Vec<rows::Audit>> {
    let mut query = audit::Entity::find().filter(audit::Column::OwnerId.eq(permit.account().0));
    if let Some(before) = before {
        query = query.filter(audit::Column::Seq.lt(before));
    }
    Ok(query.order_by_desc(audit::Column::Seq).limit(limit).all(db).await?)
}

/// Walks an owner's chain from its beginning.
pub async fn verify(db: &impl ConnectionTrait, owner: AccountId) -> Result<Verified> {
    let mut last: (i32, Vec<u8>) = (0, NOTHING_BEFORE.to_vec());
    loop {
        let batch = audit::Entity::find()
            .filter(audit::Column::OwnerId.eq(owner.0))
            .filter(audit::Column::Seq.gt(last.0))
            .order_by_asc(audit::Column::Seq)
            .limit(BATCH)
            .all(db)
            .await?;
        if batch.is_empty() {
            break;
        }
        for row in batch {
            let expected = last.0.saturating_add(1);
            if row.seq != expected || row.previous_hash != last.1 || row.hash != hash(&row) {
                return Ok(Verified::Broken { seq: expected });
            }
            last = (row.seq, row.hash);
        }
    }
    let head = audit_head::Entity::find_by_id(owner.0).one(db).await?;
    let end = head.map_or((0, NOTHING_BEFORE.to_vec()), |head| (head.seq, head.hash));
    // A row below number one is not part of any chain we wrote.
    let strays = audit::Entity::find()
        .filter(audit::Column::OwnerId.eq(owner.0))
        .filter(audit::Column::Seq.lt(1))
        .count(db)
        .await?;
    if end != last || strays > 0 {
        return Ok(Verified::Broken { seq: last.0.saturating_add(1) });
    }
    Ok(Verified::Whole { rows: u64::try_from(last.0).unwrap_or(0) })
}

/// The owners who have a chain, for verifying all of them.
pub async fn owners(db: &impl ConnectionTrait) -> Result<Vec<AccountId>> {
    let heads: Vec<Uuid> = audit_head::Entity::find()
        .select_only()
        .column(audit_head::Column::OwnerId)
        .order_by_asc(audit_head::Column::OwnerId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(heads.into_iter().map(AccountId).collect())
}

/// SHA-256 over the hash before and every field, each led by its length: two rows with differently
/// cut fields never hash alike.
fn hash(row: &rows::Audit) -> Vec<u8> {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    field(&row.previous_hash);
    field(row.owner_id.as_bytes());
    field(&row.seq.to_be_bytes());
    field(&row.at.timestamp_micros().to_be_bytes());
    field(row.actor_id.as_bytes());
    field(row.action.as_bytes());
    field(row.subject.as_bytes());
    match &row.via {
        Some(via) => {
            field(&[1]);
            field(via.as_bytes());
        }
        None => field(&[0]),
    }
    hash.finalize().to_vec()
}
