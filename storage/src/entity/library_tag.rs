//! A theme or a topic of a revision.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "library_tag")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision_id: Uuid,
    /// `theme` or `topic`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub sort: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub word: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
