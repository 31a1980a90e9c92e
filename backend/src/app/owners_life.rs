//! Pause, hospital stay and quiet hours. What silences takes effect with its own commit: what was
//! planned is cancelled in it. The plan and Help now are never held up by any of them.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, bounds};
use crate::state::App;
use crate::views::{self, Page};
use chrono::{DateTime, Utc};
use domain::crisis_plan::ReviewTrigger;
use domain::gate::Reason;
use domain::ids::AccountId;
use domain::policy::{OnOwn, Permit};
use domain::words::{Job, PeriodKind};
use mobile_contract::export::PeriodOut;
use mobile_contract::owners_life::{HospitalOut, PauseOut, QuietHoursIn, QuietHoursOut};
use storage::profiles::{self, Changes};
use storage::whose::Whose;
use storage::{
    StorageError, WriteTx, accounts, calendars, notification_settings, periods, plan_reviews, planned, relationships,
    rows, series,
};

const PERIODS: &str = "periods";

/// She pauses. A date that passed and a message she got are told in the app all the same, which the
/// gate sees to.
pub async fn pause(app: &App, caller: Caller, until: Option<DateTime<Utc>>) -> Answer<PauseOut> {
    let permit = leave(caller)?;
    let now = app.now();
    let until = until.map(|until| bounds::to_come("/until", until, now)).transpose()?;
    let id = app.store.new_id();
    let tx = app.store.write().await?;
    periods::begin(&tx, permit, PeriodKind::Pause, id, until, now).await?;
    planned::cancel_jobs(&tx, Whose::Owner(permit.account()), &Job::PROMPTS, Reason::Paused, now).await?;
    look_again(&tx, permit.account(), now).await?;
    tx.commit().await?;
    get_pause(app, caller).await
}

/// Ends the pause. Nothing is sent for the time of it.
pub async fn end_pause(app: &App, caller: Caller) -> Answer<()> {
    let permit = leave(caller)?;
    let now = app.now();
    let tx = app.store.write().await?;
    if periods::end(&tx, permit, PeriodKind::Pause, now).await? {
        look_again(&tx, permit.account(), now).await?;
    }
    tx.commit().await?;
    Ok(())
}

pub async fn get_pause(app: &App, caller: Caller) -> Answer<PauseOut> {
    let owner = leave(caller)?.account();
    let running = periods::running(app.store.read(), owner, PeriodKind::Pause, app.now()).await?;
    Ok(PauseOut {
        paused: running.is_some(),
        since: running.as_ref().map(|row| row.from_at),
        until: running.and_then(|row| row.to_at),
    })
}

/// She is in hospital. `message_notices` is hers to choose for the stay.
pub async fn admitted(app: &App, caller: Caller, message_notices: Option<bool>) -> Answer<HospitalOut> {
    let permit = leave(caller)?;
    let now = app.now();
    let id = app.store.new_id();
    let tx = app.store.write().await?;
    periods::begin(&tx, permit, PeriodKind::Hospital, id, None, now).await?;
    if let Some(on) = message_notices {
        notification_settings::set_notices_in_hospital(&tx, permit, on, now).await?;
    }
    planned::cancel_jobs(&tx, Whose::Owner(permit.account()), &Job::PROMPTS, Reason::Hospital, now).await?;
    look_again(&tx, permit.account(), now).await?;
    tx.commit().await?;
    get_hospital(app, caller).await
}

/// She is home again. If she chose it, she is asked about her plan once two weeks have passed.
pub async fn discharged(app: &App, caller: Caller) -> Answer<()> {
    let permit = leave(caller)?;
    let owner = permit.account();
    let now = app.now();
    let tx = app.store.write().await?;
    if periods::end(&tx, permit, PeriodKind::Hospital, now).await? {
        let today = calendars::today(&*tx, owner, now).await?;
        plan_reviews::happened(&tx, owner, ReviewTrigger::Discharge, today, now).await?;
        look_again(&tx, owner, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

pub async fn get_hospital(app: &App, caller: Caller) -> Answer<HospitalOut> {
    let owner = leave(caller)?.account();
    let running = periods::running(app.store.read(), owner, PeriodKind::Hospital, app.now()).await?;
    let settings = notification_settings::of(app.store.read(), owner).await?;
    Ok(HospitalOut {
        in_hospital: running.is_some(),
        since: running.map(|row| row.from_at),
        message_notices: settings.notices_in_hospital(),
    })
}

/// Her pauses and hospital stays, newest first.
pub async fn periods(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<Page<PeriodOut>> {
    let permit = leave(caller)?;
    let limit = views::limit(limit)?;
    let after = views::place(app, caller, PERIODS, cursor)?;
    let mut rows = periods::page(app.store.read(), permit, after, limit + 1).await?;
    let next_cursor =
        views::cut(&mut rows, limit).map(|last| views::cursor(app, caller, PERIODS, (last.from_at, last.id)));
    let present = |row: rows::Period| {
        Ok(PeriodOut { id: row.id, kind: views::word(&row.kind)?, from: row.from_at, to: row.to_at })
    };
    Ok(Page { items: rows.into_iter().map(present).collect::<Answer<_>>()?, next_cursor })
}

pub async fn set_quiet_hours(
    app: &App,
    caller: Caller,
    hours: &QuietHoursIn,
    if_match: Option<&str>,
) -> Answer<QuietHoursOut> {
    let permit = leave(caller)?;
    let from = bounds::clock_time("/from", &hours.from)?;
    let to = bounds::clock_time("/to", &hours.to)?;
    let now = app.now();
    let tx = app.store.write().await?;
    let row = accounts::for_machinery(&*tx, permit.account()).await?.ok_or_else(Refusal::not_found)?;
    views::if_match(if_match, row.version)?;
    let changes = Changes { quiet_hours: Some((from, to)), ..Changes::default() };
    profiles::change(&tx, permit, row.version, changes, now).await?;
    look_again(&tx, permit.account(), now).await?;
    tx.commit().await?;
    get_quiet_hours(app, caller).await
}

pub async fn get_quiet_hours(app: &App, caller: Caller) -> Answer<QuietHoursOut> {
    let owner = leave(caller)?.account();
    let row = accounts::for_machinery(app.store.read(), owner).await?.ok_or_else(Refusal::not_found)?;
    Ok(present_quiet_hours(row))
}

/// The planner looks again at everything that may reach this owner.
pub async fn look_again(tx: &WriteTx, owner: AccountId, now: DateTime<Utc>) -> Answer<()> {
    series::reconsider(tx, Whose::Owner(owner), now).await?;
    for related in relationships::of_account(&**tx, owner, now).await? {
        series::reconsider(tx, Whose::Relationship(related.view.id), now).await?;
    }
    Ok(())
}

fn leave(caller: Caller) -> Result<Permit, StorageError> {
    relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)
}

fn present_quiet_hours(row: rows::Account) -> QuietHoursOut {
    QuietHoursOut {
        from: views::clock_time(row.quiet_from),
        to: views::clock_time(row.quiet_to),
        time_zone: row.zone,
        version: row.version,
    }
}
