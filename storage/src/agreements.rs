//! What a pair agreed: versions that never change, and who accepted which text.

use crate::entity::agreement_version;
use crate::error::Result;
use crate::rows;
use domain::ids::RelationshipId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// The version that applies now: accepted by both and not superseded. `None` blocks check-ins and
/// nothing else (R26).
pub async fn in_force(
    db: &impl ConnectionTrait,
    relationship: RelationshipId,
) -> Result<Option<rows::AgreementVersion>> {
    Ok(agreement_version::Entity::find()
        .filter(agreement_version::Column::RelationshipId.eq(relationship.0))
        .filter(agreement_version::Column::InForceAt.is_not_null())
        .filter(agreement_version::Column::SupersededAt.is_null())
        .order_by_desc(agreement_version::Column::Number)
        .one(db)
        .await?)
}

/// The versions that apply now, of several relationships, by relationship.
pub async fn in_force_of(
    db: &impl ConnectionTrait,
    relationships: &[RelationshipId],
) -> Result<Vec<rows::AgreementVersion>> {
    Ok(agreement_version::Entity::find()
        .filter(agreement_version::Column::RelationshipId.is_in(relationships.iter().map(|id| id.0)))
        .filter(agreement_version::Column::InForceAt.is_not_null())
        .filter(agreement_version::Column::SupersededAt.is_null())
        .order_by_asc(agreement_version::Column::RelationshipId)
        .order_by_asc(agreement_version::Column::Number)
        .all(db)
        .await?)
}
