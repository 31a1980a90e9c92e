//! One digest of one provider on one date.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "digest_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub provider_id: Uuid,
    pub on_date: Date,
    pub slot_id: Option<Uuid>,
    pub built_at: DateTimeUtc,
    pub opened_at: Option<DateTimeUtc>,
    pub more: i32,
    #[sea_orm(column_type = "JsonBinary")]
    pub counts: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
