//! The words of a published entry in one language, as the database's full-text search takes them. The index over
//! it (PostgreSQL: the column `words`; SQLite: the table `library_index`) follows by itself, in the same statement.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "library_search")]
pub struct Model {
    /// SQLite's index refers to rows by a number that must outlive a VACUUM.
    #[sea_orm(primary_key)]
    pub seq: i32,
    pub entry_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub language: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub summary: String,
    #[sea_orm(column_type = "Text")]
    pub body: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
