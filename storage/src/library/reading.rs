//! What people read: published entries of the starter set and of the reader's own organisation.

use super::{Revised, details, texts};
use crate::among::among;
use crate::authorized::Authorized;
use crate::entity::{library_entry, library_revision, library_tag, library_text};
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::{LibraryEntryId, OrganisationId};
use domain::library::{Details, ExerciseKind, LibraryKind, LibraryTheme, LibraryTopic, Place, Text};
use domain::ownership::Actor;
use domain::policy::{self, OnLibraryEntry, Permit};
use domain::words::Language;
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Which entries are wanted; `None` sets no bound.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub language: Option<Language>,
    pub kind: Option<LibraryKind>,
    pub exercise: Option<ExerciseKind>,
    pub theme: Option<LibraryTheme>,
    pub topic: Option<LibraryTopic>,
    pub place: Option<Place>,
}

/// A text without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    pub language: Language,
    pub title: String,
    pub summary: String,
}

/// An entry as lists show it.
#[derive(Clone, Debug)]
pub struct Listed {
    pub entry: rows::LibraryEntry,
    pub details: Details,
    pub headings: Vec<Heading>,
}

/// An entry as it is read.
#[derive(Clone, Debug)]
pub struct Whole {
    pub entry: rows::LibraryEntry,
    pub revision: rows::LibraryRevision,
    pub details: Details,
    pub texts: Vec<Text>,
}

/// Readable entries, the last published first.
pub async fn page(
    db: &impl ConnectionTrait,
    permit: Permit,
    filter: &Filter,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Listed>> {
    use library_entry::Column;
    let mut query = library_entry::Entity::find().filter(readable(permit.actor().organisation, filter));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(Column::PublishedAt.lt(at))
                .add(Condition::all().add(Column::PublishedAt.eq(at)).add(Column::Id.lt(id))),
        );
    }
    let entries = query.order_by_desc(Column::PublishedAt).order_by_desc(Column::Id).limit(limit).all(db).await?;
    listed(db, entries).await
}

/// What is published of one entry.
pub async fn published(db: &impl ConnectionTrait, actor: Actor, id: LibraryEntryId) -> Result<Authorized<Whole>> {
    let entry = library_entry::Entity::find_by_id(id.0).one(db).await?.ok_or(StorageError::Hidden)?;
    let published = entry.published_id.ok_or(StorageError::Hidden)?;
    let revision = library_revision::Entity::find_by_id(published).one(db).await?;
    let revision = revision.ok_or_else(|| StorageError::Corrupt("published revision missing".into()))?;
    let found = Revised { entry, revision };
    let decision = policy::on_library_entry(actor, OnLibraryEntry::Read, &found.for_policy());
    let found = Authorized::by(decision, found)?;
    let details = details(db, std::slice::from_ref(&found.revision)).await?.remove(&published);
    let details = details.ok_or(StorageError::Hidden)?;
    let texts = texts(db, published).await?;
    Ok(found.map(|Revised { entry, revision }| Whole { entry, revision, details, texts }))
}

