//! Contact between the pair: what the gate means by "they spoke lately".

use crate::among::among;
use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::{contact, message, thread};
use crate::error::Result;
use crate::relationships::Related;
use crate::rows;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AccountId, MessageId, RelationshipId, SlotId};
use domain::words::{ContactKind, MessageKind};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A call, a "let's talk" or a consultation that took place.
#[derive(Clone, Debug)]
pub struct NewContact {
    pub id: Uuid,
    pub relationship: RelationshipId,
    pub kind: ContactKind,
    pub by: AccountId,
    pub at: DateTime<Utc>,
    /// The day of a "let's talk", in the provider's zone.
    pub day: Option<NaiveDate>,
    /// The message it answers.
    pub message: Option<MessageId>,
    /// The check-in whose answer it answers.
    pub slot: Option<SlotId>,
}

pub async fn record(tx: &WriteTx, new: NewContact) -> Result<()> {
    let row = contact::ActiveModel {
        id: Set(new.id),
        relationship_id: Set(new.relationship.0),
        kind: Set(new.kind.to_string()),
        at: Set(new.at),
        by_account: Set(new.by.0),
        day: Set(new.day),
        message_id: Set(new.message.map(Into::into)),
        slot_id: Set(new.slot.map(Into::into)),
    };
    contact::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The day on which the provider wants to talk about an answer to a check-in; what he said last.
pub async fn talk_about(db: &impl ConnectionTrait, slot: SlotId) -> Result<Option<NaiveDate>> {
    Ok(contact::Entity::find()
        .filter(contact::Column::SlotId.eq(slot.0))
        .filter(contact::Column::Kind.eq(ContactKind::LetsTalk.as_str()))
        .order_by_desc(contact::Column::At)
        .order_by_desc(contact::Column::Id)
        .one(db)
        .await?
        .and_then(|row| row.day))
}

/// For the app, which authorises through its relationship.
pub async fn by_id(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<rows::Contact>> {
    Ok(contact::Entity::find_by_id(id).one(db).await?)
}

/// A page of a relationship's contacts, newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    related: &Authorized<Related>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<rows::Contact>> {
    let mut query = contact::Entity::find().filter(contact::Column::RelationshipId.eq(related.row.id));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(contact::Column::At.lt(at))
                .add(Condition::all().add(contact::Column::At.eq(at)).add(contact::Column::Id.lt(id))),
        );
    }
    Ok(query.order_by_desc(contact::Column::At).order_by_desc(contact::Column::Id).limit(limit).all(db).await?)
}

/// A relationship, and when the pair last spoke and wrote.
type Ends = (Uuid, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// When the pair was last in contact, by relationship: a message either way that is neither a vault text nor
/// recalled, a logged call, or a "let's talk". Answers to check-ins are not contact, and consultations have a rule
/// of their own. Of each thread only the end is read.
pub(crate) async fn latest_of(
    db: &impl ConnectionTrait,
    relationships: &[Uuid],
) -> Result<BTreeMap<Uuid, DateTime<Utc>>> {
    if relationships.is_empty() {
        return Ok(BTreeMap::new());
    }
    let pair = (thread::Entity, thread::Column::RelationshipId);
    let spoken = contact::Entity::find()
        .select_only()
        .column(contact::Column::At)
        .filter(Expr::col((contact::Entity, contact::Column::RelationshipId)).eq(Expr::col(pair)))
        .filter(contact::Column::Kind.ne(ContactKind::ConsultationHeld.as_str()))
        .order_by_desc(contact::Column::At)
        .limit(1)
        .into_query();
    let written = message::Entity::find()
        .select_only()
        .column(message::Column::SentAt)
        .filter(
            Expr::col((message::Entity, message::Column::ThreadId)).eq(Expr::col((thread::Entity, thread::Column::Id))),
        )
        .filter(message::Column::Kind.ne(MessageKind::Vault.as_str()))
        .filter(message::Column::RecalledAt.is_null())
        .order_by_desc(message::Column::SentAt)
        .limit(1)
        .into_query();
    let found: Vec<Ends> = thread::Entity::find()
        .select_only()
        .column(thread::Column::RelationshipId)
        .expr_as(SimpleExpr::SubQuery(None, Box::new(spoken.into())), "spoken")
        .expr_as(SimpleExpr::SubQuery(None, Box::new(written.into())), "written")
        .filter(among(thread::Column::RelationshipId, relationships))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().filter_map(|(pair, spoken, written)| Some((pair, std::cmp::max(spoken, written)?))).collect())
}

/// The "let's talk" answers to some check-ins, by check-in; of each the last said comes last.
pub async fn talks_about_answers(db: &impl ConnectionTrait, slots: &[SlotId]) -> Result<Vec<rows::Contact>> {
    Ok(contact::Entity::find()
        .filter(contact::Column::SlotId.is_in(slots.iter().map(|id| id.0)))
        .filter(contact::Column::Kind.eq(ContactKind::LetsTalk.as_str()))
        .order_by_asc(contact::Column::SlotId)
        .order_by_asc(contact::Column::At)
        .order_by_asc(contact::Column::Id)
        .all(db)
        .await?)
}

/// The "let's talk" answers to some messages, by message id.
pub async fn talks_about(db: &impl ConnectionTrait, messages: &[MessageId]) -> Result<Vec<rows::Contact>> {
    Ok(contact::Entity::find()
        .filter(contact::Column::MessageId.is_in(messages.iter().map(|id| id.0)))
        .filter(contact::Column::Kind.eq(ContactKind::LetsTalk.as_str()))
        .order_by_asc(contact::Column::MessageId)
        .order_by_asc(contact::Column::At)
        .order_by_asc(contact::Column::Id)
        .all(db)
        .await?)
}
