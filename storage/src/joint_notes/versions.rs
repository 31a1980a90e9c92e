//! What notes said before. They are the owner's alone, like the notes.

use super::{Note, place};
use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::{joint_note, joint_note_version};
use crate::error::{Result, StorageError};
use crate::sealed::DataKey;
use chrono::{DateTime, Utc};
use domain::ids::JointNoteId;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeMap;
use uuid::Uuid;

/// One version of a note, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub number: i32,
    pub written_at: DateTime<Utc>,
    pub text: String,
}

/// Keeps what a note says now; its present version is about to change. `Stale` where somebody else keeps it already, to
/// change it too.
pub(super) async fn keep(tx: &WriteTx, id: JointNoteId) -> Result<()> {
    let now = Query::select()
        .columns([
            joint_note::Column::Id,
            joint_note::Column::Version,
            joint_note::Column::Body,
            joint_note::Column::UpdatedAt,
        ])
        .from(joint_note::Entity)
        .and_where(joint_note::Column::Id.eq(id.0))
        .to_owned();
    let mut keep = Query::insert();
    keep.into_table(joint_note_version::Entity).columns([
        joint_note_version::Column::NoteId,
        joint_note_version::Column::Number,
        joint_note_version::Column::Body,
        joint_note_version::Column::WrittenAt,
    ]);
    keep.select_from(now).map_err(|error| StorageError::Corrupt(error.to_string()))?;
    let taken = OnConflict::columns([joint_note_version::Column::NoteId, joint_note_version::Column::Number])
        .do_nothing()
        .to_owned();
    let kept = tx.execute(keep.on_conflict(taken)).await?;
    if kept.rows_affected() == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

pub(super) async fn forget(tx: &WriteTx, id: JointNoteId) -> Result<()> {
    joint_note_version::Entity::delete_many().filter(joint_note_version::Column::NoteId.eq(id.0)).exec(&**tx).await?;
    Ok(())
}

/// The versions of a note before `before`, newest first, the present one among them.
pub async fn page(
    db: &impl ConnectionTrait,
    key: &DataKey,
    note: &Authorized<Note>,
    before: Option<i32>,
    limit: u64,
) -> Result<Vec<Version>> {
    let mut query = joint_note_version::Entity::find().filter(joint_note_version::Column::NoteId.eq(note.id.0));
    if let Some(before) = before {
        query = query.filter(joint_note_version::Column::Number.lt(before));
    }
    let earlier = query.order_by_desc(joint_note_version::Column::Number).limit(limit).all(db).await?;
    let mut all: Vec<Version> =
        before.is_none_or(|before| note.version < before).then(|| present(note)).into_iter().collect();
    for row in earlier {
        all.push(open(key, row)?);
    }
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(all)
}

/// One version of a note.
pub async fn one(db: &impl ConnectionTrait, key: &DataKey, note: &Authorized<Note>, number: i32) -> Result<Version> {
    if number == note.version {
        return Ok(present(note));
    }
    let row = joint_note_version::Entity::find_by_id((note.id.0, number)).one(db).await?.ok_or(StorageError::Hidden)?;
    open(key, row)
}

/// What some notes said before their present versions, by note, newest first.
pub(super) async fn earlier(
    db: &impl ConnectionTrait,
    key: &DataKey,
    notes: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<Version>>> {
    let rows = joint_note_version::Entity::find()
        .filter(joint_note_version::Column::NoteId.is_in(notes.iter().copied()))
        .order_by_desc(joint_note_version::Column::NoteId)
        .order_by_desc(joint_note_version::Column::Number)
        .all(db)
        .await?;
    let mut found: BTreeMap<Uuid, Vec<Version>> = BTreeMap::new();
    for row in rows {
        found.entry(row.note_id).or_default().push(open(key, row)?);
    }
    Ok(found)
}

fn present(note: &Note) -> Version {
    Version { number: note.version, written_at: note.updated_at, text: note.text.clone() }
}

fn open(key: &DataKey, row: joint_note_version::Model) -> Result<Version> {
    let text = key.open_text(place(row.note_id), &row.body)?;
    Ok(Version { number: row.number, written_at: row.written_at, text })
}
