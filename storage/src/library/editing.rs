//! Writing the library: drafts, review by a second person, publishing, retiring. Nothing is overwritten but drafts.

use super::reading::{Heading, headings};
use super::{Revised, fill, index, unindex};
use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::{library_entry, library_revision, library_tag, library_text};
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::{LibraryEntryId, LibraryRevisionId};
use domain::library::{Details, LibraryKind, Place, RevisionState, Text};
use domain::ownership::Actor;
use domain::policy::{self, OnLibraryEntry, Permit};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An entry that is begun, as a draft without texts.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub id: LibraryEntryId,
    pub revision: LibraryRevisionId,
    pub kind: LibraryKind,
    /// The shipped entry in whose place it is to be read.
    pub replaces: Option<LibraryEntryId>,
    pub details: Details,
}

/// An entry as editors' lists show it.
#[derive(Clone, Debug)]
pub struct Work {
    pub entry: rows::LibraryEntry,
    pub revision: rows::LibraryRevision,
    pub headings: Vec<Heading>,
}

/// Begins an entry of the permitted actor's organisation.
pub async fn create(tx: &WriteTx, permit: Permit, new: NewEntry, now: DateTime<Utc>) -> Result<()> {
    let entry = library_entry::ActiveModel {
        id: Set(new.id.0),
        organisation_id: Set(Some(permit.actor().organisation.0)),
        starter_key: Set(None),
        replaces: Set(new.replaces.map(Into::into)),
        kind: Set(new.kind.to_string()),
        published_id: Set(None),
        published_at: Set(None),
        retired_at: Set(None),
        created_by: Set(Some(permit.account().0)),
        created_at: Set(now),
        version: Set(1),
    };
    library_entry::Entity::insert(entry).exec_without_returning(&**tx).await?;
    let draft = Draft { id: new.revision, entry: new.id.0, number: 1, details: &new.details, texts: &[] };
    draft.insert(tx, permit, now).await
}

/// The newest revision of an entry that was not given up, for what this actor wants to do with it.
pub async fn newest(
    db: &impl ConnectionTrait,
    actor: Actor,
    action: OnLibraryEntry,
    id: LibraryEntryId,
) -> Result<Authorized<Revised>> {
    let entry = library_entry::Entity::find_by_id(id.0).one(db).await?.ok_or(StorageError::Hidden)?;
    let revision = revisions_of(id.0)
        .filter(library_revision::Column::State.ne(RevisionState::Discarded.as_str()))
        .limit(1)
        .one(db)
        .await?
        .ok_or(StorageError::Hidden)?;
    authorized(actor, action, Revised { entry, revision })
}

/// One revision of an entry, for those who may see them.
pub async fn revision(
    db: &impl ConnectionTrait,
    actor: Actor,
    id: LibraryEntryId,
    number: i32,
) -> Result<Authorized<Revised>> {
    let entry = library_entry::Entity::find_by_id(id.0).one(db).await?.ok_or(StorageError::Hidden)?;
    let revision = revisions_of(id.0)
        .filter(library_revision::Column::Number.eq(number))
        .one(db)
        .await?
        .ok_or(StorageError::Hidden)?;
    authorized(actor, OnLibraryEntry::SeeRevisions, Revised { entry, revision })
}

fn authorized(actor: Actor, action: OnLibraryEntry, found: Revised) -> Result<Authorized<Revised>> {
    Authorized::by(policy::on_library_entry(actor, action, &found.for_policy()), found)
}

/// Revisions of the entry, newest first, those before `before` only.
pub async fn revisions(
    db: &impl ConnectionTrait,
    of: &Authorized<Revised>,
    before: Option<i32>,
    limit: u64,
) -> Result<Vec<rows::LibraryRevision>> {
    let mut query = revisions_of(of.entry.id);
    if let Some(before) = before {
        query = query.filter(library_revision::Column::Number.lt(before));
    }
    Ok(query.limit(limit).all(db).await?)
}

fn revisions_of(entry: Uuid) -> sea_orm::Select<library_revision::Entity> {
    library_revision::Entity::find()
        .filter(library_revision::Column::EntryId.eq(entry))
        .order_by_desc(library_revision::Column::Number)
}

