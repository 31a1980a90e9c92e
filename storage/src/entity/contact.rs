//! Personal contact other than messages: logged calls, let's-talk days, consultations held.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub relationship_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub at: DateTimeUtc,
    pub by_account: Uuid,
    pub day: Option<Date>,
    pub message_id: Option<Uuid>,
    /// The check-in whose answer it is about.
    pub slot_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
