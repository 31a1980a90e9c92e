//! Writing, reading and counting messages.
//!
//! A provider's written message is an answer. With `in_reply_to` naming a message whose clock is
//! open, it closes that clock; otherwise it closes every clock of the relationship whose message was
//! opened. It is personal contact too, and ends what waited for it.

use crate::app::receipts::Told;
use crate::app::sessions::Caller;
use crate::app::teller::Teller;
use crate::app::toolbox::medication;
use crate::app::{Answer, Refusal, consents, message_log, reply_clocks};
use crate::state::App;
use crate::views;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, DraftId, MessageId, RelationshipId, ReplyClockId};
use domain::messages::{self as rules, TextFault};
use domain::ownership::Standing;
use domain::policy::{InRelationship, OnMessage};
use domain::wording::{FieldFault, Unit};
use domain::words::{ClosedBy, MessageKind, Role};
use mobile_contract::messages::{MessageOut, MessagesOut, UnreadCountsOut, UnreadOut};
use mobile_contract::relationships::PartyOut;
use std::collections::{BTreeMap, BTreeSet};
use storage::clocks::NewClock;
use storage::messages::{InThread, NewMessage, Written};
use storage::relationships::Related;
use storage::sealed::{DataKey, Place, Scope};
use storage::{
    Authorized, StorageError, WriteTx, accounts, calendars, clocks, concerns, consultations, contacts, drafts,
    messages, notices, promises, relationships,
};
use uuid::Uuid;

const BODY: &str = "message.body";
const GIST: &str = "message.gist";
/// What clears a concern when a provider writes.
pub(crate) const WRITTEN_CONTACT: &str = "message";

/// A message as its author wrote it.
#[derive(Clone, Debug)]
pub struct Writing {
    pub id: Option<MessageId>,
    pub kind: MessageKind,
    pub body: String,
    pub gist: Option<String>,
    pub important: bool,
    pub preview_allowed: bool,
    pub in_reply_to: Option<MessageId>,
    /// With her medication overview as it is now; owners only.
    pub medication: bool,
    /// The draft it was.
    pub draft: Option<DraftId>,
}

/// Sends a message: saved at once, seen by the other side half a minute later.
pub async fn send(app: &App, caller: Caller, id: RelationshipId, writing: Writing) -> Answer<MessageOut> {
    let (now, db, actor) = (app.now(), app.store.read(), caller.actor);
    let related = relationships::authorized(db, actor, InRelationship::Write, id, now).await?;
    consents::needed_to_write(app, caller).await?;
    let from_owner = related.view.standing(actor) == Standing::Owner;
    check(&writing, from_owner)?;
    let answers = match writing.in_reply_to {
        Some(target) => Some(readable(app, caller, id, target).await?),
        None => None,
    };
    let thread = messages::thread_of(db, id).await?;
    let key = app.store.sealer.key(Scope::Thread(thread)).await?;
    if let Some(repeated) = writing.id
        && messages::exists(db, repeated).await?
    {
        return again(app, caller, &key, id, repeated, &writing).await;
    }
    let message = writing.id.unwrap_or_else(|| MessageId(app.store.new_id()));
    let medication = match writing.medication {
        true if !from_owner => return Err(Refusal::field("/medication", FieldFault::UnknownField)),
        true => Some(medication::for_message(app, caller, &key, message).await?),
        false => None,
    };
    let new = NewMessage {
        id: message,
        medication,
        thread,
        relationship: id,
        author: actor.account,
        from_owner,
        kind: writing.kind,
        body: key.seal(Place::new(BODY, message.0), writing.body.as_bytes())?,
        gist: writing.gist.as_ref().map(|gist| key.seal(Place::new(GIST, message.0), gist.as_bytes())).transpose()?,
        chars: i32::try_from(writing.body.chars().count()).unwrap_or(i32::MAX),
        important: writing.important,
        preview_allowed: writing.preview_allowed,
        in_reply_to: writing.in_reply_to,
        sent_at: now,
        visible_at: rules::visible_at(now),
    };
    let tx = app.store.write().await?;
    let related = relationships::authorized(&*tx, actor, InRelationship::Write, id, now).await?;
    messages::store(&tx, new).await?;
    if rules::asks_for_reply(writing.kind, from_owner) {
        ask(app, &tx, &related, message, now).await?;
    } else if !from_owner {
        let open = answers.and_then(|target| target.clock.clone()).filter(|clock| clock.closed_at.is_none());
        match open {
            Some(clock) => clocks::close(&tx, &clock, ClosedBy::Reply, actor.account, now).await?,
            None => clocks::close_answered(&tx, id, ClosedBy::Reply, actor.account, now, now).await?,
        }
        concerns::clear(&tx, id, WRITTEN_CONTACT, now).await?;
        let visible_at = rules::visible_at(now);
        notices::message_for_owner(&tx, &related, message, visible_at, &|| app.store.new_id(), now).await?;
    }
    if let Some(draft) = writing.draft {
        let draft = drafts::authorized(&*tx, actor, draft).await.map_err(|error| not_listed("/draft_id", error))?;
        drafts::delete(&tx, &draft).await?;
    }
    tx.commit().await?;
    get(app, caller, message).await
}

