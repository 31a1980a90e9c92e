//! Joint sessions of a pair.

pub mod opened;

use crate::authorized::Authorized;
use crate::connect::{Store, WriteTx};
use crate::entity::joint_session;
use crate::error::{Result, StorageError};
use crate::relationships::{self, Related};
use crate::rows;
use crate::sealed::{DataKey, Place, Scope};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, ItemId, JointSessionId, LibraryEntryId, RelationshipId};
use domain::joint_sessions::{Course, JointEnd, JointStage, JointState, Opened, OpenedKind, lapses_at};
use domain::ownership::{Actor, Standing};
use domain::policy::{self, JointSession, OnJointSession, Permit};
use domain::words::RelationshipState;
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, UpdateMany,
};
use uuid::Uuid;

/// Sessions that nobody ended, swept at once.
const SWEPT_AT_ONCE: u64 = 100;

/// A session with its relationship, as of the time it was read.
#[derive(Clone, Debug)]
pub struct Joint {
    pub related: Related,
    pub row: rows::JointSession,
    pub view: JointSession,
    pub stage: JointStage,
    pub opened: Option<Opened>,
}

impl Joint {
    pub fn id(&self) -> JointSessionId {
        JointSessionId(self.row.id)
    }

    pub fn owner(&self) -> AccountId {
        self.related.view.owner
    }
}

/// A session as it begins.
#[derive(Clone, Debug)]
pub struct New {
    pub id: JointSessionId,
    pub provider: AccountId,
    pub opened: Option<Opened>,
}

/// Where a session goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub stage: JointStage,
    pub opened: Option<Opened>,
    pub revealed_at: Option<DateTime<Utc>>,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Owner,
    Provider,
}

/// Begins a session. `Duplicate` where the two have one that runs; one that lapsed makes way.
pub async fn begin(
    tx: &WriteTx,
    key: &DataKey,
    related: &Authorized<Related>,
    new: &New,
    now: DateTime<Utc>,
) -> Result<()> {
    over(Expr::col(joint_session::Column::LapsesAt), JointEnd::Lapsed)
        .filter(joint_session::Column::RelationshipId.eq(related.row.id))
        .filter(joint_session::Column::ProviderId.eq(new.provider.0))
        .filter(joint_session::Column::EndedAt.is_null())
        .filter(joint_session::Column::LapsesAt.lte(now))
        .exec(&**tx)
        .await?;
    let (kind, opened, link) = columns(key, new.id, new.opened.as_ref())?;
    let row = joint_session::ActiveModel {
        id: Set(new.id.0),
        relationship_id: Set(related.row.id),
        provider_id: Set(new.provider.0),
        proposed_by: Set(related.permit().account().0),
        stage: Set(JointStage::Choose.to_string()),
        opened_kind: Set(kind),
        opened: Set(opened),
        link: Set(link),
        revealed_at: Set(None),
        owner_here_until: Set(None),
        provider_here_until: Set(None),
        proposed_at: Set(now),
        joined_at: Set(None),
        lapses_at: Set(lapses_at(now)),
        ended_at: Set(None),
        ended_how: Set(None),
        version: Set(1),
    };
    joint_session::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The session for this actor and action; hidden and missing are one.
pub async fn authorized(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    action: OnJointSession,
    id: JointSessionId,
    now: DateTime<Utc>,
) -> Result<Authorized<Joint>> {
    let row = joint_session::Entity::find_by_id(id.0).one(db).await?;
    judged(store, db, actor, action, row, now).await
}

/// The same, and nobody changes the session before this transaction is over: what is answered meanwhile was answered
/// before it was stopped.
pub async fn held(
    store: &Store,
    tx: &WriteTx,
    actor: Actor,
    action: OnJointSession,
    id: JointSessionId,
    now: DateTime<Utc>,
) -> Result<Authorized<Joint>> {
    let row = joint_session::Entity::find_by_id(id.0).lock_exclusive().one(&**tx).await?;
    judged(store, &**tx, actor, action, row, now).await
}

async fn judged(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    action: OnJointSession,
    row: Option<rows::JointSession>,
    now: DateTime<Utc>,
) -> Result<Authorized<Joint>> {
    let row = row.ok_or(StorageError::Hidden)?;
    let related = relationships::for_machinery(db, RelationshipId(row.relationship_id), now)
        .await?
        .ok_or(StorageError::Hidden)?;
    let view = view(&related, &row, now);
    let decision = policy::on_joint_session(actor, action, &related.view, &view);
    crate::authorized::permitted(decision)?;
    let owner = related.view.owner;
    let opened = match row.link {
        Some(_) => opened(Some(&store.sealer.key(Scope::Owner(owner)).await?), &row)?,
        None => opened(None, &row)?,
    };
    let stage = row.stage.parse()?;
    Authorized::by(decision, Joint { related, row, view, stage, opened })
}

/// A page of the pair's sessions, newest first: an owner's all, a provider's her own.
pub async fn page(
    store: &Store,
    db: &impl ConnectionTrait,
    related: &Authorized<Related>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Authorized<Joint>>> {
    use joint_session::Column;
    let actor = related.permit().actor();
    let owner = related.view.owner;
    let hers = (related.view.standing(actor) != Standing::Owner).then(|| Column::ProviderId.eq(actor.account.0));
    let mut query = joint_session::Entity::find()
        .filter(Condition::all().add(Column::RelationshipId.eq(related.row.id)).add_option(hers));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(Column::ProposedAt.lt(at))
                .add(Condition::all().add(Column::ProposedAt.eq(at)).add(Column::Id.lt(id))),
        );
    }
    let rows = query.order_by_desc(Column::ProposedAt).order_by_desc(Column::Id).limit(limit).all(db).await?;
    let key = store.sealer.key(Scope::Owner(owner)).await?;
    rows.into_iter()
        .map(|row| {
            let view = view(related, &row, now);
            let decision = policy::on_joint_session(actor, OnJointSession::See, &related.view, &view);
            let (stage, opened) = (row.stage.parse()?, opened(Some(&key), &row)?);
            Authorized::by(decision, Joint { related: Related::clone(related), row, view, stage, opened })
        })
        .collect()
}

