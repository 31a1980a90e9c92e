//! Writing the library: consultants and admins, and always two of them before anybody reads it (R47).

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, bounds, library};
use crate::state::App;
use crate::{call, views};
use domain::ids::{AccountId, LibraryEntryId, LibraryRevisionId};
use domain::library::{self as rules, Details, LibraryKind, Misfit, RevisionAct, RevisionState, Text};
use domain::policy::{self, OnLibrary, OnLibraryEntry};
use domain::wording::{FieldFault as Words, Unit};
use domain::words::Language;
use mobile_contract::library::{
    LibraryDraftItemOut, LibraryDraftOut, LibraryDraftsOut, LibraryEntryIn, LibraryEntryPatch, LibraryRevisionItemOut,
    LibraryRevisionOut, LibraryRevisionsOut, LibraryTextIn,
};
use mobile_contract::problem::{FieldFault, ProblemCode};
use poem_openapi::types::MaybeUndefined;
use storage::library::editing::{self, NewEntry, Work};
use storage::library::{self as stored, Revised, reading};
use storage::{Authorized, StorageError, accounts, permitted, rows};
use url::Url;
use uuid::Uuid;

const DRAFTS: &str = "list_library_drafts";
const REVISIONS: &str = "list_library_revisions";

/// Begins an entry. The same id again answers with the entry that has it.
pub async fn create(app: &App, caller: Caller, body: LibraryEntryIn) -> Answer<LibraryDraftOut> {
    let permit = permitted(policy::on_library(caller.actor, OnLibrary::Write))?;
    let kind: LibraryKind = views::word(body.kind.as_str())?;
    let details = Details {
        exercise: body.exercise.map(|kind| views::word(kind.as_str())).transpose()?,
        minutes: body.minutes,
        themes: views::words(&worded(&body.themes, |it| it.as_str()))?.into_iter().collect(),
        topics: views::words(&worded(&body.topics, |it| it.as_str()))?.into_iter().collect(),
        url: body.url,
        place: body.place.map(|place| library::place("/place", &place)).transpose()?,
        source: body.source,
        licence: body.licence,
    };
    let details = checked(kind, details)?;
    if let Some(id) = body.id
        && let Some(first) = repeated(app, caller, LibraryEntryId(id)).await?
    {
        return Ok(first);
    }
    let replaces = body.replaces.map(LibraryEntryId);
    if let Some(id) = replaces {
        replaceable(app, caller, kind, id).await?;
    }
    let id = LibraryEntryId(body.id.unwrap_or_else(|| app.store.new_id()));
    let new = NewEntry { id, revision: LibraryRevisionId(app.store.new_id()), kind, replaces, details };
    let tx = app.store.write().await?;
    editing::create(&tx, permit, new, app.now()).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

fn worded<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| word(*one)).collect()
}

async fn repeated(app: &App, caller: Caller, id: LibraryEntryId) -> Answer<Option<LibraryDraftOut>> {
    match get(app, caller, id).await {
        Ok(first) => Ok(Some(first)),
        Err(refusal) if refusal.code == ProblemCode::NotFound => Ok(None),
        // Another's, or shipped: it is not hers to write, and its id is taken.
        Err(refusal) if refusal.code == ProblemCode::NotAllowed => Err(Refusal::conflict()),
        Err(refusal) => Err(refusal),
    }
}

/// Only what is shipped can be replaced, and only by its like.
async fn replaceable(app: &App, caller: Caller, kind: LibraryKind, id: LibraryEntryId) -> Answer<()> {
    let unknown = || Refusal::field("/replaces", Words::NotInList);
    let found = reading::published(app.store.read(), caller.actor, id).await.map_err(|error| match error {
        StorageError::Hidden => unknown(),
        other => other.into(),
    })?;
    let fits = found.entry.organisation_id.is_none() && found.entry.kind == kind.as_str();
    if fits { Ok(()) } else { Err(unknown()) }
}

/// The newest revision of an entry.
pub async fn get(app: &App, caller: Caller, id: LibraryEntryId) -> Answer<LibraryDraftOut> {
    let found = editing::newest(app.store.read(), caller.actor, OnLibraryEntry::SeeRevisions, id).await?;
    present(app, &found).await
}

