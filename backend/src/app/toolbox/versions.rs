//! What an item said before, and saying it again.

use super::{change, shown};
use crate::app::Answer;
use crate::app::sessions::Caller;
use crate::state::App;
use crate::views::{self, Page};
use domain::ids::ItemId;
use mobile_contract::export::ExportedItemVersionOut;
use mobile_contract::toolbox::{EarlierItemOut, ItemOut, ItemVersionOut, ItemVersionsOut};
use storage::toolbox::{self, versions};

const LIST: &str = "list_item_versions";
const OF_ALL: &str = "item_versions";

/// The versions of one of her items, newest first, the present one among them.
pub async fn list(
    app: &App,
    caller: Caller,
    id: ItemId,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<ItemVersionsOut> {
    let limit = views::limit(limit)?;
    let list = format!("{LIST}:{id}");
    let before = views::place_by_number(app, caller, &list, cursor)?;
    let item = toolbox::own(&app.store, app.store.read(), caller.actor, id).await?;
    let mut rows = versions::page(app.store.read(), &item, before, limit + 1).await?;
    let next_cursor =
        views::cut(&mut rows, limit).map(|(number, _)| views::cursor_by_number(app, caller, &list, *number, None));
    let items = rows.into_iter().map(|(number, written_at)| ItemVersionOut { number, written_at }).collect();
    Ok(ItemVersionsOut { items, next_cursor })
}

/// What all of her items said before, by item, the last first.
pub async fn of_all(
    app: &App,
    caller: Caller,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<Page<ExportedItemVersionOut>> {
    let limit = views::limit(limit)?;
    let after = views::place_by_id_and_number(app, caller, OF_ALL, cursor)?.map(|(id, number)| (ItemId(id), number));
    let mut rows = versions::of_all(&app.store, app.store.read(), caller.actor, after, limit + 1).await?;
    let next_cursor = views::cut(&mut rows, limit)
        .map(|(id, last)| views::cursor_by_number(app, caller, OF_ALL, last.number, Some(id.0)));
    let items = rows.into_iter().map(|(id, version)| {
        Ok(ExportedItemVersionOut {
            item_id: id.0,
            number: version.number,
            written_at: version.written_at,
            draft: version.draft,
            content: shown(&version.content)?,
        })
    });
    Ok(Page { items: items.collect::<Answer<_>>()?, next_cursor })
}

pub async fn one(app: &App, caller: Caller, id: ItemId, number: i32) -> Answer<EarlierItemOut> {
    let item = toolbox::own(&app.store, app.store.read(), caller.actor, id).await?;
    let version = versions::one(&app.store, app.store.read(), &item, number).await?;
    Ok(EarlierItemOut {
        number: version.number,
        written_at: version.written_at,
        draft: version.draft,
        content: shown(&version.content)?,
    })
}

/// Says again what an earlier version said, as a new version. Whether it is a draft stays as it is: looking back shows
/// nothing to anybody.
pub async fn restore(app: &App, caller: Caller, id: ItemId, number: i32, if_match: Option<&str>) -> Answer<ItemOut> {
    let item = toolbox::own(&app.store, app.store.read(), caller.actor, id).await?;
    let version = versions::one(&app.store, app.store.read(), &item, number).await?;
    change(app, caller, id, if_match, |now| Ok((version.content, now.draft))).await
}
