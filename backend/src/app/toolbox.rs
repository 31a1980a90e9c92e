//! The owner's toolbox: keeping, changing and looking back at what she put into her own words. None of this is held up
//! by a pause or a hospital stay.

pub(crate) mod medication;
pub mod network;
pub mod panel;
mod rounds;
pub mod shared;
pub mod versions;

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use domain::ids::{ItemId, LibraryEntryId, MessageId};
use domain::library::LibraryKind;
use domain::policy::Permit;
use domain::toolbox::{Content, DEEPEST_STEP, ItemKind, LifeArea, StepKind};
use mobile_contract::problem::{FieldFault, ProblemCode};
use mobile_contract::toolbox::{ItemContent, ItemIn, ItemOut, ItemPutIn, ItemsOut};
use poem_openapi::types::{ParseFromJSON, ToJSON};
use storage::sealed::{DataKey, Scope};
use storage::toolbox::{self, Filter, Item, New};
use storage::{Authorized, Connection, StorageError, WriteTx, comments, library, notices, proposals};

const LIST: &str = "list_items";

/// Keeps something new. The same id again answers with what has it.
pub async fn create(app: &App, caller: Caller, body: ItemIn) -> Answer<ItemOut> {
    let permit = toolbox::leave(caller.actor)?;
    let content = told(&body.content)?;
    if content.kind() == ItemKind::NetworkSnapshot {
        return Err(Refusal::field("/content/network_snapshot", FieldFault::UnknownField));
    }
    if let Some(id) = body.id
        && let Some(first) = repeated(app, caller, ItemId(id)).await?
    {
        return Ok(first);
    }
    let new = New {
        id: ItemId(body.id.unwrap_or_else(|| app.store.new_id())),
        parent: body.parent_id.map(ItemId),
        draft: body.draft,
        content,
    };
    let key = app.store.sealer.key(Scope::Owner(permit.account())).await?;
    let tx = app.store.write().await?;
    lies_rightly(app, &tx, caller, &new).await?;
    names_her_own(&tx, permit, &new.content, None).await?;
    alone_of_its_area(app, &tx, caller, &new.content, None).await?;
    let out = keep(app, &tx, &key, caller, &new).await?;
    tx.commit().await?;
    Ok(out)
}

/// Writes a checked item down.
pub(crate) async fn keep(app: &App, tx: &WriteTx, key: &DataKey, caller: Caller, new: &New) -> Answer<ItemOut> {
    let permit = toolbox::leave(caller.actor)?;
    toolbox::create(tx, key, permit, new, app.now()).await?;
    let made = toolbox::own(&app.store, &**tx, caller.actor, new.id).await?;
    rounds::wish(tx, permit, None, &made, app.now()).await?;
    present(&made)
}

pub async fn get(app: &App, caller: Caller, id: ItemId) -> Answer<ItemOut> {
    present(&*toolbox::own(&app.store, app.store.read(), caller.actor, id).await?)
}

