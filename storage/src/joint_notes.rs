//! What an owner writes down in a joint session: hers, sealed with her key, and shown to the provider only as she says,
//! while the session is open.

pub mod versions;

use crate::authorized::{Authorized, permitted};
use crate::connect::{Store, WriteTx};
use crate::entity::{joint_note, joint_session, relationship};
use crate::error::{Result, StorageError};
use crate::joint_sessions::{Joint, Side, side};
use crate::sealed::{DataKey, Place, Scope};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, JointNoteId, JointSessionId};
use domain::ownership::Actor;
use domain::policy::{self, OnJointSession, OnOwn};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

/// A note, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub id: JointNoteId,
    pub text: String,
    pub shown: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i32,
}

pub async fn write(
    tx: &WriteTx,
    key: &DataKey,
    joint: &Authorized<Joint>,
    id: JointNoteId,
    text: &str,
    shown: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = joint_note::ActiveModel {
        id: Set(id.0),
        session_id: Set(joint.row.id),
        body: Set(key.seal(place(id.0), text.as_bytes())?),
        shown: Set(shown),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    };
    joint_note::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Whether an id is taken, by whoever's note.
pub async fn is_taken(db: &impl ConnectionTrait, id: JointNoteId) -> Result<bool> {
    Ok(joint_note::Entity::find_by_id(id.0).one(db).await?.is_some())
}

/// One note that the reader of `joint` finds.
pub async fn one(
    db: &impl ConnectionTrait,
    key: &DataKey,
    joint: &Authorized<Joint>,
    id: JointNoteId,
) -> Result<Authorized<Note>> {
    let row = found(joint)?.filter(joint_note::Column::Id.eq(id.0)).one(db).await?.ok_or(StorageError::Hidden)?;
    let note = open(key, row)?;
    Ok(joint.clone().map(|_| note))
}

/// A page of what the reader of `joint` finds, newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    key: &DataKey,
    joint: &Authorized<Joint>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Note>> {
    let rows = newest(found(joint)?, after, limit).all(db).await?;
    rows.into_iter().map(|row| open(key, row)).collect()
}

/// A note with the session it was written in, and what it said before, newest first.
#[derive(Clone, Debug)]
pub struct Written {
    pub session: JointSessionId,
    pub note: Note,
    pub earlier: Vec<versions::Version>,
}

/// A page of everything the actor ever wrote down in a joint session, newest first.
pub async fn of_all(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Written>> {
    let permit = permitted(policy::on_own(actor, OnOwn::OwnersLife, actor.account))?;
    let rows = newest(of_owner(permit.account()), after, limit).all(db).await?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut before = versions::earlier(db, &key, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let earlier = before.remove(&row.id).unwrap_or_default();
            Ok(Written { session: JointSessionId(row.session_id), note: open(&key, row)?, earlier })
        })
        .collect()
}

/// Those among some notes that are the actor's own, with their sessions.
pub async fn among(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    ids: &[Uuid],
) -> Result<Vec<(JointSessionId, Note)>> {
    let permit = permitted(policy::on_own(actor, OnOwn::OwnersLife, actor.account))?;
    let rows = newest(
        of_owner(permit.account()).filter(joint_note::Column::Id.is_in(ids.iter().copied())),
        None,
        u64::from(u32::MAX),
    )
    .all(db)
    .await?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    rows.into_iter().map(|row| Ok((JointSessionId(row.session_id), open(&key, row)?))).collect()
}

/// An owner's notes, of all sessions.
pub(crate) fn of_owner(owner: AccountId) -> Select<joint_note::Entity> {
    let hers = relationship::Entity::find()
        .select_only()
        .column(relationship::Column::Id)
        .filter(relationship::Column::OwnerId.eq(owner.0))
        .into_query();
    let sessions = joint_session::Entity::find()
        .select_only()
        .column(joint_session::Column::Id)
        .filter(joint_session::Column::RelationshipId.in_subquery(hers))
        .into_query();
    joint_note::Entity::find().filter(joint_note::Column::SessionId.in_subquery(sessions))
}

fn newest(
    query: Select<joint_note::Entity>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Select<joint_note::Entity> {
    let further = after.map(|(at, id)| {
        Condition::any()
            .add(joint_note::Column::CreatedAt.lt(at))
            .add(Condition::all().add(joint_note::Column::CreatedAt.eq(at)).add(joint_note::Column::Id.lt(id)))
    });
    query
        .filter(Condition::all().add_option(further))
        .order_by_desc(joint_note::Column::CreatedAt)
        .order_by_desc(joint_note::Column::Id)
        .limit(limit)
}

/// Says something else, or shows it or not, from now on. `Stale` if it changed meanwhile.
pub async fn replace(
    tx: &WriteTx,
    key: &DataKey,
    before: &Authorized<Note>,
    text: &str,
    shown: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    versions::keep(tx, before.id).await?;
    let changed = joint_note::Entity::update_many()
        .col_expr(joint_note::Column::Body, Expr::value(key.seal(place(before.id.0), text.as_bytes())?))
        .col_expr(joint_note::Column::Shown, Expr::value(shown))
        .col_expr(joint_note::Column::UpdatedAt, Expr::value(now))
        .col_expr(joint_note::Column::Version, Expr::col(joint_note::Column::Version).add(1))
        .filter(joint_note::Column::Id.eq(before.id.0))
        .filter(joint_note::Column::Version.eq(before.version))
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// With all that it ever said.
pub async fn delete(tx: &WriteTx, gone: &Authorized<Note>) -> Result<()> {
    versions::forget(tx, gone.id).await?;
    let deleted = joint_note::Entity::delete_many()
        .filter(joint_note::Column::Id.eq(gone.id.0))
        .filter(joint_note::Column::Version.eq(gone.version))
        .exec(&**tx)
        .await?;
    if deleted.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// The notes of a session that its reader finds: the owner all, the provider those that are shown to her now.
fn found(joint: &Authorized<Joint>) -> Result<Select<joint_note::Entity>> {
    let permit = joint.permit();
    let (action, shown) = match side(permit, joint) {
        Side::Owner => (OnJointSession::TendNotes, Condition::all()),
        Side::Provider => (OnJointSession::ReadShownNotes, Condition::all().add(joint_note::Column::Shown.eq(true))),
    };
    permitted(policy::on_joint_session(permit.actor(), action, &joint.related.view, &joint.view))?;
    Ok(joint_note::Entity::find().filter(joint_note::Column::SessionId.eq(joint.row.id)).filter(shown))
}

fn open(key: &DataKey, row: joint_note::Model) -> Result<Note> {
    Ok(Note {
        id: JointNoteId(row.id),
        text: key.open_text(place(row.id), &row.body)?,
        shown: row.shown,
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    })
}

fn place(id: Uuid) -> Place {
    Place::new("joint_note.body", id)
}
