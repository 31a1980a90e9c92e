//! Ordinary notices: one neutral push for what a provider wrote or did. Several fold into one while
//! the first is unread; in quiet hours the planner holds them.

use crate::among::among;
use crate::connect::WriteTx;
use crate::deliveries;
use crate::entity::{account, agreement_version, delivery, message, notification, proposal, series, slot};
use crate::error::{Result, StorageError};
use crate::planned;
use crate::relationships::Related;
use crate::slots::{self, Decided, NewSlot};
use chrono::{DateTime, Utc};
use domain::gate::Reason;
use domain::ids::{AccountId, MessageId, NotificationId, OrganisationId, RelationshipId, SlotId};
use domain::proposals::ProposalState;
use domain::words::{Channel, DeliveryState, Job, MessageKind, Outcome, RelationshipEnd, SeriesState};
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

/// The owner has something new in a thread from `visible_at` on. `message` is the provider's
/// message, or the one he acted on. Whether it is told, held or folded is decided at that instant.
pub async fn message_for_owner(
    tx: &WriteTx,
    related: &Related,
    message: MessageId,
    visible_at: DateTime<Utc>,
    new_id: &(dyn Fn() -> Uuid + Send + Sync),
    now: DateTime<Utc>,
) -> Result<()> {
    plan(tx, related, About::Item(message.0), visible_at, new_id, now).await
}

/// A provider has left or ended the relationship: the owner is told in her waking hours.
/// There is nobody at the other end of it any more, so it names no provider.
pub async fn end_for_owner(
    tx: &WriteTx,
    related: &Related,
    how: RelationshipEnd,
    new_id: &(dyn Fn() -> Uuid + Send + Sync),
    now: DateTime<Utc>,
) -> Result<()> {
    plan(tx, related, About::End(how), now, new_id, now).await
}

/// How the relationship ended that a notice tells the end of; `None`: it tells of something else.
pub fn end_told(row: &crate::rows::Slot) -> Result<Option<RelationshipEnd>> {
    let tells =
        row.job == Job::MessageNotice.as_str() && row.provider_id.is_none() && Some(row.subject) == row.relationship_id;
    Ok(match (tells, row.position.as_deref()) {
        (false, _) => None,
        (true, Some(word)) => Some(word.parse()?),
        (true, None) => Some(RelationshipEnd::Left),
    })
}

/// What a notice is about.
enum About {
    Item(Uuid),
    /// The end itself, and which one, in the slot's position.
    End(RelationshipEnd),
}

async fn plan(
    tx: &WriteTx,
    related: &Related,
    about: About,
    visible_at: DateTime<Utc>,
    new_id: &(dyn Fn() -> Uuid + Send + Sync),
    now: DateTime<Utc>,
) -> Result<()> {
    let owner = related.view.owner;
    let (subject, provider, position) = match about {
        About::Item(id) => (id, Some(related.view.responsible), None),
        About::End(how) => (related.view.id.0, None, Some(how.to_string())),
    };
    let account = account::Entity::find_by_id(owner.0)
        .one(&**tx)
        .await?
        .ok_or_else(|| StorageError::Corrupt("relationship without its owner".into()))?;
    let (policy_version, _) = crate::policies::in_force(&**tx, OrganisationId(account.organisation_id)).await?;
    let zone = account.zone;
    let on_date = visible_at
        .with_timezone(&zone.parse::<chrono_tz::Tz>().map_err(|_| StorageError::Corrupt("unknown zone".into()))?)
        .date_naive();
    let decided = Decided {
        outcome: Outcome::Planned,
        reason: Reason::Due,
        gates: json!([]),
        channels: json!([]),
        policy_version,
        agreement_version: None,
        counts_unanswered: false,
        sent_on: None,
    };
    let new = NewSlot {
        id: SlotId(new_id()),
        series: None,
        job: Job::MessageNotice,
        subject,
        on_date,
        owner: Some(owner),
        provider,
        relationship: Some(related.view.id),
        recipient: owner,
        recipient_zone: zone,
        number: 0,
        position,
        items: Some(json!([subject])),
        promised_on: None,
        long_count: None,
        fires_at: visible_at,
        next_at: Some(visible_at),
        closes_at: None,
        decided,
        trace: None,
    };
    slots::plan(tx, new, now).await?;
    Ok(())
}

/// The ids of what a slot stands for.
pub fn items_of(row: &crate::rows::Slot) -> Vec<Uuid> {
    row.items.as_ref().and_then(|items| serde_json::from_value(items.clone()).ok()).unwrap_or_default()
}

/// Those of a slot's items that are messages; others are proposals, check-ins, calls, consultations.
pub async fn messages_of(db: &impl ConnectionTrait, row: &crate::rows::Slot) -> Result<Vec<Uuid>> {
    let items = items_of(row);
    let rows = message::Entity::find().filter(message::Column::Id.is_in(items.iter().copied())).all(db).await?;
    Ok(items.into_iter().filter(|id| rows.iter().any(|row| row.id == *id)).collect())
}

