//! Being asked to look at the plan again: the owner turns it on, a provider may suggest it once.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use chrono::{DateTime, Utc};
use domain::crisis_plan::ReviewTrigger;
use domain::gate::Reason;
use domain::ids::{AccountId, OrganisationId, RelationshipId, SeriesId};
use domain::policy::{InRelationship, OnOwn, Permit};
use domain::words::{Job, SeriesState};
use mobile_contract::problem::FieldFault;
use mobile_contract::prompts::{ReviewPromptsOut, ReviewPromptsState, ReviewSuggestionOut};
use storage::series::{self, NewSeries, Party};
use storage::whose::Whose;
use storage::{StorageError, WriteTx, accounts, calendars, crisis_plan, plan_reviews, policies, relationships, rows};

/// What the owner wants. Without `every_days` it is what the organisation offers first; without
/// triggers, only the calendar asks.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub on: bool,
    pub every_days: Option<i32>,
    pub triggers: Option<Vec<ReviewTrigger>>,
}

pub async fn get(app: &App, caller: Caller) -> Answer<ReviewPromptsOut> {
    let owner = leave(caller)?.account();
    let db = app.store.read();
    let menu = menu(app, owner).await?;
    let asking = plan_reviews::series_of(db, owner).await?;
    let state =
        match asking.as_ref().map(|row| row.state.parse::<SeriesState>()).transpose().map_err(StorageError::from)? {
            Some(SeriesState::Active) => ReviewPromptsState::Active,
            Some(SeriesState::Resting) => ReviewPromptsState::Resting,
            _ => ReviewPromptsState::Off,
        };
    let suggested = plan_reviews::suggestions(db, owner).await?;
    let ids: Vec<AccountId> = suggested.iter().filter_map(|row| row.proposed_by).map(AccountId).collect();
    let people = accounts::many(db, &ids).await?;
    let suggestions = suggested
        .into_iter()
        .filter_map(|row| {
            let from = people.iter().find(|person| Some(person.id) == row.proposed_by)?;
            Some(ReviewSuggestionOut { id: row.id, from: views::party(from), suggested_at: row.created_at })
        })
        .collect();
    Ok(ReviewPromptsOut {
        on: state != ReviewPromptsState::Off,
        state,
        every_days: asking.map_or_else(|| first(&menu), |row| row.every_days),
        every_days_menu: menu,
        triggers: views::words(&plan_reviews::triggers(db, owner).await?)?,
        suggestions,
    })
}

/// Turns the prompts on or off. Turning them on sends nothing for the past; turning them off
/// cancels what was planned in the same commit.
pub async fn set(app: &App, caller: Caller, wanted: Wanted) -> Answer<ReviewPromptsOut> {
    let permit = leave(caller)?;
    let owner = permit.account();
    let menu = menu(app, owner).await?;
    let every_days = wanted.every_days.unwrap_or_else(|| first(&menu));
    if !menu.contains(&every_days) {
        return Err(Refusal::field("/every_days", FieldFault::NotInList));
    }
    let mut triggers = wanted.triggers.unwrap_or_default();
    triggers.sort();
    if triggers.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Refusal::field("/triggers", FieldFault::Duplicate));
    }
    let now = app.now();
    let id = SeriesId(app.store.new_id());
    let tx = app.store.write().await?;
    plan_reviews::choose(&tx, permit, &triggers, now).await?;
    let asking = plan_reviews::series_of(&*tx, owner).await?;
    let state = asking.as_ref().map(|row| row.state.parse::<SeriesState>()).transpose().map_err(StorageError::from)?;
    match (asking, state, wanted.on) {
        (None, _, true) => open(&tx, id, owner, every_days, SeriesState::Active, None, now).await?,
        (Some(row), Some(SeriesState::Active), true) => {
            plan_reviews::set_every(&tx, &row, every_days).await?;
            series::reconsider(&tx, Whose::Series(SeriesId(row.id)), now).await?;
        }
        (Some(row), _, true) => {
            plan_reviews::set_every(&tx, &row, every_days).await?;
            start(&tx, &row, owner, now).await?;
        }
        (Some(row), Some(SeriesState::Active | SeriesState::Resting), false) => {
            series::settle(&tx, &row, SeriesState::Stopped, Reason::SwitchedOff, now).await?;
        }
        (_, _, false) => {}
    }
    tx.commit().await?;
    get(app, caller).await
}

