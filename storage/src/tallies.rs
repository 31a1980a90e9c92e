//! The ledger counted. What may be shown of it is the domain's to say.

use crate::entity::{account, slot};
use crate::error::Result;
use chrono::NaiveDate;
use domain::ids::OrganisationId;
use domain::organisation_policy::tally::RawTally;
use domain::policy::Permit;
use domain::words::Outcome;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait};

/// Slots of the permitted actor's organisation on dates [from, to), by job and outcome. What is only
/// planned came to nothing yet.
pub async fn of_period(
    db: &impl ConnectionTrait,
    permit: Permit,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<RawTally>> {
    of_organisation(db, permit.actor().organisation, from, to).await
}

/// The same for the machinery.
pub async fn of_organisation(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<RawTally>> {
    let people = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::OrganisationId.eq(organisation.0))
        .into_query();
    let rows: Vec<(String, String, i64, i64, i64)> = slot::Entity::find()
        .select_only()
        .column(slot::Column::Job)
        .column(slot::Column::Outcome)
        .column_as(slot::Column::Id.count(), "slots")
        .column_as(Expr::col(slot::Column::OwnerId).count_distinct(), "owners")
        .column_as(Expr::col(slot::Column::RecipientId).count_distinct(), "recipients")
        .filter(slot::Column::RecipientId.in_subquery(people))
        .filter(slot::Column::OnDate.gte(from))
        .filter(slot::Column::OnDate.lt(to))
        .filter(slot::Column::Outcome.ne(Outcome::Planned.as_str()))
        .group_by(slot::Column::Job)
        .group_by(slot::Column::Outcome)
        .into_tuple()
        .all(db)
        .await?;
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    rows.into_iter()
        .map(|(job, outcome, count, owners, recipients)| {
            Ok(RawTally {
                job: job.parse()?,
                outcome: outcome.parse()?,
                count: number(count),
                owners: number(owners),
                recipients: number(recipients),
            })
        })
        .collect()
}