/// Entries of the permitted actor's organisation, the last begun first; with `state`, those whose newest revision is
/// in it.
pub async fn page(
    db: &impl ConnectionTrait,
    permit: Permit,
    state: Option<RevisionState>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Work>> {
    use library_entry::Column;
    let mut query = library_entry::Entity::find().filter(Column::OrganisationId.eq(permit.actor().organisation.0));
    if let Some(state) = state {
        query = query.filter(Column::Id.in_subquery(newest_in(state))).filter(Column::RetiredAt.is_null());
    }
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(Column::CreatedAt.lt(at))
                .add(Condition::all().add(Column::CreatedAt.eq(at)).add(Column::Id.lt(id))),
        );
    }
    let entries = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(limit).all(db).await?;
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let revisions = library_revision::Entity::find()
        .filter(crate::among::among(library_revision::Column::EntryId, &ids))
        .filter(
            library_revision::Column::State
                .is_not_in([RevisionState::Discarded, RevisionState::Superseded].map(RevisionState::as_str)),
        )
        .order_by_asc(library_revision::Column::Number)
        .all(db)
        .await?;
    // Of an entry there are at most two: the published one, and after it the one that is worked on.
    let mut newest: BTreeMap<Uuid, rows::LibraryRevision> =
        revisions.into_iter().map(|revision| (revision.entry_id, revision)).collect();
    let ids: Vec<Uuid> = newest.values().map(|revision| revision.id).collect();
    let mut headings = headings(db, &ids).await?;
    let work = |entry: rows::LibraryEntry| {
        let revision = newest.remove(&entry.id)?;
        Some(Work { headings: headings.remove(&revision.id).unwrap_or_default(), entry, revision })
    };
    Ok(entries.into_iter().filter_map(work).collect())
}

/// Entries whose newest revision is in this state: an open one is always the newest, a published one if none is open.
fn newest_in(state: RevisionState) -> sea_orm::sea_query::SelectStatement {
    use library_revision::Column;
    let in_states = |states: &[RevisionState]| {
        Query::select()
            .column(Column::EntryId)
            .from(library_revision::Entity)
            .and_where(Column::State.is_in(states.iter().map(|state| state.as_str())))
            .take()
    };
    let mut found = in_states(&[state]);
    if !state.is_open() {
        found.and_where(Column::EntryId.not_in_subquery(in_states(&[RevisionState::Draft, RevisionState::Submitted])));
    }
    found
}

/// Writes the content anew: of the draft, or of a new one after the published revision.
pub async fn write(
    tx: &WriteTx,
    of: &Authorized<Revised>,
    next: LibraryRevisionId,
    details: &Details,
    texts: &[Text],
    now: DateTime<Utc>,
) -> Result<()> {
    advance(tx, &of.entry).await?;
    let state: RevisionState = of.revision.state.parse()?;
    if !state.is_open() {
        // After those that were given up, whose numbers stay theirs.
        let last = revisions_of(of.entry.id).limit(1).one(&**tx).await?.map_or(0, |row| row.number);
        let number = last.checked_add(1).ok_or(StorageError::Stale)?;
        let draft = Draft { id: next, entry: of.entry.id, number, details, texts };
        return draft.insert(tx, of.permit(), now).await;
    }
    use library_revision::Column;
    let (place, place_key) = place(details.place.as_ref());
    library_revision::Entity::update_many()
        .col_expr(Column::State, Expr::value(RevisionState::Draft.as_str()))
        .col_expr(Column::Exercise, Expr::value(details.exercise.map(|it| it.to_string())))
        .col_expr(Column::Minutes, Expr::value(details.minutes.map(i32::from)))
        .col_expr(Column::Url, Expr::value(details.url.clone()))
        .col_expr(Column::Place, Expr::value(place))
        .col_expr(Column::PlaceKey, Expr::value(place_key))
        .col_expr(Column::Source, Expr::value(details.source.clone()))
        .col_expr(Column::Licence, Expr::value(details.licence.clone()))
        .col_expr(Column::EditedBy, Expr::value(of.permit().account().0))
        .col_expr(Column::SubmittedBy, Expr::value(None::<Uuid>))
        .col_expr(Column::SubmittedAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(of.revision.id))
        .exec(&**tx)
        .await?;
    library_tag::Entity::delete_many().filter(library_tag::Column::RevisionId.eq(of.revision.id)).exec(&**tx).await?;
    library_text::Entity::delete_many().filter(library_text::Column::RevisionId.eq(of.revision.id)).exec(&**tx).await?;
    fill(&**tx, of.revision.id, details, texts).await
}

/// Hands the draft in.
pub async fn submit(tx: &WriteTx, of: &Authorized<Revised>, now: DateTime<Utc>) -> Result<()> {
    advance(tx, &of.entry).await?;
    let mut row = changed(of, RevisionState::Submitted, now);
    row.submitted_by = Set(Some(of.permit().account().0));
    row.submitted_at = Set(Some(now));
    row.review_note = Set(None);
    store(tx, row).await
}

/// Sends it back with a word about why.
pub async fn send_back(tx: &WriteTx, of: &Authorized<Revised>, note: &str, now: DateTime<Utc>) -> Result<()> {
    advance(tx, &of.entry).await?;
    let mut row = changed(of, RevisionState::Draft, now);
    row.reviewed_by = Set(Some(of.permit().account().0));
    row.reviewed_at = Set(Some(now));
    row.review_note = Set(Some(note.to_owned()));
    store(tx, row).await
}