/// The other one joins. `Stale` if the session changed meanwhile.
pub async fn join(tx: &WriteTx, joint: &Authorized<Joint>, now: DateTime<Utc>) -> Result<()> {
    let update = joint_session::Entity::update_many()
        .col_expr(joint_session::Column::JoinedAt, Expr::value(now))
        .col_expr(joint_session::Column::LapsesAt, Expr::value(lapses_at(now)));
    write(tx, joint, update).await
}

/// Goes elsewhere, or opens something else. `Stale` if the session changed meanwhile.
pub async fn change(
    tx: &WriteTx,
    key: &DataKey,
    joint: &Authorized<Joint>,
    to: &Change,
    now: DateTime<Utc>,
) -> Result<()> {
    let (kind, opened, link) = columns(key, joint.id(), to.opened.as_ref())?;
    let update = joint_session::Entity::update_many()
        .col_expr(joint_session::Column::Stage, Expr::value(to.stage.as_str()))
        .col_expr(joint_session::Column::OpenedKind, Expr::value(kind))
        .col_expr(joint_session::Column::Opened, Expr::value(opened))
        .col_expr(joint_session::Column::Link, Expr::value(link))
        .col_expr(joint_session::Column::RevealedAt, Expr::value(to.revealed_at))
        .col_expr(joint_session::Column::LapsesAt, Expr::value(lapses_at(now)));
    write(tx, joint, update).await
}

