//! The owner lets the substitute see threads with open clocks, for one absence.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "absence_consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub absence_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub relationship_id: Uuid,
    pub given_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