/// Gives the draft up; what is published stays.
pub async fn discard(tx: &WriteTx, of: &Authorized<Revised>, now: DateTime<Utc>) -> Result<()> {
    advance(tx, &of.entry).await?;
    store(tx, changed(of, RevisionState::Discarded, now)).await
}

/// Publishes it: people read and find it from now on, in place of what was published before.
pub async fn approve(tx: &WriteTx, of: &Authorized<Revised>, texts: &[Text], now: DateTime<Utc>) -> Result<()> {
    advance(tx, &of.entry).await?;
    let mut row = changed(of, RevisionState::Published, now);
    row.reviewed_by = Set(Some(of.permit().account().0));
    row.reviewed_at = Set(Some(now));
    publish(&**tx, &of.entry, of.revision.id, texts, now).await?;
    store(tx, row).await
}

/// The entry's published revision becomes this one, and the index follows.
pub(super) async fn publish(
    db: &impl ConnectionTrait,
    entry: &rows::LibraryEntry,
    revision: Uuid,
    texts: &[Text],
    now: DateTime<Utc>,
) -> Result<()> {
    if let Some(before) = entry.published_id {
        library_revision::Entity::update_many()
            .col_expr(library_revision::Column::State, Expr::value(RevisionState::Superseded.as_str()))
            .filter(library_revision::Column::Id.eq(before))
            .exec(db)
            .await?;
    }
    library_entry::Entity::update_many()
        .col_expr(library_entry::Column::PublishedId, Expr::value(revision))
        .col_expr(library_entry::Column::PublishedAt, Expr::value(now))
        .filter(library_entry::Column::Id.eq(entry.id))
        .exec(db)
        .await?;
    index(db, entry.id, texts).await
}

/// Takes the entry out of the library for good. Its revisions are kept.
pub async fn retire(tx: &WriteTx, of: &Authorized<Revised>, now: DateTime<Utc>) -> Result<()> {
    advance(tx, &of.entry).await?;
    library_entry::Entity::update_many()
        .col_expr(library_entry::Column::RetiredAt, Expr::value(now))
        .filter(library_entry::Column::Id.eq(of.entry.id))
        .exec(&**tx)
        .await?;
    unindex(&**tx, of.entry.id).await
}

/// One version on, if it still is the one that was read: of two writers the second is `Stale`.
async fn advance(tx: &WriteTx, entry: &rows::LibraryEntry) -> Result<()> {
    let changed = library_entry::Entity::update_many()
        .col_expr(library_entry::Column::Version, Expr::col(library_entry::Column::Version).add(1))
        .filter(library_entry::Column::Id.eq(entry.id))
        .filter(library_entry::Column::Version.eq(entry.version))
        .filter(library_entry::Column::RetiredAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

fn changed(of: &Revised, state: RevisionState, now: DateTime<Utc>) -> library_revision::ActiveModel {
    let mut row = of.revision.clone().into_active_model();
    row.state = Set(state.to_string());
    row.updated_at = Set(now);
    row
}

async fn store(tx: &WriteTx, row: library_revision::ActiveModel) -> Result<()> {
    library_revision::Entity::update(row).exec(&**tx).await?;
    Ok(())
}

/// A revision that is begun.
struct Draft<'a> {
    id: LibraryRevisionId,
    entry: Uuid,
    number: i32,
    details: &'a Details,
    texts: &'a [Text],
}

impl Draft<'_> {
    async fn insert(&self, tx: &WriteTx, permit: Permit, now: DateTime<Utc>) -> Result<()> {
        let mut row = row(self.id, self.entry, self.number, self.details, now);
        row.edited_by = Set(Some(permit.account().0));
        library_revision::Entity::insert(row).exec_without_returning(&**tx).await?;
        fill(&**tx, self.id.0, self.details, self.texts).await
    }
}

/// A draft nobody wrote yet.
pub(super) fn row(
    id: LibraryRevisionId,
    entry: Uuid,
    number: i32,
    details: &Details,
    now: DateTime<Utc>,
) -> library_revision::ActiveModel {
    let (place, place_key) = place(details.place.as_ref());
    library_revision::ActiveModel {
        id: Set(id.0),
        entry_id: Set(entry),
        number: Set(number),
        state: Set(RevisionState::Draft.to_string()),
        exercise: Set(details.exercise.map(|it| it.to_string())),
        minutes: Set(details.minutes.map(i32::from)),
        url: Set(details.url.clone()),
        place: Set(place),
        place_key: Set(place_key),
        source: Set(details.source.clone()),
        licence: Set(details.licence.clone()),
        starter_version: Set(None),
        edited_by: Set(None),
        submitted_by: Set(None),
        submitted_at: Set(None),
        reviewed_by: Set(None),
        reviewed_at: Set(None),
        review_note: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    }
}

fn place(place: Option<&Place>) -> (Option<String>, Option<String>) {
    (place.map(|place| place.shown().to_owned()), place.map(|place| place.key().to_owned()))
}