/// Those of a slot's items that are proposals to what the owner keeps.
pub async fn proposals_of(db: &impl ConnectionTrait, row: &crate::rows::Slot) -> Result<Vec<Uuid>> {
    let items = items_of(row);
    let rows = proposal::Entity::find().filter(proposal::Column::Id.is_in(items.iter().copied())).all(db).await?;
    Ok(items.into_iter().filter(|id| rows.iter().any(|row| row.id == *id)).collect())
}

/// The owner has a proposal of her provider's to answer, a series, a wording of the agreement or a change of what she
/// keeps, or an answer to her own.
pub async fn proposal_for_owner(
    tx: &WriteTx,
    related: &Related,
    proposal: Uuid,
    new_id: &(dyn Fn() -> Uuid + Send + Sync),
    now: DateTime<Utc>,
) -> Result<()> {
    // Items of a notice are ids; what kind of thing they name is asked when it is sent.
    message_for_owner(tx, related, MessageId(proposal), now, new_id, now).await
}

/// Whether any of these is still news to the owner.
pub async fn still_news(db: &impl ConnectionTrait, items: &[MessageId]) -> Result<bool> {
    Ok(!news(db, items).await?.is_empty())
}

/// What of these is still news to the owner: a provider's message that she has not opened and
/// nobody took back, her own on which he acted, a proposal that waits for her or was answered, or a thing of another
/// kind (a consultation, a logged call, a promise about a check-in), which cannot be read meanwhile.
pub async fn news(db: &impl ConnectionTrait, items: &[MessageId]) -> Result<Vec<MessageId>> {
    let ids = || items.iter().map(|id| id.0);
    let messages = message::Entity::find().filter(message::Column::Id.is_in(ids())).all(db).await?;
    let proposals = series::Entity::find().filter(series::Column::Id.is_in(ids())).all(db).await?;
    let changes = proposal::Entity::find().filter(proposal::Column::Id.is_in(ids())).all(db).await?;
    let drafts = agreement_version::Entity::find().filter(agreement_version::Column::Id.is_in(ids())).all(db).await?;
    let stale = |id: &MessageId| {
        let read = |row: &&message::Model| row.recalled_at.is_some() || (row.opened_at.is_some() && !row.from_owner);
        messages.iter().filter(read).any(|row| row.id == id.0)
            || proposals.iter().any(|row| row.id == id.0 && !is_news(row))
            || changes.iter().any(|row| row.id == id.0 && row.state != ProposalState::Open.as_str())
            || drafts.iter().any(|row| row.id == id.0 && row.in_force_at.is_some())
    };
    Ok(items.iter().copied().filter(|id| !stale(id)).collect())
}

/// A provider's proposal as long as it waits; the owner's own once it was accepted or declined.
fn is_news(series: &crate::rows::Series) -> bool {
    let in_state = |state: SeriesState| series.state == state.as_str();
    if series.proposed_by != series.owner_id {
        return in_state(SeriesState::Proposed);
    }
    let declined = in_state(SeriesState::Stopped) && series.accepted_on.is_none();
    in_state(SeriesState::Active) || declined
}

/// The notices of a thread that are not settled yet, oldest first.
async fn open_notices(
    db: &impl ConnectionTrait,
    owner: AccountId,
    relationship: RelationshipId,
) -> Result<Vec<crate::rows::Slot>> {
    Ok(slot::Entity::find()
        .filter(slot::Column::Job.eq(Job::MessageNotice.as_str()))
        .filter(slot::Column::RecipientId.eq(owner.0))
        .filter(slot::Column::RelationshipId.eq(relationship.0))
        .filter(planned::open())
        .order_by_asc(slot::Column::Id)
        .all(db)
        .await?)
}

/// The other notice of a thread that is held already: what is held too folds into it.
pub async fn held_before(db: &impl ConnectionTrait, row: &crate::rows::Slot) -> Result<Option<crate::rows::Slot>> {
    let (Some(owner), Some(relationship)) = (row.owner_id, row.relationship_id) else { return Ok(None) };
    let open = open_notices(db, AccountId(owner), RelationshipId(relationship)).await?;
    Ok(open.into_iter().find(|other| other.id != row.id && other.outcome == Outcome::Held.as_str()))
}

/// Lets a held notice stand for what another one is about.
pub async fn fold_into(tx: &WriteTx, held: &crate::rows::Slot, other: &crate::rows::Slot) -> Result<()> {
    let mut items = items_of(held);
    for id in items_of(other) {
        if !items.contains(&id) {
            items.push(id);
        }
    }
    slots::fill(tx, SlotId(held.id), json!(items), None, held.closes_at).await
}

