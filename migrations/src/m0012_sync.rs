use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("sync_cursor")
                    .col(blob("token_hash").primary_key())
                    .col(uuid("account_id"))
                    .col(uuid("device_id"))
                    .col(blob_null("parent_hash"))
                    .col(blob("manifest"))
                    .col(timestamp_with_time_zone("given_at"))
                    .col(timestamp_with_time_zone("used_at"))
                    .foreign_key(ForeignKey::create().from("sync_cursor", "account_id").to("account", "id"))
                    .foreign_key(ForeignKey::create().from("sync_cursor", "device_id").to("device", "id"))
                    .to_owned(),
            )
            .await?;
        for (name, column) in [("sync_cursor_device", "device_id"), ("sync_cursor_used", "used_at")] {
            let index = Index::create().name(name).table("sync_cursor").col(column).to_owned();
            manager.create_index(index).await?;
        }
        let index = Index::create().name("sync_cursor_account").table("sync_cursor").col("account_id").to_owned();
        manager.create_index(index).await
    }
}
