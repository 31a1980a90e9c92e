//! What an absence does to promises that were shown: a substitute answers for them, or they get a
//! new date and the owner is told once. Run after every change of absences, answers and consents;
//! running it twice changes nothing. A date once moved is never drawn back.

use crate::app::Answer;
use crate::app::reply_clocks::tell_owner;
use crate::state::App;
use domain::ids::{AccountId, ReplyClockId};
use domain::replies::{MovedBy, promise_after_absence};
use domain::words::RelationshipState;
use domain::working_time::ProviderCalendar;
use storage::relationships::Related;
use storage::{WriteTx, absences, calendars, clocks, relationships, rows, uncertain_promises};

/// Looks at every promise made in this provider's calendar.
pub(crate) async fn rearrange(app: &App, tx: &WriteTx, provider: AccountId) -> Answer<()> {
    for related in relationships::of_account(&**tx, provider, app.now()).await? {
        let runs = matches!(related.view.state, RelationshipState::Active | RelationshipState::Paused);
        if runs && related.view.responsible == provider {
            rearrange_pair(app, tx, &related).await?;
        }
    }
    Ok(())
}

/// Looks at the promises of one pair.
pub(crate) async fn rearrange_pair(app: &App, tx: &WriteTx, related: &Related) -> Answer<()> {
    let (now, provider) = (app.now(), related.view.responsible);
    let calendar = calendars::provider_towards(&**tx, provider, related.view.id, now).await?;
    let mut moved = None;
    for clock in clocks::open_of(&**tx, related.view.id).await? {
        if clock.provider_id != provider.0 {
            continue;
        }
        if let Some(substitute) = stands_in(tx, &calendar, related, &clock).await? {
            if clock.handed_to != Some(substitute.0) {
                clocks::hand_over(tx, &clock, substitute).await?;
            }
            continue;
        }
        // Colleagues who take part may answer for somebody suspended: that is no substitution.
        let colleague = |id| related.view.members.contains(&AccountId(id));
        if clock.handed_to.is_some_and(|id| !colleague(id)) {
            uncertain_promises::hand_back(tx, &clock).await?;
        }
        let Some(clock) = clocks::by_id(&**tx, ReplyClockId(clock.id)).await? else { continue };
        if clock.due_at > now && move_on(tx, &calendar, &clock, now).await? {
            moved = moved.or(Some(clock));
        }
    }
    match moved {
        Some(clock) => tell_owner(app, tx, related, &clock, now).await,
        None => Ok(()),
    }
}

/// Who answers for a clock in the responsible provider's place: whoever stands in on its date, or on
/// the date it would have had if somebody had stood in from the start. A later date that the
/// provider promised herself stays hers.
async fn stands_in(
    tx: &WriteTx,
    calendar: &ProviderCalendar,
    related: &Related,
    clock: &rows::ReplyClock,
) -> Answer<Option<AccountId>> {
    let (provider, relationship) = (related.view.responsible, related.view.id);
    let on_its_date = absences::stands_in(&**tx, provider, relationship, clock.promised_on).await?;
    if on_its_date.is_some() || clock.moved_by.as_deref() == Some(MovedBy::Provider.as_str()) {
        return Ok(on_its_date);
    }
    let window = u8::try_from(clock.window_days).unwrap_or(u8::MAX);
    match calendar.promise(clock.opened_at, window) {
        Some(counted) => Ok(absences::stands_in(&**tx, provider, relationship, counted.due_on).await?),
        None => Ok(None),
    }
}

/// Gives a clock that falls due in an absence its new date; where there is none within a year, the
/// date is no longer certain. Tells whether the owner has something to hear.
async fn move_on(
    tx: &WriteTx,
    calendar: &ProviderCalendar,
    clock: &rows::ReplyClock,
    now: chrono::DateTime<chrono::Utc>,
) -> Answer<bool> {
    if !calendar.is_absent(clock.promised_on) {
        return Ok(false);
    }
    let window = u8::try_from(clock.window_days).unwrap_or(u8::MAX);
    match promise_after_absence(calendar, clock.opened_at, window, clock.promised_on) {
        Some(promise) => clocks::move_promise(tx, clock, promise, MovedBy::Absence).await?,
        None => uncertain_promises::mark(tx, ReplyClockId(clock.id), now).await?,
    }
    Ok(true)
}
