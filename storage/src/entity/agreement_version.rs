//! One immutable wording of what the pair expects of each other (R24-R26).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub number: i32,
    #[sea_orm(column_type = "Text")]
    pub hash: String,
    pub terms: Vec<u8>,
    pub reply_window_days: i32,
    pub check_ins: bool,
    pub check_in_every_days: Option<i32>,
    pub silence_clause: Option<i32>,
    pub substitute_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub language: String,
    pub next_review_on: Option<Date>,
    pub drafted_by: Uuid,
    pub created_at: DateTimeUtc,
    pub in_force_at: Option<DateTimeUtc>,
    pub superseded_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
