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
                    .table("org_policy")
                    .col(uuid("id").primary_key())
                    .col(uuid("organisation_id"))
                    .col(integer("version"))
                    .col(json_binary("rules"))
                    .col(text("why"))
                    .col(uuid_null("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(ForeignKey::create().from("org_policy", "organisation_id").to("organisation", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("org_policy_version")
                    .table("org_policy")
                    .col("organisation_id")
                    .col("version")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("template")
                    .col(uuid("id").primary_key())
                    .col(uuid("organisation_id"))
                    .col(text("key"))
                    .col(text("language"))
                    .col(integer("version"))
                    .col(text("pattern"))
                    .col(uuid("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(uuid_null("approved_by"))
                    .col(timestamp_with_time_zone_null("approved_at"))
                    .col(timestamp_with_time_zone_null("retired_at"))
                    .foreign_key(ForeignKey::create().from("template", "organisation_id").to("organisation", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("template_version")
                    .table("template")
                    .col("organisation_id")
                    .col("key")
                    .col("language")
                    .col("version")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("preview")
                    .col(uuid("id").primary_key())
                    .col(uuid("organisation_id"))
                    .col(uuid("requested_by"))
                    .col(json_binary("rules"))
                    .col(text("state"))
                    .col(integer("progress"))
                    .col(json_binary_null("result"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("alive_at"))
                    .col(timestamp_with_time_zone_null("finished_at"))
                    .foreign_key(ForeignKey::create().from("preview", "organisation_id").to("organisation", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("preview_state").table("preview").col("state").col("created_at").to_owned(),
            )
            .await?;
        Ok(())
    }
}