/// Starts the clock of a message that asks for a reply, where anything can be promised.
async fn ask(app: &App, tx: &WriteTx, related: &Related, message: MessageId, now: DateTime<Utc>) -> Answer<()> {
    let reckoned = promises::reckon(&**tx, related, now).await?;
    let Some(promise) = reckoned.promise else { return Ok(()) };
    let clock = NewClock {
        id: ReplyClockId(app.store.new_id()),
        relationship: related.view.id,
        owner: related.view.owner,
        provider: related.view.responsible,
        message: Some(message),
        slot: None,
        window_days: reckoned.window_days,
        promise,
    };
    Ok(clocks::open(tx, clock, now).await?)
}

/// The same call once more: the first message, if it was this one.
async fn again(
    app: &App,
    caller: Caller,
    key: &DataKey,
    id: RelationshipId,
    repeated: MessageId,
    writing: &Writing,
) -> Answer<MessageOut> {
    // Only the author may undo: whoever may not, did not send it.
    let first = messages::authorized(app.store.read(), caller.actor, OnMessage::Undo, repeated, app.now())
        .await
        .map_err(|_| Refusal::conflict())?;
    let row = &first.written.row;
    let same = row.relationship_id == id.0
        && row.kind == writing.kind.as_str()
        && row.medication.is_some() == writing.medication
        && key.open_text(Place::new(BODY, row.id), &row.body)? == writing.body;
    if same { get(app, caller, repeated).await } else { Err(Refusal::conflict()) }
}

/// A message that a reply may name.
pub(crate) async fn readable(app: &App, caller: Caller, id: RelationshipId, target: MessageId) -> Answer<Written> {
    let found = messages::authorized(app.store.read(), caller.actor, OnMessage::Read, target, app.now())
        .await
        .map_err(|error| not_listed("/in_reply_to", error))?;
    if found.related.view.id != id {
        return Err(Refusal::field("/in_reply_to", FieldFault::NotInList));
    }
    Ok(found.into_inner().written)
}

/// What is hidden from the caller cannot be named by her either.
fn not_listed(pointer: &str, error: StorageError) -> Refusal {
    match error {
        StorageError::Hidden | StorageError::Denied => Refusal::field(pointer, FieldFault::NotInList),
        other => other.into(),
    }
}

fn check(writing: &Writing, from_owner: bool) -> Answer<()> {
    if !rules::may_send(writing.kind, from_owner) {
        return Err(Refusal::field("/kind", FieldFault::NotInList));
    }
    rules::check_body(&writing.body).map_err(|fault| text_fault("/body", fault))?;
    match &writing.gist {
        Some(gist) => rules::check_gist(gist).map_err(|fault| text_fault("/gist", fault)),
        None => Ok(()),
    }
}

