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
                    .table("notification")
                    .col(uuid("id").primary_key())
                    .col(uuid_null("slot_id"))
                    .col(text("job"))
                    .col(uuid("recipient_id"))
                    .col(uuid_null("owner_id"))
                    .col(uuid_null("relationship_id"))
                    .col(uuid_null("message_id"))
                    .col(uuid("opaque_id"))
                    .col(text("collapse_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("read_at"))
                    .col(timestamp_with_time_zone_null("withdrawn_at"))
                    .foreign_key(ForeignKey::create().from("notification", "slot_id").to("slot", "id"))
                    .foreign_key(ForeignKey::create().from("notification", "recipient_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("notification_opaque").table("notification").col("opaque_id").unique().to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("notification_recipient")
                    .table("notification")
                    .col("recipient_id")
                    .col("created_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("notification_slot").table("notification").col("slot_id").to_owned())
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("delivery")
                    .col(uuid("id").primary_key())
                    .col(uuid("notification_id"))
                    .col(text("channel"))
                    .col(uuid_null("device_id"))
                    .col(text("action"))
                    .col(text("state"))
                    .col(integer("attempts"))
                    .col(integer("crashes"))
                    .col(timestamp_with_time_zone_null("next_attempt_at"))
                    .col(timestamp_with_time_zone_null("first_attempt_at"))
                    .col(uuid_null("claimed_by"))
                    .col(timestamp_with_time_zone_null("lease_until"))
                    .col(text_null("reason"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("settled_at"))
                    .foreign_key(ForeignKey::create().from("delivery", "notification_id").to("notification", "id"))
                    .foreign_key(ForeignKey::create().from("delivery", "device_id").to("device", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("delivery_notification").table("delivery").col("notification_id").to_owned(),
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared(
                "create index delivery_due on delivery (next_attempt_at, id) where next_attempt_at is not null",
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared("create index delivery_dead on delivery (settled_at, id) where state = 'dead'")
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("delivery_attempt")
                    .col(uuid("delivery_id"))
                    .col(integer("number"))
                    .col(timestamp_with_time_zone("at"))
                    .col(text("outcome"))
                    .col(text_null("reason"))
                    .primary_key(Index::create().col("delivery_id").col("number"))
                    .foreign_key(ForeignKey::create().from("delivery_attempt", "delivery_id").to("delivery", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("digest_run")
                    .col(uuid("id").primary_key())
                    .col(uuid("provider_id"))
                    .col(date("on_date"))
                    .col(uuid_null("slot_id"))
                    .col(timestamp_with_time_zone("built_at"))
                    .col(timestamp_with_time_zone_null("opened_at"))
                    .col(integer("more"))
                    .col(json_binary("counts"))
                    .foreign_key(ForeignKey::create().from("digest_run", "provider_id").to("account", "id"))
                    .foreign_key(ForeignKey::create().from("digest_run", "slot_id").to("slot", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("digest_run_date")
                    .table("digest_run")
                    .col("provider_id")
                    .col("on_date")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("digest_line")
                    .col(uuid("digest_run_id"))
                    .col(integer("position"))
                    .col(text("section"))
                    .col(uuid("relationship_id"))
                    .col(uuid("owner_id"))
                    .col(uuid_null("message_id"))
                    .col(uuid_null("slot_id"))
                    .col(uuid_null("series_id"))
                    .col(uuid_null("clock_id"))
                    .col(uuid_null("review_id"))
                    .col(json_binary_null("plan_changes"))
                    .col(boolean("long"))
                    .col(integer("minutes"))
                    .primary_key(Index::create().col("digest_run_id").col("position"))
                    .foreign_key(ForeignKey::create().from("digest_line", "digest_run_id").to("digest_run", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("digest_line_message").table("digest_line").col("message_id").to_owned())
            .await?;
        manager
            .create_index(Index::create().name("digest_line_slot").table("digest_line").col("slot_id").to_owned())
            .await?;
        Ok(())
    }
}