/// Whether the owner was told of something in this thread that still lies unread: one notice stands
/// for a whole unread stretch. What every gateway gave up on lies there too, and told her nothing.
pub async fn is_told(db: &impl ConnectionTrait, owner: AccountId, relationship: RelationshipId) -> Result<bool> {
    let unread = unread(db, owner, relationship).await?;
    if unread.is_empty() {
        return Ok(false);
    }
    let notices: Vec<Uuid> = unread.iter().map(|notice| notice.id).collect();
    let tries: Vec<(Uuid, String)> = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::NotificationId)
        .column(delivery::Column::State)
        .filter(among(delivery::Column::NotificationId, &notices))
        .filter(delivery::Column::Channel.ne(Channel::InApp.as_str()))
        .order_by_asc(delivery::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(unread.iter().any(|notice| {
        let mut hers = tries.iter().filter(|(of, _)| *of == notice.id).peekable();
        hers.peek().is_none() || hers.any(|(_, state)| *state != DeliveryState::Failed.as_str())
    }))
}

async fn unread(
    db: &impl ConnectionTrait,
    owner: AccountId,
    relationship: RelationshipId,
) -> Result<Vec<crate::rows::Notification>> {
    Ok(notification::Entity::find()
        .filter(notification::Column::RecipientId.eq(owner.0))
        .filter(notification::Column::RelationshipId.eq(relationship.0))
        .filter(notification::Column::Job.eq(Job::MessageNotice.as_str()))
        .filter(notification::Column::ReadAt.is_null())
        .filter(notification::Column::WithdrawnAt.is_null())
        .order_by_asc(notification::Column::Id)
        .all(db)
        .await?)
}

/// She opened something in the thread. What waited and has nothing to say any more is settled; when
/// no message of the provider's lies unread there, the stretch is over and its push is withdrawn.
pub async fn read(tx: &WriteTx, owner: AccountId, relationship: RelationshipId, now: DateTime<Utc>) -> Result<()> {
    for waiting in open_notices(&**tx, owner, relationship).await? {
        let items: Vec<MessageId> = items_of(&waiting).into_iter().map(MessageId).collect();
        if !still_news(&**tx, &items).await? {
            planned::settle(tx, &[waiting.id], Outcome::Skipped, Reason::AlreadyRead, now).await?;
        }
    }
    let lies_unread = message::Entity::find()
        .filter(message::Column::RelationshipId.eq(relationship.0))
        .filter(message::Column::FromOwner.eq(false))
        .filter(message::Column::OpenedAt.is_null())
        .filter(message::Column::RecalledAt.is_null())
        .filter(message::Column::VisibleAt.lte(now))
        .filter(message::Column::Kind.ne(MessageKind::Vault.as_str()))
        .count(&**tx)
        .await?;
    if lies_unread > 0 {
        return Ok(());
    }
    for row in unread(&**tx, owner, relationship).await? {
        deliveries::read(tx, NotificationId(row.id), now).await?;
    }
    Ok(())
}

/// The pair has parted: what lies unread on her devices is withdrawn.
pub async fn parted(tx: &WriteTx, owner: AccountId, relationship: RelationshipId, now: DateTime<Utc>) -> Result<()> {
    for row in unread(&**tx, owner, relationship).await? {
        deliveries::withdraw(tx, row.id, now).await?;
    }
    Ok(())
}

/// A message or a proposal was taken back before it was read: a notice that stood for it alone is cancelled or
/// withdrawn.
pub async fn recalled(tx: &WriteTx, message: MessageId, now: DateTime<Utc>) -> Result<()> {
    // Locked, or one that is recorded as sent just now would be neither open below nor sent here.
    let about = slot::Entity::find()
        .filter(slot::Column::Job.eq(Job::MessageNotice.as_str()))
        .filter(slot::Column::Subject.eq(message.0))
        .order_by_asc(slot::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(&**tx)
        .await?;
    for row in about {
        let (Some(owner), Some(relationship)) = (row.owner_id, row.relationship_id) else { continue };
        // A message folded into an earlier notice is one of that notice's items.
        for waiting in open_notices(&**tx, AccountId(owner), RelationshipId(relationship)).await? {
            let items = items_of(&waiting);
            if !items.contains(&message.0) {
                continue;
            }
            let left: Vec<Uuid> = items.into_iter().filter(|id| *id != message.0).collect();
            if left.is_empty() {
                planned::settle(tx, &[waiting.id], Outcome::Cancelled, Reason::Recalled, now).await?;
            } else {
                slots::fill(tx, SlotId(waiting.id), json!(left), None, waiting.closes_at).await?;
            }
        }
        if row.outcome == Outcome::Sent.as_str() && items_of(&row) == [message.0] {
            for shown in deliveries::of_slot(&**tx, SlotId(row.id)).await? {
                deliveries::withdraw(tx, shown.id, now).await?;
            }
        }
    }
    Ok(())
}
