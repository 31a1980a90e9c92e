//! Who is in the organisation: inviting, suspending and resuming. Admins see no content here.

use crate::app::sessions::{Caller, random_token, token_hash};
use crate::app::{Answer, Refusal, bounds, profile};
use crate::state::App;
use crate::views;
use chrono::TimeDelta;
use domain::gate::Reason;
use domain::ids::{AccountId, InvitationId, RelationshipId, ReplyClockId};
use domain::policy::{self, OnAccount, OnOrganisation};
use domain::wording::FieldFault;
use domain::words::{AccountState, Language, Role};
use mobile_contract::accounts::{AccountInvitationOut, AccountOut, AccountsOut};
use storage::accounts::NewInvitation;
use storage::whose::Whose;
use storage::{
    StorageError, WriteTx, accounts, clocks, for_organisation, instance, permitted, planned, relationships, rows,
    series, sessions, uncertain_promises,
};

const LIST: &str = "list_accounts";

/// How long an invitation can be used.
pub const INVITATION_LIFE: TimeDelta = TimeDelta::days(14);

/// Somebody to be invited.
#[derive(Clone, Debug)]
pub struct Invitee {
    pub role: Role,
    pub login: String,
    pub display_name: String,
    pub email: Option<String>,
    pub language: Option<Language>,
    pub zone: Option<String>,
}

/// Invites a person. A login that is taken gives an answer of the same shape, with a code that
/// opens nothing: who has an account here is not told.
pub async fn invite(app: &App, caller: Caller, invitee: Invitee) -> Answer<AccountInvitationOut> {
    let organisation = caller.actor.organisation;
    let permit = permitted(policy::on_invitation(caller.actor, organisation, invitee.role))?;
    let login = accounts::normal_login(bounds::line("/login", &invitee.login, bounds::MAX_LOGIN)?);
    if login.chars().count() < bounds::MIN_LOGIN {
        return Err(Refusal::field("/login", FieldFault::ShorterThanAllowed));
    }
    if login.chars().any(char::is_whitespace) {
        return Err(Refusal::field("/login", FieldFault::Format));
    }
    let display_name = bounds::line("/display_name", &invitee.display_name, bounds::MAX_INVITED_NAME)?.to_owned();
    let email = invitee.email.as_deref().map(profile::email).transpose()?;
    let row = accounts::organisation(app.store.read(), organisation).await?.ok_or_else(Refusal::not_found)?;
    let zone = match invitee.zone {
        Some(zone) => {
            let known = zone.parse::<chrono_tz::Tz>().is_ok();
            known.then_some(zone).ok_or_else(|| Refusal::field("/zone", FieldFault::UnknownTimeZone))?
        }
        None => row.zone,
    };
    let now = app.now();
    let code = random_token(&*app.store.entropy);
    let new = NewInvitation {
        id: InvitationId(app.store.new_id()),
        code_hash: token_hash(&code),
        organisation,
        role: invitee.role,
        login,
        display_name,
        email,
        language: invitee.language.unwrap_or(app.settings.default_language),
        zone,
        expires_at: now + INVITATION_LIFE,
    };
    let out = AccountInvitationOut { id: new.id.0, code, expires_at: new.expires_at };
    let tx = app.store.write().await?;
    if accounts::by_login(&*tx, &new.login).await?.is_none() {
        accounts::invite(&tx, Some(permit), new, now).await?;
    }
    tx.commit().await?;
    Ok(out)
}

