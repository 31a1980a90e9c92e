//! A provider is away from the first date up to, not including, the second.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "absence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub provider_id: Uuid,
    pub from_on: Date,
    pub to_on: Date,
    pub substitute_id: Option<Uuid>,
    pub substitute_accepted_at: Option<DateTimeUtc>,
    pub substitute_declined_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub cancelled_at: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
