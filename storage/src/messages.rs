//! The conversation of a pair: writing, finding, reading and taking back.

use crate::audit::{self, Access};
use crate::authorized::Authorized;
use crate::clocks;
use crate::connect::WriteTx;
use crate::entity::{account, message, receipt, reply_clock, thread};
use crate::error::{Result, StorageError};
use crate::relationships::{self, Related};
use crate::rows;
use chrono::{DateTime, Utc};
use domain::access::{AccessAction, AllowedBecause, Via};
use domain::ids::{AccountId, MessageId, RelationshipId, ThreadId};
use domain::ownership::{Actor, Standing};
use domain::policy::{self, OnMessage};
use domain::words::{MessageKind, ReceiptKind, RelationshipState, Role};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A message about to be stored; its texts are sealed already.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub id: MessageId,
    pub thread: ThreadId,
    pub relationship: RelationshipId,
    pub author: AccountId,
    pub from_owner: bool,
    pub kind: MessageKind,
    pub body: Vec<u8>,
    pub gist: Option<Vec<u8>>,
    pub medication: Option<Vec<u8>>,
    /// Length of the text in characters.
    pub chars: i32,
    pub important: bool,
    pub preview_allowed: bool,
    pub in_reply_to: Option<MessageId>,
    pub sent_at: DateTime<Utc>,
    pub visible_at: DateTime<Utc>,
}

/// A message with what deciding about it needs.
#[derive(Clone, Debug)]
pub struct Written {
    pub row: rows::Message,
    pub clock: Option<rows::ReplyClock>,
    /// The actor opened it before, or wrote it.
    pub opened: bool,
}

/// One message together with its relationship.
#[derive(Clone, Debug)]
pub struct InThread {
    pub related: Related,
    pub written: Written,
}

/// The thread of a relationship.
pub async fn thread_of(db: &impl ConnectionTrait, relationship: RelationshipId) -> Result<ThreadId> {
    thread::Entity::find()
        .filter(thread::Column::RelationshipId.eq(relationship.0))
        .one(db)
        .await?
        .map(|row| ThreadId(row.id))
        .ok_or_else(|| StorageError::Corrupt("relationship without its thread".into()))
}

