//! Versions of an organisation's policy. Read fresh each time: what was published holds from its
//! commit on, in every process.

use crate::acts;
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
    /// For the defaults, which are written down with the first change of them.
    pub first_id: OrgPolicyId,
    /// The version it was made from; `Stale` if that is no longer the one in force.
    pub from_version: i32,
    pub rules: Rules,
    pub why: String,
}

/// The rules in force, with their version.
pub async fn in_force(db: &impl ConnectionTrait, of: OrganisationId) -> Result<(i32, Rules)> {
    let (organisation, published) = organisation::Entity::find_by_id(of.0)
        .find_also_related(org_policy::Entity)
        .order_by_desc(org_policy::Column::Version)
        .limit(1)
        .one(db)
        .await?
        .ok_or(StorageError::Hidden)?;
    held(&organisation, published.as_ref())
}

/// The rules of an organisation whose newest published version is `published`, with their version.
pub(crate) fn held(of: &rows::Organisation, published: Option<&rows::OrgPolicy>) -> Result<(i32, Rules)> {
    match published {
        Some(row) => Ok((row.version, rules_of(row)?)),
        None => Ok((FIRST_VERSION, defaults(of))),
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
    Ok(defaults(&row))
}

fn defaults(of: &rows::Organisation) -> Rules {
    Rules { holiday_calendar: of.calendar.clone(), ..Rules::default() }
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
    acts::of_all(&**tx).await?;
    let present = match latest(&**tx, of).await? {
        Some(row) => row.version,
        None => {
            write_first(tx, of, new.first_id).await?;
            FIRST_VERSION
        }
    };
    if present != new.from_version {
        return Err(StorageError::Stale);
    }
    let version = present.checked_add(1).ok_or(StorageError::Stale)?;
    let row = org_policy::ActiveModel {
        id: Set(new.id.0),
        organisation_id: Set(of.0),
        version: Set(version),
        rules: Set(serde_json::to_value(&new.rules)?),
        why: Set(new.why),
        created_by: Set(Some(permit.account().0)),
        created_at: Set(now),
    };
    insert(tx, row).await?;
    // The organisation's own column follows, for those who need nothing but the calendar.
    organisation::Entity::update_many()
        .col_expr(organisation::Column::Calendar, Expr::value(new.rules.holiday_calendar))
        .filter(organisation::Column::Id.eq(of.0))
        .exec(&**tx)
        .await?;
    reconsider_organisation(tx, of, now).await?;
    Ok(version)
}

/// Keeps what held so far, which later versions of this program might default otherwise.
async fn write_first(tx: &WriteTx, of: OrganisationId, id: OrgPolicyId) -> Result<()> {
    let since = organisation::Entity::find_by_id(of.0).one(&**tx).await?.ok_or(StorageError::Hidden)?.created_at;
    let row = org_policy::ActiveModel {
        id: Set(id.0),
        organisation_id: Set(of.0),
        version: Set(FIRST_VERSION),
        rules: Set(serde_json::to_value(first_rules(&**tx, of).await?)?),
        why: Set(String::new()),
        created_by: Set(None),
        created_at: Set(since),
    };
    insert(tx, row).await
}

/// Two who publish at once: the second is `Stale`.
async fn insert(tx: &WriteTx, row: org_policy::ActiveModel) -> Result<()> {
    match org_policy::Entity::insert(row).exec_without_returning(&**tx).await.map_err(StorageError::from) {
        Ok(_) => Ok(()),
        Err(StorageError::Duplicate(_)) => Err(StorageError::Stale),
        Err(error) => Err(error),
    }
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
