//! The owner decides who sees what (R2, R3).

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, bounds};
use crate::state::App;
use crate::views;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, GrantId, ItemId, TeamId};
use domain::policy::{OnOwn, Permit};
use domain::toolbox::Sharable;
use domain::words::{GrantEffect, GrantLevel, Module, PlanSection, RelationshipState, RoundCause, SubjectKind};
use mobile_contract::grants::{GrantIn, GrantOut, GrantsOut};
use mobile_contract::problem::FieldFault;
use mobile_contract::relationships::PartyOut;
use std::fmt;
use storage::grants::{Grantee, NewGrant};
use storage::{
    StorageError, WriteTx, accounts, agreement_rounds, grants, plan_reviews, relationships, rows, teams, toolbox,
};

const LIST: &str = "list_grants";

/// Makes a setting. It holds from now on, or from when it says.
pub async fn give(app: &App, caller: Caller, body: GrantIn) -> Answer<GrantOut> {
    let permit = leave(caller)?;
    let now = app.now();
    let kind: SubjectKind = views::word(body.subject_kind.as_str())?;
    let subject = subject(kind, &body.subject)?;
    // What began before it was granted was not shared then: a share never reaches back.
    let from = match body.from {
        Some(from) => bounds::instant("/from", from)?.max(now),
        None => now,
    };
    let to = body.to.map(|to| bounds::to_come("/to", to, now)).transpose()?;
    if to.is_some_and(|to| to <= from) {
        return Err(Refusal::field("/to", FieldFault::OutsideBounds));
    }
    let id = GrantId(body.id.unwrap_or_else(|| app.store.new_id()));
    let effect: GrantEffect = views::word(body.effect.as_str())?;
    let level = body.level.map_or(Ok(GrantLevel::See), |level| views::word(level.as_str()))?;
    let tx = app.store.write().await?;
    if let Subject::Item(id) = subject {
        let mine = toolbox::kinds(&*tx, permit, &[id]).await?;
        if !mine.iter().any(|(_, kind)| Sharable::of(kind.module()) != Sharable::Never) {
            return Err(unknown_subject());
        }
    }
    let grantee = grantee(&tx, permit, body.provider_id, body.team_id, now).await?;
    let new = NewGrant { id, grantee, kind, subject: subject.to_string(), effect, level, from, to };
    grants::give(&tx, permit, new, now).await?;
    settle(&tx, permit, grantee, now).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// What a setting is about.
enum Subject {
    Module(Module),
    Section(PlanSection),
    Item(ItemId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(module) => module.fmt(f),
            Self::Section(section) => section.fmt(f),
            Self::Item(id) => id.fmt(f),
        }
    }
}

fn subject(kind: SubjectKind, subject: &str) -> Answer<Subject> {
    match kind {
        SubjectKind::Module => {
            let whole = |module: &Module| Sharable::of(*module) == Sharable::Whole;
            subject.parse().ok().filter(whole).map(Subject::Module)
        }
        SubjectKind::Section => subject.parse().ok().map(Subject::Section),
        SubjectKind::Item => subject.parse().ok().map(Subject::Item),
    }
    .ok_or_else(unknown_subject)
}

fn unknown_subject() -> Refusal {
    Refusal::field("/subject", FieldFault::NotInList)
}

