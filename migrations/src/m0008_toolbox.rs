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
                    .table("item")
                    .col(uuid("id").primary_key())
                    .col(uuid("owner_id"))
                    .col(text("module"))
                    .col(text("kind"))
                    .col(uuid_null("parent_id"))
                    .col(uuid_null("other_id"))
                    .col(boolean("draft"))
                    .col(integer("version"))
                    .col(blob_null("body"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .col(timestamp_with_time_zone_null("deleted_at"))
                    .foreign_key(ForeignKey::create().from("item", "owner_id").to("account", "id"))
                    .foreign_key(ForeignKey::create().from("item", "parent_id").to("item", "id"))
                    .foreign_key(ForeignKey::create().from("item", "other_id").to("item", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("item_owner")
                    .table("item")
                    .col("owner_id")
                    .col("module")
                    .col("created_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("item_parent").table("item").col("parent_id").to_owned()).await?;
        manager.create_index(Index::create().name("item_other").table("item").col("other_id").to_owned()).await?;
        manager
            .create_table(
                Table::create()
                    .table("item_version")
                    .col(uuid("item_id"))
                    .col(integer("number"))
                    .col(boolean("draft"))
                    .col(blob("body"))
                    .col(timestamp_with_time_zone("written_at"))
                    .primary_key(Index::create().col("item_id").col("number"))
                    .foreign_key(ForeignKey::create().from("item_version", "item_id").to("item", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("panel")
                    .col(uuid("owner_id").primary_key())
                    .col(integer("changes"))
                    .col(integer("made_of"))
                    .col(integer("shape"))
                    .col(blob_null("body"))
                    .foreign_key(ForeignKey::create().from("panel", "owner_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }
}