/// A page of her items, newest first.
pub async fn list(
    app: &App,
    caller: Caller,
    filter: Filter,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<ItemsOut> {
    let limit = views::limit(limit)?;
    let list = list_name(LIST, filter);
    let after = views::place(app, caller, &list, cursor)?;
    let mut rows = toolbox::page(&app.store, app.store.read(), caller.actor, filter, after, limit + 1).await?;
    let next_cursor =
        views::cut(&mut rows, limit).map(|last| views::cursor(app, caller, &list, (last.created_at, last.id.0)));
    Ok(ItemsOut { items: rows.iter().map(present).collect::<Answer<_>>()?, next_cursor })
}

/// Her items of one kind that lie under some of her items, oldest first.
pub async fn under(app: &App, caller: Caller, kind: ItemKind, parents: &[ItemId]) -> Answer<Vec<ItemOut>> {
    let found = toolbox::under(&app.store, app.store.read(), caller.actor, kind, parents).await?;
    found.iter().map(present).collect()
}

/// Says something else from now on. The same again changes nothing.
pub async fn put(app: &App, caller: Caller, id: ItemId, body: ItemPutIn, if_match: Option<&str>) -> Answer<ItemOut> {
    let content = told(&body.content)?;
    change(app, caller, id, if_match, |_| Ok((content, body.draft))).await
}

/// The one way an item changes: from what is there to what `edit` makes of it, as a new version.
pub(crate) async fn change(
    app: &App,
    caller: Caller,
    id: ItemId,
    if_match: Option<&str>,
    edit: impl FnOnce(&Item) -> Answer<(Content, bool)>,
) -> Answer<ItemOut> {
    let permit = toolbox::leave(caller.actor)?;
    let key = app.store.sealer.key(Scope::Owner(permit.account())).await?;
    let tx = app.store.write().await?;
    let out = change_in(app, &tx, &key, caller, id, if_match, edit).await?;
    tx.commit().await?;
    Ok(out)
}

/// The same as a part of something more.
pub(crate) async fn change_in(
    app: &App,
    tx: &WriteTx,
    key: &DataKey,
    caller: Caller,
    id: ItemId,
    if_match: Option<&str>,
    edit: impl FnOnce(&Item) -> Answer<(Content, bool)>,
) -> Answer<ItemOut> {
    let permit = toolbox::leave(caller.actor)?;
    let before = toolbox::own(&app.store, &**tx, caller.actor, id).await?;
    views::if_match(if_match, before.version)?;
    let (content, draft) = edit(&before)?;
    if content == before.content && draft == before.draft {
        return present(&before);
    }
    may_become(&before.content, &content)?;
    names_her_own(tx, permit, &content, Some(&before.content)).await?;
    alone_of_its_area(app, tx, caller, &content, Some(id)).await?;
    toolbox::replace(tx, key, &before, &content, draft, app.now()).await?;
    let after = toolbox::own(&app.store, &**tx, caller.actor, id).await?;
    rounds::wish(tx, permit, Some(&before), &after, app.now()).await?;
    present(&after)
}

/// Takes an item away, with what lies under it. What it said is gone, and so are its earlier versions, and what was
/// proposed about it and said beside it.
pub async fn delete(app: &App, caller: Caller, id: ItemId, if_match: Option<&str>) -> Answer<()> {
    let tx = app.store.write().await?;
    let item = toolbox::own(&app.store, &*tx, caller.actor, id).await?;
    views::if_match(if_match, item.version)?;
    let now = app.now();
    let gone = toolbox::delete(&tx, &item, now).await?;
    comments::forget(&tx, &gone).await?;
    for waiting in proposals::forget(&tx, &gone).await? {
        notices::recalled(&tx, MessageId(waiting.0), now).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn repeated(app: &App, caller: Caller, id: ItemId) -> Answer<Option<ItemOut>> {
    match get(app, caller, id).await {
        Ok(first) => Ok(Some(first)),
        Err(refusal) if refusal.code == ProblemCode::NotFound => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// The content that was sent: exactly one kind, and no fault in it.
pub(crate) fn told(content: &ItemContent) -> Answer<Content> {
    let json = content.to_json().unwrap_or_default();
    let kinds = json.as_object().map_or(0, serde_json::Map::len);
    match kinds {
        0 => return Err(Refusal::field("/content", FieldFault::Required)),
        1 => {}
        _ => return Err(Refusal::field("/content", FieldFault::UnknownField)),
    }
    let content: Content = serde_json::from_value(json).map_err(StorageError::from)?;
    told_with(&content, |at| format!("/content{at}"))?;
    Ok(content)
}

/// Refuses content with faults; `place` says where in the body a place in the content is.
fn told_with(content: &Content, place: impl Fn(&str) -> String) -> Answer<()> {
    let faults = content.faults();
    if faults.is_empty() {
        return Ok(());
    }
    let fields = faults.into_iter().map(|(at, fault)| (place(&at), fault.into())).collect();
    Err(Refusal { fields, ..Refusal::new(ProblemCode::Invalid) })
}

/// The same content on the wire; both vocabularies write it alike.
pub(crate) fn shown(content: &Content) -> Answer<ItemContent> {
    let json = serde_json::to_value(content).map_err(StorageError::from)?;
    ItemContent::parse_from_json(Some(json))
        .map_err(|error| StorageError::Corrupt(format!("content: {}", error.into_message())).into())
}

/// An item lies where its kind lies: under something of hers, or under nothing.
async fn lies_rightly(app: &App, tx: &WriteTx, caller: Caller, new: &New) -> Answer<()> {
    const AT: &str = "/parent_id";
    let Some(parent) = new.parent else {
        let by_itself = new.content.kind().parents().is_empty();
        return if by_itself { Ok(()) } else { Err(Refusal::field(AT, FieldFault::Required)) };
    };
    if new.content.kind().parents().is_empty() {
        return Err(Refusal::field(AT, FieldFault::UnknownField));
    }
    let above = hers(app, &**tx, caller, parent).await?.ok_or_else(|| Refusal::field(AT, FieldFault::NotInList))?;
    if !new.content.kind().parents().contains(&above.content.kind()) {
        return Err(Refusal::field(AT, FieldFault::NotInList));
    }
    let Content::Step(step) = &above.content else { return Ok(()) };
    // Under a sub-goal, and no deeper.
    let mut depth = 1;
    let mut higher = above.parent;
    while let Some(id) = higher {
        depth += 1;
        higher = hers(app, &**tx, caller, id).await?.and_then(|item| item.parent);
    }
    if step.kind == StepKind::SubGoal && depth <= DEEPEST_STEP {
        Ok(())
    } else {
        Err(Refusal::field(AT, FieldFault::NotInList))
    }
}

async fn hers(app: &App, db: &impl Connection, caller: Caller, id: ItemId) -> Answer<Option<Authorized<Item>>> {
    match toolbox::own(&app.store, db, caller.actor, id).await {
        Ok(item) => Ok(Some(item)),
        Err(StorageError::Hidden) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What it names is hers and of the right kind; what it named before may be gone by now.
async fn names_her_own(tx: &WriteTx, permit: Permit, content: &Content, before: Option<&Content>) -> Answer<()> {
    let library = content.exercises().1.filter(|id| before.is_none_or(|before| before.exercises().1 != Some(*id)));
    if let Some(id) = library {
        begins_an_exercise(tx, permit, content.kind(), LibraryEntryId(id)).await?;
    }
    let earlier = before.map(Content::names).unwrap_or_default();
    let named: Vec<_> = content.names().into_iter().filter(|name| !earlier.contains(name)).collect();
    if named.is_empty() {
        return Ok(());
    }
    let ids: Vec<ItemId> = named.iter().map(|(_, id, _)| *id).collect();
    let found = toolbox::kinds(&**tx, permit, &ids).await?;
    match named.into_iter().find(|(_, id, kind)| !found.contains(&(*id, *kind))) {
        Some((place, ..)) => Err(Refusal::field(&format!("/content/{}{place}", content.kind()), FieldFault::NotInList)),
        None => Ok(()),
    }
}

/// What she takes from the library is an exercise she finds there.
async fn begins_an_exercise(tx: &WriteTx, permit: Permit, kind: ItemKind, id: LibraryEntryId) -> Answer<()> {
    let found = match library::reading::published(&**tx, permit.actor(), id).await {
        Ok(found) => found.entry.kind == LibraryKind::Exercise.as_str(),
        Err(StorageError::Hidden) => false,
        Err(error) => return Err(error.into()),
    };
    let at = format!("/content/{kind}/library_entry_id");
    if found { Ok(()) } else { Err(Refusal::field(&at, FieldFault::NotInList)) }
}

/// Each area of life is there once, but for those of her own.
async fn alone_of_its_area(
    app: &App,
    tx: &WriteTx,
    caller: Caller,
    content: &Content,
    itself: Option<ItemId>,
) -> Answer<()> {
    let Content::LifeDomain(new) = content else { return Ok(()) };
    if new.area == LifeArea::Own {
        return Ok(());
    }
    let all = toolbox::all(&app.store, &**tx, caller.actor, &[ItemKind::LifeDomain]).await?;
    let same = |item: &Item| matches!(&item.content, Content::LifeDomain(it) if it.area == new.area);
    if all.iter().any(|item| same(item) && Some(item.id) != itself) {
        return Err(Refusal::field("/content/life_domain/area", FieldFault::Duplicate));
    }
    Ok(())
}

/// An item keeps its kind, a tie its people, and a snapshot all but its note.
fn may_become(before: &Content, after: &Content) -> Answer<()> {
    if before.kind() != after.kind() {
        return Err(Refusal::field("/content", FieldFault::UnknownField));
    }
    if let (Content::NetworkSnapshot(before), Content::NetworkSnapshot(after)) = (before, after) {
        let noted = domain::toolbox::content::NetworkSnapshot { note: before.note.clone(), ..after.clone() };
        if *before != noted {
            return Err(Refusal::field("/content/network_snapshot", FieldFault::UnknownField));
        }
    }
    Ok(())
}

/// A list of other things has cursors of its own.
pub(crate) fn list_name(list: &str, filter: Filter) -> String {
    let Filter { module, kind, parent } = filter;
    format!("{list}:{}:{}:{}", shown_or(module), shown_or(kind), shown_or(parent))
}

fn shown_or<T: std::fmt::Display>(it: Option<T>) -> String {
    it.map(|it| it.to_string()).unwrap_or_default()
}

pub(crate) fn present(item: &Item) -> Answer<ItemOut> {
    let kind = item.content.kind();
    Ok(ItemOut {
        id: item.id.0,
        kind: views::word(kind.as_str())?,
        module: views::word(kind.module().as_str())?,
        parent_id: item.parent.map(|id| id.0),
        draft: item.draft,
        version: item.version,
        created_at: item.created_at,
        updated_at: item.updated_at,
        content: shown(&item.content)?,
    })
}
