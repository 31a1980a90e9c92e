//! What a digest listed, in order; ids only, so that what was recalled cannot linger.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "digest_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest_run_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    #[sea_orm(column_type = "Text")]
    pub section: String,
    pub relationship_id: Uuid,
    pub owner_id: Uuid,
    pub message_id: Option<Uuid>,
    pub slot_id: Option<Uuid>,
    pub series_id: Option<Uuid>,
    pub clock_id: Option<Uuid>,
    /// A wish to look at the plan together that answered no prompt.
    pub review_id: Option<Uuid>,
    /// The latest change of each section of the plan that is told of.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub plan_changes: Option<Json>,
    /// A proposal of the provider's that was answered.
    pub proposal_id: Option<Uuid>,
    /// The part of the toolbox whose items changed.
    #[sea_orm(column_type = "Text", nullable)]
    pub module: Option<String>,
    /// The latest change of each item that is told of.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub item_changes: Option<Json>,
    pub long: bool,
    pub minutes: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
