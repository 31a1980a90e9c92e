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
                    .table("plan")
                    .col(uuid("id").primary_key())
                    .col(uuid("owner_id"))
                    .col(timestamp_with_time_zone("written_at"))
                    .col(timestamp_with_time_zone("edited_at"))
                    .col(integer("version"))
                    .foreign_key(ForeignKey::create().from("plan", "owner_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("plan_owner").table("plan").col("owner_id").unique().to_owned())
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("plan_section")
                    .col(uuid("plan_id"))
                    .col(text("section"))
                    .col(blob("body"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .primary_key(Index::create().col("plan_id").col("section"))
                    .foreign_key(ForeignKey::create().from("plan_section", "plan_id").to("plan", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("plan_change")
                    .col(uuid("plan_id"))
                    .col(text("section"))
                    .col(integer("version"))
                    .col(timestamp_with_time_zone("at"))
                    .primary_key(Index::create().col("plan_id").col("section"))
                    .foreign_key(ForeignKey::create().from("plan_change", "plan_id").to("plan", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("plan_version")
                    .col(uuid("plan_id"))
                    .col(integer("number"))
                    .col(blob("sections"))
                    .col(timestamp_with_time_zone("created_at"))
                    .primary_key(Index::create().col("plan_id").col("number"))
                    .foreign_key(ForeignKey::create().from("plan_version", "plan_id").to("plan", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("plan_use")
                    .col(uuid("id").primary_key())
                    .col(uuid("plan_id"))
                    .col(timestamp_with_time_zone("used_at"))
                    .col(text("level"))
                    .col(blob_null("note"))
                    .foreign_key(ForeignKey::create().from("plan_use", "plan_id").to("plan", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("plan_use_plan").table("plan_use").col("plan_id").col("used_at").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("plan_review")
                    .col(uuid("id").primary_key())
                    .col(uuid("plan_id"))
                    .col(timestamp_with_time_zone("at"))
                    .col(text("answer"))
                    .col(uuid_null("with_provider_id"))
                    .col(uuid_null("slot_id"))
                    .foreign_key(ForeignKey::create().from("plan_review", "plan_id").to("plan", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("plan_review_plan").table("plan_review").col("plan_id").col("at").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("plan_review_choice")
                    .col(uuid("owner_id").primary_key())
                    .col(text("triggers"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(ForeignKey::create().from("plan_review_choice", "owner_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }
}
