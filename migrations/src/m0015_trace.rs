//! Which trace something that goes out belongs to, so that it is found beside the call that caused it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text_null;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["slot", "delivery"] {
            manager.alter_table(Table::alter().table(table).add_column(text_null("trace")).to_owned()).await?;
        }
        Ok(())
    }
}
