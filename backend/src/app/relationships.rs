//! Inviting each other, starting, pausing and ending.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use chrono::{DateTime, Utc};
use domain::crisis_plan::ReviewTrigger;
use domain::gate::Reason;
use domain::ids::{AccountId, RelationshipId, SeriesId, ThreadId};
use domain::policy::{InRelationship, OnOwn};
use domain::words::{AccountState, ClosedBy, Job, Level, RelationshipState, Role, SeriesState};
use mobile_contract::problem::FieldFault;
use mobile_contract::relationships::{RelationshipOut, RelationshipsOut};
use storage::relationships::{NewRelationship, Related};
use storage::series::NewSeries;
use storage::whose::Whose;
use storage::{
    Authorized, StorageError, WriteTx, accounts, calendars, joint_sessions, parting, plan_reviews, planned,
    relationships, series,
};

const LIST: &str = "list_relationships";

/// Invites the other side. What the inviter sees, and what it costs, is the same whether or not the login
/// leads to anybody who can be invited; otherwise inviting would tell who has an account.
pub async fn invite(app: &App, caller: Caller, login: &str, level: Level) -> Answer<RelationshipId> {
    let now = app.now();
    relationships::leave(caller.actor, OnOwn::Inviting, caller.actor.account)?;
    let me = accounts::for_machinery(app.store.read(), caller.actor.account).await?.ok_or_else(Refusal::not_found)?;
    let invitee = accounts::by_login(app.store.read(), login).await?;
    let (owner, provider) = invitee
        .filter(|row| row.state == AccountState::Active.as_str())
        .and_then(|invitee| relationships::pair(&me, &invitee))
        .unwrap_or((caller.actor.account, caller.actor.account));
    let id = RelationshipId(app.store.new_id());
    let new = NewRelationship {
        id,
        thread: ThreadId(app.store.new_id()),
        owner,
        provider,
        level,
        invited_by: caller.actor.account,
        invitee_tag: app.invitee_tag(caller.actor.account, login),
    };
    let tx = app.store.write().await?;
    if relationships::stands_between(&*tx, &new).await? {
        return Err(Refusal::conflict());
    }
    relationships::invite(&tx, new, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// One relationship, for a party of it.
pub async fn get(app: &App, caller: Caller, id: RelationshipId) -> Answer<RelationshipOut> {
    let related = find(app, caller, InRelationship::See, id).await?;
    present(app, caller, vec![related]).await?.pop().ok_or_else(Refusal::not_found)
}

pub async fn list(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<RelationshipsOut> {
    let limit = views::limit(limit)?;
    let after = views::place_by_id(app, caller, LIST, cursor)?.map(RelationshipId);
    let mut found = relationships::page(app.store.read(), caller.actor, after, limit + 1, app.now()).await?;
    let next_cursor = views::cut(&mut found, limit).map(|last| views::cursor_by_id(app, caller, LIST, last.row.id));
    Ok(RelationshipsOut { items: present(app, caller, found).await?, next_cursor })
}

/// The invited side accepts: from now on each sees what the other shows.
pub async fn accept(app: &App, caller: Caller, id: RelationshipId) -> Answer<RelationshipOut> {
    let related = find(app, caller, InRelationship::Accept, id).await?;
    change(app, &related, RelationshipState::Active).await?;
    get(app, caller, id).await
}

/// The owner pauses or resumes.
pub async fn set_state(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    to: RelationshipState,
    if_match: Option<&str>,
) -> Answer<RelationshipOut> {
    let related = find(app, caller, InRelationship::Pause, id).await?;
    views::if_match(if_match, related.row.version)?;
    if !matches!(to, RelationshipState::Active | RelationshipState::Paused) {
        return Err(Refusal::field("/state", FieldFault::NotInList));
    }
    if related.view.state != to {
        change(app, &related, to).await?;
    }
    get(app, caller, id).await
}

async fn find(app: &App, caller: Caller, action: InRelationship, id: RelationshipId) -> Answer<Authorized<Related>> {
    Ok(relationships::authorized(app.store.read(), caller.actor, action, id, app.now()).await?)
}

async fn change(app: &App, related: &Authorized<Related>, to: RelationshipState) -> Answer<()> {
    let now = app.now();
    let tx = app.store.write().await?;
    relationships::transition(&tx, related, to, now).await?;
    after(app, &tx, related, to, ClosedBy::RelationshipEnded, now).await?;
    tx.commit().await?;
    Ok(())
}

/// What follows when a relationship has changed its state, in the same commit.
pub(crate) async fn after(
    app: &App,
    tx: &WriteTx,
    related: &Authorized<Related>,
    to: RelationshipState,
    closed_by: ClosedBy,
    now: DateTime<Utc>,
) -> Answer<()> {
    plans_settle(tx, related, to, now).await?;
    if related.view.state == RelationshipState::Invited && to == RelationshipState::Active {
        for provider in &related.view.members {
            digest_begins(app, tx, *provider, now).await?;
        }
    }
    let whose = Whose::Relationship(related.view.id);
    match to {
        RelationshipState::Ended => {
            let by = (closed_by, related.permit().account());
            parting::part(tx, related.view.id, related.view.owner, by, now).await?;
        }
        RelationshipState::Paused => {
            joint_sessions::end_all(tx, related.view.id, None, now).await?;
            planned::cancel(tx, whose, Reason::Paused, now).await?;
        }
        RelationshipState::Active | RelationshipState::Invited => series::reconsider(tx, whose, now).await?,
    }
    Ok(())
}

/// A provider gets her daily digest from her first relationship on.
async fn digest_begins(app: &App, tx: &WriteTx, provider: AccountId, now: DateTime<Utc>) -> Answer<()> {
    let Some(account) = accounts::for_machinery(&**tx, provider).await? else { return Ok(()) };
    let new = NewSeries {
        id: SeriesId(app.store.new_id()),
        job: Job::Digest,
        owner: None,
        provider: Some(provider),
        relationship: None,
        state: SeriesState::Active,
        every_days: 1,
        accepted_on: Some(calendars::today(&**tx, provider, now).await?),
        zone: account.zone,
        proposed_by: None,
    };
    Ok(series::ensure(tx, new, now).await?)
}

/// Sharing rests on an active relationship, and the owner may want to be asked about her plan when
/// she begins or ends with somebody.
async fn plans_settle(
    tx: &WriteTx,
    related: &Authorized<Related>,
    to: RelationshipState,
    now: DateTime<Utc>,
) -> Answer<()> {
    let owner = related.view.owner;
    plan_reviews::sharing_changed(tx, owner, now).await?;
    if related.view.state == RelationshipState::Invited || to == RelationshipState::Ended {
        let today = calendars::today(&**tx, owner, now).await?;
        plan_reviews::happened(tx, owner, ReviewTrigger::HelperChanged, today, now).await?;
    }
    Ok(())
}

pub(crate) async fn present(
    app: &App,
    caller: Caller,
    found: Vec<Authorized<Related>>,
) -> Answer<Vec<RelationshipOut>> {
    let me = caller.actor.account;
    // An inviter is not told who stands behind the login, or whether anybody does, until somebody accepted.
    let untold = |related: &Related| related.view.invited_by == me && related.row.started_at.is_none();
    let mut ids = vec![me];
    for view in found.iter().filter(|related| !untold(related)).map(|related| &related.view) {
        ids.extend([view.owner, view.responsible].iter().chain(&view.members));
    }
    let people = accounts::many(app.store.read(), &ids).await?;
    let party = |id: AccountId| {
        people
            .iter()
            .find(|row| row.id == id.0)
            .map(views::party)
            .ok_or_else(|| Refusal::from(StorageError::Corrupt("relationship without its parties".into())))
    };
    found
        .into_iter()
        .map(|related| {
            let (view, untold) = (&related.view, untold(&related));
            let side = |id: AccountId, role: Role| match untold && caller.actor.role != role {
                true => Ok(None),
                false => party(id).map(Some),
            };
            let others = view.members.iter().filter(|id| !untold && **id != view.responsible);
            Ok(RelationshipOut {
                id: view.id.0,
                owner: side(view.owner, Role::ServiceUser)?,
                provider: side(view.responsible, Role::Provider)?,
                members: others.map(|id| party(*id)).collect::<Answer<_>>()?,
                level: views::word(&related.row.level)?,
                state: views::word(&related.row.state)?,
                invited_by_me: view.invited_by == me,
                invited_at: related.row.invited_at,
                started_at: related.row.started_at,
                ended_at: related.row.ended_at,
                version: related.row.version,
            })
        })
        .collect()
}
