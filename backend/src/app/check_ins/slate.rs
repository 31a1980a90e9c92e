//! The slate: the check-ins of a coming day, which the provider may skip or move. Doing nothing
//! sends them as agreed.

use super::people;
use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use chrono::{DateTime, NaiveDate, Utc};
use domain::check_ins::{self as rules, MOST_DAYS_POSTPONED, PostponeFault, SlateAction};
use domain::ids::{AccountId, SeriesId};
use domain::policy::{InRelationship, OnOwn};
use domain::schedule::{Position, SeriesPlan, slot_for_anchor};
use domain::words::SeriesState;
use mobile_contract::check_ins::{SlateItemOut, SlateOut};
use mobile_contract::problem::FieldFault;
use storage::check_ins::PairHours;
use storage::relationships::Related;
use storage::whose::Whose;
use storage::{Authorized, StorageError, calendars, check_ins, relationships, rows, series};

/// A planned slot, and what the provider chose about it.
struct Planned {
    plan: SeriesPlan,
    number: u32,
    /// The day it has unless it is moved.
    natural: NaiveDate,
    /// The day it is planned on.
    on: NaiveDate,
    skipped: bool,
}

impl Planned {
    /// The next slot of a running series: as the planner placed it, or as it will.
    fn of(row: &rows::Series, choices: &[rows::SlotOverride], hours: &PairHours, today: NaiveDate) -> Option<Self> {
        let plan = SeriesPlan { accepted_on: row.accepted_on?, every_days: u16::try_from(row.every_days).ok()? };
        let (number, anchor) = match (u32::try_from(row.number), row.anchor_on) {
            (Ok(number), Some(anchor)) => (number, anchor),
            _ => plan.following(0, 0, today)?,
        };
        let natural = slot_for_anchor(anchor, |date| hours.eligible(date))?;
        let choice = choices.iter().find(|choice| choice.series_id == row.id && choice.on_date == natural);
        let moved_to = choice.and_then(|choice| choice.to_on);
        Some(Self {
            plan,
            number,
            natural,
            on: moved_to.or(row.slot_on).unwrap_or(natural),
            skipped: choice.is_some_and(|choice| choice.action == SlateAction::Skip.as_str()),
        })
    }

    fn can_move_to(&self, to: NaiveDate, hours: &PairHours) -> Result<(), PostponeFault> {
        let free = |date| hours.eligible(date) && !hours.rules.keeps_quiet_on(date);
        rules::postpone(self.plan, self.number, self.on, to, free)
    }
}

/// The check-ins planned for a day, by default the provider's next working day.
pub async fn slate(app: &App, caller: Caller, date: Option<NaiveDate>) -> Answer<SlateOut> {
    let (db, now) = (app.store.read(), app.now());
    let permit = relationships::leave(caller.actor, OnOwn::ProvidersWork, caller.actor.account)?;
    let date = match date {
        Some(date) => Some(date),
        None => {
            let calendar = calendars::provider_herself(db, permit.account(), now).await?;
            calendar.next_working_day_after(now.with_timezone(&calendar.zone).date_naive())
        }
    };
    let Some(date) = date else { return Ok(SlateOut { date: None, items: Vec::new() }) };
    let planned = check_ins::slate(db, permit, date).await?;
    let ids: Vec<_> = planned.iter().map(|row| row.id).collect();
    let choices = check_ins::slate_choices(db, &ids).await?;
    let mut items = Vec::with_capacity(planned.len());
    for row in planned {
        let id = SeriesId(row.id);
        match check_ins::series(db, caller.actor, InRelationship::TendSlate, id, now).await {
            Ok((row, related)) => items.extend(item(app, &row, &related, &choices, now).await?),
            Err(StorageError::Hidden | StorageError::Denied) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(SlateOut { date: Some(date), items })
}

async fn item(
    app: &App,
    row: &rows::Series,
    related: &Authorized<Related>,
    choices: &[rows::SlotOverride],
    now: DateTime<Utc>,
) -> Answer<Option<SlateItemOut>> {
    let pair = &related.view;
    let provider = row.provider_id.map_or(pair.responsible, AccountId);
    let hours = check_ins::hours(app.store.read(), pair.owner, provider, now).await?;
    let Some(planned) = Planned::of(row, choices, &hours, hours.today(now)) else { return Ok(None) };
    let people = people(app, pair.owner, provider).await?;
    let position = planned.plan.position(planned.number).unwrap_or(Position::Ordinary);
    let days = usize::try_from(MOST_DAYS_POSTPONED).unwrap_or(usize::MAX);
    Ok(Some(SlateItemOut {
        series_id: row.id,
        relationship_id: pair.id.0,
        owner: views::party(&people.owner),
        on: planned.on,
        number: i32::try_from(planned.number).unwrap_or(i32::MAX),
        position: views::word(position.as_str())?,
        skipped: planned.skipped,
        postponed_from: Some(planned.natural).filter(|natural| *natural != planned.on),
        can_move_to: planned
            .on
            .iter_days()
            .skip(1)
            .take(days)
            .filter(|to| planned.can_move_to(*to, &hours).is_ok())
            .collect(),
    }))
}

/// The provider skips the slot planned on `date`.
pub async fn skip(app: &App, caller: Caller, id: SeriesId, date: NaiveDate) -> Answer<SlateItemOut> {
    choose(app, caller, id, date, None).await
}

/// The provider moves the slot planned on `date` to a later day.
pub async fn postpone(app: &App, caller: Caller, id: SeriesId, date: NaiveDate, to: NaiveDate) -> Answer<SlateItemOut> {
    choose(app, caller, id, date, Some(to)).await
}

async fn choose(
    app: &App,
    caller: Caller,
    id: SeriesId,
    date: NaiveDate,
    to: Option<NaiveDate>,
) -> Answer<SlateItemOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    check_ins::hold(&tx, id).await?;
    let (row, related) = check_ins::series(&*tx, caller.actor, InRelationship::TendSlate, id, now).await?;
    if row.state != SeriesState::Active.as_str() {
        return Err(Refusal::conflict());
    }
    let pair = &related.view;
    let provider = row.provider_id.map_or(pair.responsible, AccountId);
    let hours = check_ins::hours(&*tx, pair.owner, provider, now).await?;
    let choices = check_ins::slate_choices(&*tx, &[row.id]).await?;
    let planned = Planned::of(&row, &choices, &hours, hours.today(now)).filter(|planned| planned.on == date);
    let Some(planned) = planned else { return Err(Refusal::field("/date", FieldFault::NotInList)) };
    if let Some(to) = to {
        planned.can_move_to(to, &hours).map_err(|fault| {
            let fault = match fault {
                PostponeFault::OutsideBounds => FieldFault::OutsideBounds,
                PostponeFault::NotEligible => FieldFault::NotAWorkingDay,
            };
            Refusal::field("/to", fault)
        })?;
    }
    check_ins::choose(&tx, related.permit(), id, planned.natural, to, now).await?;
    series::reconsider(&tx, Whose::Series(id), now).await?;
    tx.commit().await?;
    let choices = check_ins::slate_choices(app.store.read(), &[row.id]).await?;
    // The planner has not placed it anew yet: what was chosen is the answer.
    let chosen = rows::Series { slot_on: Some(to.unwrap_or(planned.natural)), ..row };
    item(app, &chosen, &related, &choices, now).await?.ok_or_else(Refusal::conflict)
}
