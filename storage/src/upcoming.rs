//! What is planned, for whom it concerns.

use crate::among::among;
use crate::entity::{reply_clock, series, slot};
use crate::error::Result;
use crate::rows;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::RelationshipId;
use domain::policy::Permit;
use domain::words::{Job, Outcome, SeriesState};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// Most promises looked at; the first due come first.
const MOST_CLOCKS: u64 = 200;

/// The series in one of `states` that prompt the permitted owner: her own, and those of her
/// relationships.
pub async fn of_owner(
    db: &impl ConnectionTrait,
    permit: Permit,
    relationships: &[RelationshipId],
    states: &[SeriesState],
) -> Result<Vec<rows::Series>> {
    let pairs: Vec<Uuid> = relationships.iter().map(|id| id.0).collect();
    // Beside "or nothing" no database uses an index.
    let theirs = (!pairs.is_empty()).then(|| among(series::Column::RelationshipId, &pairs));
    Ok(series::Entity::find()
        .filter(series::Column::State.is_in(states.iter().map(|state| state.as_str())))
        .filter(series::Column::Job.ne(Job::Digest.as_str()))
        .filter(Condition::any().add(series::Column::OwnerId.eq(permit.account().0)).add_option(theirs))
        .order_by_asc(series::Column::Id)
        .all(db)
        .await?)
}

/// Which of these promises the permitted owner is still to be told about, once her quiet hours end.
pub async fn told_later(db: &impl ConnectionTrait, permit: Permit, clocks: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(slot::Entity::find()
        .select_only()
        .column(slot::Column::Subject)
        .filter(slot::Column::RecipientId.eq(permit.account().0))
        .filter(slot::Column::Job.eq(Job::OverdueNotice.as_str()))
        .filter(slot::Column::Subject.is_in(clocks.iter().copied()))
        .filter(slot::Column::Outcome.eq(Outcome::Held.as_str()))
        .into_tuple()
        .all(db)
        .await?)
}

/// The promises to the permitted owner that are open, first due first.
pub async fn open_clocks(db: &impl ConnectionTrait, permit: Permit) -> Result<Vec<rows::ReplyClock>> {
    Ok(reply_clock::Entity::find()
        .filter(reply_clock::Column::OwnerId.eq(permit.account().0))
        .filter(reply_clock::Column::ClosedAt.is_null())
        .order_by_asc(reply_clock::Column::DueAt)
        .order_by_asc(reply_clock::Column::Id)
        .limit(MOST_CLOCKS)
        .all(db)
        .await?)
}

/// Notices to the permitted owner that are held over her quiet hours. What its writer can still undo
/// is not among them.
pub async fn held_notices(db: &impl ConnectionTrait, permit: Permit, now: DateTime<Utc>) -> Result<Vec<rows::Slot>> {
    Ok(slot::Entity::find()
        .filter(slot::Column::RecipientId.eq(permit.account().0))
        .filter(slot::Column::Outcome.eq(Outcome::Held.as_str()))
        .filter(slot::Column::Job.is_in([Job::MessageNotice.as_str(), Job::OverdueNotice.as_str()]))
        .filter(slot::Column::NextAt.gt(now))
        .order_by_asc(slot::Column::NextAt)
        .order_by_asc(slot::Column::Id)
        .all(db)
        .await?)
}

/// The check-ins in the permitted provider's name that are placed on dates [from, to].
pub async fn check_ins_of_provider(
    db: &impl ConnectionTrait,
    permit: Permit,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<rows::Series>> {
    Ok(series::Entity::find()
        .filter(series::Column::ProviderId.eq(permit.account().0))
        .filter(series::Column::Job.eq(Job::CheckIn.as_str()))
        .filter(series::Column::State.eq(SeriesState::Active.as_str()))
        .filter(series::Column::SlotOn.gte(from))
        .filter(series::Column::SlotOn.lte(to))
        .order_by_asc(series::Column::NextAt)
        .order_by_asc(series::Column::Id)
        .all(db)
        .await?)
}