/// The organisation's entries, the last begun first.
pub async fn list(
    app: &App,
    caller: Caller,
    state: Option<RevisionState>,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<LibraryDraftsOut> {
    let permit = permitted(policy::on_library(caller.actor, OnLibrary::Write))?;
    let (limit, list) = (views::limit(limit)?, format!("{DRAFTS} {state:?}"));
    let after = views::place(app, caller, &list, cursor)?;
    let mut found = editing::page(app.store.read(), permit, state, after, limit + 1).await?;
    let last = views::cut(&mut found, limit).map(|last| (last.entry.created_at, last.entry.id));
    let item = |Work { entry, revision, headings }: Work| {
        Ok(LibraryDraftItemOut {
            id: entry.id,
            kind: views::word(&entry.kind)?,
            title: library::shown(&headings, call::language()).map(|heading| heading.title.clone()),
            languages: views::words(&headings.iter().map(|heading| heading.language).collect::<Vec<_>>())?,
            state: views::word(&revision.state)?,
            published_at: entry.published_at,
            retired_at: entry.retired_at,
            created_at: entry.created_at,
            updated_at: revision.updated_at,
            version: entry.version,
        })
    };
    Ok(LibraryDraftsOut {
        items: found.into_iter().map(item).collect::<Answer<_>>()?,
        next_cursor: last.map(|last| views::cursor(app, caller, &list, last)),
    })
}

/// Changes what is the same in every language.
pub async fn update(
    app: &App,
    caller: Caller,
    id: LibraryEntryId,
    patch: LibraryEntryPatch,
    if_match: Option<&str>,
) -> Answer<LibraryDraftOut> {
    let found = ready(app, caller, id, OnLibraryEntry::Edit, RevisionAct::Edit, if_match).await?;
    let (mut details, texts) = content(app, &found.revision).await?;
    details.exercise = patched(patch.exercise, details.exercise, |kind| views::word(kind.as_str()))?;
    details.minutes = patched(patch.minutes, details.minutes, Ok)?;
    details.url = patched(patch.url, details.url, Ok)?;
    details.place = patched(patch.place, details.place, |written| library::place("/place", &written))?;
    if let Some(themes) = patch.themes {
        details.themes = views::words(&worded(&themes, |it| it.as_str()))?.into_iter().collect();
    }
    if let Some(topics) = patch.topics {
        details.topics = views::words(&worded(&topics, |it| it.as_str()))?.into_iter().collect();
    }
    details.source = patch.source.unwrap_or(details.source);
    details.licence = patch.licence.unwrap_or(details.licence);
    let details = checked(views::word(&found.entry.kind)?, details)?;
    write(app, caller, &found, &details, &texts).await
}

fn patched<T: poem_openapi::types::Type, U>(
    patch: MaybeUndefined<T>,
    present: Option<U>,
    read: impl FnOnce(T) -> Answer<U>,
) -> Answer<Option<U>> {
    match patch {
        MaybeUndefined::Undefined => Ok(present),
        MaybeUndefined::Null => Ok(None),
        MaybeUndefined::Value(value) => read(value).map(Some),
    }
}

/// Writes the draft in one language.
pub async fn put_text(
    app: &App,
    caller: Caller,
    id: LibraryEntryId,
    language: Language,
    body: LibraryTextIn,
    if_match: Option<&str>,
) -> Answer<LibraryDraftOut> {
    let found = ready(app, caller, id, OnLibraryEntry::Edit, RevisionAct::Edit, if_match).await?;
    let (title, summary) = (
        rules::composed(bounds::line("/title", &body.title, rules::MAX_TITLE)?),
        rules::composed(bounds::line("/summary", &body.summary, rules::MAX_SUMMARY)?),
    );
    bounds::text("/body", &body.body, rules::MAX_BODY)?;
    if body.body.trim().is_empty() && found.entry.kind != LibraryKind::Link.as_str() {
        return Err(Refusal::field("/body", Words::TooShort { min: 1, unit: Unit::Characters }));
    }
    let (details, mut texts) = content(app, &found.revision).await?;
    texts.retain(|text| text.language != language);
    texts.push(Text { language, title, summary, body: rules::composed(&body.body) });
    write(app, caller, &found, &details, &texts).await
}

/// Takes one language out of the draft.
pub async fn delete_text(
    app: &App,
    caller: Caller,
    id: LibraryEntryId,
    language: Language,
    if_match: Option<&str>,
) -> Answer<LibraryDraftOut> {
    let found = ready(app, caller, id, OnLibraryEntry::Edit, RevisionAct::Edit, if_match).await?;
    let (details, mut texts) = content(app, &found.revision).await?;
    let before = texts.len();
    texts.retain(|text| text.language != language);
    if texts.len() == before {
        return Err(Refusal::not_found());
    }
    write(app, caller, &found, &details, &texts).await
}

async fn write(
    app: &App,
    caller: Caller,
    of: &Authorized<Revised>,
    details: &Details,
    texts: &[Text],
) -> Answer<LibraryDraftOut> {
    let next = LibraryRevisionId(app.store.new_id());
    let tx = app.store.write().await?;
    editing::write(&tx, of, next, details, texts, app.now()).await?;
    tx.commit().await?;
    get(app, caller, LibraryEntryId(of.entry.id)).await
}

/// Hands the draft in for a second person.
pub async fn submit(app: &App, caller: Caller, id: LibraryEntryId, if_match: Option<&str>) -> Answer<LibraryDraftOut> {
    let found = ready(app, caller, id, OnLibraryEntry::Submit, RevisionAct::Submit, if_match).await?;
    if stored::texts(app.store.read(), found.revision.id).await?.is_empty() {
        return Err(Refusal::conflict());
    }
    let tx = app.store.write().await?;
    editing::submit(&tx, &found, app.now()).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// Gives what was submitted back to those who wrote it.
pub async fn send_back(
    app: &App,
    caller: Caller,
    id: LibraryEntryId,
    note: &str,
    if_match: Option<&str>,
) -> Answer<LibraryDraftOut> {
    let found = ready(app, caller, id, OnLibraryEntry::Return, RevisionAct::Return, if_match).await?;
    bounds::text("/note", note, rules::MAX_REVIEW_NOTE)?;
    if note.trim().is_empty() {
        return Err(Refusal::field("/note", Words::TooShort { min: 1, unit: Unit::Characters }));
    }
    let tx = app.store.write().await?;
    editing::send_back(&tx, &found, note.trim(), app.now()).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// A second person approves: people read it from now on.
pub async fn approve(app: &App, caller: Caller, id: LibraryEntryId, if_match: Option<&str>) -> Answer<LibraryDraftOut> {
    let found = ready(app, caller, id, OnLibraryEntry::Approve, RevisionAct::Approve, if_match).await?;
    let texts = stored::texts(app.store.read(), found.revision.id).await?;
    let tx = app.store.write().await?;
    editing::approve(&tx, &found, &texts, app.now()).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// Gives the draft up. There has to be something published for the entry to be what it was.
pub async fn discard(app: &App, caller: Caller, id: LibraryEntryId, if_match: Option<&str>) -> Answer<LibraryDraftOut> {
    let found = ready(app, caller, id, OnLibraryEntry::Discard, RevisionAct::Discard, if_match).await?;
    if found.entry.published_id.is_none() {
        return Err(Refusal::conflict());
    }
    let tx = app.store.write().await?;
    editing::discard(&tx, &found, app.now()).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// Takes the entry out of the library for good.
pub async fn retire(app: &App, caller: Caller, id: LibraryEntryId, if_match: Option<&str>) -> Answer<LibraryDraftOut> {
    let found = editing::newest(app.store.read(), caller.actor, OnLibraryEntry::Retire, id).await?;
    views::if_match(if_match, found.entry.version)?;
    if found.entry.retired_at.is_none() {
        let tx = app.store.write().await?;
        editing::retire(&tx, &found, app.now()).await?;
        tx.commit().await?;
    }
    get(app, caller, id).await
}

/// All revisions of an entry, newest first.
pub async fn revisions(
    app: &App,
    caller: Caller,
    id: LibraryEntryId,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<LibraryRevisionsOut> {
    let of = editing::newest(app.store.read(), caller.actor, OnLibraryEntry::SeeRevisions, id).await?;
    let (limit, list) = (views::limit(limit)?, format!("{REVISIONS} {id}"));
    let before = views::place_by_number(app, caller, &list, cursor)?;
    let mut found = editing::revisions(app.store.read(), &of, before, limit + 1).await?;
    let next_cursor =
        views::cut(&mut found, limit).map(|last| views::cursor_by_number(app, caller, &list, last.number, None));
    let people = people(app, &found).await?;
    let items = found.iter().map(|row| about(row, &people)).collect::<Answer<_>>()?;
    Ok(LibraryRevisionsOut { items, next_cursor })
}

/// An entry as it was worded once.
pub async fn revision(app: &App, caller: Caller, id: LibraryEntryId, number: i32) -> Answer<LibraryRevisionOut> {
    let found = editing::revision(app.store.read(), caller.actor, id, number).await?;
    present_revision(app, &found.revision).await
}

/// The entry, if this can be done with it now: 412 for another version, 409 in another state.
async fn ready(
    app: &App,
    caller: Caller,
    id: LibraryEntryId,
    action: OnLibraryEntry,
    act: RevisionAct,
    if_match: Option<&str>,
) -> Answer<Authorized<Revised>> {
    let found = editing::newest(app.store.read(), caller.actor, action, id).await?;
    views::if_match(if_match, found.entry.version)?;
    let state: RevisionState = views::word(&found.revision.state)?;
    let can = found.entry.retired_at.is_none() && state.after(act).is_some();
    if can { Ok(found) } else { Err(Refusal::conflict()) }
}

async fn content(app: &App, revision: &rows::LibraryRevision) -> Answer<(Details, Vec<Text>)> {
    let db = app.store.read();
    let details = stored::details(db, std::slice::from_ref(revision)).await?.remove(&revision.id);
    Ok((details.ok_or_else(Refusal::not_found)?, stored::texts(db, revision.id).await?))
}

/// `details` within their bounds, or everything that is wrong with them.
fn checked(kind: LibraryKind, details: Details) -> Answer<Details> {
    let mut refusal = Refusal::new(ProblemCode::Invalid);
    for misfit in rules::misfits(kind, &details) {
        let (field, fault) = match misfit {
            Misfit::ExerciseMissing => ("/exercise", FieldFault::Required),
            Misfit::UrlMissing => ("/url", FieldFault::Required),
            Misfit::ExerciseOutOfPlace => ("/exercise", FieldFault::UnknownField),
            Misfit::MinutesOutOfPlace => ("/minutes", FieldFault::UnknownField),
            Misfit::PlaceOutOfPlace => ("/place", FieldFault::UnknownField),
        };
        refusal.fields.push((field.to_owned(), fault.into()));
    }
    if details.minutes.is_some_and(|minutes| !(1..=rules::MAX_MINUTES).contains(&minutes)) {
        let fault = Words::OutsideBounds { min: "1".to_owned(), max: rules::MAX_MINUTES.to_string() };
        refusal.fields.push(("/minutes".to_owned(), fault.into()));
    }
    let mut held = |answer: Answer<String>| {
        answer.unwrap_or_else(|wrong| {
            refusal.fields.extend(wrong.fields);
            String::new()
        })
    };
    let source = held(bounds::line("/source", &details.source, rules::MAX_SOURCE).map(str::to_owned));
    let licence = held(bounds::line("/licence", &details.licence, rules::MAX_LICENCE).map(str::to_owned));
    let url = details.url.map(|written| held(address(&written)));
    if refusal.fields.is_empty() { Ok(Details { source, licence, url, ..details }) } else { Err(refusal) }
}

/// Only https, to a host, without a password in it: what the library points to is opened on people's phones.
fn address(written: &str) -> Answer<String> {
    let line = bounds::line("/url", written, rules::MAX_URL)?;
    let url = Url::parse(line).ok().filter(|url| {
        url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none()
    });
    // As the parser writes it, which for all of them is one way.
    let url = url.map(String::from).filter(|url| url.chars().count() <= rules::MAX_URL);
    url.ok_or_else(|| Refusal::field("/url", FieldFault::Format))
}

async fn present(app: &App, found: &Revised) -> Answer<LibraryDraftOut> {
    let entry = &found.entry;
    Ok(LibraryDraftOut {
        id: entry.id,
        kind: views::word(&entry.kind)?,
        replaces: entry.replaces,
        published_at: entry.published_at,
        retired_at: entry.retired_at,
        created_at: entry.created_at,
        version: entry.version,
        revision: present_revision(app, &found.revision).await?,
    })
}

async fn present_revision(app: &App, row: &rows::LibraryRevision) -> Answer<LibraryRevisionOut> {
    let (details, texts) = content(app, row).await?;
    let people = people(app, std::slice::from_ref(row)).await?;
    Ok(LibraryRevisionOut {
        about: about(row, &people)?,
        exercise: details.exercise.map(|kind| views::word(kind.as_str())).transpose()?,
        minutes: details.minutes,
        themes: views::words(&details.themes.into_iter().collect::<Vec<_>>())?,
        topics: views::words(&details.topics.into_iter().collect::<Vec<_>>())?,
        url: details.url,
        place: details.place.map(|place| place.shown().to_owned()),
        source: details.source,
        licence: details.licence,
        texts: texts.into_iter().map(library::text).collect::<Answer<_>>()?,
    })
}

async fn people(app: &App, revisions: &[rows::LibraryRevision]) -> Answer<Vec<rows::Account>> {
    let mut ids: Vec<AccountId> = revisions
        .iter()
        .flat_map(|row| [row.edited_by, row.submitted_by, row.reviewed_by])
        .flatten()
        .map(AccountId)
        .collect();
    ids.sort();
    ids.dedup();
    Ok(accounts::many(app.store.read(), &ids).await?)
}

fn about(row: &rows::LibraryRevision, people: &[rows::Account]) -> Answer<LibraryRevisionItemOut> {
    let party = |id: Option<Uuid>| people.iter().find(|account| Some(account.id) == id).map(views::party);
    Ok(LibraryRevisionItemOut {
        number: row.number,
        state: views::word(&row.state)?,
        edited_by: party(row.edited_by),
        updated_at: row.updated_at,
        submitted_by: party(row.submitted_by),
        submitted_at: row.submitted_at,
        reviewed_by: party(row.reviewed_by),
        reviewed_at: row.reviewed_at,
        review_note: row.review_note.clone(),
    })
}
