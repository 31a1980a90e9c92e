//! One thing there is to read in the library. Its content is in its revisions.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "library_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// None: shipped with the service.
    pub organisation_id: Option<Uuid>,
    /// What a shipped entry is called in the starter set.
    #[sea_orm(column_type = "Text", nullable)]
    pub starter_key: Option<String>,
    /// The shipped entry in whose place the organisation reads this one.
    pub replaces: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// The revision that is read.
    pub published_id: Option<Uuid>,
    pub published_at: Option<DateTimeUtc>,
    pub retired_at: Option<DateTimeUtc>,
    pub created_by: Option<Uuid>,
    pub created_at: DateTimeUtc,
    /// Of the entry and its newest revision: what If-Match compares.
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