/// Who there is, newest first.
pub async fn list(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<AccountsOut> {
    let permit = for_organisation(caller.actor, OnOrganisation::SuspendAccounts)?;
    let limit = views::limit(limit)?;
    let after = views::place_by_id(app, caller, LIST, cursor)?.map(AccountId);
    let mut found = accounts::page(app.store.read(), permit, after, limit + 1).await?;
    let next_cursor = views::cut(&mut found, limit).map(|last| views::cursor_by_id(app, caller, LIST, last.id));
    Ok(AccountsOut { items: found.iter().map(present).collect::<Answer<_>>()?, next_cursor })
}

/// Nobody may sign in to it any more, from this commit on. What was planned for it is cancelled,
/// and what she promised is handed over, or its date is no longer certain.
pub async fn suspend(app: &App, caller: Caller, id: AccountId) -> Answer<AccountOut> {
    let row = accounts::authorized(app.store.read(), caller.actor, OnAccount::Suspend, id).await?;
    let state = state_of(&row)?;
    if state != AccountState::Suspended {
        if !state.may_become(AccountState::Suspended) {
            return Err(Refusal::conflict());
        }
        let now = app.now();
        let tx = app.store.write().await?;
        accounts::set_state(&tx, &row, AccountState::Suspended, now).await?;
        sessions::revoke_all(&tx, id, now).await?;
        for whose in [Whose::Owner(id), Whose::Provider(id)] {
            planned::cancel(&tx, whose, Reason::RecipientGone, now).await?;
        }
        release_promises(app, &tx, id).await?;
        tx.commit().await?;
    }
    get(app, caller, id).await
}

/// She may sign in again; the planner looks again at what is hers.
pub async fn resume(app: &App, caller: Caller, id: AccountId) -> Answer<AccountOut> {
    let row = accounts::authorized(app.store.read(), caller.actor, OnAccount::Resume, id).await?;
    let state = state_of(&row)?;
    if state != AccountState::Active {
        if !state.may_become(AccountState::Active) {
            return Err(Refusal::conflict());
        }
        let now = app.now();
        let tx = app.store.write().await?;
        accounts::set_state(&tx, &row, AccountState::Active, now).await?;
        if !instance::kill_switch(&*tx).await?.on {
            uncertain_promises::lift_for(&tx, id).await?;
        }
        for whose in [Whose::Owner(id), Whose::Provider(id)] {
            series::reconsider(&tx, whose, now).await?;
        }
        tx.commit().await?;
    }
    get(app, caller, id).await
}

/// Every open clock she answers for goes to somebody who takes part and can act, a substitute
/// first; where there is nobody, its date is uncertain and the duty role hears of it.
async fn release_promises(app: &App, tx: &WriteTx, provider: AccountId) -> Answer<()> {
    let now = app.now();
    for clock in clocks::open_of_provider(&**tx, provider).await? {
        let relationship = RelationshipId(clock.relationship_id);
        let related = relationships::for_machinery(&**tx, relationship, now)
            .await?
            .ok_or_else(|| Refusal::from(StorageError::Corrupt("clock without its relationship".into())))?;
        let candidates: Vec<AccountId> = related
            .view
            .substitutes
            .iter()
            .chain(&related.view.members)
            .copied()
            .filter(|id| *id != provider)
            .collect();
        let able = accounts::many(&**tx, &candidates).await?;
        let able =
            |id: &&AccountId| able.iter().any(|row| row.id == id.0 && row.state == AccountState::Active.as_str());
        match candidates.iter().find(able) {
            Some(to) if to.0 == clock.provider_id => uncertain_promises::hand_back(tx, &clock).await?,
            Some(to) => clocks::hand_over(tx, &clock, *to).await?,
            None => uncertain_promises::mark(tx, ReplyClockId(clock.id), now).await?,
        }
    }
    Ok(())
}

async fn get(app: &App, caller: Caller, id: AccountId) -> Answer<AccountOut> {
    let row = accounts::authorized(app.store.read(), caller.actor, OnAccount::List, id).await?;
    present(&row)
}

fn state_of(row: &rows::Account) -> Answer<AccountState> {
    Ok(row.state.parse().map_err(StorageError::from)?)
}

fn present(row: &rows::Account) -> Answer<AccountOut> {
    Ok(AccountOut {
        id: row.id,
        role: views::word(&row.role)?,
        state: views::word(&row.state)?,
        created_at: row.created_at,
        version: row.version,
    })
}
