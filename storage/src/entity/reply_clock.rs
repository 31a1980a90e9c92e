//! A promise to answer. next_at is when the planner looks at it again.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reply_clock")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub owner_id: Uuid,
    pub provider_id: Uuid,
    pub message_id: Option<Uuid>,
    pub slot_id: Option<Uuid>,
    pub window_days: i32,
    pub opened_at: DateTimeUtc,
    pub first_promised_on: Date,
    pub promised_on: Date,
    pub due_at: DateTimeUtc,
    pub next_at: Option<DateTimeUtc>,
    pub overdue_on: Option<Date>,
    #[sea_orm(column_type = "Text", nullable)]
    pub moved_by: Option<String>,
    pub handed_to: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub choice: Option<String>,
    pub chosen_at: Option<DateTimeUtc>,
    pub uncertain_since: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub closed_by: Option<String>,
    pub closed_by_account: Option<Uuid>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
