//! The library. Its texts are nobody's own and are not sealed. An entry is what is referred to, a revision its whole
//! content at one time; what is published is also kept as words to search for.

pub mod editing;
pub mod reading;
pub mod search;
pub mod starter;
mod stems;

use crate::entity::{library_entry, library_revision, library_search, library_tag, library_text};
use crate::error::{Result, StorageError};
use crate::rows;
use domain::ids::{AccountId, LibraryEntryId, OrganisationId};
use domain::library::{Details, LibraryKind, LibraryTheme, LibraryTopic, Place, Text};
use domain::policy::LibraryEntry;
use domain::words::Language;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::BTreeMap;
use uuid::Uuid;

const THEME: &str = "theme";
const TOPIC: &str = "topic";

/// An entry with one of its revisions.
#[derive(Clone, Debug)]
pub struct Revised {
    pub entry: rows::LibraryEntry,
    pub revision: rows::LibraryRevision,
}

impl Revised {
    fn for_policy(&self) -> LibraryEntry {
        LibraryEntry {
            organisation: self.entry.organisation_id.map(OrganisationId),
            readable: self.entry.published_id.is_some() && self.entry.retired_at.is_none(),
            edited_by: self.revision.edited_by.map(AccountId),
            submitted_by: self.revision.submitted_by.map(AccountId),
        }
    }
}

/// An exercise that is or was published, for what refers to it by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    pub id: LibraryEntryId,
    /// None: shipped, and everybody's.
    pub organisation: Option<OrganisationId>,
    pub titles: BTreeMap<Language, String>,
    pub minutes: Option<u16>,
    /// Nobody finds it any more; runs of it keep its title.
    pub retired: bool,
}

/// The published exercise of that id, for machinery: whether somebody may begin it is said by
/// [`reading::published`]. `None` where there is none, it is no exercise, or nothing of it was ever published.
pub async fn exercise(db: &impl ConnectionTrait, id: LibraryEntryId) -> Result<Option<Exercise>> {
    let Some(entry) = library_entry::Entity::find_by_id(id.0).one(db).await? else { return Ok(None) };
    let Some(published) = entry.published_id.filter(|_| entry.kind == LibraryKind::Exercise.as_str()) else {
        return Ok(None);
    };
    let revision = library_revision::Entity::find_by_id(published).one(db).await?;
    let revision = revision.ok_or_else(|| StorageError::Corrupt("published revision missing".into()))?;
    let titles = texts(db, published).await?.into_iter().map(|text| (text.language, text.title)).collect();
    Ok(Some(Exercise {
        id,
        organisation: entry.organisation_id.map(OrganisationId),
        titles,
        minutes: minutes(&revision)?,
        retired: entry.retired_at.is_some(),
    }))
}

/// The texts of a revision, by language.
pub async fn texts(db: &impl ConnectionTrait, revision: Uuid) -> Result<Vec<Text>> {
    let rows = library_text::Entity::find()
        .filter(library_text::Column::RevisionId.eq(revision))
        .order_by_asc(library_text::Column::Language)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| Ok(Text { language: row.language.parse()?, title: row.title, summary: row.summary, body: row.body }))
        .collect()
}

/// What each of these revisions has besides its texts.
pub async fn details(
    db: &impl ConnectionTrait,
    revisions: &[rows::LibraryRevision],
) -> Result<BTreeMap<Uuid, Details>> {
    let ids: Vec<Uuid> = revisions.iter().map(|revision| revision.id).collect();
    let mut all = revisions.iter().map(|row| Ok((row.id, untagged(row)?))).collect::<Result<BTreeMap<_, _>>>()?;
    let tags = library_tag::Entity::find()
        .filter(crate::among::among(library_tag::Column::RevisionId, &ids))
        .order_by_asc(library_tag::Column::RevisionId)
        .order_by_asc(library_tag::Column::Sort)
        .order_by_asc(library_tag::Column::Word)
        .all(db)
        .await?;
    for tag in tags {
        let Some(details) = all.get_mut(&tag.revision_id) else { continue };
        if tag.sort == THEME {
            details.themes.insert(tag.word.parse::<LibraryTheme>()?);
        } else {
            details.topics.insert(tag.word.parse::<LibraryTopic>()?);
        }
    }
    Ok(all)
}

fn untagged(row: &rows::LibraryRevision) -> Result<Details> {
    Ok(Details {
        exercise: row.exercise.as_deref().map(str::parse).transpose()?,
        minutes: minutes(row)?,
        themes: Default::default(),
        topics: Default::default(),
        url: row.url.clone(),
        place: row.place.as_deref().and_then(Place::new),
        source: row.source.clone(),
        licence: row.licence.clone(),
    })
}

fn minutes(row: &rows::LibraryRevision) -> Result<Option<u16>> {
    let read = |minutes: i32| u16::try_from(minutes).map_err(|_| StorageError::Corrupt("minutes".into()));
    row.minutes.map(read).transpose()
}

/// Writes themes, topics and texts of a revision that has none yet.
async fn fill(db: &impl ConnectionTrait, revision: Uuid, details: &Details, texts: &[Text]) -> Result<()> {
    let tag = |sort: &str, word: &str| library_tag::ActiveModel {
        revision_id: Set(revision),
        sort: Set(sort.to_owned()),
        word: Set(word.to_owned()),
    };
    let themes = details.themes.iter().map(|theme| tag(THEME, theme.as_str()));
    let tags: Vec<_> = themes.chain(details.topics.iter().map(|topic| tag(TOPIC, topic.as_str()))).collect();
    if !tags.is_empty() {
        library_tag::Entity::insert_many(tags).exec_without_returning(db).await?;
    }
    let texts = texts.iter().map(|text| library_text::ActiveModel {
        revision_id: Set(revision),
        language: Set(text.language.to_string()),
        title: Set(text.title.clone()),
        summary: Set(text.summary.clone()),
        body: Set(text.body.clone()),
    });
    let texts: Vec<_> = texts.collect();
    if !texts.is_empty() {
        library_text::Entity::insert_many(texts).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Makes exactly these texts of an entry findable.
async fn index(db: &impl ConnectionTrait, entry: Uuid, texts: &[Text]) -> Result<()> {
    unindex(db, entry).await?;
    let words = |text: &Text, part: &str| Set(stems::indexed(db.get_database_backend(), text.language, part));
    let rows = texts.iter().map(|text| library_search::ActiveModel {
        entry_id: Set(entry),
        language: Set(text.language.to_string()),
        title: words(text, &text.title),
        summary: words(text, &text.summary),
        body: words(text, &text.body),
        ..Default::default()
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        library_search::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

async fn unindex(db: &impl ConnectionTrait, entry: Uuid) -> Result<()> {
    library_search::Entity::delete_many().filter(library_search::Column::EntryId.eq(entry)).exec(db).await?;
    Ok(())
}
