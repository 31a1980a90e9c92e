//! Messages, and the promises that hang on them.

use super::{Glimpse, Looking, People, Person};
use crate::among::among;
use crate::entity::{contact, message, receipt, reply_clock};
use crate::error::Result;
use crate::rows;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::AccountId;
use domain::messages::can_be_undone;
use domain::ownership::Standing;
use domain::policy::{self, Decision, InRelationship, OnMessage};
use domain::replies::ClockState;
use domain::sync::{Stamp, SyncKind};
use domain::words::{MessageKind, ReceiptKind, Role};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What was found of the threads.
pub(super) struct Threads {
    pub messages: Vec<Glimpse>,
    /// As the reader may see them.
    pub clocks: Vec<rows::ReplyClock>,
    /// Those of check-ins, whoever may see them.
    pub of_check_ins: BTreeMap<Uuid, rows::ReplyClock>,
    /// Wishes to talk, by the message or the check-in they are about.
    pub talks: BTreeMap<Uuid, NaiveDate>,
}

/// A message without a word of it.
#[derive(Debug, FromQueryResult)]
struct Header {
    id: Uuid,
    relationship_id: Uuid,
    author_id: Uuid,
    from_owner: bool,
    kind: String,
    sent_at: DateTime<Utc>,
    visible_at: DateTime<Utc>,
    recalled_at: Option<DateTime<Utc>>,
    thanked_at: Option<DateTime<Utc>>,
    version: i32,
}

fn lately(looking: &Looking<'_>, ids: &[Uuid]) -> Select<message::Entity> {
    message::Entity::find()
        .filter(among(message::Column::RelationshipId, ids))
        .filter(message::Column::SentAt.gte(looking.since))
}

pub(super) async fn look(looking: &Looking<'_>, consultations: &[rows::Consultation]) -> Result<Threads> {
    let ids = looking.those(InRelationship::ReadThread);
    let headers = lately(looking, &ids)
        .select_only()
        .columns([
            message::Column::Id,
            message::Column::RelationshipId,
            message::Column::AuthorId,
            message::Column::FromOwner,
            message::Column::Kind,
            message::Column::SentAt,
            message::Column::VisibleAt,
            message::Column::RecalledAt,
            message::Column::ThankedAt,
            message::Column::Version,
        ])
        .order_by_asc(message::Column::Id)
        .into_model::<Header>()
        .all(looking.tx)
        .await?;
    let clocks = clocks(looking, &ids).await?;
    let opened = openings(looking, &ids).await?;
    let talks = talks(looking, &ids).await?;
    let people = looking.people(named(looking, &headers, &clocks, &opened)).await?;
    let of_message: BTreeMap<Uuid, &rows::ReplyClock> =
        clocks.iter().filter_map(|clock| Some((clock.message_id?, clock))).collect();
    let mut messages = Vec::new();
    for header in &headers {
        let clock = of_message.get(&header.id).copied();
        let receipts = opened.get(&header.id).map_or(&[][..], Vec::as_slice);
        let talk = talks.get(&header.id).copied();
        if let Some(stamp) = judged(looking, header, clock, receipts, talk, &people, consultations) {
            let name = (SyncKind::Message, header.id);
            messages.push(Glimpse { name, within: header.relationship_id, at: header.sent_at, stamp });
        }
    }
    let readable: BTreeSet<Uuid> = messages.iter().map(|glimpse| glimpse.name.1).collect();
    let of_check_ins = clocks.iter().filter_map(|clock| Some((clock.slot_id?, clock.clone()))).collect();
    let seen = |clock: &rows::ReplyClock| clock.message_id.is_none_or(|message| readable.contains(&message));
    Ok(Threads { messages, clocks: clocks.into_iter().filter(seen).collect(), of_check_ins, talks })
}

async fn clocks(looking: &Looking<'_>, ids: &[Uuid]) -> Result<Vec<rows::ReplyClock>> {
    Ok(reply_clock::Entity::find()
        .filter(among(reply_clock::Column::RelationshipId, ids))
        .filter(reply_clock::Column::OpenedAt.gte(looking.since))
        .order_by_desc(reply_clock::Column::OpenedAt)
        .order_by_desc(reply_clock::Column::Id)
        .all(looking.tx)
        .await?)
}

/// Who opened what, the first first.
async fn openings(looking: &Looking<'_>, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<rows::Receipt>>> {
    let which = lately(looking, ids).select_only().column(message::Column::Id).into_query();
    let rows = receipt::Entity::find()
        .filter(receipt::Column::MessageId.in_subquery(which))
        .filter(receipt::Column::Kind.eq(ReceiptKind::Opened.as_str()))
        .order_by_asc(receipt::Column::At)
        .order_by_asc(receipt::Column::MessageId)
        .order_by_asc(receipt::Column::AccountId)
        .all(looking.tx)
        .await?;
    let mut found: BTreeMap<Uuid, Vec<rows::Receipt>> = BTreeMap::new();
    rows.into_iter().for_each(|row| found.entry(row.message_id).or_default().push(row));
    Ok(found)
}

