//! Owner and provider looking at something together. Who is there at the moment stands here while it runs, and is wiped
//! as it ends.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "joint_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub provider_id: Uuid,
    pub proposed_by: Uuid,
    #[sea_orm(column_type = "Text")]
    pub stage: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub opened_kind: Option<String>,
    /// An item's or entry's id, or a section; of a link nothing.
    #[sea_orm(column_type = "Text", nullable)]
    pub opened: Option<String>,
    /// Sealed for the owner.
    pub link: Option<Vec<u8>>,
    pub revealed_at: Option<DateTimeUtc>,
    pub owner_here_until: Option<DateTimeUtc>,
    pub provider_here_until: Option<DateTimeUtc>,
    pub proposed_at: DateTimeUtc,
    pub joined_at: Option<DateTimeUtc>,
    pub lapses_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub ended_how: Option<String>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
