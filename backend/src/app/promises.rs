//! What an owner is told before she presses send (R11, R14).

use crate::app::Answer;
use crate::app::sessions::Caller;
use crate::app::teller::Teller;
use crate::state::App;
use crate::views;
use domain::ids::{AccountId, RelationshipId};
use domain::policy::InRelationship;
use domain::schedule::next_digest_after;
use domain::wording::{Receipt, Relationship, TimeOfDay};
use domain::working_time::{DateRange, ProviderCalendar};
use mobile_contract::messages::PromiseOut;
use storage::promises::Reckoned;
use storage::{StorageError, absences, accounts, calendars, promises, relationships};

/// The date that a message asking for a reply would be promised now, when it would be read, and
/// whether nobody reads before a date.
pub async fn get(app: &App, caller: Caller, id: RelationshipId) -> Answer<PromiseOut> {
    let (now, db) = (app.now(), app.store.read());
    let related = relationships::authorized(db, caller.actor, InRelationship::Write, id, now).await?;
    let responsible = related.view.responsible;
    let Reckoned { window_days, rules, promise, .. } = promises::reckon(db, &related, now).await?;
    let herself = calendars::provider_herself(db, responsible, now).await?;
    let away = away_next(&herself, rules.digest_time, now);
    let substitute = match &away {
        Some(away) => absences::stands_in(db, responsible, id, away.from.max(today(&herself, now))).await?,
        None => None,
    };
    let reading = match substitute {
        Some(substitute) => calendars::provider_herself(db, substitute, now).await?,
        None => herself,
    };
    let next_reading = next_digest_after(now, &reading, rules.digest_time);
    let reads_at = rules.digest_time.max(reading.hours.from);
    let ids: Vec<AccountId> = std::iter::once(responsible).chain(substitute).collect();
    let people = accounts::many(db, &ids).await?;
    let person = |id: AccountId| {
        people
            .iter()
            .find(|row| row.id == id.0)
            .ok_or_else(|| StorageError::Corrupt("relationship without its provider".into()))
    };
    let provider = person(substitute.unwrap_or(responsible))?.display_name.clone();
    let teller = Teller::to(app, caller).await?;
    let mut text = match &away {
        Some(away) if substitute.is_none() => teller.say(&Relationship::Absence {
            provider: provider.clone(),
            from: teller.day(away.from),
            back: teller.day(away.to),
        }),
        _ => teller.say(&Receipt::ReadsInBatches { provider: provider.clone(), time: TimeOfDay(reads_at) }),
    };
    if let Some(promise) = promise {
        let promised = teller.day(promise.due_on);
        text = format!("{text} {}", teller.say(&Receipt::WouldReplyBy { provider, promised }));
    }
    Ok(PromiseOut {
        reply_by: promise.map(|promise| promise.due_on),
        due_at: promise.map(|promise| promise.due_at),
        window_working_days: u32::from(window_days),
        reads_at,
        next_reading_at: next_reading.map(|(_, at)| at),
        nobody_reads_before: away.filter(|_| substitute.is_none()).map(|away| away.to),
        substitute: substitute.map(|id| person(id).map(views::party)).transpose()?,
        text,
    })
}

fn today(calendar: &ProviderCalendar, now: chrono::DateTime<chrono::Utc>) -> chrono::NaiveDate {
    now.with_timezone(&calendar.zone).date_naive()
}

/// The days away, up to her next working day, if an absence is what keeps her from her next reading.
fn away_next(
    calendar: &ProviderCalendar,
    digest_time: chrono::NaiveTime,
    now: chrono::DateTime<chrono::Utc>,
) -> Option<DateRange> {
    let present = ProviderCalendar { away: Vec::new(), ..calendar.clone() };
    let (first, _) = next_digest_after(now, &present, digest_time)?;
    let range = *calendar.away.iter().find(|range| range.contains(first))?;
    Some(DateRange { from: range.from, to: calendar.next_working_day_after(first)? })
}
