//! Promised replies: seen, closed and moved, and what to do once a date has passed.

use crate::app::sessions::Caller;
use crate::app::teller::Teller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AccountId, MessageId, RelationshipId, ReplyClockId};
use domain::policy::InRelationship;
use domain::replies::{ClockState, MoveFault, MovedBy, OverdueChoice, promise_later};
use domain::schedule::next_digest_after;
use domain::wording::{FieldFault, Overdue};
use domain::words::ClosedBy;
use mobile_contract::reply_clocks::{OverdueChoiceOut, ReplyClockOut, ReplyClocksOut};
use storage::clocks::Promised;
use storage::{Authorized, WriteTx, accounts, calendars, clocks, messages, notices, promises, rows};

/// The clocks the caller has to do with, the last opened first.
pub async fn list(
    app: &App,
    caller: Caller,
    open_only: bool,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<ReplyClocksOut> {
    let now = app.now();
    let limit = views::limit(limit)?;
    let list = if open_only { "list_reply_clocks open" } else { "list_reply_clocks all" };
    let after = views::place(app, caller, list, cursor)?;
    let page = clocks::page(app.store.read(), caller.actor, open_only, after, limit, now).await?;
    Ok(ReplyClocksOut {
        items: page.seen.iter().map(|clock| present(&clock.row, now)).collect::<Answer<_>>()?,
        next_cursor: page.more_after.map(|last| views::cursor(app, caller, list, last)),
    })
}

pub async fn get(app: &App, caller: Caller, id: ReplyClockId) -> Answer<ReplyClockOut> {
    let now = app.now();
    let found = clocks::authorized(app.store.read(), caller.actor, InRelationship::ReadThread, id, now).await?;
    present(&found.row, now)
}

/// The owner no longer waits. Closed before: nothing changes.
pub async fn close(app: &App, caller: Caller, id: ReplyClockId) -> Answer<ReplyClockOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let found = clocks::authorized(&*tx, caller.actor, InRelationship::CloseOwnClock, id, now).await?;
    clocks::close(&tx, &found.row, ClosedBy::Owner, caller.actor.account, now).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// The provider promises a later day, visibly: the owner is told.
pub async fn promise(
    app: &App,
    caller: Caller,
    id: ReplyClockId,
    to: NaiveDate,
    if_match: Option<&str>,
) -> Answer<ReplyClockOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let found = clocks::authorized(&*tx, caller.actor, InRelationship::MovePromise, id, now).await?;
    views::if_match(if_match, found.row.version)?;
    if found.row.closed_at.is_some() {
        return Err(Refusal::conflict());
    }
    let relationship = RelationshipId(found.row.relationship_id);
    let provider = AccountId(found.row.provider_id);
    let calendar = calendars::provider_towards(&*tx, provider, relationship, now).await?;
    let later = promise_later(&calendar, found.row.promised_on, to, now).map_err(|fault| {
        let fault = match fault {
            MoveFault::NotLater if to < now.with_timezone(&calendar.zone).date_naive() => FieldFault::DateInPast,
            MoveFault::NotLater | MoveFault::TooFar => FieldFault::BeyondBounds,
            MoveFault::NotAWorkingDay => FieldFault::NotAWorkingDay,
        };
        Refusal::field("/promised_on", fault)
    })?;
    clocks::move_promise(&tx, &found.row, later, MovedBy::Provider).await?;
    tell_owner(app, &tx, &found.related, &found.row, now).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// What the owner chooses once the date has passed (R12).
pub async fn choose(app: &App, caller: Caller, id: ReplyClockId, choice: OverdueChoice) -> Answer<OverdueChoiceOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let found = clocks::authorized(&*tx, caller.actor, InRelationship::CloseOwnClock, id, now).await?;
    let row = &found.row;
    if ClockState::at(row.due_at, row.closed_at.is_some(), now) != ClockState::Overdue {
        return Err(Refusal::conflict());
    }
    let somebody_else = others(&found).next().is_some();
    match choice {
        OverdueChoice::AskTeam if !somebody_else => {}
        OverdueChoice::Wait | OverdueChoice::Remind | OverdueChoice::AskTeam => {
            clocks::choose(&tx, row, choice, now).await?;
        }
        OverdueChoice::NextConsultation => {
            clocks::choose(&tx, row, choice, now).await?;
            clocks::close(&tx, row, ClosedBy::Owner, caller.actor.account, now).await?;
            if let Some(message) = row.message_id {
                messages::keep_for_consultation(&tx, MessageId(message)).await?;
            }
        }
    }
    tx.commit().await?;
    let text = after_choice(app, caller, &found, choice).await?;
    Ok(OverdueChoiceOut { clock: get(app, caller, id).await?, text })
}

