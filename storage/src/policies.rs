//! Versions of an organisation's policy. Read fresh each time: what was published holds from its
//! commit on, in every process.

use crate::connect::WriteTx;
use crate::entity::{account, org_policy, organisation, series};
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{OrgPolicyId, OrganisationId};
use domain::organisation_policy::{FIRST_VERSION, Rules};
use domain::policy::Permit;
use domain::words::SeriesState;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

/// A version about to be published.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    pub id: OrgPolicyId,
    /// The version it was made from; `Stale` if that is no longer the one in force.
    pub from_version: i32,
    pub rules: Rules,
    pub why: String,
}

/// The rules in force, with their version.
pub async fn in_force(db: &impl ConnectionTrait, of: OrganisationId) -> Result<(i32, Rules)> {
    match latest(db, of).await? {
        Some(row) => Ok((row.version, rules_of(&row)?)),
        None => Ok((FIRST_VERSION, first_rules(db, of).await?)),
    }
}

/// The row of the version in force; none as long as the defaults hold.
pub async fn latest(db: &impl ConnectionTrait, of: OrganisationId) -> Result<Option<rows::OrgPolicy>> {
    Ok(org_policy::Entity::find()
        .filter(org_policy::Column::OrganisationId.eq(of.0))
        .order_by_desc(org_policy::Column::Version)
        .limit(1)
        .one(db)
        .await?)
}

/// The rules of a stored version.
pub fn rules_of(row: &rows::OrgPolicy) -> Result<Rules> {
    Ok(serde_json::from_value(row.rules.clone())?)
}

/// The defaults, with the organisation's own calendar.
pub async fn first_rules(db: &impl ConnectionTrait, of: OrganisationId) -> Result<Rules> {
    let row = organisation::Entity::find_by_id(of.0).one(db).await?.ok_or(StorageError::Hidden)?;
    Ok(Rules { holiday_calendar: row.calendar, ..Rules::default() })
}

/// Published versions of the permitted actor's organisation, newest first, those before `before` only.
pub async fn versions(
    db: &impl ConnectionTrait,
    permit: Permit,
    before: Option<i32>,
    limit: u64,
) -> Result<Vec<rows::OrgPolicy>> {
    let mut query =
        org_policy::Entity::find().filter(org_policy::Column::OrganisationId.eq(permit.actor().organisation.0));
    if let Some(before) = before {
        query = query.filter(org_policy::Column::Version.lt(before));
    }
    Ok(query.order_by_desc(org_policy::Column::Version).limit(limit).all(db).await?)
}

/// Publishes the next version for the permitted actor's organisation; the planner looks again at
/// everything of it.
pub async fn publish(tx: &WriteTx, permit: Permit, new: NewPolicy, now: DateTime<Utc>) -> Result<i32> {
    let of = permit.actor().organisation;
    let present = latest(&**tx, of).await?.map_or(FIRST_VERSION, |row| row.version);
    if present != new.from_version {
        return Err(StorageError::Stale);
    }
    let version = present.checked_add(1).ok_or(StorageError::Stale)?;
    // The organisation's own column follows, for those who need nothing but the calendar.
    organisation::Entity::update_many()
        .col_expr(organisation::Column::Calendar, Expr::value(new.rules.holiday_calendar.clone()))
        .filter(organisation::Column::Id.eq(of.0))
        .exec(&**tx)
        .await?;
    let row = org_policy::ActiveModel {
        id: Set(new.id.0),
        organisation_id: Set(of.0),
        version: Set(version),
        rules: Set(serde_json::to_value(&new.rules)?),
        why: Set(new.why),
        created_by: Set(Some(permit.account().0)),
        created_at: Set(now),
    };
    match org_policy::Entity::insert(row).exec_without_returning(&**tx).await.map_err(StorageError::from) {
        Ok(_) => {}
        Err(StorageError::Duplicate(_)) => return Err(StorageError::Stale),
        Err(error) => return Err(error),
    }
    reconsider_organisation(tx, of, now).await?;
    Ok(version)
}

/// The planner looks again at every active series of the organisation's people. Done in one
/// statement, however many they are.
pub async fn reconsider_organisation(tx: &WriteTx, of: OrganisationId, now: DateTime<Utc>) -> Result<()> {
    let people = || {
        account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .filter(account::Column::OrganisationId.eq(of.0))
            .into_query()
    };
    series::Entity::update_many()
        .col_expr(series::Column::NextAt, Expr::value(now))
        .col_expr(series::Column::SlotOn, Expr::value(Option::<NaiveDate>::None))
        .filter(series::Column::State.eq(SeriesState::Active.as_str()))
        .filter(
            Condition::any()
                .add(series::Column::OwnerId.in_subquery(people()))
                .add(series::Column::ProviderId.in_subquery(people())),
        )
        .exec(&**tx)
        .await?;
    tx.wakes_worker();
    Ok(())
}
