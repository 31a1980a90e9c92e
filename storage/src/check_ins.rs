//! Check-in series and their slots as the two sides see them: the provider's cap and slate, the
//! cards, the answers.

use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::{absence, absence_consent, account, reply_clock, series, slot, slot_override};
use crate::error::{Result, StorageError};
use crate::relationships::{self, Related};
use crate::{calendars, policies, rows};
use chrono::{DateTime, NaiveDate, Utc};
use domain::check_ins::SlateAction;
use domain::ids::{AccountId, ItemId, OrganisationId, RelationshipId, SeriesId, SlotId};
use domain::organisation_policy::Rules;
use domain::ownership::Actor;
use domain::policy::{self, Card, InRelationship, Permit};
use domain::schedule::{Waking, check_in_window, hours_ever_overlap};
use domain::words::{CheckInAnswer, Job, Outcome, SeriesState};
use domain::working_time::ProviderCalendar;
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// What decides on which days a pair's check-ins can be sent.
#[derive(Clone, Debug)]
pub struct PairHours {
    pub waking: Waking,
    /// Without absences: they do not move a slot.
    pub calendar: ProviderCalendar,
    /// The owner's organisation's.
    pub rules: Rules,
    /// Most series of this provider.
    pub cap: u32,
}

impl PairHours {
    /// Whether a check-in can be sent on the owner's `date`: what the planner goes by.
    pub fn eligible(&self, date: NaiveDate) -> bool {
        !self.waking.is_quiet_day(date)
            && check_in_window(date, &self.calendar, &self.waking, &self.rules.check_in_times()).is_some()
    }

    /// Whether there is any such day in a series accepted on `date`.
    pub fn ever_meet(&self, date: NaiveDate) -> bool {
        hours_ever_overlap(date, &self.calendar, &self.waking, &self.rules.check_in_times())
    }

    /// The owner's date.
    pub fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        self.waking.local_date(now)
    }
}

pub async fn hours(
    db: &impl ConnectionTrait,
    owner: AccountId,
    provider: AccountId,
    now: DateTime<Utc>,
) -> Result<PairHours> {
    let account = |id: AccountId| async move {
        account::Entity::find_by_id(id.0).one(db).await?.ok_or_else(|| StorageError::Corrupt("pair of nobody".into()))
    };
    let (of_owner, of_provider) = (account(owner).await?, account(provider).await?);
    let (_, rules) = policies::in_force(db, OrganisationId(of_owner.organisation_id)).await?;
    let mut calendar = calendars::provider_herself(db, provider, now).await?;
    calendar.away.clear();
    let own_cap = u32::try_from(of_provider.check_in_cap).unwrap_or(0);
    Ok(PairHours { waking: calendars::owner(db, owner).await?, calendar, cap: rules.effective_cap(own_cap), rules })
}

/// How many accepted series a provider carries over all her relationships. One that rests keeps
/// its place: the owner alone may take it up again.
pub async fn carried_by(db: &impl ConnectionTrait, provider: AccountId, except: Option<SeriesId>) -> Result<u64> {
    let mut query = series::Entity::find()
        .filter(series::Column::ProviderId.eq(provider.0))
        .filter(series::Column::Job.eq(Job::CheckIn.as_str()))
        .filter(series::Column::State.is_in([SeriesState::Active.as_str(), SeriesState::Resting.as_str()]));
    if let Some(except) = except {
        query = query.filter(series::Column::Id.ne(except.0));
    }
    Ok(query.count(db).await?)
}

/// Takes turns with whoever else fills a place under this provider's cap.
pub async fn take_turn(tx: &WriteTx, provider: AccountId) -> Result<()> {
    account::Entity::find_by_id(provider.0).lock(LockType::NoKeyUpdate).one(&**tx).await?;
    Ok(())
}

/// Keeps the planner and everybody else from changing a series until this commit.
pub async fn hold(tx: &WriteTx, id: SeriesId) -> Result<()> {
    series::Entity::find_by_id(id.0).lock(LockType::NoKeyUpdate).one(&**tx).await?;
    Ok(())
}

/// A check-in series with its relationship, for this actor and action.
pub async fn series(
    db: &impl ConnectionTrait,
    actor: Actor,
    action: InRelationship,
    id: SeriesId,
    now: DateTime<Utc>,
) -> Result<(rows::Series, Authorized<Related>)> {
    let row = series::Entity::find_by_id(id.0)
        .one(db)
        .await?
        .filter(|row| row.job == Job::CheckIn.as_str())
        .ok_or(StorageError::Hidden)?;
    let relationship = row.relationship_id.map(RelationshipId).ok_or(StorageError::Hidden)?;
    let related = relationships::authorized(db, actor, action, relationship, now).await?;
    Ok((row, related))
}