/// Ends it, at once; whatever else was changed meanwhile. Ended before: nothing changes.
pub async fn end(tx: &WriteTx, joint: &Authorized<Joint>, how: JointEnd, now: DateTime<Utc>) -> Result<()> {
    over(Expr::value(now), how)
        .filter(joint_session::Column::Id.eq(joint.row.id))
        .filter(joint_session::Column::EndedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Ends what the pair, or one provider of it, has open, because the two work together no longer or not for now.
pub async fn end_all(
    tx: &WriteTx,
    relationship: RelationshipId,
    provider: Option<AccountId>,
    now: DateTime<Utc>,
) -> Result<()> {
    over(Expr::value(now), JointEnd::Apart)
        .filter(joint_session::Column::RelationshipId.eq(relationship.0))
        .filter(
            Condition::all()
                .add_option(provider.map(|provider| joint_session::Column::ProviderId.eq(provider.0)))
                .add(joint_session::Column::EndedAt.is_null()),
        )
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Writes down of sessions that lapsed that they did, whoever's they are, so that nothing is kept of who was there.
pub async fn settle_lapsed(tx: &WriteTx, now: DateTime<Utc>) -> Result<()> {
    let lapsed: Vec<Uuid> = joint_session::Entity::find()
        .select_only()
        .column(joint_session::Column::Id)
        .filter(joint_session::Column::EndedAt.is_null())
        .filter(joint_session::Column::LapsesAt.lte(now))
        .order_by_asc(joint_session::Column::LapsesAt)
        .order_by_asc(joint_session::Column::Id)
        .limit(SWEPT_AT_ONCE)
        // Two that sweep at once never wait for each other.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(&**tx)
        .await?;
    if !lapsed.is_empty() {
        over(Expr::col(joint_session::Column::LapsesAt), JointEnd::Lapsed)
            .filter(joint_session::Column::Id.is_in(lapsed))
            .filter(joint_session::Column::EndedAt.is_null())
            .exec(&**tx)
            .await?;
    }
    Ok(())
}

/// Somebody is there until a time. It is no change of the session: it has no version.
pub async fn be_here(
    tx: &WriteTx,
    joint: &Authorized<Joint>,
    side: Side,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let column = match side {
        Side::Owner => joint_session::Column::OwnerHereUntil,
        Side::Provider => joint_session::Column::ProviderHereUntil,
    };
    joint_session::Entity::update_many()
        .col_expr(column, Expr::value(until))
        .col_expr(joint_session::Column::LapsesAt, Expr::value(lapses_at(now)))
        .filter(joint_session::Column::Id.eq(joint.row.id))
        .filter(joint_session::Column::EndedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Which side of a session the permit's holder is.
pub fn side(permit: Permit, joint: &Joint) -> Side {
    match joint.related.view.standing(permit.actor()) {
        Standing::Owner => Side::Owner,
        _ => Side::Provider,
    }
}

fn over(at: Expr, how: JointEnd) -> UpdateMany<joint_session::Entity> {
    use joint_session::Column;
    joint_session::Entity::update_many()
        .col_expr(Column::EndedAt, at)
        .col_expr(Column::EndedHow, Expr::value(how.as_str()))
        .col_expr(Column::RevealedAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::OwnerHereUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::ProviderHereUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
}

async fn write(tx: &WriteTx, joint: &Authorized<Joint>, update: UpdateMany<joint_session::Entity>) -> Result<()> {
    let changed = update
        .col_expr(joint_session::Column::Version, Expr::col(joint_session::Column::Version).add(1))
        .filter(joint_session::Column::Id.eq(joint.row.id))
        .filter(joint_session::Column::Version.eq(joint.row.version))
        .filter(joint_session::Column::EndedAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

fn view(related: &Related, row: &rows::JointSession, now: DateTime<Utc>) -> JointSession {
    let course = Course {
        joined: row.joined_at.is_some(),
        ended: row.ended_at.is_some(),
        lapses_at: row.lapses_at,
        related: related.view.state == RelationshipState::Active,
    };
    JointSession {
        provider: AccountId(row.provider_id),
        proposed_by: AccountId(row.proposed_by),
        state: course.state(now),
        joined: course.joined,
        revealed_at: row.revealed_at,
    }
}

/// What is open as the table has it: its kind, its name, and a link sealed.
type Columns = (Option<String>, Option<String>, Option<Vec<u8>>);

fn columns(key: &DataKey, id: JointSessionId, opened: Option<&Opened>) -> Result<Columns> {
    let Some(opened) = opened else { return Ok((None, None, None)) };
    let (name, link) = match opened {
        Opened::Item(id) => (Some(id.to_string()), None),
        Opened::Section(section) => (Some(section.to_string()), None),
        Opened::LibraryEntry(id) => (Some(id.to_string()), None),
        Opened::Link(link) => (None, Some(key.seal(place(id.0), link.as_bytes())?)),
    };
    Ok((Some(opened.kind().to_string()), name, link))
}

fn opened(key: Option<&DataKey>, row: &rows::JointSession) -> Result<Option<Opened>> {
    let Some(kind) = &row.opened_kind else { return Ok(None) };
    let lost = || StorageError::Corrupt("what a joint session has open".into());
    let name = || row.opened.as_deref().ok_or_else(lost);
    let id = || name()?.parse::<Uuid>().map_err(|_| lost());
    Ok(Some(match kind.parse()? {
        OpenedKind::Item => Opened::Item(ItemId(id()?)),
        OpenedKind::Section => Opened::Section(name()?.parse()?),
        OpenedKind::LibraryEntry => Opened::LibraryEntry(LibraryEntryId(id()?)),
        OpenedKind::Link => {
            let (key, link) = key.zip(row.link.as_deref()).ok_or_else(lost)?;
            Opened::Link(key.open_text(place(row.id), link)?)
        }
    }))
}

fn place(id: Uuid) -> Place {
    Place::new("joint_session.link", id)
}

/// Whether somebody of this side is there now.
pub fn is_here(joint: &Joint, side: Side, now: DateTime<Utc>) -> bool {
    let until = match side {
        Side::Owner => joint.row.owner_here_until,
        Side::Provider => joint.row.provider_here_until,
    };
    joint.view.state != JointState::Ended && until.is_some_and(|until| now < until)
}
