//! The owner reads who read what is hers.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use domain::access::Via;
use domain::ids::AccountId;
use domain::policy::OnOwn;
use mobile_contract::access_log::{AccessLogOut, AccessOut};
use storage::{StorageError, accounts, audit, relationships};

const LIST: &str = "list_access_log";

pub async fn list(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<AccessLogOut> {
    let permit = relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)?;
    let limit = views::limit(limit)?;
    let before = views::place_by_number(app, caller, LIST, cursor)?;
    let mut rows = audit::page(app.store.read(), permit, before, limit + 1).await?;
    let next_cursor =
        views::cut(&mut rows, limit).map(|last| views::cursor_by_number(app, caller, LIST, last.seq, None));
    let ids: Vec<AccountId> = rows.iter().map(|row| AccountId(row.actor_id)).collect();
    let people = accounts::many(app.store.read(), &ids).await?;
    let items = rows
        .into_iter()
        .map(|row| {
            let who = people.iter().find(|person| person.id == row.actor_id).map(views::party);
            let via: Option<Via> = row.via.map(|via| via.parse()).transpose().map_err(StorageError::from)?;
            Ok(AccessOut {
                number: row.seq,
                who: who.ok_or_else(|| Refusal::from(StorageError::Corrupt("a reader without an account".into())))?,
                action: views::word(&row.action)?,
                subjects: row.subject.split(',').map(str::to_owned).collect(),
                at: row.at,
                relationship_id: via.map(|via| via.relationship.0),
                because: via.map(|via| views::word(via.because.as_str())).transpose()?,
            })
        })
        .collect::<Answer<_>>()?;
    Ok(AccessLogOut { items, next_cursor })
}