/// The places that readable entries are about, by name, with how many there are of each.
pub async fn places(db: &impl ConnectionTrait, permit: Permit) -> Result<Vec<(Place, u32)>> {
    let readable = Query::select()
        .column(library_entry::Column::PublishedId)
        .from(library_entry::Entity)
        .cond_where(readable(permit.actor().organisation, &Filter::default()))
        .take();
    let mut written: Vec<String> = library_revision::Entity::find()
        .select_only()
        .column(library_revision::Column::Place)
        .filter(library_revision::Column::PlaceKey.is_not_null())
        .filter(library_revision::Column::Id.in_subquery(readable))
        .order_by_asc(library_revision::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    // Of several ways to write one, the first of the alphabet is shown: capitals are before small letters.
    written.sort_unstable();
    let mut places: BTreeMap<String, (Place, u32)> = BTreeMap::new();
    for place in written.iter().filter_map(|written| Place::new(written)) {
        places.entry(place.key().to_owned()).or_insert((place, 0)).1 += 1;
    }
    Ok(places.into_values().collect())
}

/// What an organisation's people find: published, and not one that their organisation has put another in place of.
pub(super) fn readable(of: OrganisationId, filter: &Filter) -> Condition {
    use library_entry::Column;
    let standing =
        |condition: Condition| condition.add(Column::PublishedId.is_not_null()).add(Column::RetiredAt.is_null());
    let replaced = Query::select()
        .column(Column::Replaces)
        .from(library_entry::Entity)
        .cond_where(standing(Condition::all()).add(Column::OrganisationId.eq(of.0)).add(Column::Replaces.is_not_null()))
        .take();
    let with = |revisions: SelectStatement| Column::PublishedId.in_subquery(revisions);
    standing(Condition::all())
        .add(Condition::any().add(Column::OrganisationId.is_null()).add(Column::OrganisationId.eq(of.0)))
        .add(Column::Id.not_in_subquery(replaced))
        .add_option(filter.kind.map(|kind| Column::Kind.eq(kind.as_str())))
        .add_option(filter.theme.map(|theme| with(tagged(super::THEME, theme.as_str()))))
        .add_option(filter.topic.map(|topic| with(tagged(super::TOPIC, topic.as_str()))))
        .add_option(filter.language.map(|language| {
            with(
                library_text::Entity::find()
                    .select_only()
                    .column(library_text::Column::RevisionId)
                    .filter(library_text::Column::Language.eq(language.as_str()))
                    .into_query(),
            )
        }))
        .add_option(filter.exercise.map(|kind| with(revisions(library_revision::Column::Exercise, kind.as_str()))))
        .add_option(filter.place.as_ref().map(|place| with(revisions(library_revision::Column::PlaceKey, place.key()))))
}

fn tagged(sort: &str, word: &str) -> SelectStatement {
    library_tag::Entity::find()
        .select_only()
        .column(library_tag::Column::RevisionId)
        .filter(library_tag::Column::Sort.eq(sort))
        .filter(library_tag::Column::Word.eq(word))
        .into_query()
}

fn revisions(column: library_revision::Column, word: &str) -> SelectStatement {
    library_revision::Entity::find()
        .select_only()
        .column(library_revision::Column::Id)
        .filter(column.eq(word))
        .into_query()
}

/// Entries with what lists show of them, in the order they came.
pub(super) async fn listed(db: &impl ConnectionTrait, entries: Vec<rows::LibraryEntry>) -> Result<Vec<Listed>> {
    let ids: Vec<Uuid> = entries.iter().filter_map(|entry| entry.published_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let revisions = library_revision::Entity::find()
        .filter(among(library_revision::Column::Id, &ids))
        .order_by_asc(library_revision::Column::Id)
        .all(db)
        .await?;
    let mut details = details(db, &revisions).await?;
    let mut headings = headings(db, &ids).await?;
    let with = |entry: rows::LibraryEntry| {
        let published = entry.published_id?;
        let headings = headings.remove(&published).unwrap_or_default();
        Some(Listed { details: details.remove(&published)?, headings, entry })
    };
    Ok(entries.into_iter().filter_map(with).collect())
}

/// Titles and summaries of revisions, by language.
pub(super) async fn headings(db: &impl ConnectionTrait, revisions: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Heading>>> {
    use library_text::Column;
    let rows: Vec<(Uuid, String, String, String)> = library_text::Entity::find()
        .select_only()
        .columns([Column::RevisionId, Column::Language, Column::Title, Column::Summary])
        .filter(among(Column::RevisionId, revisions))
        .order_by_asc(Column::RevisionId)
        .order_by_asc(Column::Language)
        .into_tuple()
        .all(db)
        .await?;
    let mut all: BTreeMap<Uuid, Vec<Heading>> = BTreeMap::new();
    for (revision, language, title, summary) in rows {
        all.entry(revision).or_default().push(Heading { language: language.parse()?, title, summary });
    }
    Ok(all)
}

/// `column` of every entry that is readable, for a search.
pub(super) fn entry_is_readable(entry: Expr, of: OrganisationId, filter: &Filter) -> Expr {
    entry.in_subquery(
        Query::select()
            .column(library_entry::Column::Id)
            .from(library_entry::Entity)
            .cond_where(readable(of, filter))
            .take(),
    )
}