/// The check-in series of an authorised relationship, newest first, those after `after` only.
pub async fn series_page(
    db: &impl ConnectionTrait,
    related: &Authorized<Related>,
    after: Option<SeriesId>,
    limit: u64,
) -> Result<Vec<rows::Series>> {
    let mut query = series::Entity::find()
        .filter(series::Column::RelationshipId.eq(related.row.id))
        .filter(series::Column::Job.eq(Job::CheckIn.as_str()));
    if let Some(after) = after {
        query = query.filter(series::Column::Id.lt(after.0));
    }
    Ok(query.order_by_desc(series::Column::Id).limit(limit).all(db).await?)
}

/// The series whose planned slot is on `date`, of the permitted provider.
pub async fn slate(db: &impl ConnectionTrait, permit: Permit, date: NaiveDate) -> Result<Vec<rows::Series>> {
    Ok(series::Entity::find()
        .filter(series::Column::ProviderId.eq(permit.account().0))
        .filter(series::Column::Job.eq(Job::CheckIn.as_str()))
        .filter(series::Column::State.eq(SeriesState::Active.as_str()))
        .filter(series::Column::SlotOn.eq(date))
        .order_by_asc(series::Column::NextAt)
        .order_by_asc(series::Column::Id)
        .all(db)
        .await?)
}

/// What was chosen on the slate for these series.
pub async fn slate_choices(db: &impl ConnectionTrait, series: &[Uuid]) -> Result<Vec<rows::SlotOverride>> {
    Ok(slot_override::Entity::find()
        .filter(slot_override::Column::SeriesId.is_in(series.iter().copied()))
        .order_by_asc(slot_override::Column::SeriesId)
        .order_by_asc(slot_override::Column::OnDate)
        .all(db)
        .await?)
}

/// The permitted provider skips or moves one slot, named by the day it would have without her
/// choice. A later choice takes the place of an earlier one.
pub async fn choose(
    tx: &WriteTx,
    permit: Permit,
    series: SeriesId,
    on_date: NaiveDate,
    to: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<()> {
    let action = if to.is_some() { SlateAction::Postpone } else { SlateAction::Skip };
    let row = slot_override::ActiveModel {
        series_id: Set(series.0),
        on_date: Set(on_date),
        action: Set(action.to_string()),
        to_on: Set(to),
        by_account: Set(permit.account().0),
        at: Set(now),
    };
    slot_override::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([slot_override::Column::SeriesId, slot_override::Column::OnDate])
                .update_columns([
                    slot_override::Column::Action,
                    slot_override::Column::ToOn,
                    slot_override::Column::ByAccount,
                    slot_override::Column::At,
                ])
                .to_owned(),
        )
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// A check-in that was sent, with its relationship, for whoever may see it. What was never sent is
/// a line in the ledger and no card.
pub async fn card(
    db: &impl ConnectionTrait,
    actor: Actor,
    id: SlotId,
    now: DateTime<Utc>,
) -> Result<(rows::Slot, Authorized<Related>)> {
    let row = slot::Entity::find_by_id(id.0)
        .one(db)
        .await?
        .filter(|row| row.job == Job::CheckIn.as_str() && row.outcome == Outcome::Sent.as_str())
        .ok_or(StorageError::Hidden)?;
    let relationship = row.relationship_id.map(RelationshipId).ok_or(StorageError::Hidden)?;
    let related = relationships::for_machinery(db, relationship, now).await?.ok_or(StorageError::Hidden)?;
    let clock_open = clock_of(db, id).await?.is_some_and(|clock| clock.closed_at.is_none());
    let card = Card { answered: row.answered_at.is_some(), clock_open };
    let decision = policy::on_card(actor, &related.view, card);
    Ok((row, Authorized::by(decision, related)?))
}

/// The clock that the answer to a check-in opened.
pub async fn clock_of(db: &impl ConnectionTrait, slot: SlotId) -> Result<Option<rows::ReplyClock>> {
    Ok(reply_clock::Entity::find()
        .filter(reply_clock::Column::SlotId.eq(slot.0))
        .order_by_desc(reply_clock::Column::Id)
        .one(db)
        .await?)
}

/// The permitted owner answers; the first answer stays. `Duplicate` if there was one.
pub async fn answer(
    tx: &WriteTx,
    row: &rows::Slot,
    answer: Option<CheckInAnswer>,
    note: Option<Vec<u8>>,
    item: Option<ItemId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let changed = slot::Entity::update_many()
        .col_expr(slot::Column::Answer, Expr::value(answer.map(CheckInAnswer::as_str)))
        .col_expr(slot::Column::AnsweredAt, Expr::value(now))
        .col_expr(slot::Column::Note, Expr::value(note))
        .col_expr(slot::Column::SharedItemId, Expr::value(item.map(|id| id.0)))
        .col_expr(slot::Column::OpenedAt, Expr::col(slot::Column::OpenedAt).if_null(now))
        .filter(slot::Column::Id.eq(row.id))
        .filter(slot::Column::AnsweredAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Duplicate("an answer".into())) }
}