/// Takes a setting back, at once: what was planned on it is cancelled in the same commit.
pub async fn revoke(app: &App, caller: Caller, id: GrantId) -> Answer<()> {
    let permit = leave(caller)?;
    let now = app.now();
    let tx = app.store.write().await?;
    let row = grants::own(&*tx, permit, id).await?;
    if row.revoked_at.is_some() {
        return Ok(());
    }
    grants::revoke(&tx, permit, id, now).await?;
    if let Some(grantee) = grantee_of(&row) {
        settle(&tx, permit, grantee, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

pub async fn get(app: &App, caller: Caller, id: GrantId) -> Answer<GrantOut> {
    let row = grants::own(app.store.read(), leave(caller)?, id).await?;
    present(app, vec![row]).await?.pop().ok_or_else(Refusal::not_found)
}

pub async fn list(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<GrantsOut> {
    let permit = leave(caller)?;
    let limit = views::limit(limit)?;
    let after = views::place(app, caller, LIST, cursor)?.map(|(at, id)| (at, GrantId(id)));
    let mut rows = grants::page(app.store.read(), permit, after, limit + 1).await?;
    let next_cursor =
        views::cut(&mut rows, limit).map(|last| views::cursor(app, caller, LIST, (last.created_at, last.id)));
    Ok(GrantsOut { items: present(app, rows).await?, next_cursor })
}

/// A provider the owner has a relationship with, or a team of such a provider: others cannot be
/// named, so that nobody is found out about by granting.
async fn grantee(
    tx: &WriteTx,
    permit: Permit,
    provider: Option<uuid::Uuid>,
    team: Option<uuid::Uuid>,
    now: DateTime<Utc>,
) -> Answer<Grantee> {
    let mine: Vec<AccountId> = relationships::of_account(&**tx, permit.account(), now)
        .await?
        .into_iter()
        .filter(|related| matches!(related.view.state, RelationshipState::Active | RelationshipState::Paused))
        .flat_map(|related| related.view.members)
        .collect();
    match (provider.map(AccountId), team.map(TeamId)) {
        (Some(provider), None) if mine.contains(&provider) => Ok(Grantee::Provider(provider)),
        (Some(_), None) => Err(Refusal::field("/provider_id", FieldFault::NotInList)),
        (None, Some(team)) if teams::of(&**tx, &mine).await?.contains(&team) => Ok(Grantee::Team(team)),
        (None, Some(_)) => Err(Refusal::field("/team_id", FieldFault::NotInList)),
        (None, None) => Err(Refusal::field("/provider_id", FieldFault::Required)),
        (Some(_), Some(_)) => Err(Refusal::field("/team_id", FieldFault::UnknownField)),
    }
}

/// What a change of sharing sets off: planned things that stood on it go, and the pairs it concerns
/// may want to look at their agreement (R25).
async fn settle(tx: &WriteTx, permit: Permit, grantee: Grantee, now: DateTime<Utc>) -> Answer<()> {
    plan_reviews::sharing_changed(tx, permit.account(), now).await?;
    let readers = match grantee {
        Grantee::Provider(id) => vec![id],
        Grantee::Team(id) => teams::members(&**tx, id).await?,
    };
    for related in relationships::of_account(&**tx, permit.account(), now).await? {
        let concerned = related.view.members.iter().any(|member| readers.contains(member));
        if concerned && related.view.state == RelationshipState::Active {
            agreement_rounds::wish(tx, related.view.id, related.view.owner, RoundCause::SharingChanged, now).await?;
        }
    }
    Ok(())
}

fn leave(caller: Caller) -> Result<Permit, StorageError> {
    relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)
}

fn grantee_of(row: &rows::ShareGrant) -> Option<Grantee> {
    match (row.provider_id, row.team_id) {
        (Some(provider), _) => Some(Grantee::Provider(AccountId(provider))),
        (None, Some(team)) => Some(Grantee::Team(TeamId(team))),
        (None, None) => None,
    }
}

pub(crate) async fn present(app: &App, rows: Vec<rows::ShareGrant>) -> Answer<Vec<GrantOut>> {
    let now = app.now();
    let providers: Vec<AccountId> = rows.iter().filter_map(|row| row.provider_id).map(AccountId).collect();
    let people = accounts::many(app.store.read(), &providers).await?;
    let named: Vec<TeamId> = rows.iter().filter_map(|row| row.team_id).map(TeamId).collect();
    let teams = teams::many(app.store.read(), &named).await?;
    rows.into_iter()
        .map(|row| {
            let holds = row.from_at <= now
                && row.to_at.is_none_or(|to| now < to)
                && row.revoked_at.is_none_or(|revoked| now < revoked);
            let team = row.team_id.and_then(|id| teams.iter().find(|team| team.id == id));
            let provider = row.provider_id.and_then(|id| people.iter().find(|person| person.id == id));
            Ok(GrantOut {
                id: row.id,
                provider: provider.map(views::party),
                team: team.map(|team| PartyOut { id: team.id, display_name: team.name.clone() }),
                subject_kind: views::word(&row.subject_kind)?,
                subject: row.subject,
                effect: views::word(&row.effect)?,
                level: views::word(&row.level)?,
                from: row.from_at,
                to: row.to_at,
                revoked_at: row.revoked_at,
                created_at: row.created_at,
                holds,
            })
        })
        .collect()
}
