//! What a push stands for: told to its recipient after unlock, and to nobody else.

use crate::app::sessions::Caller;
use crate::app::teller::Teller;
use crate::app::{Answer, check_ins, prompt_texts};
use crate::state::App;
use crate::views;
use domain::ids::{AccountId, NotificationId, RelationshipId, ReplyClockId, SeriesId, SlotId};
use domain::policy::OnOwn;
use domain::wording::{Overdue, Push, Relationship};
use domain::words::{Job, RelationshipEnd};
use mobile_contract::notifications::{ChoiceOut, NotificationCategory, NotificationOut, NotificationsOut, TargetOut};
use mobile_contract::problem::ProblemCode;
use storage::notifications::{self, Told};
use storage::{Authorized, StorageError, accounts, clocks, deliveries, notices, relationships, series, slots};
use uuid::Uuid;

/// The unread come first; the cursor tells in which of the two lists to go on.
const LISTS: [(&str, bool); 2] = [("list_notifications unread", false), ("list_notifications read", true)];

pub async fn list(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<NotificationsOut> {
    let permit = relationships::leave(caller.actor, OnOwn::Notifications, caller.actor.account)?;
    let limit = views::limit(limit)?;
    let (start, mut after) = match cursor {
        None => (0, None),
        Some(cursor) => {
            let placed = |name| views::place(app, caller, name, Some(cursor));
            let found = LISTS.iter().position(|(name, _)| placed(name).is_ok());
            let start = found.ok_or(ProblemCode::BadCursor)?;
            (start, placed(LISTS[start].0)?)
        }
    };
    let mut found: Vec<(&str, Authorized<Told>)> = Vec::new();
    for (name, read) in &LISTS[start..] {
        let room = (limit + 1).saturating_sub(found.len() as u64);
        if room > 0 {
            let page = notifications::page(app.store.read(), permit, *read, after.take(), room).await?;
            found.extend(page.into_iter().map(|told| (*name, told)));
        }
    }
    let next_cursor = views::cut(&mut found, limit)
        .map(|(name, last)| views::cursor(app, caller, name, (last.row.created_at, last.row.id)));
    let teller = Teller::to(app, caller).await?;
    let mut items = Vec::with_capacity(found.len());
    for (_, told) in found {
        items.push(present(app, caller, &teller, &told).await?);
    }
    Ok(NotificationsOut { items, next_cursor })
}

pub async fn get(app: &App, caller: Caller, opaque: Uuid) -> Answer<NotificationOut> {
    let told = notifications::by_opaque(app.store.read(), caller.actor, opaque).await?;
    present(app, caller, &Teller::to(app, caller).await?, &told).await
}

/// She read it here: it leaves her other devices, and a prompt counts as opened.
pub async fn read(app: &App, caller: Caller, opaque: Uuid) -> Answer<()> {
    let now = app.now();
    let tx = app.store.write().await?;
    let told = notifications::by_opaque(&*tx, caller.actor, opaque).await?;
    deliveries::read(&tx, NotificationId(told.row.id), now).await?;
    if matches!(job(&told)?, Job::CheckIn | Job::PlanReview | Job::AgreementRound) {
        slots::opened(&tx, &told.slot, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn job(told: &Told) -> Answer<Job> {
    Ok(told.row.job.parse().map_err(StorageError::from)?)
}

async fn present(app: &App, caller: Caller, teller: &Teller, told: &Authorized<Told>) -> Answer<NotificationOut> {
    let job = job(told)?;
    let (words, actions) = said(app, caller, teller, job, told).await?;
    let messages = match job {
        Job::MessageNotice => notices::messages_of(app.store.read(), &told.slot).await?,
        _ => Vec::new(),
    };
    let proposals = match job {
        Job::MessageNotice => notices::proposals_of(app.store.read(), &told.slot).await?,
        _ => Vec::new(),
    };
    Ok(NotificationOut {
        id: told.row.opaque_id,
        job: views::word(job.as_str())?,
        category: match job {
            Job::CheckIn => NotificationCategory::CheckIn,
            Job::PlanReview | Job::AgreementRound => NotificationCategory::Prompt,
            Job::OverdueNotice => NotificationCategory::Overdue,
            Job::MessageNotice => NotificationCategory::Message,
            Job::Digest | Job::ResponseReminder => NotificationCategory::Digest,
        },
        created_at: told.row.created_at,
        expires_at: told.row.expires_at,
        read_at: told.row.read_at,
        actions,
        target: target(job, told, messages, proposals),
        words,
    })
}

fn target(job: Job, told: &Told, message_ids: Vec<Uuid>, proposal_ids: Vec<Uuid>) -> TargetOut {
    let slot = &told.slot;
    let of = |wanted: bool, id: Uuid| wanted.then_some(id);
    TargetOut {
        relationship_id: slot.relationship_id,
        check_in_id: of(job == Job::CheckIn, slot.id),
        prompt_id: of(matches!(job, Job::PlanReview | Job::AgreementRound), slot.id),
        clock_id: of(job == Job::OverdueNotice, slot.subject),
        series_id: slot.series_id,
        message_ids,
        proposal_ids,
        digest_on: (job == Job::Digest).then_some(slot.on_date),
        ledger_id: Some(slot.id),
    }
}

/// What it says and offers. One that is about a relationship she is out of says nothing more than the
/// push did.
async fn said(app: &App, caller: Caller, teller: &Teller, job: Job, told: &Told) -> Answer<(String, Vec<ChoiceOut>)> {
    let db = app.store.read();
    let slot = &told.slot;
    match job {
        Job::CheckIn => match check_ins::get(app, caller, SlotId(slot.id)).await {
            Ok(card) => {
                let choices = card
                    .choices
                    .into_iter()
                    .map(|choice| prompt_texts::choice(choice.answer.as_str(), choice.label))
                    .collect::<Answer<_>>()?;
                let text = card.text.unwrap_or_else(|| teller.say(&Push::OwnerSomething));
                return Ok((text, choices));
            }
            // Under way, or its relationship is gone.
            Err(refusal) if refusal.code == ProblemCode::NotFound => {}
            Err(refusal) => return Err(refusal),
        },
        Job::PlanReview | Job::AgreementRound => {
            let asking = match slot.series_id {
                Some(id) => series::by_id(db, SeriesId(id)).await?,
                None => None,
            };
            let provider = name(app, slot.provider_id).await?;
            return Ok((
                prompt_texts::prompt(teller, slot, asking.as_ref(), &provider),
                prompt_texts::choices(teller, slot)?,
            ));
        }
        Job::OverdueNotice => {
            let clock = clocks::by_id(db, ReplyClockId(slot.subject)).await?;
            let provider = name(app, slot.provider_id).await?;
            let choices = match clock {
                Some(clock) => prompt_texts::overdue_choices(teller, &clock, &provider)?,
                None => Vec::new(),
            };
            return Ok((teller.say(&Overdue::Notice), choices));
        }
        Job::Digest | Job::ResponseReminder => {
            return Ok((teller.say(&Push::ProviderDigest), Vec::new()));
        }
        Job::MessageNotice => {
            let Some(how) = notices::end_told(slot)? else {
                return Ok((teller.say(&Push::OwnerSomething), Vec::new()));
            };
            let related = match slot.relationship_id {
                Some(id) => relationships::for_machinery(db, RelationshipId(id), app.now()).await?,
                None => None,
            };
            let provider = name(app, related.map(|related| related.view.responsible.0)).await?;
            let text = match how {
                RelationshipEnd::Left => Relationship::ProviderLeft { provider },
                RelationshipEnd::Ended => Relationship::ProviderEnded { provider },
            };
            return Ok((teller.say(&text), Vec::new()));
        }
    }
    Ok((teller.say(&Push::OwnerSomething), Vec::new()))
}

async fn name(app: &App, id: Option<Uuid>) -> Answer<String> {
    let row = match id {
        Some(id) => accounts::for_machinery(app.store.read(), AccountId(id)).await?,
        None => None,
    };
    Ok(row.map(|row| views::first_name(&row.display_name)).unwrap_or_default())
}
