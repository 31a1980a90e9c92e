//! One thing an owner keeps in her toolbox. Without a body it was deleted, and only a tombstone is left.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub owner_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub module: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub parent_id: Option<Uuid>,
    pub other_id: Option<Uuid>,
    pub draft: bool,
    pub version: i32,
    pub body: Option<Vec<u8>>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
