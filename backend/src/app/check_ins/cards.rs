//! Single check-ins: opened, answered, and what an answer sets off.

use super::{People, first_name, log, people};
use crate::app::sessions::Caller;
use crate::app::teller::Teller;
use crate::app::{Answer, Refusal, agreements as agreed, as_reader, bounds, help_now};
use crate::state::App;
use crate::views;
use chrono::{DateTime, NaiveDate, Utc};
use domain::check_ins::{HeavyStep, Reads, asks_for_contact, reads};
use domain::gate::Reason;
use domain::ids::{
    AccountId, ConcernId, ItemId, NotificationId, OrganisationId, RelationshipId, ReplyClockId, SeriesId, SlotId,
};
use domain::ownership::{Relationship, Standing};
use domain::policy::{InRelationship, OnOwn};
use domain::toolbox::ItemKind;
use domain::wording::{AnswerReceipt, CheckIn, Greeting, HeavyReply, NearDay, Reading, SeriesPosition as Worded};
use domain::words::{CheckInAnswer, ConcernKind, SeriesState};
use mobile_contract::check_ins::{
    AnswerChoiceOut, AnswerReceiptOut, AnsweredWithOut, CheckInOut, CheckInsOut, HeavyStepOut, ReadingOut,
};
use mobile_contract::problem::{FieldFault, ProblemCode};
use std::collections::{BTreeMap, BTreeSet};
use storage::clocks::NewClock;
use storage::concerns::NewConcern;
use storage::relationships::Related;
use storage::sealed::{self, Scope};
use storage::{
    Authorized, StorageError, WriteTx, accounts, agreements, calendars, check_ins, clocks, concerns, contacts,
    crisis_plan, deliveries, messages, policies, relationships, rows, series, slots, toolbox,
};
use uuid::Uuid;

const LIST: &str = "list_check_ins";
/// Most characters of a reply in her own words.
const MOST_CHARACTERS: usize = 20_000;
/// Where her own plan is read.
const OWN_PLAN: &str = "/v1/plan";

/// One tap, a few words, something of the toolbox, or any of them together.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub answer: Option<CheckInAnswer>,
    pub note: Option<String>,
    pub item: Option<ItemId>,
}

fn place(id: SlotId) -> sealed::Place {
    sealed::Place::new("slot.note", id.0)
}

/// One check-in, for whoever may see it.
pub async fn get(app: &App, caller: Caller, id: SlotId) -> Answer<CheckInOut> {
    let (row, related) = check_ins::card(app.store.read(), caller.actor, id, app.now()).await?;
    let shown = present(app, caller, &Teller::to(app, caller).await?, &related, row).await?;
    log::words_shown(app, &related, std::slice::from_ref(&shown)).await?;
    Ok(shown)
}