/// Everybody who takes part beside the one who promised.
fn others(found: &Authorized<Promised>) -> impl Iterator<Item = AccountId> {
    let view = &found.related.view;
    let promised_by = found.row.provider_id;
    view.members.iter().chain(&view.substitutes).copied().filter(move |id| id.0 != promised_by)
}

async fn after_choice(
    app: &App,
    caller: Caller,
    found: &Authorized<Promised>,
    choice: OverdueChoice,
) -> Answer<String> {
    let (now, db, related) = (app.now(), app.store.read(), &found.related);
    let teller = Teller::to(app, caller).await?;
    let answers = AccountId(found.row.handed_to.unwrap_or(found.row.provider_id));
    let asked = others(found).next();
    let ids: Vec<AccountId> = std::iter::once(answers).chain(asked).collect();
    let people = accounts::many(db, &ids).await?;
    let name = |id: AccountId| {
        people.iter().find(|row| row.id == id.0).map(|row| row.display_name.clone()).unwrap_or_default()
    };
    let text = match choice {
        OverdueChoice::Wait => Overdue::Waiting,
        OverdueChoice::Remind => {
            let rules = promises::reckon(db, related, now).await?.rules;
            let calendar = calendars::provider_herself(db, answers, now).await?;
            match next_digest_after(now, &calendar, rules.digest_time) {
                Some((on, _)) => Overdue::Reminded { provider: name(answers), on: teller.day(on) },
                None => Overdue::Waiting,
            }
        }
        OverdueChoice::NextConsultation => Overdue::AtAppointment { provider: name(answers) },
        OverdueChoice::AskTeam => match asked {
            Some(other) => Overdue::AskedAnother { other: name(other) },
            None => Overdue::NobodyToAsk,
        },
    };
    Ok(teller.say(&text))
}

/// The owner gets one neutral notice about a clock of hers.
pub(crate) async fn tell_owner(
    app: &App,
    tx: &WriteTx,
    related: &storage::relationships::Related,
    row: &rows::ReplyClock,
    now: DateTime<Utc>,
) -> Answer<()> {
    let about = MessageId(row.message_id.unwrap_or(row.id));
    Ok(notices::message_for_owner(tx, related, about, now, &|| app.store.new_id(), now).await?)
}

pub(crate) fn present(row: &rows::ReplyClock, now: DateTime<Utc>) -> Answer<ReplyClockOut> {
    let state = ClockState::at(row.due_at, row.closed_at.is_some(), now);
    Ok(ReplyClockOut {
        id: row.id,
        relationship_id: row.relationship_id,
        message_id: row.message_id,
        check_in_id: row.slot_id,
        state: views::word(state.as_str())?,
        opened_at: row.opened_at,
        window_working_days: u32::try_from(row.window_days).unwrap_or(0),
        first_promised_on: row.first_promised_on,
        promised_on: row.promised_on,
        due_at: row.due_at,
        moved_by: row.moved_by.as_deref().map(views::word).transpose()?,
        provider_id: row.provider_id,
        handed_to: row.handed_to,
        uncertain: row.uncertain_since.is_some() && row.closed_at.is_none(),
        choice: row.choice.as_deref().map(views::word).transpose()?,
        closed_at: row.closed_at,
        closed_by: row.closed_by.as_deref().map(views::word).transpose()?,
        version: row.version,
    })
}
