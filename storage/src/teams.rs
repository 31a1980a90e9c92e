//! Teams (R52): providers of one organisation who share relationships.

use crate::connect::WriteTx;
use crate::entity::{membership, team};
use crate::error::Result;
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, OrganisationId, TeamId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

pub async fn create(
    tx: &WriteTx,
    id: TeamId,
    organisation: OrganisationId,
    name: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = team::ActiveModel {
        id: Set(id.0),
        organisation_id: Set(organisation.0),
        name: Set(name.to_owned()),
        created_at: Set(now),
    };
    team::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Takes a provider onto a team; being on it already is fine.
pub async fn join(tx: &WriteTx, id: TeamId, provider: AccountId, now: DateTime<Utc>) -> Result<()> {
    let row = membership::ActiveModel { team_id: Set(id.0), account_id: Set(provider.0), joined_at: Set(now) };
    membership::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([membership::Column::TeamId, membership::Column::AccountId]).do_nothing().to_owned(),
        )
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Several teams by id.
pub async fn many(db: &impl ConnectionTrait, ids: &[TeamId]) -> Result<Vec<rows::Team>> {
    Ok(team::Entity::find()
        .filter(team::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .order_by_asc(team::Column::Id)
        .all(db)
        .await?)
}

/// The teams these providers are on.
pub async fn of(db: &impl ConnectionTrait, providers: &[AccountId]) -> Result<Vec<TeamId>> {
    let rows = membership::Entity::find()
        .filter(membership::Column::AccountId.is_in(providers.iter().map(|id| id.0)))
        .order_by_asc(membership::Column::TeamId)
        .all(db)
        .await?;
    let mut teams: Vec<TeamId> = rows.into_iter().map(|row| TeamId(row.team_id)).collect();
    teams.dedup();
    Ok(teams)
}

/// Who is on a team.
pub async fn members(db: &impl ConnectionTrait, id: TeamId) -> Result<Vec<AccountId>> {
    let rows = membership::Entity::find()
        .filter(membership::Column::TeamId.eq(id.0))
        .order_by_asc(membership::Column::AccountId)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| AccountId(row.account_id)).collect())
}
