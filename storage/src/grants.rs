//! The owner's sharing settings, and what they come to for one reader.

use crate::connect::WriteTx;
use crate::entity::{membership, relationship, relationship_member, share_grant};
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, GrantId, RelationshipId, TeamId};
use domain::ownership::{Grant, Sharing};
use domain::policy::Permit;
use domain::words::{GrantEffect, GrantLevel, RelationshipState, SubjectKind};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Whom a setting is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grantee {
    Provider(AccountId),
    Team(TeamId),
}

/// A setting as it is made; its owner is who holds the permit.
#[derive(Clone, Debug)]
pub struct NewGrant {
    pub id: GrantId,
    pub grantee: Grantee,
    pub kind: SubjectKind,
    /// A word of the kind's vocabulary.
    pub subject: String,
    pub effect: GrantEffect,
    pub level: GrantLevel,
    pub from: DateTime<Utc>,
    pub to: Option<DateTime<Utc>>,
}

/// What an owner shares with one reader, and the relationship it goes through.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    pub sharing: Sharing,
    pub relationship: Option<RelationshipId>,
}

pub async fn give(tx: &WriteTx, permit: Permit, new: NewGrant, now: DateTime<Utc>) -> Result<()> {
    let (provider, team) = match new.grantee {
        Grantee::Provider(id) => (Some(id.0), None),
        Grantee::Team(id) => (None, Some(id.0)),
    };
    let row = share_grant::ActiveModel {
        id: Set(new.id.0),
        owner_id: Set(permit.account().0),
        provider_id: Set(provider),
        team_id: Set(team),
        subject_kind: Set(new.kind.to_string()),
        subject: Set(new.subject),
        effect: Set(new.effect.to_string()),
        level: Set(new.level.to_string()),
        from_at: Set(new.from),
        to_at: Set(new.to),
        revoked_at: Set(None),
        created_at: Set(now),
    };
    share_grant::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// One of the permit holder's own settings.
pub async fn own(db: &impl ConnectionTrait, permit: Permit, id: GrantId) -> Result<rows::ShareGrant> {
    share_grant::Entity::find_by_id(id.0)
        .filter(share_grant::Column::OwnerId.eq(permit.account().0))
        .one(db)
        .await?
        .ok_or(StorageError::Hidden)
}

/// Takes a setting back, from `now` on. Taking it back twice changes nothing.
pub async fn revoke(tx: &WriteTx, permit: Permit, id: GrantId, now: DateTime<Utc>) -> Result<()> {
    share_grant::Entity::update_many()
        .col_expr(share_grant::Column::RevokedAt, Expr::value(now))
        .filter(share_grant::Column::Id.eq(id.0))
        .filter(share_grant::Column::OwnerId.eq(permit.account().0))
        .filter(share_grant::Column::RevokedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// A page of the permit holder's settings, newest first, those taken back included.
pub async fn page(
    db: &impl ConnectionTrait,
    permit: Permit,
    after: Option<(DateTime<Utc>, GrantId)>,
    limit: u64,
) -> Result<Vec<rows::ShareGrant>> {
    let mut query = share_grant::Entity::find().filter(share_grant::Column::OwnerId.eq(permit.account().0));
    if let Some((at, id)) = after {
        query =
            query.filter(Condition::any().add(share_grant::Column::CreatedAt.lt(at)).add(
                Condition::all().add(share_grant::Column::CreatedAt.eq(at)).add(share_grant::Column::Id.lt(id.0)),
            ));
    }
    Ok(query
        .order_by_desc(share_grant::Column::CreatedAt)
        .order_by_desc(share_grant::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}

/// What `owner` shares with `reader`. The same questions are asked whether or not either exists.
pub async fn shared(db: &impl ConnectionTrait, owner: AccountId, reader: AccountId) -> Result<Shared> {
    Ok(shared_by(db, &[owner], reader).await?.remove(&owner).unwrap_or_default())
}

/// What each of `owners` shares with `reader`, with as many queries as for one.
pub async fn shared_by(
    db: &impl ConnectionTrait,
    owners: &[AccountId],
    reader: AccountId,
) -> Result<BTreeMap<AccountId, Shared>> {
    let ids: Vec<Uuid> = owners.iter().map(|owner| owner.0).collect();
    let takes_part = relationship_member::Entity::find()
        .select_only()
        .column(relationship_member::Column::RelationshipId)
        .filter(relationship_member::Column::ProviderId.eq(reader.0))
        .filter(relationship_member::Column::LeftAt.is_null())
        .into_query();
    let related = relationship::Entity::find()
        .filter(relationship::Column::OwnerId.is_in(ids.clone()))
        .filter(relationship::Column::State.eq(RelationshipState::Active.as_str()))
        .filter(
            Condition::any()
                .add(relationship::Column::ProviderId.eq(reader.0))
                .add(relationship::Column::Id.in_subquery(takes_part)),
        )
        .order_by_asc(relationship::Column::Id)
        .all(db)
        .await?;
    let teams = membership::Entity::find()
        .select_only()
        .column(membership::Column::TeamId)
        .filter(membership::Column::AccountId.eq(reader.0))
        .into_query();
    let rows = share_grant::Entity::find()
        .filter(share_grant::Column::OwnerId.is_in(ids))
        .filter(
            Condition::any()
                .add(share_grant::Column::ProviderId.eq(reader.0))
                .add(share_grant::Column::TeamId.in_subquery(teams)),
        )
        .order_by_asc(share_grant::Column::Id)
        .all(db)
        .await?;
    let mut found: BTreeMap<AccountId, Shared> = owners.iter().map(|owner| (*owner, Shared::default())).collect();
    for row in related {
        let Some(shared) = found.get_mut(&AccountId(row.owner_id)) else { continue };
        shared.sharing.related = true;
        shared.relationship.get_or_insert(RelationshipId(row.id));
    }
    for row in rows {
        let Some(shared) = found.get_mut(&AccountId(row.owner_id)) else { continue };
        shared.sharing.grants.push(Grant {
            reader,
            kind: row.subject_kind.parse()?,
            subject: row.subject,
            effect: row.effect.parse()?,
            level: row.level.parse()?,
            from: row.from_at,
            to: row.to_at,
            revoked_at: row.revoked_at,
        });
    }
    Ok(found)
}
