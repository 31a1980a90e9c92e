//! What somebody said beside an item or a section of an owner's plan.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "comment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub owner_id: Uuid,
    pub author_id: Uuid,
    pub item_id: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub section: Option<String>,
    /// Sealed.
    pub body: Vec<u8>,
    pub created_at: DateTimeUtc,
    pub hidden_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
