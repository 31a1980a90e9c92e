//! One thing to tell one recipient, whatever the channel.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub slot_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub job: String,
    pub recipient_id: Uuid,
    pub owner_id: Option<Uuid>,
    pub relationship_id: Option<Uuid>,
    pub message_id: Option<Uuid>,
    pub opaque_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub collapse_id: String,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub read_at: Option<DateTimeUtc>,
    pub withdrawn_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
