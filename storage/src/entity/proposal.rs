//! A change that a provider proposes to one item or one section of an owner's plan.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "proposal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub owner_id: Uuid,
    pub author_id: Uuid,
    /// Through which it was made.
    pub relationship_id: Uuid,
    pub item_id: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub section: Option<String>,
    /// Of the item, or of the section by itself.
    pub base_version: i32,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// Sealed: what was there, what is proposed, and why.
    pub body: Vec<u8>,
    /// Sealed: what the owner said when she declined.
    pub answer: Option<Vec<u8>>,
    pub created_at: DateTimeUtc,
    pub answered_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
