//! The owner's sharing settings, and what they come to for one reader.

use crate::among::among;
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
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationDef,
};
use std::collections::{BTreeMap, BTreeSet};
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
    let pairs = owners.iter().map(|owner| (*owner, reader)).collect();
    let shared = shared_between(db, &pairs).await?;
    Ok(shared.into_iter().map(|((owner, _), shared)| (owner, shared)).collect())
}

/// What is shared in each of these pairs of owner and reader, with as many queries as for one.
pub async fn shared_between(
    db: &impl ConnectionTrait,
    pairs: &BTreeSet<(AccountId, AccountId)>,
) -> Result<BTreeMap<(AccountId, AccountId), Shared>> {
    let ids = |ids: BTreeSet<Uuid>| ids.into_iter().collect::<Vec<Uuid>>();
    let owners = ids(pairs.iter().map(|(owner, _)| owner.0).collect());
    let readers = ids(pairs.iter().map(|(_, reader)| reader.0).collect());
    let mut found: BTreeMap<_, Shared> = pairs.iter().map(|pair| (*pair, Shared::default())).collect();
    for (id, owner, responsible, member) in active_with(db, &owners, &readers).await? {
        for reader in [Some(responsible), member].into_iter().flatten() {
            if let Some(shared) = found.get_mut(&(AccountId(owner), AccountId(reader))) {
                shared.sharing.related = true;
                shared.relationship.get_or_insert(RelationshipId(id));
            }
        }
    }
    for setting in settings_for(db, &owners, &readers).await? {
        let (owner, provider, on_team, kind, subject, effect, level, from, to, revoked_at) = setting;
        let Some(reader) = provider.or(on_team).map(AccountId) else { continue };
        let Some(shared) = found.get_mut(&(AccountId(owner), reader)) else { continue };
        shared.sharing.grants.push(Grant {
            reader,
            kind: kind.parse()?,
            subject,
            effect: effect.parse()?,
            level: level.parse()?,
            from,
            to,
            revoked_at,
        });
    }
    Ok(found)
}

/// Active relationships of `owners` in which a reader is responsible or takes part: id, owner, who is responsible, and
/// one who takes part.
async fn active_with(
    db: &impl ConnectionTrait,
    owners: &[Uuid],
    readers: &[Uuid],
) -> Result<Vec<(Uuid, Uuid, Uuid, Option<Uuid>)>> {
    // Who of them is asked about is said below: in the join, SQLite would look for each of them by itself.
    let present: RelationDef = relationship::Entity::belongs_to(relationship_member::Entity)
        .from(relationship::Column::Id)
        .to(relationship_member::Column::RelationshipId)
        .on_condition(|_, _| Condition::all().add(relationship_member::Column::LeftAt.is_null()))
        .into();
    Ok(relationship::Entity::find()
        .select_only()
        .columns([relationship::Column::Id, relationship::Column::OwnerId, relationship::Column::ProviderId])
        .column_as(relationship_member::Column::ProviderId, "member_id")
        .join(JoinType::LeftJoin, present)
        .filter(among(relationship::Column::OwnerId, owners))
        .filter(relationship::Column::State.eq(RelationshipState::Active.as_str()))
        .filter(
            Condition::any()
                .add(among(relationship::Column::ProviderId, readers))
                .add(among(relationship_member::Column::ProviderId, readers)),
        )
        .order_by_asc(relationship::Column::Id)
        .order_by_asc(relationship_member::Column::ProviderId)
        .into_tuple()
        .all(db)
        .await?)
}

/// Owner, provider, one who is on the team it is made to, then the setting itself.
type Made = (
    Uuid,
    Option<Uuid>,
    Option<Uuid>,
    String,
    String,
    String,
    String,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

/// Settings of `owners` for a reader, or for a team that one is on.
async fn settings_for(db: &impl ConnectionTrait, owners: &[Uuid], readers: &[Uuid]) -> Result<Vec<Made>> {
    let on_team: RelationDef = share_grant::Entity::belongs_to(membership::Entity)
        .from(share_grant::Column::TeamId)
        .to(membership::Column::TeamId)
        .into();
    Ok(share_grant::Entity::find()
        .select_only()
        .columns([share_grant::Column::OwnerId, share_grant::Column::ProviderId])
        .column_as(membership::Column::AccountId, "on_team")
        .columns([
            share_grant::Column::SubjectKind,
            share_grant::Column::Subject,
            share_grant::Column::Effect,
            share_grant::Column::Level,
            share_grant::Column::FromAt,
            share_grant::Column::ToAt,
            share_grant::Column::RevokedAt,
        ])
        .join(JoinType::LeftJoin, on_team)
        .filter(among(share_grant::Column::OwnerId, owners))
        .filter(
            Condition::any()
                .add(among(share_grant::Column::ProviderId, readers))
                .add(among(membership::Column::AccountId, readers)),
        )
        .order_by_asc(share_grant::Column::Id)
        .order_by_asc(membership::Column::AccountId)
        .into_tuple()
        .all(db)
        .await?)
}
