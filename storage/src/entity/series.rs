//! What recurs: one job for one subject. next_at is when the planner looks at it again.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "series")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub job: String,
    pub owner_id: Option<Uuid>,
    pub provider_id: Option<Uuid>,
    pub relationship_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub every_days: i32,
    #[sea_orm(column_type = "Text")]
    pub zone: String,
    /// Of a round of the agreement: who asked for the one that waits.
    pub proposed_by: Option<Uuid>,
    pub owner_accepted_at: Option<DateTimeUtc>,
    pub provider_accepted_at: Option<DateTimeUtc>,
    pub accepted_on: Option<Date>,
    pub ends_on: Option<Date>,
    pub number: i32,
    pub anchor_on: Option<Date>,
    pub slot_on: Option<Date>,
    pub next_at: Option<DateTimeUtc>,
    pub closes_at: Option<DateTimeUtc>,
    pub last_anchor_on: Option<Date>,
    pub cycle: i32,
    pub prompts_in_cycle: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub trigger: Option<String>,
    pub with_provider_id: Option<Uuid>,
    pub rested_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub rest_reason: Option<String>,
    pub stopped_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
