//! Relationships: how they are found is how they are authorised.

use crate::among::{AT_ONCE, among};
use crate::authorized::{Authorized, permitted};
use crate::connect::WriteTx;
use crate::entity::{absence, absence_consent, account, relationship, relationship_member, thread};
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, RelationshipId, ThreadId};
use domain::ownership::{Actor, Relationship};
use domain::policy::{self, InRelationship, Permit};
use domain::words::{Level, RelationshipState, Role};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A relationship as stored, and as the policy sees it.
#[derive(Clone, Debug)]
pub struct Related {
    pub row: rows::Relationship,
    pub view: Relationship,
}

/// An invitation from one side to the other. One to a login that leads to nobody stands between the inviter and
/// herself: it is written, listed and withdrawn like every other, and there is no other side who could accept it.
#[derive(Clone, Debug)]
pub struct NewRelationship {
    pub id: RelationshipId,
    pub thread: ThreadId,
    pub owner: AccountId,
    pub provider: AccountId,
    pub level: Level,
    pub invited_by: AccountId,
    /// Keyed hash of the invited login, by which a second invitation to it is known.
    pub invitee_tag: Vec<u8>,
}

pub async fn invite(tx: &WriteTx, new: NewRelationship, now: DateTime<Utc>) -> Result<()> {
    let row = relationship::ActiveModel {
        id: Set(new.id.0),
        owner_id: Set(new.owner.0),
        provider_id: Set(new.provider.0),
        team_id: Set(None),
        level: Set(new.level.to_string()),
        state: Set(RelationshipState::Invited.to_string()),
        invited_by: Set(new.invited_by.0),
        invitee_tag: Set(Some(new.invitee_tag)),
        invited_at: Set(now),
        started_at: Set(None),
        ended_at: Set(None),
        ended_by: Set(None),
        version: Set(1),
    };
    relationship::Entity::insert(row).exec_without_returning(&**tx).await?;
    add_member(tx, new.id, new.provider, true, now).await?;
    let row = thread::ActiveModel { id: Set(new.thread.0), relationship_id: Set(new.id.0), created_at: Set(now) };
    thread::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Lets a further provider take part.
pub async fn add_member(
    tx: &WriteTx,
    id: RelationshipId,
    provider: AccountId,
    responsible: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let member = relationship_member::ActiveModel {
        relationship_id: Set(id.0),
        provider_id: Set(provider.0),
        responsible: Set(responsible),
        joined_at: Set(now),
        left_at: Set(None),
    };
    relationship_member::Entity::insert(member).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Whether the pair already has a relationship that is not ended, or the login an invitation of hers that waits.
pub async fn stands_between(db: &impl ConnectionTrait, new: &NewRelationship) -> Result<bool> {
    let pair = Condition::all()
        .add(relationship::Column::OwnerId.eq(new.owner.0))
        .add(relationship::Column::ProviderId.eq(new.provider.0))
        .add(Expr::col(relationship::Column::ProviderId).ne(Expr::col(relationship::Column::OwnerId)));
    let login = Condition::all()
        .add(relationship::Column::InvitedBy.eq(new.invited_by.0))
        .add(relationship::Column::InviteeTag.eq(new.invitee_tag.clone()));
    Ok(relationship::Entity::find()
        .filter(Condition::any().add(pair).add(login))
        .filter(relationship::Column::State.ne(RelationshipState::Ended.as_str()))
        .one(db)
        .await?
        .is_some())
}

/// The relationship for this actor and action, or nothing (hidden and missing are one).
pub async fn authorized(
    db: &impl ConnectionTrait,
    actor: Actor,
    action: InRelationship,
    id: RelationshipId,
    now: DateTime<Utc>,
) -> Result<Authorized<Related>> {
    let row = relationship::Entity::find_by_id(id.0).one(db).await?.ok_or(StorageError::Hidden)?;
    let related = with_members(db, vec![row], now).await?.pop().ok_or(StorageError::Hidden)?;
    Authorized::by(policy::in_relationship(actor, action, &related.view), related)
}

/// Asks the policy again about a relationship already looked up.
pub fn authorize(actor: Actor, action: InRelationship, related: Related) -> Result<Authorized<Related>> {
    Authorized::by(policy::in_relationship(actor, action, &related.view), related)
}

/// As the machinery needs it, whoever asks.
pub async fn for_machinery(
    db: &impl ConnectionTrait,
    id: RelationshipId,
    now: DateTime<Utc>,
) -> Result<Option<Related>> {
    let row = relationship::Entity::find_by_id(id.0).one(db).await?;
    Ok(with_members(db, row.into_iter().collect(), now).await?.pop())
}

/// Several, by id.
pub(crate) async fn many_for_machinery(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, Related>> {
    let rows = relationship::Entity::find().filter(among(relationship::Column::Id, ids)).all(db).await?;
    Ok(with_members(db, rows, now).await?.into_iter().map(|related| (related.row.id, related)).collect())
}

/// Active relationships in which one of `providers` takes part or stands in, by id.
pub(crate) async fn active_of(
    db: &impl ConnectionTrait,
    providers: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<Related>> {
    let rows = relationship::Entity::find()
        .filter(take_part(providers))
        .filter(relationship::Column::State.eq(RelationshipState::Active.as_str()))
        .order_by_asc(relationship::Column::Id)
        .all(db)
        .await?;
    with_members(db, rows, now).await
}

/// All relationships of one owner or provider as the machinery needs them.
pub async fn of_account(db: &impl ConnectionTrait, account: AccountId, now: DateTime<Utc>) -> Result<Vec<Related>> {
    let rows =
        relationship::Entity::find().filter(takes_part(account)).order_by_asc(relationship::Column::Id).all(db).await?;
    with_members(db, rows, now).await
}

/// A page of the relationships this actor takes part in, newest first. `after` is the last one of
/// the page before.
pub async fn page(
    db: &impl ConnectionTrait,
    actor: Actor,
    after: Option<RelationshipId>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Authorized<Related>>> {
    let mut query = relationship::Entity::find().filter(takes_part(actor.account));
    if let Some(after) = after {
        query = query.filter(relationship::Column::Id.lt(after.0));
    }
    let rows = query.order_by_desc(relationship::Column::Id).limit(limit).all(db).await?;
    with_members(db, rows, now)
        .await?
        .into_iter()
        .map(|related| authorize(actor, InRelationship::See, related))
        .filter(|result| !matches!(result, Err(StorageError::Hidden)))
        .collect()
}

/// How many relationships [`page`] finds for an owner in all.
pub async fn count(db: &impl ConnectionTrait, permit: Permit) -> Result<u64> {
    Ok(relationship::Entity::find().filter(takes_part(permit.account())).count(db).await?)
}

/// Owner, member, or accepted substitute: what the policy will then judge row by row.
fn takes_part(account: AccountId) -> Condition {
    take_part(&[account.0])
}

/// The same of several.
fn take_part(accounts: &[Uuid]) -> Condition {
    let member = relationship_member::Entity::find()
        .select_only()
        .column(relationship_member::Column::RelationshipId)
        .filter(among(relationship_member::Column::ProviderId, accounts))
        .into_query();
    let substitute = absence_consent::Entity::find()
        .select_only()
        .column(absence_consent::Column::RelationshipId)
        .filter(
            absence_consent::Column::AbsenceId.in_subquery(
                absence::Entity::find()
                    .select_only()
                    .column(absence::Column::Id)
                    .filter(among(absence::Column::SubstituteId, accounts))
                    .into_query(),
            ),
        )
        .into_query();
    Condition::any()
        .add(among(relationship::Column::OwnerId, accounts))
        .add(relationship::Column::Id.in_subquery(member))
        .add(relationship::Column::Id.in_subquery(substitute))
}

/// Loads members and present substitutes of `rows` with a constant number of queries.
async fn with_members(
    db: &impl ConnectionTrait,
    rows: Vec<rows::Relationship>,
    now: DateTime<Utc>,
) -> Result<Vec<Related>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut members: BTreeMap<Uuid, Vec<AccountId>> = BTreeMap::new();
    let mut consents = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let present = relationship_member::Entity::find()
            .filter(among(relationship_member::Column::RelationshipId, some))
            .filter(relationship_member::Column::LeftAt.is_null())
            .order_by_asc(relationship_member::Column::ProviderId);
        for member in present.all(db).await? {
            members.entry(member.relationship_id).or_default().push(AccountId(member.provider_id));
        }
        let consented = absence_consent::Entity::find()
            .filter(among(absence_consent::Column::RelationshipId, some))
            .order_by_asc(absence_consent::Column::AbsenceId);
        consents.extend(consented.all(db).await?);
    }
    let mut substitutes = present_substitutes(db, &consents, now).await?;
    rows.into_iter()
        .map(|row| {
            let view = Relationship {
                id: RelationshipId(row.id),
                owner: AccountId(row.owner_id),
                responsible: AccountId(row.provider_id),
                members: members.remove(&row.id).unwrap_or_default(),
                substitutes: substitutes.remove(&row.id).unwrap_or_default(),
                state: row.state.parse()?,
                invited_by: AccountId(row.invited_by),
            };
            Ok(Related { row, view })
        })
        .collect()
}

/// By relationship, who stands in today, in the zone of whoever is away.
async fn present_substitutes(
    db: &impl ConnectionTrait,
    consents: &[rows::AbsenceConsent],
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, Vec<AccountId>>> {
    let mut substitutes: BTreeMap<Uuid, Vec<AccountId>> = BTreeMap::new();
    let mut ids: Vec<Uuid> = consents.iter().map(|consent| consent.absence_id).collect();
    ids.dedup();
    let mut absences: BTreeMap<Uuid, rows::Absence> = BTreeMap::new();
    for some in ids.chunks(AT_ONCE) {
        let accepted = absence::Entity::find()
            .filter(among(absence::Column::Id, some))
            .filter(absence::Column::CancelledAt.is_null())
            .filter(absence::Column::SubstituteAcceptedAt.is_not_null());
        absences.extend(accepted.all(db).await?.into_iter().map(|row| (row.id, row)));
    }
    let away: BTreeSet<Uuid> = absences.values().map(|absence| absence.provider_id).collect();
    let away: Vec<Uuid> = away.into_iter().collect();
    let mut zones: BTreeMap<Uuid, String> = BTreeMap::new();
    for some in away.chunks(AT_ONCE) {
        let providers = account::Entity::find().filter(among(account::Column::Id, some)).all(db).await?;
        zones.extend(providers.into_iter().map(|provider| (provider.id, provider.zone)));
    }
    for consent in consents {
        let Some(absence) = absences.get(&consent.absence_id) else { continue };
        let today = zones
            .get(&absence.provider_id)
            .and_then(|zone| zone.parse::<chrono_tz::Tz>().ok())
            .map_or_else(|| now.date_naive(), |zone| now.with_timezone(&zone).date_naive());
        let runs = absence.from_on <= today && today < absence.to_on;
        if let (true, Some(substitute)) = (runs, absence.substitute_id) {
            substitutes.entry(consent.relationship_id).or_default().push(AccountId(substitute));
        }
    }
    Ok(substitutes)
}

/// Moves a relationship from the state it was seen in to another; `Stale` if somebody was faster.
pub async fn transition(
    tx: &WriteTx,
    related: &Authorized<Related>,
    to: RelationshipState,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut update = relationship::Entity::update_many()
        .col_expr(relationship::Column::State, Expr::value(to.as_str()))
        .col_expr(relationship::Column::Version, Expr::col(relationship::Column::Version).add(1))
        .filter(relationship::Column::Id.eq(related.row.id))
        .filter(relationship::Column::Version.eq(related.row.version));
    if related.row.invitee_tag.is_some() {
        update = update.col_expr(relationship::Column::InviteeTag, Expr::value(None::<Vec<u8>>));
    }
    if to == RelationshipState::Active && related.row.started_at.is_none() {
        update = update.col_expr(relationship::Column::StartedAt, Expr::value(now));
    }
    if to == RelationshipState::Ended {
        update = update
            .col_expr(relationship::Column::EndedAt, Expr::value(now))
            .col_expr(relationship::Column::EndedBy, Expr::value(related.permit().account().0));
    }
    let changed = update.exec(&**tx).await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// Who takes part beside `provider`, those first who joined first.
pub async fn colleagues(db: &impl ConnectionTrait, id: RelationshipId, provider: AccountId) -> Result<Vec<AccountId>> {
    Ok(relationship_member::Entity::find()
        .filter(relationship_member::Column::RelationshipId.eq(id.0))
        .filter(relationship_member::Column::ProviderId.ne(provider.0))
        .filter(relationship_member::Column::LeftAt.is_null())
        .order_by_asc(relationship_member::Column::JoinedAt)
        .order_by_asc(relationship_member::Column::ProviderId)
        .all(db)
        .await?
        .into_iter()
        .map(|row| AccountId(row.provider_id))
        .collect())
}

/// The permitted provider takes part no longer; `heir` becomes responsible if she was. `Stale` if
/// the relationship changed since it was read.
pub async fn depart(
    tx: &WriteTx,
    related: &Authorized<Related>,
    heir: Option<AccountId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let leaver = related.permit().account();
    let member = |id: AccountId| {
        relationship_member::Entity::update_many()
            .filter(relationship_member::Column::RelationshipId.eq(related.row.id))
            .filter(relationship_member::Column::ProviderId.eq(id.0))
    };
    member(leaver)
        .col_expr(relationship_member::Column::LeftAt, Expr::value(now))
        .col_expr(relationship_member::Column::Responsible, Expr::value(false))
        .exec(&**tx)
        .await?;
    let mut update = relationship::Entity::update_many()
        .col_expr(relationship::Column::Version, Expr::col(relationship::Column::Version).add(1))
        .filter(relationship::Column::Id.eq(related.row.id))
        .filter(relationship::Column::Version.eq(related.row.version));
    if let Some(heir) = heir {
        member(heir).col_expr(relationship_member::Column::Responsible, Expr::value(true)).exec(&**tx).await?;
        update = update.col_expr(relationship::Column::ProviderId, Expr::value(heir.0));
    }
    let changed = update.exec(&**tx).await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// Both must be in the roles of the pair; used when an invitation is written.
pub fn pair(inviter: &rows::Account, invitee: &rows::Account) -> Option<(AccountId, AccountId)> {
    let role = |row: &rows::Account| row.role.parse::<Role>().ok();
    match (role(inviter)?, role(invitee)?) {
        (Role::ServiceUser, Role::Provider) => Some((AccountId(inviter.id), AccountId(invitee.id))),
        (Role::Provider, Role::ServiceUser) => Some((AccountId(invitee.id), AccountId(inviter.id))),
        _ => None,
    }
    .filter(|_| inviter.person_id != invitee.person_id)
}

/// Leave to do something that needs no row.
pub fn leave(actor: Actor, action: policy::OnOwn, account: AccountId) -> Result<policy::Permit> {
    permitted(policy::on_own(actor, action, account))
}
