//! What a device was told, by the cursor that it was given with it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_cursor")]
pub struct Model {
    /// SHA-256 of the cursor, which nobody but the device has.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    pub account_id: Uuid,
    pub device_id: Uuid,
    /// Of the cursor that it was asked with; none for the first page of a load.
    pub parent_hash: Option<Vec<u8>>,
    /// Ids and stamps, compressed; no words.
    pub manifest: Vec<u8>,
    pub given_at: DateTimeUtc,
    /// By the day: a cursor that nobody used for long is forgotten.
    pub used_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