/// The provider has read the answer; the first time stays. Tells whether this was it.
pub async fn thanked(tx: &WriteTx, row: &rows::Slot, now: DateTime<Utc>) -> Result<bool> {
    let changed = slot::Entity::update_many()
        .col_expr(slot::Column::ThankedAt, Expr::value(now))
        .filter(slot::Column::Id.eq(row.id))
        .filter(slot::Column::ThankedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Who stands in for a provider towards one owner on a date: accepted by the substitute, consented
/// to by the owner.
pub async fn stands_in(
    db: &impl ConnectionTrait,
    provider: AccountId,
    relationship: RelationshipId,
    date: NaiveDate,
) -> Result<Option<AccountId>> {
    let absences = absence::Entity::find()
        .filter(absence::Column::ProviderId.eq(provider.0))
        .filter(absence::Column::CancelledAt.is_null())
        .filter(absence::Column::SubstituteAcceptedAt.is_not_null())
        .filter(absence::Column::FromOn.lte(date))
        .filter(absence::Column::ToOn.gt(date))
        .order_by_asc(absence::Column::FromOn)
        .order_by_asc(absence::Column::Id)
        .all(db)
        .await?;
    for row in absences {
        let consented = absence_consent::Entity::find_by_id((row.id, relationship.0)).one(db).await?.is_some();
        if consented && let Some(substitute) = row.substitute_id {
            return Ok(Some(AccountId(substitute)));
        }
    }
    Ok(None)
}

/// Those among some check-ins of a relationship that were sent and that `actor` may see.
pub async fn cards_among(
    db: &impl ConnectionTrait,
    actor: Actor,
    related: &Related,
    ids: &[Uuid],
) -> Result<Vec<rows::Slot>> {
    let rows = slot::Entity::find()
        .filter(slot::Column::Id.is_in(ids.iter().copied()))
        .filter(slot::Column::RelationshipId.eq(related.row.id))
        .filter(slot::Column::Job.eq(Job::CheckIn.as_str()))
        .filter(slot::Column::Outcome.eq(Outcome::Sent.as_str()))
        .order_by_desc(slot::Column::PlannedAt)
        .order_by_desc(slot::Column::Id)
        .all(db)
        .await?;
    let open: Vec<Uuid> = reply_clock::Entity::find()
        .select_only()
        .column(reply_clock::Column::SlotId)
        .filter(reply_clock::Column::SlotId.is_in(rows.iter().map(|row| row.id)))
        .filter(reply_clock::Column::ClosedAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let seen = |row: &rows::Slot| {
        let card = Card { answered: row.answered_at.is_some(), clock_open: open.contains(&row.id) };
        matches!(policy::on_card(actor, &related.view, card), policy::Decision::Permit(_))
    };
    Ok(rows.into_iter().filter(seen).collect())
}

/// Check-ins of an authorised relationship that were sent, newest first. `answered` leaves out those
/// without an answer.
pub async fn cards(
    db: &impl ConnectionTrait,
    related: &Authorized<Related>,
    answered: bool,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<rows::Slot>> {
    let mut query = slot::Entity::find()
        .filter(slot::Column::RelationshipId.eq(related.row.id))
        .filter(slot::Column::Job.eq(Job::CheckIn.as_str()))
        .filter(slot::Column::Outcome.eq(Outcome::Sent.as_str()));
    if answered {
        query = query.filter(slot::Column::AnsweredAt.is_not_null());
    }
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(slot::Column::PlannedAt.lt(at))
                .add(Condition::all().add(slot::Column::PlannedAt.eq(at)).add(slot::Column::Id.lt(id))),
        );
    }
    Ok(query.order_by_desc(slot::Column::PlannedAt).order_by_desc(slot::Column::Id).limit(limit).all(db).await?)
}
