//! The owner reads who read what is hers.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::{call, views};
use domain::access::{self, Via};
use domain::ids::AccountId;
use domain::policy::OnOwn;
use domain::wording::{AccessLine, Wording};
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
            let who = people.iter().find(|person| person.id == row.actor_id);
            let who = who.ok_or_else(|| Refusal::from(StorageError::Corrupt("a reader without an account".into())))?;
            let via: Option<Via> = row.via.map(|via| via.parse()).transpose().map_err(StorageError::from)?;
            let own = row.actor_id == caller.actor.account.0;
            let line = AccessLine {
                action: row.action.parse().map_err(StorageError::from)?,
                who: (!own).then(|| views::first_name(&who.display_name)),
                things: access::things(row.subject.split(',')),
                because: via.map(|via| via.because),
            };
            Ok(AccessOut {
                number: row.seq,
                words: Wording::built_in().access_line(call::language(), &line),
                who: views::party(who),
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
