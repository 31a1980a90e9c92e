//! Reading the library: everybody who is signed in, what is shipped and what her organisation published.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, bounds};
use crate::state::App;
use crate::{call, views};
use domain::ids::LibraryEntryId;
use domain::library::{self as rules, Details, Place, Text};
use domain::policy::{self, OnLibrary, Permit};
use domain::wording::FieldFault as Words;
use domain::wording::Unit;
use domain::words::Language;
use mobile_contract::library::{
    LibraryEntryOut, LibraryHitOut, LibraryHitsOut, LibraryItemOut, LibraryOut, LibraryPlaceOut, LibraryPlacesOut,
    LibraryTextOut,
};
use storage::library::reading::{self, Filter, Heading, Listed};
use storage::library::search;
use storage::{StorageError, permitted};

const LIST: &str = "list_library_entries";

/// Which entries are wanted, as a call says it.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub language: Option<Language>,
    pub kind: Option<rules::LibraryKind>,
    pub exercise: Option<rules::ExerciseKind>,
    pub theme: Option<rules::LibraryTheme>,
    pub topic: Option<rules::LibraryTopic>,
    pub place: Option<String>,
}

impl Wanted {
    fn filter(&self) -> Answer<Filter> {
        let place = self.place.as_deref().map(|written| place("place", written)).transpose()?;
        let Self { language, kind, exercise, theme, topic, .. } = *self;
        Ok(Filter { language, kind, exercise, theme, topic, place })
    }

    /// A cursor serves one list: of these entries.
    fn list(&self) -> String {
        let Self { language, kind, exercise, theme, topic, place } = self;
        let key = place.as_deref().and_then(Place::new).map(|place| place.key().to_owned());
        format!("{LIST} {language:?} {kind:?} {exercise:?} {theme:?} {topic:?} {key:?}")
    }
}

/// A place, or what is wrong with it.
pub(crate) fn place(pointer: &str, written: &str) -> Answer<Place> {
    let line = bounds::line(pointer, written, rules::MAX_PLACE)?;
    Place::new(line).ok_or_else(|| Refusal::field(pointer, Words::TooShort { min: 1, unit: Unit::Characters }))
}

/// What can be read, the last published first.
pub async fn list(
    app: &App,
    caller: Caller,
    wanted: &Wanted,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<LibraryOut> {
    let permit = leave(caller)?;
    let (limit, filter, list) = (views::limit(limit)?, wanted.filter()?, wanted.list());
    let after = views::place(app, caller, &list, cursor)?;
    let mut found = reading::page(app.store.read(), permit, &filter, after, limit + 1).await?;
    let last = views::cut(&mut found, limit).and_then(|last| Some((last.entry.published_at?, last.entry.id)));
    let language = filter.language.unwrap_or_else(call::language);
    Ok(LibraryOut {
        items: found.into_iter().map(|entry| item(entry, language)).collect::<Answer<_>>()?,
        next_cursor: last.map(|last| views::cursor(app, caller, &list, last)),
    })
}

/// What has every word of `query` in it, in any form; the best first.
pub async fn search(
    app: &App,
    caller: Caller,
    query: &str,
    wanted: &Wanted,
    limit: Option<u32>,
) -> Answer<LibraryHitsOut> {
    let permit = leave(caller)?;
    let (limit, filter) = (views::limit(limit)?, wanted.filter()?);
    bounds::text("q", query, rules::MAX_QUERY)?;
    if query.trim().is_empty() {
        return Err(Refusal::field("q", Words::TooShort { min: 1, unit: Unit::Characters }));
    }
    let found = search::find(app.store.read(), permit, query, call::language(), &filter, limit).await?;
    let hit = |hit: search::Hit| Ok(LibraryHitOut { entry: item(hit.entry, hit.language)?, excerpt: hit.excerpt });
    Ok(LibraryHitsOut { items: found.into_iter().map(hit).collect::<Answer<_>>()? })
}

/// What is published of one entry, in every language it has.
pub async fn get(app: &App, caller: Caller, id: LibraryEntryId) -> Answer<LibraryEntryOut> {
    let found = reading::published(app.store.read(), caller.actor, id).await?.into_inner();
    let Details { exercise, minutes, themes, topics, url, place, source, licence } = found.details;
    Ok(LibraryEntryOut {
        id: found.entry.id,
        kind: views::word(&found.entry.kind)?,
        exercise: exercise.map(|kind| views::word(kind.as_str())).transpose()?,
        minutes,
        themes: views::words(&themes.into_iter().collect::<Vec<_>>())?,
        topics: views::words(&topics.into_iter().collect::<Vec<_>>())?,
        url,
        place: place.map(|place| place.shown().to_owned()),
        source,
        licence,
        texts: found.texts.into_iter().map(text).collect::<Answer<_>>()?,
        shipped: found.entry.organisation_id.is_none(),
        published_at: found.entry.published_at.ok_or_else(Refusal::not_found)?,
        revision: found.revision.number,
    })
}

/// The places that something in the library is about.
pub async fn places(app: &App, caller: Caller) -> Answer<LibraryPlacesOut> {
    let found = reading::places(app.store.read(), leave(caller)?).await?;
    let place = |(place, entries): (Place, u32)| LibraryPlaceOut { place: place.shown().to_owned(), entries };
    Ok(LibraryPlacesOut { items: found.into_iter().map(place).collect() })
}

fn leave(caller: Caller) -> Answer<Permit> {
    Ok(permitted(policy::on_library(caller.actor, OnLibrary::Read))?)
}

pub(crate) fn text(text: Text) -> Answer<LibraryTextOut> {
    let Text { language, title, summary, body } = text;
    Ok(LibraryTextOut { language: views::word(language.as_str())?, title, summary, body })
}

/// Of several languages the preferred one, else the first in the order in which most here can read them.
pub(crate) fn shown(headings: &[Heading], preferred: Language) -> Option<&Heading> {
    let order = [preferred, Language::Nb, Language::Nn, Language::En];
    order.iter().find_map(|language| headings.iter().find(|heading| heading.language == *language))
}

fn item(listed: Listed, language: Language) -> Answer<LibraryItemOut> {
    let Listed { entry, details, headings } = listed;
    let textless = || Refusal::from(StorageError::Corrupt("published without a text".into()));
    let heading = shown(&headings, language).ok_or_else(textless)?;
    Ok(LibraryItemOut {
        id: entry.id,
        kind: views::word(&entry.kind)?,
        exercise: details.exercise.map(|kind| views::word(kind.as_str())).transpose()?,
        minutes: details.minutes,
        themes: views::words(&details.themes.into_iter().collect::<Vec<_>>())?,
        topics: views::words(&details.topics.into_iter().collect::<Vec<_>>())?,
        url: details.url,
        place: details.place.map(|place| place.shown().to_owned()),
        language: views::word(heading.language.as_str())?,
        languages: views::words(&headings.iter().map(|heading| heading.language).collect::<Vec<_>>())?,
        title: heading.title.clone(),
        summary: heading.summary.clone(),
        shipped: entry.organisation_id.is_none(),
        published_at: entry.published_at.ok_or_else(Refusal::not_found)?,
    })
}
