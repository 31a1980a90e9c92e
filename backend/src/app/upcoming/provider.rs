//! To come for a provider: her next digest, and the check-ins that go out in her name. What an owner
//! decided for herself is not told: a check-in stands here as it is planned.

use super::{Asking, Digests, item};
use crate::app::Answer;
use crate::views;
use domain::gate;
use domain::ids::{AccountId, RelationshipId, SeriesId};
use domain::policy::{InRelationship, OnOwn, Permit};
use domain::wording::Upcoming;
use domain::words::{Job, SeriesState};
use mobile_contract::ledger::LedgerRecipient;
use mobile_contract::upcoming::UpcomingOut;
use std::sync::Arc;
use storage::briefing::Briefing;
use storage::digests::Asked;
use storage::facts::{self, Question};
use storage::whose::Whose;
use storage::{StorageError, accounts, digests, relationships, rows, series, upcoming};

pub async fn items(asking: &Asking<'_>, permit: Permit) -> Answer<Vec<UpcomingOut>> {
    let work = relationships::leave(permit.actor(), OnOwn::ProvidersWork, permit.account())?;
    let mut known = Digests::new();
    let mut items = Vec::new();
    items.extend(next_digest(asking, work, &mut known).await?);
    items.extend(check_ins(asking, work, &mut known).await?);
    Ok(items)
}

async fn next_digest(asking: &Asking<'_>, permit: Permit, known: &mut Digests) -> Answer<Option<UpcomingOut>> {
    let (db, me) = (asking.app.store.read(), permit.account());
    let all = series::of(db, Whose::Provider(me), Some(Job::Digest)).await?;
    let Some(row) = all.into_iter().find(|row| row.state == SeriesState::Active.as_str()) else { return Ok(None) };
    let Some((on, at)) = known.next(asking, me).await? else { return Ok(None) };
    let mut question = Question {
        job: Job::Digest,
        now: at,
        recipient: me,
        owner: None,
        provider: Some(me),
        relationship: None,
        series: Some(&row),
        slot: None,
        on_date: on,
        number: 0,
        something_to_say: None,
    };
    let briefing = Briefing::of(db, &[question.subject()], at).await?;
    let rules = Arc::clone(&briefing.governing(briefing.account(me)?)?.rules);
    let gathered = digests::gather(db, &briefing, &[Asked { provider: me, today: on, rules: &rules }]).await?;
    question.something_to_say = Some(gathered.iter().any(|gathered| !gathered.candidates.is_empty()));
    let verdict = gate::evaluate(Job::Digest, &facts::answer(&briefing, question)?.facts);
    let words = Upcoming::YourDigest { on: asking.day(on), time: asking.time(at) };
    Ok(Some(UpcomingOut {
        at: Some(at),
        series_id: Some(row.id),
        against: asking.against(Job::Digest, &verdict, None)?,
        ..item(Job::Digest, on, asking.say(&words))?
    }))
}

/// Those of today that are still to come, and those of her next working day.
async fn check_ins(asking: &Asking<'_>, permit: Permit, known: &mut Digests) -> Answer<Vec<UpcomingOut>> {
    let db = asking.app.store.read();
    let (_, calendar, _) = known.of(asking, permit.account()).await?;
    let until = calendar.next_working_day_after(asking.today).unwrap_or(asking.today);
    let planned = upcoming::check_ins_of_provider(db, permit, asking.today, until).await?;
    let owners: Vec<AccountId> = planned.iter().filter_map(|row| row.owner_id).map(AccountId).collect();
    let people = accounts::many(db, &owners).await?;
    let mut items = Vec::new();
    for row in planned {
        let owner = people.iter().find(|person| Some(person.id) == row.owner_id);
        if let Some(owner) = owner {
            items.extend(check_in(asking, permit, &row, owner).await?);
        }
    }
    Ok(items)
}

async fn check_in(
    asking: &Asking<'_>,
    permit: Permit,
    row: &rows::Series,
    owner: &rows::Account,
) -> Answer<Option<UpcomingOut>> {
    let db = asking.app.store.read();
    let (Some(on), Some(at), Some(pair)) = (row.slot_on, row.next_at, row.relationship_id) else { return Ok(None) };
    if at <= asking.now {
        return Ok(None);
    }
    let pair = RelationshipId(pair);
    let related = relationships::authorized(db, permit.actor(), InRelationship::TendSlate, pair, asking.now).await;
    match related {
        Ok(_) => {}
        Err(StorageError::Hidden | StorageError::Denied) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let skipped = facts::slate_choice(db, SeriesId(row.id), on).await?.is_some_and(|choice| choice.to_on.is_none());
    if skipped {
        return Ok(None);
    }
    let words = Upcoming::YourCheckIn {
        owner: views::first_name(&owner.display_name),
        on: asking.day(asking.date(at)),
        time: asking.time(at),
    };
    Ok(Some(UpcomingOut {
        recipient: LedgerRecipient::Owner,
        at: Some(at),
        about: true,
        concerns: Some(views::party(owner)),
        relationship_id: row.relationship_id,
        series_id: Some(row.id),
        ..item(Job::CheckIn, on, asking.say(&words))?
    }))
}
