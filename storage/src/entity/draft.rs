//! Unsent text, private to its author.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draft")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub author_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub body: Vec<u8>,
    pub gist: Option<Vec<u8>>,
    pub important: bool,
    pub preview_allowed: bool,
    pub in_reply_to: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
