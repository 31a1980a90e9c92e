//! The owner's start page, derived from what stands; nothing of it is stored.

use crate::app::sessions::Caller;
use crate::app::teller::Teller;
use crate::app::{Answer, check_ins, prompt_texts};
use crate::state::App;
use crate::views;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::gate::Reason;
use domain::ids::{AccountId, RelationshipId, SeriesId, SlotId};
use domain::policy::{InRelationship, OnOwn, Permit};
use domain::replies::MovedBy;
use domain::wording::{CheckInCard, Day, Overdue, Receipt, Relationship as CardText};
use domain::words::{Job, Outcome, RelationshipState, SeriesState};
use mobile_contract::cards::{CardKind, CardOut, CardsOut};
use mobile_contract::notifications::TargetOut;
use std::collections::BTreeMap;
use storage::relationships::Related;
use storage::{StorageError, accounts, agreements, calendars, facts, proposals, relationships, rows, slots, upcoming};
use uuid::Uuid;

/// How long the end of a series is told.
const TOLD: TimeDelta = TimeDelta::days(28);
/// How many of a series' slots are looked through for the last that was sent.
const LOOKED_AT: u64 = 16;

pub async fn list(app: &App, caller: Caller) -> Answer<CardsOut> {
    let permit = relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)?;
    let page = Page::load(app, caller, permit).await?;
    let mut items = page.promises(permit).await?;
    items.extend(page.proposals(permit).await?);
    let ids: Vec<RelationshipId> = page.pairs.keys().copied().map(RelationshipId).collect();
    let states = [SeriesState::Active, SeriesState::Resting, SeriesState::Completed];
    for row in upcoming::of_owner(app.store.read(), permit, &ids, &states).await? {
        items.extend(page.of_series(&row).await?);
    }
    items.sort_by_key(|card| (card.kind, std::cmp::Reverse(card.since), card.id));
    Ok(CardsOut { items })
}

struct Page<'a> {
    app: &'a App,
    caller: Caller,
    teller: Teller,
    now: DateTime<Utc>,
    today: NaiveDate,
    pairs: BTreeMap<Uuid, Related>,
    people: BTreeMap<Uuid, rows::Account>,
}

