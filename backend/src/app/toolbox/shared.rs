//! What a provider finds of an owner's toolbox. The owner's "what does she see?" is answered by the same function.

use super::{list_name, shown};
use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, as_reader};
use crate::state::App;
use crate::views;
use domain::access::{AccessAction, AllowedBecause, Via};
use domain::ids::{AccountId, ItemId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::Permit;
use mobile_contract::toolbox::{SharedItemOut, SharedItemsOut};
use storage::StorageError;
use storage::audit::{self, Access};
use storage::toolbox::Filter;
use storage::toolbox::shared::{self, Page, SharedItem, SharedItems};

const LIST: &str = "list_shared_items";
const AS_SEEN_BY: &str = "list_items_as_seen_by";

/// Which page of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub filter: Filter,
    pub cursor: Option<&'a str>,
    pub limit: Option<u32>,
}

/// A page of what `owner` shares with the caller; the reading is in the owner's log before it is answered.
pub async fn list(app: &App, caller: Caller, owner: AccountId, asked: Asked<'_>) -> Answer<SharedItemsOut> {
    let (found, out) = seen(app, caller, LIST, caller.actor, owner, asked).await?;
    let ids: Vec<ItemId> = found.items.iter().map(|seen| seen.item.id).collect();
    if let Some(first) = found.items.first() {
        log(app, owner, first.permit(), found.relationship, &ids).await?;
    }
    Ok(out)
}

/// One item that `owner` shares with the caller.
pub async fn get(app: &App, caller: Caller, owner: AccountId, id: ItemId) -> Answer<SharedItemOut> {
    let (relationship, found) = shared::one(&app.store, app.store.read(), caller.actor, owner, id, app.now()).await?;
    let out = present(&found)?;
    log(app, owner, found.permit(), relationship, &[id]).await?;
    Ok(out)
}

/// What `provider` would be answered now.
pub async fn as_seen_by(app: &App, caller: Caller, provider: AccountId, asked: Asked<'_>) -> Answer<SharedItemsOut> {
    let reader = as_reader::of(app, caller, provider).await?;
    match seen(app, caller, &format!("{AS_SEEN_BY}:{provider}"), reader.actor, reader.owner, asked).await {
        Ok((_, out)) => Ok(out),
        Err(Refusal { code: mobile_contract::problem::ProblemCode::NotFound, .. }) => {
            Ok(SharedItemsOut { items: Vec::new(), next_cursor: None })
        }
        Err(other) => Err(other),
    }
}

async fn seen(
    app: &App,
    caller: Caller,
    list: &str,
    reader: Actor,
    owner: AccountId,
    asked: Asked<'_>,
) -> Answer<(SharedItems, SharedItemsOut)> {
    let limit = views::limit(asked.limit)?;
    let list = format!("{}:{owner}", list_name(list, asked.filter));
    let page = Page { after: views::place(app, caller, &list, asked.cursor)?, limit: limit + 1 };
    let mut found = shared::page(&app.store, app.store.read(), reader, owner, asked.filter, page, app.now()).await?;
    let next_cursor = views::cut(&mut found.items, limit)
        .map(|last| views::cursor(app, caller, &list, (last.item.created_at, last.item.id.0)));
    let items = found.items.iter().map(|seen| present(seen)).collect::<Answer<_>>()?;
    Ok((found, SharedItemsOut { items, next_cursor }))
}

pub(crate) async fn log(
    app: &App,
    owner: AccountId,
    permit: Permit,
    relationship: RelationshipId,
    ids: &[ItemId],
) -> Result<(), StorageError> {
    let access = Access {
        owner,
        action: AccessAction::ReadItems,
        subject: ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        via: Some(Via { relationship, because: AllowedBecause::Granted }),
    };
    let now = app.now();
    let tx = app.store.write().await?;
    audit::record(&tx, permit, access, now).await?;
    tx.commit().await
}

pub(crate) fn present(seen: &SharedItem) -> Answer<SharedItemOut> {
    let item = &seen.item;
    let kind = item.content.kind();
    Ok(SharedItemOut {
        id: item.id.0,
        kind: views::word(kind.as_str())?,
        module: views::word(kind.module().as_str())?,
        parent_id: item.parent.map(|id| id.0),
        level: views::word(seen.level.as_str())?,
        version: item.version,
        created_at: item.created_at,
        updated_at: item.updated_at,
        content: shown(&item.content)?,
    })
}