/// The check-ins of a relationship that were sent, newest first; for a provider the answered ones.
pub async fn list(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<CheckInsOut> {
    let related =
        relationships::authorized(app.store.read(), caller.actor, InRelationship::SeeCheckIns, id, app.now()).await?;
    let limit = views::limit(limit)?;
    let name = format!("{LIST} {id}");
    let after = views::place(app, caller, &name, cursor)?;
    let answered_only = related.view.standing(caller.actor) != Standing::Owner;
    let mut found = check_ins::cards(app.store.read(), &related, answered_only, after, limit + 1).await?;
    let next_cursor =
        views::cut(&mut found, limit).map(|last| views::cursor(app, caller, &name, (last.planned_at, last.id)));
    let teller = Teller::to(app, caller).await?;
    let mut items = Vec::with_capacity(found.len());
    for row in found {
        items.push(present(app, caller, &teller, &related, row).await?);
    }
    log::words_shown(app, &related, &items).await?;
    Ok(CheckInsOut { items, next_cursor })
}

/// The check-ins of a relationship as they are kept, newest first: without what the system says around them, which
/// is made anew for each showing. For their owner.
pub async fn kept(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<CheckInsOut> {
    let db = app.store.read();
    let related = relationships::authorized(db, caller.actor, InRelationship::SeeCheckIns, id, app.now()).await?;
    let permit = relationships::leave(caller.actor, OnOwn::OwnersLife, related.view.owner)?;
    let limit = views::limit(limit)?;
    let name = format!("{LIST} {id}");
    let after = views::place(app, caller, &name, cursor)?;
    let mut found = check_ins::cards(db, &related, false, after, limit + 1).await?;
    let next_cursor =
        views::cut(&mut found, limit).map(|last| views::cursor(app, caller, &name, (last.planned_at, last.id)));
    let named: Vec<ItemId> = found.iter().filter_map(|row| row.shared_item_id).map(ItemId).collect();
    let shared = toolbox::kinds(db, permit, &named).await?;
    let items = as_kept(app, &related.view, &found, &shared).await?;
    Ok(CheckInsOut { items, next_cursor })
}

/// Those among some check-ins of a relationship that the caller may see, as they are kept. What a provider is shown of
/// her words is in the owner's log.
pub(crate) async fn kept_among(
    app: &App,
    caller: Caller,
    related: &Authorized<Related>,
    ids: &[Uuid],
) -> Answer<Vec<CheckInOut>> {
    let db = app.store.read();
    let (pair, now) = (&related.view, app.now());
    let found = check_ins::cards_among(db, caller.actor, related, ids).await?;
    let named: BTreeSet<ItemId> = found.iter().filter_map(|row| row.shared_item_id).map(ItemId).collect();
    let shared: Vec<(ItemId, ItemKind)> = if named.is_empty() {
        Vec::new()
    } else if pair.standing(caller.actor) == Standing::Owner {
        toolbox::kinds(db, related.permit(), &named.into_iter().collect::<Vec<_>>()).await?
    } else {
        let named = named.into_iter().map(|id| id.0).collect();
        match toolbox::shared::among(&app.store, db, caller.actor, pair.owner, &named, now).await {
            Ok(seen) => seen.items.iter().map(|seen| (seen.item.id, seen.item.content.kind())).collect(),
            Err(StorageError::Hidden) => Vec::new(),
            Err(error) => return Err(error.into()),
        }
    };
    let mut items = as_kept(app, pair, &found, &shared).await?;
    if pair.standing(caller.actor) != Standing::Owner {
        items.iter_mut().for_each(|item| item.opened_at = None);
        log::words_shown(app, related, &items).await?;
    }
    Ok(items)
}

async fn as_kept(
    app: &App,
    pair: &Relationship,
    found: &[rows::Slot],
    shared: &[(ItemId, ItemKind)],
) -> Answer<Vec<CheckInOut>> {
    let db = app.store.read();
    let ids: Vec<SlotId> = found.iter().map(|row| SlotId(row.id)).collect();
    let talks: BTreeMap<_, _> = contacts::talks_about_answers(db, &ids)
        .await?
        .into_iter()
        .filter_map(|talk| Some((talk.slot_id?, talk.day)))
        .collect();
    let mut parties = vec![pair.owner, pair.responsible];
    parties.extend(found.iter().filter_map(|row| row.provider_id).map(AccountId));
    let parties = accounts::many(db, &parties).await?;
    let thread = messages::thread_of(db, pair.id).await?;
    let key = app.store.sealer.key(Scope::Thread(thread)).await?;
    let party = |id: AccountId| {
        let row = parties.iter().find(|row| row.id == id.0).cloned();
        row.ok_or_else(|| Refusal::from(StorageError::Corrupt("a check-in without its parties".into())))
    };
    found
        .iter()
        .map(|row| {
            let people = People {
                owner: party(pair.owner)?,
                provider: party(row.provider_id.map_or(pair.responsible, AccountId))?,
            };
            let note = row.note.as_ref().map(|note| key.open_text(place(SlotId(row.id)), note)).transpose()?;
            let talk_on = talks.get(&row.id).copied().flatten();
            let shared = shared.iter().find(|(id, _)| row.shared_item_id == Some(id.0));
            let shared =
                shared.map(|(id, kind)| Answer::Ok(AnsweredWithOut { id: id.0, kind: views::word(kind.as_str())? }));
            let bare = bare(pair, &people, row, note, talk_on)?;
            Ok(CheckInOut { opened_at: row.opened_at, item: shared.transpose()?, ..bare })
        })
        .collect()
}

/// The owner opened it: what was pushed leaves her devices.
pub async fn open(app: &App, caller: Caller, id: SlotId) -> Answer<CheckInOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let (row, _) = own_card(&tx, caller, id, now).await?;
    slots::opened(&tx, &row, now).await?;
    read_everywhere(&tx, id, now).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

async fn own_card(
    tx: &WriteTx,
    caller: Caller,
    id: SlotId,
    now: DateTime<Utc>,
) -> Answer<(rows::Slot, Authorized<Related>)> {
    let (row, seen) = check_ins::card(&**tx, caller.actor, id, now).await?;
    let related = relationships::authorize(caller.actor, InRelationship::AnswerCheckIn, seen.into_inner())?;
    Ok((row, related))
}

async fn read_everywhere(tx: &WriteTx, id: SlotId, now: DateTime<Utc>) -> Answer<()> {
    for notification in deliveries::of_slot(&**tx, id).await? {
        deliveries::read(tx, NotificationId(notification.id), now).await?;
    }
    Ok(())
}

/// The owner answers. `heavy` and `want_to_talk` rest the series, open a concern that lasts until
/// the two have spoken, and promise an answer: in the commit that keeps the reply.
pub async fn answer(app: &App, caller: Caller, id: SlotId, reply: Reply) -> Answer<CheckInOut> {
    let note = reply.note.filter(|note| !note.trim().is_empty());
    if reply.answer.is_none() && note.is_none() && reply.item.is_none() {
        return Err(Refusal::field("/answer", FieldFault::Required));
    }
    if let Some(note) = &note {
        bounds::text("/note", note, MOST_CHARACTERS)?;
    }
    let now = app.now();
    let (_, related) = check_ins::card(app.store.read(), caller.actor, id, now).await?;
    let note = match note {
        Some(note) => {
            let thread = messages::thread_of(app.store.read(), related.view.id).await?;
            Some(app.store.sealer.key(Scope::Thread(thread)).await?.seal(place(id), note.as_bytes())?)
        }
        None => None,
    };
    let tx = app.store.write().await?;
    let (row, related) = own_card(&tx, caller, id, now).await?;
    if let Some(item) = reply.item {
        shared_already(app, &tx, &related, &row, item, now).await?;
    }
    check_ins::answer(&tx, &row, reply.answer, note, reply.item, now).await.map_err(|error| match error {
        StorageError::Duplicate(_) => ProblemCode::AlreadyAnswered.into(),
        other => Refusal::from(other),
    })?;
    read_everywhere(&tx, id, now).await?;
    if let Some(asked) = reply.answer.filter(|answer| asks_for_contact(*answer)) {
        ask_for_contact(app, &tx, &related, &row, asked, now).await?;
    }
    tx.commit().await?;
    get(app, caller, id).await
}

/// Whom she answers must see the item: an answer is no setting, and shares nothing by itself.
async fn shared_already(
    app: &App,
    tx: &WriteTx,
    related: &Related,
    row: &rows::Slot,
    item: ItemId,
    now: DateTime<Utc>,
) -> Answer<()> {
    let provider = row.provider_id.map_or(related.view.responsible, AccountId);
    let provider = accounts::for_machinery(&**tx, provider).await?.ok_or_else(Refusal::not_found)?;
    let reader = as_reader::actor(&provider)?;
    match toolbox::shared::one(&app.store, &**tx, reader, related.view.owner, item, now).await {
        Ok(_) => Ok(()),
        Err(StorageError::Hidden) => Err(Refusal::field("/item_id", FieldFault::NotInList)),
        Err(error) => Err(error.into()),
    }
}

/// The item of an answer, for whoever may see it now.
async fn answered_with(
    app: &App,
    caller: Caller,
    pair: &Relationship,
    row: &rows::Slot,
) -> Answer<Option<AnsweredWithOut>> {
    let Some(id) = row.shared_item_id.map(ItemId) else { return Ok(None) };
    let db = app.store.read();
    let found = if pair.standing(caller.actor) == Standing::Owner {
        toolbox::own(&app.store, db, caller.actor, id).await.map(|item| item.content.kind())
    } else {
        let seen = toolbox::shared::one(&app.store, db, caller.actor, pair.owner, id, app.now()).await;
        seen.map(|(_, seen)| seen.item.content.kind())
    };
    match found {
        Ok(kind) => Ok(Some(AnsweredWithOut { id: id.0, kind: views::word(kind.as_str())? })),
        Err(StorageError::Hidden) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn ask_for_contact(
    app: &App,
    tx: &WriteTx,
    related: &Authorized<Related>,
    row: &rows::Slot,
    answer: CheckInAnswer,
    now: DateTime<Utc>,
) -> Answer<()> {
    let (pair, id) = (&related.view, SlotId(row.id));
    let heavy = answer == CheckInAnswer::Heavy;
    let concern = NewConcern {
        id: ConcernId(app.store.new_id()),
        relationship: pair.id,
        owner: pair.owner,
        kind: if heavy { ConcernKind::Heavy } else { ConcernKind::WantToTalk },
        slot: Some(id),
    };
    concerns::open(tx, concern, now).await?;
    if let Some(series_id) = row.series_id.map(SeriesId) {
        check_ins::hold(tx, series_id).await?;
        if let Some(row) = series::by_id(&**tx, series_id).await?
            && row.state == SeriesState::Active.as_str()
        {
            series::settle(tx, &row, SeriesState::Resting, Reason::HeavyOpen, now).await?;
        }
    }
    let owner = accounts::for_machinery(&**tx, pair.owner).await?.ok_or_else(Refusal::not_found)?;
    let (_, rules) = policies::in_force(&**tx, OrganisationId(owner.organisation_id)).await?;
    let version = agreements::in_force(&**tx, pair.id).await?;
    let window = rules.reply_window(version.and_then(|version| u8::try_from(version.reply_window_days).ok()));
    let calendar = calendars::provider_towards(&**tx, pair.responsible, pair.id, now).await?;
    // Somebody who has no working day in sight can promise none; the screen then says so.
    if let Some(promise) = calendar.promise(now, window) {
        let clock = NewClock {
            id: ReplyClockId(app.store.new_id()),
            relationship: pair.id,
            owner: pair.owner,
            provider: pair.responsible,
            message: None,
            slot: Some(id),
            window_days: window,
            promise,
        };
        clocks::open(tx, clock, now).await?;
    }
    Ok(())
}

/// Who reads an answer given at `at`, and when.
struct Readers {
    reads: Reads,
    substitute: Option<rows::Account>,
}

async fn readers(app: &App, pair: &Relationship, people: &People, at: DateTime<Utc>) -> Answer<Readers> {
    let db = app.store.read();
    let provider = AccountId(people.provider.id);
    let own = calendars::provider_herself(db, provider, at).await?;
    let covered = calendars::provider_towards(db, provider, pair.id, at).await?;
    let (_, rules) = policies::in_force(db, OrganisationId(people.owner.organisation_id)).await?;
    let days = agreed::terms_in_force(app, pair.id).await?.map(|terms| terms.reading_days);
    let mut found = reads(at, &own, &covered, rules.digest_time, days);
    let mut substitute = None;
    if let Reads::SubstituteBy(date) = found {
        substitute = match check_ins::stands_in(db, provider, pair.id, date).await? {
            Some(id) => accounts::for_machinery(db, id).await?,
            None => None,
        };
        if substitute.is_none() {
            found = reads(at, &own, &own, rules.digest_time, days);
        }
    }
    Ok(Readers { reads: found, substitute })
}

impl Readers {
    fn worded(&self, today: chrono::NaiveDate) -> Reading {
        match (self.reads, &self.substitute) {
            (Reads::By(date), _) => Reading::By(NearDay { date, today }),
            (Reads::NobodyBefore(date), _) => Reading::NobodyBefore(domain::wording::Day::seen_from(date, today)),
            (Reads::SubstituteBy(date), Some(substitute)) => {
                Reading::Substitute { name: first_name(substitute), by: NearDay { date, today } }
            }
            (Reads::NoDay | Reads::SubstituteBy(_), _) => Reading::NoDay,
        }
    }

    fn out(&self) -> ReadingOut {
        ReadingOut {
            by: match self.reads {
                Reads::By(date) | Reads::SubstituteBy(date) => Some(date),
                Reads::NobodyBefore(_) | Reads::NoDay => None,
            },
            nobody_before: match self.reads {
                Reads::NobodyBefore(date) => Some(date),
                _ => None,
            },
            substitute: self.substitute.as_ref().map(views::party),
        }
    }
}

async fn present(
    app: &App,
    caller: Caller,
    teller: &Teller,
    related: &Authorized<Related>,
    row: rows::Slot,
) -> Answer<CheckInOut> {
    let pair = &related.view;
    let provider = row.provider_id.map_or(pair.responsible, AccountId);
    let people = people(app, pair.owner, provider).await?;
    let answer: Option<CheckInAnswer> =
        row.answer.as_deref().map(str::parse).transpose().map_err(StorageError::from)?;
    let note = match &row.note {
        Some(note) => {
            let thread = messages::thread_of(app.store.read(), pair.id).await?;
            let key = app.store.sealer.key(Scope::Thread(thread)).await?;
            Some(key.open_text(place(SlotId(row.id)), note)?)
        }
        None => None,
    };
    let talk_on = match row.answered_at {
        Some(_) => contacts::talk_about(app.store.read(), SlotId(row.id)).await?,
        None => None,
    };
    let mut out = bare(pair, &people, &row, note, talk_on)?;
    out.item = answered_with(app, caller, pair, &row).await?;
    if pair.standing(caller.actor) == Standing::Owner {
        for_owner(app, teller, pair, &people, &row, answer, &mut out).await?;
    } else {
        for_provider(app, teller, pair, &people, &row, answer, &mut out).await?;
    }
    Ok(out)
}

/// What is kept of a check-in, for either side.
fn bare(
    pair: &Relationship,
    people: &People,
    row: &rows::Slot,
    note: Option<String>,
    talk_on: Option<NaiveDate>,
) -> Answer<CheckInOut> {
    Ok(CheckInOut {
        id: row.id,
        series_id: row.series_id,
        relationship_id: pair.id.0,
        owner: views::party(&people.owner),
        provider: views::party(&people.provider),
        on: row.on_date,
        number: row.number,
        position: views::word(row.position.as_deref().unwrap_or(Worded::Ordinary.as_str()))?,
        text: None,
        choices: Vec::new(),
        reading: None,
        opened_at: None,
        answered_at: row.answered_at,
        answer: row.answer.as_deref().map(views::word).transpose()?,
        note,
        item: None,
        thanked_at: row.thanked_at,
        talk_on,
        receipt: None,
        promised_on: None,
        open_since: None,
        checklist: Vec::new(),
    })
}

async fn for_owner(
    app: &App,
    teller: &Teller,
    pair: &Relationship,
    people: &People,
    row: &rows::Slot,
    answer: Option<CheckInAnswer>,
    out: &mut CheckInOut,
) -> Answer<()> {
    let at = row.answered_at.unwrap_or_else(|| app.now());
    let readers = readers(app, pair, people, at).await?;
    let today = at.with_timezone(&calendars::zone(&people.owner)?).date_naive();
    out.opened_at = row.opened_at;
    let position: Option<Worded> = row.position.as_deref().and_then(|word| word.parse().ok());
    let greeting = Greeting {
        owner: first_name(&people.owner),
        provider: first_name(&people.provider),
        position: position.unwrap_or(Worded::Ordinary),
        reading: readers.worded(today),
    };
    out.text = Some(teller.check_in(&greeting));
    if row.answered_at.is_none() {
        out.reading = Some(readers.out());
        out.choices = CheckInAnswer::ALL
            .iter()
            .map(|answer| {
                let label = teller.say(&CheckIn::label(*answer));
                Ok(AnswerChoiceOut { answer: views::word(answer.as_str())?, label })
            })
            .collect::<Answer<_>>()?;
        return Ok(());
    }
    let heavy = answer.is_some_and(asks_for_contact);
    let has_plan = crisis_plan::of_owner(app.store.read(), pair.owner).await?.is_some();
    let receipt = AnswerReceipt {
        // Words alone are received as the plainest tap is.
        answer: answer.unwrap_or(CheckInAnswer::Ok),
        provider: greeting.provider,
        reading: greeting.reading,
        has_plan,
    };
    let clock = check_ins::clock_of(app.store.read(), SlotId(row.id)).await?;
    out.receipt = Some(AnswerReceiptOut {
        text: teller.check_in_answered(&receipt),
        promised_on: clock.map(|clock| clock.promised_on),
        own_plan: (heavy && has_plan).then(|| OWN_PLAN.to_owned()),
        help_now: if heavy { help_now::of_owner(app, pair.owner).await? } else { None },
    });
    Ok(())
}

async fn for_provider(
    app: &App,
    teller: &Teller,
    pair: &Relationship,
    people: &People,
    row: &rows::Slot,
    answer: Option<CheckInAnswer>,
    out: &mut CheckInOut,
) -> Answer<()> {
    let db = app.store.read();
    let clock = check_ins::clock_of(db, SlotId(row.id)).await?;
    out.promised_on = clock.filter(|clock| clock.closed_at.is_none()).map(|clock| clock.promised_on);
    let open = concerns::open_of(db, pair.id).await?;
    out.open_since = open.iter().find(|concern| concern.slot_id == Some(row.id)).map(|concern| concern.since);
    if answer.is_some_and(asks_for_contact) {
        out.checklist = HeavyStep::ALL
            .iter()
            .map(|step| {
                let text = match step {
                    HeavyStep::Phone => HeavyReply::Phone { owner: first_name(&people.owner) },
                    HeavyStep::LocalProcedure => HeavyReply::LocalProcedure,
                    HeavyStep::Document => HeavyReply::Document,
                };
                Ok(HeavyStepOut { step: views::word(step.as_str())?, text: teller.say(&text) })
            })
            .collect::<Answer<_>>()?;
    }
    Ok(())
}
