//! A provider whose eyes the owner borrows: what does she see?

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use domain::ids::{AccountId, OrganisationId};
use domain::ownership::Actor;
use domain::policy::OnOwn;
use storage::{StorageError, accounts, relationships, rows};

/// The provider, as she would ask herself.
#[derive(Clone, Debug)]
pub struct Reader {
    pub owner: AccountId,
    pub actor: Actor,
    pub row: rows::Account,
}

/// A provider the caller works with, or worked with.
pub async fn of(app: &App, caller: Caller, provider: AccountId) -> Answer<Reader> {
    let owner = relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)?.account();
    let mine = relationships::of_account(app.store.read(), owner, app.now()).await?;
    // Whom she only invited she does not know here: nobody may stand behind that.
    let known = mine.iter().any(|it| it.row.started_at.is_some() && it.view.members.contains(&provider));
    let row =
        accounts::for_machinery(app.store.read(), provider).await?.filter(|_| known).ok_or_else(Refusal::not_found)?;
    Ok(Reader { owner, actor: actor(&row)?, row })
}

/// The account as it would ask itself.
pub fn actor(row: &rows::Account) -> Answer<Actor> {
    Ok(Actor {
        account: AccountId(row.id),
        role: row.role.parse().map_err(StorageError::from)?,
        organisation: OrganisationId(row.organisation_id),
    })
}
