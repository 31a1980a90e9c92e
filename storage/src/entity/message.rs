//! One message. The recipient sees it from visible_at on (30 seconds after sending).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub thread_id: Uuid,
    pub relationship_id: Uuid,
    pub author_id: Uuid,
    pub from_owner: bool,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub body: Vec<u8>,
    pub gist: Option<Vec<u8>>,
    /// The medication overview its owner sent with it.
    pub medication: Option<Vec<u8>>,
    pub chars: i32,
    pub important: bool,
    pub preview_allowed: bool,
    pub in_reply_to: Option<Uuid>,
    pub sent_at: DateTimeUtc,
    pub visible_at: DateTimeUtc,
    pub recalled_at: Option<DateTimeUtc>,
    pub opened_at: Option<DateTimeUtc>,
    pub thanked_at: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