/// The last one said about each thing.
async fn talks(looking: &Looking<'_>, ids: &[Uuid]) -> Result<BTreeMap<Uuid, NaiveDate>> {
    let rows = contact::Entity::find()
        .filter(among(contact::Column::RelationshipId, ids))
        .filter(contact::Column::Kind.eq(domain::words::ContactKind::LetsTalk.as_str()))
        .filter(
            Condition::any().add(contact::Column::MessageId.is_not_null()).add(contact::Column::SlotId.is_not_null()),
        )
        .order_by_asc(contact::Column::At)
        .order_by_asc(contact::Column::Id)
        .all(looking.tx)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.message_id.or(row.slot_id)?, row.day?))).collect())
}

fn named(
    looking: &Looking<'_>,
    headers: &[Header],
    clocks: &[rows::ReplyClock],
    opened: &BTreeMap<Uuid, Vec<rows::Receipt>>,
) -> BTreeSet<Uuid> {
    let parties = looking.related.iter().flat_map(|related| [related.view.owner.0, related.view.responsible.0]);
    let of_clocks = clocks
        .iter()
        .flat_map(|clock| [Some(clock.provider_id), clock.handed_to, clock.closed_by_account].into_iter().flatten());
    let readers = opened.values().flatten().map(|receipt| receipt.account_id);
    parties.chain(headers.iter().map(|header| header.author_id)).chain(of_clocks).chain(readers).collect()
}

/// Whether the reader sees a message, and how: everything that the answer is made of.
fn judged(
    looking: &Looking<'_>,
    header: &Header,
    clock: Option<&rows::ReplyClock>,
    opened: &[rows::Receipt],
    talk: Option<NaiveDate>,
    people: &People,
    consultations: &[rows::Consultation],
) -> Option<Stamp> {
    let (actor, now) = (looking.actor, looking.now);
    let related = looking.one(header.relationship_id)?;
    let mine = header.author_id == actor.account.0;
    let opened_by_me = mine || opened.iter().any(|receipt| receipt.account_id == actor.account.0);
    let message = policy::Message {
        author: AccountId(header.author_id),
        from_owner: header.from_owner,
        visible_at: header.visible_at,
        recalled: header.recalled_at.is_some(),
        opened_by_actor: opened_by_me,
        clock_open: clock.is_some_and(|clock| clock.closed_at.is_none()),
    };
    let decision = policy::to_message(actor, OnMessage::Read, &related.view, &message, now);
    if !matches!(decision, Decision::Permit(_)) {
        return None;
    }
    let other_side = |person: &Person| (person.role == Role::ServiceUser.as_str()) != header.from_owner;
    let told = |receipt: &&rows::Receipt| {
        people.get(receipt.account_id).is_some_and(|person| person.read_receipts && other_side(person))
    };
    let first_opened = opened.iter().find(told).filter(|_| mine).map(|receipt| receipt.at);
    let undoable = mine && message_can_be_undone(header, now);
    let promise = clock.map(|clock| {
        let state = ClockState::at(clock.due_at, clock.closed_at.is_some(), now);
        let names = [Some(clock.provider_id), clock.handed_to, clock.closed_by_account];
        (clock.id, clock.version, state.as_str(), names.map(|id| id.map(|id| people.name(id))))
    });
    let asked_for = header.kind == MessageKind::NextConsultation.as_str();
    let meeting = asked_for.then(|| next_meeting(related.row.id, consultations, now));
    // Which side she is on decides what she is told about it.
    let to_owner = related.view.standing(actor) == Standing::Owner;
    let names = [header.author_id, related.view.owner.0, related.view.responsible.0].map(|id| people.name(id));
    Some(Stamp::of(&(
        (header.version, header.recalled_at, header.thanked_at, &header.kind),
        (opened_by_me, first_opened, undoable, talk, promise, meeting),
        (names, people.get(related.view.responsible.0).map(|person| &person.zone), to_owner, looking.wording),
    )))
}

fn message_can_be_undone(header: &Header, now: DateTime<Utc>) -> bool {
    can_be_undone(header.sent_at, now) && header.recalled_at.is_none()
}

fn next_meeting(relationship: Uuid, all: &[rows::Consultation], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let to_come = |row: &&rows::Consultation| {
        row.relationship_id == relationship
            && row.starts_at > now
            && row.held_at.is_none()
            && row.cancelled_at.is_none()
    };
    all.iter().filter(to_come).map(|row| row.starts_at).min()
}