/// A provider with whom something of the plan is shared suggests that the owner lets herself be
/// asked: once. Whether she is asked already is hers to know, so the answer is the same either way.
pub async fn suggest(app: &App, caller: Caller, id: RelationshipId) -> Answer<()> {
    let now = app.now();
    let series = SeriesId(app.store.new_id());
    let tx = app.store.write().await?;
    let action = InRelationship::SuggestPlanReview;
    let related = relationships::authorized(&*tx, caller.actor, action, id, now).await?;
    let (owner, provider) = (related.view.owner, related.permit().account());
    if !crisis_plan::is_shared(&*tx, owner, provider, now).await? {
        return Err(Refusal::not_found());
    }
    let before = series::of(&*tx, Whose::Owner(owner), Some(Job::PlanReview)).await?;
    if before.iter().any(|row| row.proposed_by == Some(provider.0)) {
        return Err(Refusal::conflict());
    }
    let menu = menu_in(&*tx, owner).await?;
    open(&tx, series, owner, first(&menu), SeriesState::Proposed, Some(provider), now).await?;
    tx.commit().await?;
    Ok(())
}

/// The owner takes a suggestion up.
pub async fn accept(app: &App, caller: Caller, id: SeriesId) -> Answer<ReviewPromptsOut> {
    let owner = leave(caller)?.account();
    let now = app.now();
    let tx = app.store.write().await?;
    let row = suggestion(&tx, owner, id).await?;
    let runs = plan_reviews::series_of(&*tx, owner)
        .await?
        .is_some_and(|row| row.state == SeriesState::Active.as_str() || row.state == SeriesState::Resting.as_str());
    if runs {
        series::settle(&tx, &row, SeriesState::Completed, Reason::SeriesStopped, now).await?;
    } else {
        series::accept(&tx, &row, Party::Owner, now).await?;
        start(&tx, &row, owner, now).await?;
    }
    tx.commit().await?;
    get(app, caller).await
}

/// The owner would rather not. The provider is told nothing.
pub async fn decline(app: &App, caller: Caller, id: SeriesId) -> Answer<()> {
    let owner = leave(caller)?.account();
    let tx = app.store.write().await?;
    let row = suggestion(&tx, owner, id).await?;
    series::settle(&tx, &row, SeriesState::Stopped, Reason::SeriesStopped, app.now()).await?;
    tx.commit().await?;
    Ok(())
}

async fn suggestion(tx: &WriteTx, owner: AccountId, id: SeriesId) -> Answer<rows::Series> {
    let open = plan_reviews::suggestions(&**tx, owner).await?;
    open.into_iter().find(|row| row.id == id.0).ok_or_else(Refusal::not_found)
}

async fn start(tx: &WriteTx, row: &rows::Series, owner: AccountId, now: DateTime<Utc>) -> Answer<()> {
    let today = calendars::today(&**tx, owner, now).await?;
    Ok(series::restart(tx, row, today, None, now).await?)
}

async fn open(
    tx: &WriteTx,
    id: SeriesId,
    owner: AccountId,
    every_days: i32,
    state: SeriesState,
    proposed_by: Option<AccountId>,
    now: DateTime<Utc>,
) -> Answer<()> {
    let row = accounts::for_machinery(&**tx, owner).await?.ok_or_else(Refusal::not_found)?;
    let active = state == SeriesState::Active;
    let today = calendars::today(&**tx, owner, now).await?;
    let new = NewSeries {
        id,
        job: Job::PlanReview,
        owner: Some(owner),
        provider: None,
        relationship: None,
        state,
        every_days,
        zone: row.zone,
        proposed_by,
        accepted_on: active.then_some(today),
    };
    Ok(series::open(tx, new, now).await?)
}

/// The cycles the owner's organisation offers.
async fn menu(app: &App, owner: AccountId) -> Answer<Vec<i32>> {
    menu_in(app.store.read(), owner).await
}

async fn menu_in(db: &impl storage::Connection, owner: AccountId) -> Answer<Vec<i32>> {
    let row = accounts::for_machinery(db, owner).await?.ok_or_else(Refusal::not_found)?;
    let (_, rules) = policies::in_force(db, OrganisationId(row.organisation_id)).await?;
    Ok(rules.plan_review_menu.iter().map(|days| i32::from(*days)).collect())
}

fn first(menu: &[i32]) -> i32 {
    menu.first().copied().unwrap_or(domain::crisis_plan::REVIEW_EVERY_DAYS)
}

fn leave(caller: Caller) -> Result<Permit, StorageError> {
    relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)
}
