//! Unsent texts (R15). Nobody but their author ever sees them, also after the pair has parted.

use crate::app::messages::{readable, text_fault};
use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use domain::ids::{DraftId, MessageId, RelationshipId};
use domain::messages as rules;
use domain::policy::{InRelationship, OnOwn};
use domain::words::MessageKind;
use mobile_contract::drafts::{DraftOut, DraftPatch, DraftsOut};
use mobile_contract::problem::ProblemCode;
use poem_openapi::types::MaybeUndefined;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use storage::drafts::{self, Content};
use storage::sealed::{DataKey, Place, Scope};
use storage::{Authorized, StorageError, messages, relationships, rows};

const LIST: &str = "list_drafts";
const BODY: &str = "draft.body";
const GIST: &str = "draft.gist";

/// A draft as its author left it.
#[derive(Clone, Debug)]
pub struct Unsent {
    pub kind: MessageKind,
    pub body: String,
    pub gist: Option<String>,
    pub important: bool,
    pub preview_allowed: bool,
    pub in_reply_to: Option<MessageId>,
}

/// Begins a draft. The same id again answers with the draft that has it.
pub async fn create(
    app: &App,
    caller: Caller,
    relationship: RelationshipId,
    id: Option<DraftId>,
    unsent: Unsent,
) -> Answer<DraftOut> {
    let (now, db) = (app.now(), app.store.read());
    let found = relationships::authorized(db, caller.actor, InRelationship::ReadThread, relationship, now).await;
    found.map_err(|error| match error {
        StorageError::Hidden => Refusal::field("/relationship_id", domain::wording::FieldFault::NotInList),
        other => other.into(),
    })?;
    check_texts(&unsent)?;
    if let Some(id) = id
        && let Some(first) = repeated(app, caller, id).await?
    {
        return Ok(first);
    }
    check(app, caller, relationship, &unsent).await?;
    let id = id.unwrap_or_else(|| DraftId(app.store.new_id()));
    let content = content(app, relationship, id, unsent).await?;
    let tx = app.store.write().await?;
    drafts::create(&tx, id, relationship, caller.actor.account, content, now).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// The caller's draft of that id; a conflict if somebody else has it.
async fn repeated(app: &App, caller: Caller, id: DraftId) -> Answer<Option<DraftOut>> {
    match get(app, caller, id).await {
        Ok(first) => Ok(Some(first)),
        Err(refusal) if refusal.code == ProblemCode::NotFound => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

pub async fn get(app: &App, caller: Caller, id: DraftId) -> Answer<DraftOut> {
    present(app, &drafts::authorized(app.store.read(), caller.actor, id).await?).await
}

/// The caller's drafts, the last begun first.
pub async fn list(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<DraftsOut> {
    relationships::leave(caller.actor, OnOwn::Drafts, caller.actor.account)?;
    let limit = views::limit(limit)?;
    let after = views::place(app, caller, LIST, cursor)?;
    let mut found = drafts::page(app.store.read(), caller.actor, after, limit + 1).await?;
    let last = views::cut(&mut found, limit).map(|draft| (draft.created_at, draft.id));
    let items = present_all(app, &found).await?;
    Ok(DraftsOut { items, next_cursor: last.map(|last| views::cursor(app, caller, LIST, last)) })
}

/// The key of each thread is fetched once.
pub(crate) async fn present_all(app: &App, found: &[Authorized<rows::Draft>]) -> Answer<Vec<DraftOut>> {
    let mut keys = BTreeMap::new();
    let mut items = Vec::with_capacity(found.len());
    for draft in found {
        let key = match keys.entry(draft.relationship_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(key(app, RelationshipId(draft.relationship_id)).await?),
        };
        items.push(shown(key, draft)?);
    }
    Ok(items)
}

/// Writes a later version of a draft.
pub async fn update(
    app: &App,
    caller: Caller,
    id: DraftId,
    patch: DraftPatch,
    if_match: Option<&str>,
) -> Answer<DraftOut> {
    let draft = drafts::authorized(app.store.read(), caller.actor, id).await?;
    views::if_match(if_match, draft.version)?;
    let relationship = RelationshipId(draft.relationship_id);
    let present = present(app, &draft).await?;
    let unsent = Unsent {
        kind: views::word(patch.kind.unwrap_or(present.kind).as_str())?,
        body: patch.body.unwrap_or(present.body),
        gist: patched(patch.gist, present.gist),
        important: patch.important.unwrap_or(present.important),
        preview_allowed: patch.preview_allowed.unwrap_or(present.preview_allowed),
        in_reply_to: patched(patch.in_reply_to, present.in_reply_to).map(MessageId),
    };
    // What it answers is judged when it is named: a message that was taken back since does not keep
    // a draft from being saved.
    let same_target = unsent.in_reply_to.map(|target| target.0) == draft.in_reply_to;
    let checked = Unsent { in_reply_to: unsent.in_reply_to.filter(|_| !same_target), ..unsent.clone() };
    check(app, caller, relationship, &checked).await?;
    let content = content(app, relationship, id, unsent).await?;
    let tx = app.store.write().await?;
    drafts::update(&tx, &draft, content, app.now()).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

fn patched<T: poem_openapi::types::Type>(patch: MaybeUndefined<T>, present: Option<T>) -> Option<T> {
    match patch {
        MaybeUndefined::Undefined => present,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(value) => Some(value),
    }
}

pub async fn delete(app: &App, caller: Caller, id: DraftId) -> Answer<()> {
    let tx = app.store.write().await?;
    let draft = drafts::authorized(&*tx, caller.actor, id).await?;
    drafts::delete(&tx, &draft).await?;
    tx.commit().await?;
    Ok(())
}

async fn check(app: &App, caller: Caller, relationship: RelationshipId, unsent: &Unsent) -> Answer<()> {
    check_texts(unsent)?;
    if let Some(target) = unsent.in_reply_to {
        readable(app, caller, relationship, target).await?;
    }
    Ok(())
}

fn check_texts(unsent: &Unsent) -> Answer<()> {
    rules::check_draft(&unsent.body).map_err(|fault| text_fault("/body", fault))?;
    if let Some(gist) = &unsent.gist {
        rules::check_gist(gist).map_err(|fault| text_fault("/gist", fault))?;
    }
    Ok(())
}

async fn content(app: &App, relationship: RelationshipId, id: DraftId, unsent: Unsent) -> Answer<Content> {
    let key = key(app, relationship).await?;
    let (body, gist) = sealed(&key, id, &unsent.body, unsent.gist.as_deref())?;
    Ok(Content {
        kind: unsent.kind,
        body,
        gist,
        important: unsent.important,
        preview_allowed: unsent.preview_allowed,
        in_reply_to: unsent.in_reply_to,
    })
}

/// Seals the texts of a draft.
pub(crate) fn sealed(key: &DataKey, id: DraftId, body: &str, gist: Option<&str>) -> Answer<(Vec<u8>, Option<Vec<u8>>)> {
    let body = key.seal(Place::new(BODY, id.0), body.as_bytes())?;
    let gist = gist.map(|gist| key.seal(Place::new(GIST, id.0), gist.as_bytes())).transpose()?;
    Ok((body, gist))
}

async fn key(app: &App, relationship: RelationshipId) -> Answer<DataKey> {
    let thread = messages::thread_of(app.store.read(), relationship).await?;
    Ok(app.store.sealer.key(Scope::Thread(thread)).await?)
}

async fn present(app: &App, draft: &Authorized<rows::Draft>) -> Answer<DraftOut> {
    shown(&key(app, RelationshipId(draft.relationship_id)).await?, draft)
}

fn shown(key: &DataKey, draft: &rows::Draft) -> Answer<DraftOut> {
    Ok(DraftOut {
        id: draft.id,
        relationship_id: draft.relationship_id,
        kind: views::word(&draft.kind)?,
        body: key.open_text(Place::new(BODY, draft.id), &draft.body)?,
        gist: draft.gist.as_ref().map(|gist| key.open_text(Place::new(GIST, draft.id), gist)).transpose()?,
        important: draft.important,
        preview_allowed: draft.preview_allowed,
        in_reply_to: draft.in_reply_to,
        created_at: draft.created_at,
        updated_at: draft.updated_at,
        version: draft.version,
    })
}
