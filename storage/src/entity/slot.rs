//! One occurrence on one local date, and its row in the ledger.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "slot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub series_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub job: String,
    pub subject: Uuid,
    pub on_date: Date,
    pub owner_id: Option<Uuid>,
    pub provider_id: Option<Uuid>,
    pub relationship_id: Option<Uuid>,
    pub recipient_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub recipient_zone: String,
    pub number: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub position: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub outcome: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub gates: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub channels: Json,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub items: Option<Json>,
    pub promised_on: Option<Date>,
    pub long_count: Option<i32>,
    pub policy_version: i32,
    pub agreement_version: Option<i32>,
    pub counts_unanswered: bool,
    pub fires_at: DateTimeUtc,
    pub next_at: Option<DateTimeUtc>,
    pub sent_on: Option<Date>,
    pub closes_at: Option<DateTimeUtc>,
    pub planned_at: DateTimeUtc,
    pub decided_at: DateTimeUtc,
    pub settled_at: Option<DateTimeUtc>,
    pub opened_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    pub answered_at: Option<DateTimeUtc>,
    /// The provider's "read it, thanks" to the answer.
    pub thanked_at: Option<DateTimeUtc>,
    pub note: Option<Vec<u8>>,
    /// The item of her toolbox that she answered with.
    pub shared_item_id: Option<Uuid>,
    /// W3C `traceparent` of what caused it.
    #[sea_orm(column_type = "Text", nullable)]
    pub trace: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
