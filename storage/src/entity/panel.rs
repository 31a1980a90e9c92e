//! An owner's control panel as it was last made, and how often her toolbox changed since it was first written.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "panel")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    pub changes: i32,
    /// The number of changes the body is made of; another one than `changes`: it is out of date.
    pub made_of: i32,
    /// The version of the program's idea of a panel.
    pub shape: i32,
    pub body: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