impl<'a> Page<'a> {
    async fn load(app: &'a App, caller: Caller, permit: Permit) -> Answer<Self> {
        let (db, now) = (app.store.read(), app.now());
        let pairs: BTreeMap<Uuid, Related> = relationships::of_account(db, permit.account(), now)
            .await?
            .into_iter()
            .filter_map(|related| relationships::authorize(permit.actor(), InRelationship::See, related).ok())
            .filter(|related| matches!(related.view.state, RelationshipState::Active | RelationshipState::Paused))
            .map(|related| (related.row.id, related.into_inner()))
            .collect();
        let ids: Vec<AccountId> = pairs
            .values()
            .flat_map(|related| related.view.members.iter().chain([&related.view.responsible]).copied())
            .collect();
        let people = accounts::many(db, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
        let today = calendars::today(db, permit.account(), now).await?;
        let teller = Teller::to(app, caller).await?;
        Ok(Self { app, caller, teller, now, today, pairs, people })
    }

    async fn person(&self, id: Uuid) -> Answer<rows::Account> {
        if let Some(row) = self.people.get(&id) {
            return Ok(row.clone());
        }
        let row = accounts::for_machinery(self.app.store.read(), AccountId(id)).await?;
        Ok(row.ok_or_else(|| StorageError::Corrupt("a provider without an account".into()))?)
    }

    /// Promises to her that passed, are uncertain, or moved.
    async fn promises(&self, permit: Permit) -> Answer<Vec<CardOut>> {
        let db = self.app.store.read();
        let clocks: Vec<rows::ReplyClock> = upcoming::open_clocks(db, permit)
            .await?
            .into_iter()
            .filter(|clock| self.pairs.contains_key(&clock.relationship_id))
            .collect();
        let ids: Vec<Uuid> = clocks.iter().map(|clock| clock.id).collect();
        let later = upcoming::told_later(db, permit, &ids).await?;
        let mut cards = Vec::new();
        for clock in clocks.iter().filter(|clock| !later.contains(&clock.id)) {
            cards.extend(self.promise(clock).await?);
        }
        Ok(cards)
    }

    async fn promise(&self, clock: &rows::ReplyClock) -> Answer<Option<CardOut>> {
        let provider = self.person(clock.provider_id).await?;
        let name = views::first_name(&provider.display_name);
        let promised = Day::seen_from(clock.promised_on, self.today);
        let (kind, since, text) = if clock.overdue_on.is_some() {
            // Once she has chosen, nothing more is asked of her.
            if clock.choice.is_some() {
                return Ok(None);
            }
            (CardKind::Overdue, clock.due_at, self.teller.say(&Overdue::Notice))
        } else if let Some(since) = clock.uncertain_since {
            let text = Receipt::Uncertain { provider: name.clone(), promised };
            (CardKind::PromiseUncertain, since, self.teller.say(&text))
        } else if let Some(text) = self.moved(clock, &name, promised).await? {
            (CardKind::PromiseMoved, clock.opened_at, self.teller.say(&text))
        } else {
            return Ok(None);
        };
        let choices = if kind == CardKind::Overdue {
            prompt_texts::overdue_choices(&self.teller, clock, &name)?
        } else {
            Vec::new()
        };
        Ok(Some(CardOut {
            id: clock.id,
            kind,
            since,
            provider: Some(views::party(&provider)),
            promised_on: Some(clock.promised_on),
            reading: None,
            target: TargetOut {
                relationship_id: Some(clock.relationship_id),
                check_in_id: clock.slot_id,
                clock_id: Some(clock.id),
                message_ids: clock.message_id.into_iter().collect(),
                ..TargetOut::default()
            },
            text,
            choices,
        }))
    }

    /// What was proposed to her and waits.
    async fn proposals(&self, permit: Permit) -> Answer<Vec<CardOut>> {
        let mut cards = Vec::new();
        for waiting in proposals::waiting(self.app.store.read(), permit).await? {
            let author = self.person(waiting.author.0).await?;
            let text = CardText::ProposalWaits { provider: views::first_name(&author.display_name) };
            cards.push(CardOut {
                id: waiting.id.0,
                kind: CardKind::Proposal,
                since: waiting.since,
                provider: Some(views::party(&author)),
                promised_on: None,
                reading: None,
                target: TargetOut {
                    relationship_id: Some(waiting.relationship.0),
                    proposal_ids: vec![waiting.id.0],
                    ..TargetOut::default()
                },
                text: self.teller.say(&text),
                choices: Vec::new(),
            });
        }
        Ok(cards)
    }

    async fn moved(&self, clock: &rows::ReplyClock, provider: &str, promised: Day) -> Answer<Option<Receipt>> {
        let provider = provider.to_owned();
        if let Some(to) = clock.handed_to.filter(|to| *to != clock.provider_id) {
            let substitute = views::first_name(&self.person(to).await?.display_name);
            return Ok(Some(Receipt::HandedOver { provider, substitute, promised }));
        }
        if clock.promised_on == clock.first_promised_on {
            return Ok(None);
        }
        let by: Option<MovedBy> = clock.moved_by.as_deref().map(str::parse).transpose().map_err(StorageError::from)?;
        Ok(Some(match by {
            Some(MovedBy::Absence) => Receipt::MovedByAbsence { provider, promised },
            _ => Receipt::MovedByProvider { provider, promised },
        }))
    }

    async fn of_series(&self, row: &rows::Series) -> Answer<Option<CardOut>> {
        let pair = row.relationship_id.and_then(|id| self.pairs.get(&id));
        if row.relationship_id.is_some() && pair.is_none() {
            return Ok(None);
        }
        let job: Job = row.job.parse().map_err(StorageError::from)?;
        let state: SeriesState = row.state.parse().map_err(StorageError::from)?;
        let provider = match row.provider_id.or(pair.map(|related| related.view.responsible.0)) {
            Some(id) => Some(self.person(id).await?),
            None => None,
        };
        let provider = provider.as_ref();
        match (job, state) {
            (Job::CheckIn, SeriesState::Resting) => self.resting(row, provider).await,
            (Job::CheckIn, SeriesState::Completed) => match self.check_in(row).await? {
                Some(card) => Ok(Some(card)),
                None => self.ended(row, provider),
            },
            (Job::CheckIn, _) => self.check_in(row).await,
            (_, SeriesState::Completed) => Ok(None),
            _ => self.prompt(row, provider).await,
        }
    }

    /// The last slot of a series that was sent, if it waits for an answer.
    async fn unanswered(&self, row: &rows::Series) -> Answer<Option<rows::Slot>> {
        let past = slots::of_series(self.app.store.read(), SeriesId(row.id), LOOKED_AT).await?;
        let last = past.into_iter().find(|slot| slot.outcome == Outcome::Sent.as_str());
        Ok(last.filter(|slot| slot.answered_at.is_none()))
    }

    async fn check_in(&self, row: &rows::Series) -> Answer<Option<CardOut>> {
        let Some(slot) = self.unanswered(row).await? else { return Ok(None) };
        if row.state == SeriesState::Completed.as_str() && slot.decided_at + TOLD < self.now {
            return Ok(None);
        }
        let card = check_ins::get(self.app, self.caller, SlotId(slot.id)).await?;
        let choices = card
            .choices
            .into_iter()
            .map(|choice| prompt_texts::choice(choice.answer.as_str(), choice.label))
            .collect::<Answer<_>>()?;
        Ok(Some(CardOut {
            id: slot.id,
            kind: CardKind::CheckIn,
            since: slot.decided_at,
            provider: Some(card.provider),
            promised_on: None,
            reading: card.reading,
            target: TargetOut {
                relationship_id: row.relationship_id,
                check_in_id: Some(slot.id),
                series_id: Some(row.id),
                ledger_id: Some(slot.id),
                ..TargetOut::default()
            },
            text: card.text.unwrap_or_default(),
            choices,
        }))
    }

    /// A question about her plan or the agreement.
    async fn prompt(&self, row: &rows::Series, provider: Option<&rows::Account>) -> Answer<Option<CardOut>> {
        let Some(slot) = self.unanswered(row).await? else { return Ok(None) };
        let name = provider.map(|row| views::first_name(&row.display_name)).unwrap_or_default();
        let plan = row.job == Job::PlanReview.as_str();
        Ok(Some(CardOut {
            id: slot.id,
            kind: if plan { CardKind::PlanReview } else { CardKind::AgreementRound },
            since: slot.decided_at,
            provider: provider.map(views::party),
            promised_on: None,
            reading: None,
            target: TargetOut {
                relationship_id: row.relationship_id,
                prompt_id: Some(slot.id),
                series_id: Some(row.id),
                ledger_id: Some(slot.id),
                ..TargetOut::default()
            },
            text: prompt_texts::prompt(&self.teller, &slot, Some(row), &name),
            choices: prompt_texts::choices(&self.teller, &slot)?,
        }))
    }

    /// "You have done nothing wrong."
    async fn resting(&self, row: &rows::Series, provider: Option<&rows::Account>) -> Answer<Option<CardOut>> {
        let name = provider.map(|row| views::first_name(&row.display_name)).unwrap_or_default();
        let for_contact = row.rest_reason.as_deref() == Some(Reason::HeavyOpen.as_str());
        let text = if for_contact {
            CheckInCard::RestingUntilContact { provider: name }
        } else if self.clause_fired(row).await? {
            CheckInCard::RestingSilenceClause { provider: name }
        } else {
            CheckInCard::Resting { provider: name }
        };
        let choices = if for_contact {
            Vec::new()
        } else {
            vec![prompt_texts::choice("restart", self.teller.say(&CheckInCard::Restart))?]
        };
        let since = row.rested_at.unwrap_or(row.created_at);
        Ok(Some(CardOut {
            text: self.teller.say(&text),
            choices,
            ..series_card(row, CardKind::CheckInsResting, since, provider)
        }))
    }

    /// The provider was told that it is quiet, because the agreement says so.
    async fn clause_fired(&self, row: &rows::Series) -> Answer<bool> {
        let db = self.app.store.read();
        let Some(pair) = row.relationship_id.map(RelationshipId) else { return Ok(false) };
        let agreed = agreements::in_force(db, pair).await?.is_some_and(|version| version.silence_clause.is_some());
        if !agreed {
            return Ok(false);
        }
        let since = row.accepted_on.map_or(row.created_at, |on| on.and_time(chrono::NaiveTime::MIN).and_utc());
        Ok(facts::silence_clause_fired(db, pair, since).await?)
    }

    fn ended(&self, row: &rows::Series, provider: Option<&rows::Account>) -> Answer<Option<CardOut>> {
        let Some(since) = row.stopped_at.filter(|at| self.now < *at + TOLD) else { return Ok(None) };
        let name = provider.map(|row| views::first_name(&row.display_name)).unwrap_or_default();
        Ok(Some(CardOut {
            text: self.teller.say(&CheckInCard::Ended { provider: name }),
            choices: vec![prompt_texts::choice("renew", self.teller.say(&CheckInCard::Renew))?],
            ..series_card(row, CardKind::CheckInsEnded, since, provider)
        }))
    }
}

/// A card about a whole series, as yet without words.
fn series_card(row: &rows::Series, kind: CardKind, since: DateTime<Utc>, provider: Option<&rows::Account>) -> CardOut {
    CardOut {
        id: row.id,
        kind,
        since,
        provider: provider.map(views::party),
        promised_on: None,
        reading: None,
        target: TargetOut { relationship_id: row.relationship_id, series_id: Some(row.id), ..TargetOut::default() },
        text: String::new(),
        choices: Vec::new(),
    }
}