pub(crate) fn text_fault(pointer: &str, fault: TextFault) -> Refusal {
    let fault = match fault {
        TextFault::Missing => FieldFault::Required,
        TextFault::TooLong { max } => {
            FieldFault::TooLong { max: u32::try_from(max).unwrap_or(u32::MAX), unit: Unit::Characters }
        }
        TextFault::Unprintable => FieldFault::Format,
    };
    Refusal::field(pointer, fault)
}

/// The thread as the caller may see it, newest first.
pub async fn list(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<MessagesOut> {
    let (now, db) = (app.now(), app.store.read());
    let related = relationships::authorized(db, caller.actor, InRelationship::ReadThread, id, now).await?;
    let limit = views::limit(limit)?;
    let list = format!("list_messages {id}");
    let after = views::place(app, caller, &list, cursor)?;
    let mut found = messages::page(db, &related, after, limit + 1, now).await?;
    let last = views::cut(&mut found, limit).map(|message| (message.row.sent_at, message.row.id));
    let unread = messages::unread(db, caller.actor, now).await?;
    let items = present(app, caller, &related, found).await?;
    message_log::shown(app, related.permit(), &related.view, &items).await?;
    Ok(MessagesOut {
        items,
        next_cursor: last.map(|last| views::cursor(app, caller, &list, last)),
        unread: unread.iter().find(|(of, _)| *of == id).map_or(0, |(_, count)| *count),
    })
}

/// Unread messages by relationship.
pub async fn unread(app: &App, caller: Caller) -> Answer<UnreadCountsOut> {
    let counted = messages::unread(app.store.read(), caller.actor, app.now()).await?;
    let total = counted.iter().map(|(_, unread)| unread).sum();
    let items = counted.into_iter().map(|(id, unread)| UnreadOut { relationship_id: id.0, unread }).collect();
    Ok(UnreadCountsOut { items, total })
}

/// One message, without opening it.
pub async fn get(app: &App, caller: Caller, id: MessageId) -> Answer<MessageOut> {
    let found = messages::authorized(app.store.read(), caller.actor, OnMessage::Read, id, app.now()).await?;
    let permit = found.permit();
    let (related, message) = messages::apart(found);
    let shown = present(app, caller, &related, vec![message]).await?;
    message_log::shown(app, permit, &related.view, &shown).await?;
    shown.into_iter().next().ok_or_else(Refusal::not_found)
}

/// Those of some messages of a relationship that the caller wrote or opened.
pub async fn opened_among(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    messages: &[MessageId],
) -> Answer<BTreeSet<Uuid>> {
    let (now, db) = (app.now(), app.store.read());
    let related = relationships::authorized(db, caller.actor, InRelationship::ReadThread, id, now).await?.into_inner();
    let found = messages::readable(db, caller.actor, &[related], messages, now).await?;
    Ok(found.iter().filter(|message| message.opened).map(|message| message.row.id).collect())
}

/// Opens a message. When the owner opens one, the notices about her thread have nothing to say any
/// more.
pub async fn open(app: &App, caller: Caller, id: MessageId) -> Answer<MessageOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let found = messages::authorized(&*tx, caller.actor, OnMessage::Open, id, now).await?;
    messages::opened(&tx, &found, now).await?;
    if caller.actor.role == Role::ServiceUser {
        notices::read(&tx, found.related.view.owner, found.related.view.id, now).await?;
    }
    tx.commit().await?;
    after_act(app, caller, found).await
}

/// What the caller sees of a message after an act of hers.
pub(crate) async fn after_act(app: &App, caller: Caller, found: Authorized<InThread>) -> Answer<MessageOut> {
    let (related, message) = messages::after_act(app.store.read(), found).await?;
    present(app, caller, &related, vec![message]).await?.pop().ok_or_else(Refusal::not_found)
}

/// Opens the sealed texts of a message.
pub(crate) fn texts(key: &DataKey, row: &storage::rows::Message) -> Answer<(String, Option<String>)> {
    let body = key.open_text(Place::new(BODY, row.id), &row.body)?;
    let gist = row.gist.as_ref().map(|gist| key.open_text(Place::new(GIST, row.id), gist)).transpose()?;
    Ok((body, gist))
}

