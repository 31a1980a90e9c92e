//! A heavy reply or a fired silence clause, open until personal contact.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "concern")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub owner_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub slot_id: Option<Uuid>,
    pub since: DateTimeUtc,
    pub cleared_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub cleared_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
