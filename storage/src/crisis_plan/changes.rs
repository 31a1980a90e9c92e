//! Which sections of a plan changed, and when: what readers of a section are told of. Never a word of it.

use crate::among::among;
use crate::connect::WriteTx;
use crate::entity::{plan, plan_change};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, PlanId};
use domain::plan_changes::{LatestChange, PlanChanges};
use domain::words::PlanSection;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Notes that `version` of a plan changed `sections`.
pub async fn note(
    tx: &WriteTx,
    plan: PlanId,
    version: i32,
    sections: &[PlanSection],
    now: DateTime<Utc>,
) -> Result<()> {
    if sections.is_empty() {
        return Ok(());
    }
    let rows = sections.iter().map(|section| plan_change::ActiveModel {
        plan_id: Set(plan.0),
        section: Set(section.to_string()),
        version: Set(version),
        number: Set(1),
        at: Set(now),
    });
    let again = Expr::col((plan_change::Entity, plan_change::Column::Number)).add(1);
    plan_change::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([plan_change::Column::PlanId, plan_change::Column::Section])
                .update_columns([plan_change::Column::Version, plan_change::Column::At])
                .value(plan_change::Column::Number, again)
                .to_owned(),
        )
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// The latest changes of the plans of `owners`, with one query.
pub async fn latest(db: &impl ConnectionTrait, owners: &[AccountId]) -> Result<BTreeMap<AccountId, PlanChanges>> {
    let owners: Vec<Uuid> = owners.iter().map(|id| id.0).collect();
    let rows = plan_change::Entity::find()
        .find_also_related(plan::Entity)
        .filter(among(plan::Column::OwnerId, &owners))
        .order_by_asc(plan_change::Column::PlanId)
        .order_by_asc(plan_change::Column::Section)
        .all(db)
        .await?;
    let mut found: BTreeMap<AccountId, PlanChanges> = BTreeMap::new();
    for (row, plan) in rows {
        let Some(plan) = plan else { continue };
        let change = LatestChange { version: row.version, at: row.at };
        found.entry(AccountId(plan.owner_id)).or_default().insert(row.section.parse()?, change);
    }
    Ok(found)
}

/// How often each section of an owner's plan was changed: the version of the section by itself. The plan's own number
/// counts the changes of all of them, and would tell a reader of one what becomes of the others.
pub async fn numbers(db: &impl ConnectionTrait, owner: AccountId) -> Result<BTreeMap<PlanSection, i32>> {
    let rows = plan_change::Entity::find()
        .inner_join(plan::Entity)
        .filter(plan::Column::OwnerId.eq(owner.0))
        .order_by_asc(plan_change::Column::Section)
        .all(db)
        .await?;
    rows.into_iter().map(|row| Ok((row.section.parse()?, row.number))).collect()
}