pub(crate) async fn present(
    app: &App,
    caller: Caller,
    related: &Related,
    found: Vec<Authorized<Written>>,
) -> Answer<Vec<MessageOut>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let (now, db, view) = (app.now(), app.store.read(), &related.view);
    let key = app.store.sealer.key(Scope::Thread(messages::thread_of(db, view.id).await?)).await?;
    let openings = messages::openings(db, &found).await?;
    let ids: Vec<MessageId> = found.iter().map(|message| MessageId(message.row.id)).collect();
    let talks: BTreeMap<Uuid, _> = contacts::talks_about(db, &ids)
        .await?
        .into_iter()
        .filter_map(|talk| Some((talk.message_id?, talk.day?)))
        .collect();
    let names = names(app, view.responsible, view.owner, &found).await?;
    let told = Told {
        teller: &Teller::to(app, caller).await?,
        names: &names,
        responsible: view.responsible.0,
        owner: view.owner.0,
        consultation: next_consultation(app, related, &found).await?,
        now,
    };
    let to_owner = view.standing(caller.actor) == Standing::Owner;
    found
        .iter()
        .map(|message| {
            let row = &message.row;
            let (body, gist) = texts(&key, row)?;
            let mine = row.author_id == caller.actor.account.0;
            let talk_on = talks.get(&row.id).copied();
            Ok(MessageOut {
                id: row.id,
                relationship_id: row.relationship_id,
                author: PartyOut {
                    id: row.author_id,
                    display_name: names.get(&row.author_id).cloned().unwrap_or_default(),
                },
                from_owner: row.from_owner,
                mine,
                kind: views::word(&row.kind)?,
                opened_by_me: message.opened,
                preview: (!message.opened && row.preview_allowed).then(|| rules::preview(&body)),
                body: message.opened.then_some(body),
                gist,
                medication: match &row.medication {
                    Some(sealed) if message.opened => Some(medication::of_message(&key, MessageId(row.id), sealed)?),
                    _ => None,
                },
                characters: u32::try_from(row.chars).unwrap_or(0),
                important: row.important,
                preview_allowed: row.preview_allowed,
                in_reply_to: row.in_reply_to,
                sent_at: row.sent_at,
                undo_until: (mine && rules::can_be_undone(row.sent_at, now) && row.recalled_at.is_none())
                    .then_some(row.visible_at),
                recalled_at: row.recalled_at,
                opened_at: openings.get(&row.id).copied().filter(|_| mine),
                thanked_at: row.thanked_at,
                talk_on,
                clock: message.clock.as_ref().map(|clock| reply_clocks::present(clock, now)).transpose()?,
                receipt: (mine || to_owner)
                    .then(|| told.about(row, message.clock.as_ref(), talk_on, to_owner))
                    .flatten(),
                version: row.version,
            })
        })
        .collect()
}

/// Display names of everybody the messages and their clocks speak of.
async fn names(
    app: &App,
    responsible: AccountId,
    owner: AccountId,
    found: &[Authorized<Written>],
) -> Answer<BTreeMap<Uuid, String>> {
    let mut ids = vec![responsible, owner];
    for message in found {
        ids.push(AccountId(message.row.author_id));
        if let Some(clock) = &message.clock {
            ids.push(AccountId(clock.provider_id));
            ids.extend(clock.handed_to.into_iter().chain(clock.closed_by_account).map(AccountId));
        }
    }
    ids.sort_unstable();
    ids.dedup();
    let people = accounts::many(app.store.read(), &ids).await?;
    Ok(people.into_iter().map(|row| (row.id, row.display_name)).collect())
}

/// The date of the next consultation, where a receipt speaks of it.
async fn next_consultation(
    app: &App,
    related: &Related,
    found: &[Authorized<Written>],
) -> Answer<Option<chrono::NaiveDate>> {
    if !found.iter().any(|message| message.row.kind == MessageKind::NextConsultation.as_str()) {
        return Ok(None);
    }
    let db = app.store.read();
    let Some(next) = consultations::next(db, related.view.id, app.now()).await? else { return Ok(None) };
    Ok(Some(calendars::today(db, related.view.responsible, next.starts_at).await?))
}