/// Stores a message.
pub async fn store(tx: &WriteTx, new: NewMessage) -> Result<()> {
    let row = message::ActiveModel {
        id: Set(new.id.0),
        thread_id: Set(new.thread.0),
        relationship_id: Set(new.relationship.0),
        author_id: Set(new.author.0),
        from_owner: Set(new.from_owner),
        kind: Set(new.kind.to_string()),
        body: Set(new.body),
        gist: Set(new.gist),
        medication: Set(new.medication),
        chars: Set(new.chars),
        important: Set(new.important),
        preview_allowed: Set(new.preview_allowed),
        in_reply_to: Set(new.in_reply_to.map(Into::into)),
        sent_at: Set(new.sent_at),
        visible_at: Set(new.visible_at),
        recalled_at: Set(None),
        opened_at: Set(None),
        thanked_at: Set(None),
        version: Set(1),
    };
    message::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Whether anybody's message has this id.
pub async fn exists(db: &impl ConnectionTrait, id: MessageId) -> Result<bool> {
    Ok(message::Entity::find_by_id(id.0).one(db).await?.is_some())
}

/// The message for this actor and action, with its relationship.
pub async fn authorized(
    db: &impl ConnectionTrait,
    actor: Actor,
    action: OnMessage,
    id: MessageId,
    now: DateTime<Utc>,
) -> Result<Authorized<InThread>> {
    let row = message::Entity::find_by_id(id.0).one(db).await?.ok_or(StorageError::Hidden)?;
    let related = relationships::for_machinery(db, RelationshipId(row.relationship_id), now)
        .await?
        .ok_or(StorageError::Hidden)?;
    let written = with_clocks(db, actor, vec![row]).await?.pop().ok_or(StorageError::Hidden)?;
    let decision = policy::to_message(actor, action, &related.view, &seen(&written)?, now);
    Authorized::by(decision, InThread { related, written })
}

/// The message by itself, and the relationship it belongs to.
pub fn apart(found: Authorized<InThread>) -> (Related, Authorized<Written>) {
    let related = found.related.clone();
    (related, found.map(|found| found.written))
}

/// The message as it is after the act it was found for, under the leave of that act: a substitute
/// who closed the clock sees her answer, though she can find the message no more.
pub async fn after_act(
    db: &impl ConnectionTrait,
    found: Authorized<InThread>,
) -> Result<(Related, Authorized<Written>)> {
    let actor = found.permit().actor();
    let row = message::Entity::find_by_id(found.written.row.id).one(db).await?.ok_or(StorageError::Hidden)?;
    let written = with_clocks(db, actor, vec![row]).await?.pop().ok_or(StorageError::Hidden)?;
    let related = found.related.clone();
    Ok((related, found.map(|_| written)))
}

fn seen(written: &Written) -> Result<policy::Message> {
    let row = &written.row;
    Ok(policy::Message {
        author: AccountId(row.author_id),
        from_owner: row.from_owner,
        visible_at: row.visible_at,
        recalled: row.recalled_at.is_some(),
        opened_by_actor: written.opened,
        clock_open: written.clock.as_ref().is_some_and(|clock| clock.closed_at.is_none()),
    })
}

/// A page of the thread as this actor may see it, newest first. `after` is the last one of the page
/// before. The query leaves out what the policy would hide, so that pages are full; the policy is
/// asked about each row all the same.
pub async fn page(
    db: &impl ConnectionTrait,
    related: &Authorized<Related>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Authorized<Written>>> {
    let actor = related.permit().actor();
    let thread = thread_of(db, related.view.id).await?;
    let mut query =
        message::Entity::find().filter(message::Column::ThreadId.eq(thread.0)).filter(seen_of(related, now));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(message::Column::SentAt.lt(at))
                .add(Condition::all().add(message::Column::SentAt.eq(at)).add(message::Column::Id.lt(id))),
        );
    }
    let rows =
        query.order_by_desc(message::Column::SentAt).order_by_desc(message::Column::Id).limit(limit).all(db).await?;
    let mut page = Vec::with_capacity(rows.len());
    for written in with_clocks(db, actor, rows).await? {
        let decision = policy::to_message(actor, OnMessage::Read, &related.view, &seen(&written)?, now);
        match Authorized::by(decision, written) {
            Ok(row) => page.push(row),
            Err(StorageError::Hidden) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(page)
}

/// How many messages [`page`] finds in all.
pub async fn count(db: &impl ConnectionTrait, related: &Authorized<Related>, now: DateTime<Utc>) -> Result<u64> {
    Ok(message::Entity::find()
        .filter(message::Column::RelationshipId.eq(related.row.id))
        .filter(seen_of(related, now))
        .count(db)
        .await?)
}

/// What the permit's holder may find of a thread.
fn seen_of(related: &Authorized<Related>, now: DateTime<Utc>) -> Condition {
    let actor = related.permit().actor();
    let mut theirs =
        Condition::all().add(message::Column::VisibleAt.lte(now)).add(message::Column::RecalledAt.is_null());
    if related.view.standing(actor) == Standing::Substitute {
        let asking = reply_clock::Entity::find()
            .select_only()
            .column(reply_clock::Column::MessageId)
            .filter(reply_clock::Column::RelationshipId.eq(related.row.id))
            .filter(reply_clock::Column::MessageId.is_not_null())
            .filter(reply_clock::Column::ClosedAt.is_null())
            .into_query();
        theirs = theirs.add(message::Column::Id.in_subquery(asking));
    } else if related.view.state == RelationshipState::Ended {
        theirs = theirs.add(message::Column::Id.in_subquery(opened_by(actor.account)));
    }
    Condition::any().add(message::Column::AuthorId.eq(actor.account.0)).add(theirs)
}

fn opened_by(account: AccountId) -> sea_orm::sea_query::SelectStatement {
    receipt::Entity::find()
        .select_only()
        .column(receipt::Column::MessageId)
        .filter(receipt::Column::AccountId.eq(account.0))
        .filter(receipt::Column::Kind.eq(ReceiptKind::Opened.as_str()))
        .into_query()
}

/// Some messages as this actor may read them, whatever their relationships; hidden ones are left out.
pub async fn readable(
    db: &impl ConnectionTrait,
    actor: Actor,
    related: &[Related],
    ids: &[MessageId],
    now: DateTime<Utc>,
) -> Result<Vec<Authorized<Written>>> {
    let rows = message::Entity::find()
        .filter(message::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .order_by_asc(message::Column::Id)
        .all(db)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for written in with_clocks(db, actor, rows).await? {
        let Some(pair) = related.iter().find(|pair| pair.row.id == written.row.relationship_id) else { continue };
        let decision = policy::to_message(actor, OnMessage::Read, &pair.view, &seen(&written)?, now);
        if let Ok(row) = Authorized::by(decision, written) {
            found.push(row);
        }
    }
    Ok(found)
}

/// Adds clocks and the actor's own receipts with two queries, keeping the order of `rows`.
async fn with_clocks(db: &impl ConnectionTrait, actor: Actor, rows: Vec<rows::Message>) -> Result<Vec<Written>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<MessageId> = rows.iter().map(|row| MessageId(row.id)).collect();
    let mut clocks: BTreeMap<Uuid, rows::ReplyClock> = clocks::of_messages(db, &ids)
        .await?
        .into_iter()
        .filter_map(|clock| clock.message_id.map(|id| (id, clock)))
        .collect();
    let opened: Vec<Uuid> = receipt::Entity::find()
        .filter(receipt::Column::AccountId.eq(actor.account.0))
        .filter(receipt::Column::Kind.eq(ReceiptKind::Opened.as_str()))
        .filter(receipt::Column::MessageId.is_in(ids.iter().map(|id| id.0)))
        .all(db)
        .await?
        .into_iter()
        .map(|receipt| receipt.message_id)
        .collect();
    Ok(rows
        .into_iter()
        .map(|row| Written {
            clock: clocks.remove(&row.id),
            opened: row.author_id == actor.account.0 || opened.contains(&row.id),
            row,
        })
        .collect())
}

/// How many unread messages wait for this actor, by relationship; relationships without any are
/// left out, and so are vault texts.
pub async fn unread(db: &impl ConnectionTrait, actor: Actor, now: DateTime<Utc>) -> Result<Vec<(RelationshipId, u64)>> {
    let mine: Vec<Uuid> = relationships::of_account(db, actor.account, now)
        .await?
        .into_iter()
        .filter(|related| {
            let takes_part = !matches!(related.view.standing(actor), Standing::Stranger | Standing::Substitute);
            takes_part && matches!(related.view.state, RelationshipState::Active | RelationshipState::Paused)
        })
        .map(|related| related.row.id)
        .collect();
    if mine.is_empty() {
        return Ok(Vec::new());
    }
    let counted: Vec<(Uuid, i64)> = message::Entity::find()
        .select_only()
        .column(message::Column::RelationshipId)
        .column_as(message::Column::Id.count(), "unread")
        .filter(message::Column::RelationshipId.is_in(mine))
        .filter(message::Column::FromOwner.eq(actor.role == Role::Provider))
        .filter(message::Column::VisibleAt.lte(now))
        .filter(message::Column::RecalledAt.is_null())
        .filter(message::Column::Kind.ne(MessageKind::Vault.as_str()))
        .filter(message::Column::Id.not_in_subquery(opened_by(actor.account)))
        .group_by(message::Column::RelationshipId)
        .order_by_asc(message::Column::RelationshipId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counted.into_iter().map(|(id, count)| (RelationshipId(id), u64::try_from(count).unwrap_or(0))).collect())
}

/// The actor opened it, which her receipt and the owner's log both say, or neither. Opening one's
/// own leaves no trace; the first opening by the other side makes it one that cannot be recalled any more.
pub async fn opened(tx: &WriteTx, message: &Authorized<InThread>, now: DateTime<Utc>) -> Result<()> {
    let (row, actor) = (&message.written.row, message.permit().actor());
    if row.author_id == actor.account.0 {
        return Ok(());
    }
    leave_receipt(tx, row.id, actor.account, ReceiptKind::Opened, now).await?;
    let view = &message.related.view;
    let because = match view.standing(actor) {
        Standing::Substitute => AllowedBecause::StandsIn,
        _ => AllowedBecause::Sent,
    };
    let access = Access {
        owner: view.owner,
        action: AccessAction::OpenMessage,
        subject: row.id.to_string(),
        via: Some(Via { relationship: view.id, because }),
    };
    audit::record(tx, message.permit(), access, now).await?;
    if row.from_owner == (actor.role == Role::Provider) {
        message::Entity::update_many()
            .col_expr(message::Column::OpenedAt, Expr::value(now))
            .col_expr(message::Column::Version, Expr::col(message::Column::Version).add(1))
            .filter(message::Column::Id.eq(row.id))
            .filter(message::Column::OpenedAt.is_null())
            .exec(&**tx)
            .await?;
    }
    Ok(())
}

/// The actor says thanks for it.
pub async fn thanked(tx: &WriteTx, message: &Authorized<InThread>, now: DateTime<Utc>) -> Result<()> {
    let row = &message.written.row;
    leave_receipt(tx, row.id, message.permit().account(), ReceiptKind::ReadThanks, now).await?;
    message::Entity::update_many()
        .col_expr(message::Column::ThankedAt, Expr::value(now))
        .col_expr(message::Column::Version, Expr::col(message::Column::Version).add(1))
        .filter(message::Column::Id.eq(row.id))
        .filter(message::Column::ThankedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

async fn leave_receipt(
    tx: &WriteTx,
    message: Uuid,
    account: AccountId,
    kind: ReceiptKind,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = receipt::ActiveModel {
        message_id: Set(message),
        account_id: Set(account.0),
        kind: Set(kind.to_string()),
        at: Set(now),
    };
    receipt::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([receipt::Column::MessageId, receipt::Column::AccountId, receipt::Column::Kind])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// When the other side first opened some messages, by message: only openings by people who let
/// theirs be seen.
pub async fn openings(
    db: &impl ConnectionTrait,
    messages: &[Authorized<Written>],
) -> Result<BTreeMap<Uuid, DateTime<Utc>>> {
    let receipts = receipt::Entity::find()
        .filter(receipt::Column::MessageId.is_in(messages.iter().map(|message| message.row.id)))
        .filter(receipt::Column::Kind.eq(ReceiptKind::Opened.as_str()))
        .order_by_asc(receipt::Column::At)
        .order_by_asc(receipt::Column::MessageId)
        .order_by_asc(receipt::Column::AccountId)
        .all(db)
        .await?;
    if receipts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let readers: BTreeMap<Uuid, bool> = account::Entity::find()
        .filter(account::Column::Id.is_in(receipts.iter().map(|receipt| receipt.account_id)))
        .filter(account::Column::ReadReceipts.eq(true))
        .all(db)
        .await?
        .into_iter()
        .map(|reader| (reader.id, reader.role == Role::ServiceUser.as_str()))
        .collect();
    let mut openings = BTreeMap::new();
    for receipt in receipts {
        let Some(reader_is_owner) = readers.get(&receipt.account_id) else { continue };
        let from_owner = messages.iter().find(|message| message.row.id == receipt.message_id).map(|m| m.row.from_owner);
        if from_owner == Some(!reader_is_owner) {
            openings.entry(receipt.message_id).or_insert(receipt.at);
        }
    }
    Ok(openings)
}

/// Takes an unopened message back; `Duplicate` if it was opened meanwhile or taken back before.
pub async fn recall(tx: &WriteTx, message: &Authorized<InThread>, now: DateTime<Utc>) -> Result<()> {
    let changed = message::Entity::update_many()
        .col_expr(message::Column::RecalledAt, Expr::value(now))
        .col_expr(message::Column::Version, Expr::col(message::Column::Version).add(1))
        .filter(message::Column::Id.eq(message.written.row.id))
        .filter(message::Column::OpenedAt.is_null())
        .filter(message::Column::RecalledAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Duplicate("an opening or a recall".into())) }
}

/// Removes a message that nobody but its author ever saw, with the clock it started.
pub async fn unsend(tx: &WriteTx, message: &Authorized<InThread>) -> Result<()> {
    let id = message.written.row.id;
    reply_clock::Entity::delete_many().filter(reply_clock::Column::MessageId.eq(id)).exec(&**tx).await?;
    let gone = message::Entity::delete_many()
        .filter(message::Column::Id.eq(id))
        .filter(message::Column::OpenedAt.is_null())
        .filter(message::Column::RecalledAt.is_null())
        .exec(&**tx)
        .await?;
    if gone.rows_affected == 1 { Ok(()) } else { Err(StorageError::Duplicate("an opening or a recall".into())) }
}

/// Turns a question into something for the next consultation.
pub async fn keep_for_consultation(tx: &WriteTx, id: MessageId) -> Result<()> {
    message::Entity::update_many()
        .col_expr(message::Column::Kind, Expr::value(MessageKind::NextConsultation.as_str()))
        .col_expr(message::Column::Version, Expr::col(message::Column::Version).add(1))
        .filter(message::Column::Id.eq(id.0))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The message as the machinery needs it, whoever asks.
pub async fn for_machinery(db: &impl ConnectionTrait, id: MessageId) -> Result<Option<rows::Message>> {
    Ok(message::Entity::find_by_id(id.0).one(db).await?)
}
