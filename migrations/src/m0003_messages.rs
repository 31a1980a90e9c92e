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
                    .table("thread")
                    .col(uuid("id").primary_key())
                    .col(uuid("relationship_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(ForeignKey::create().from("thread", "relationship_id").to("relationship", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("thread_relationship").table("thread").col("relationship_id").unique().to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("message")
                    .col(uuid("id").primary_key())
                    .col(uuid("thread_id"))
                    .col(uuid("relationship_id"))
                    .col(uuid("author_id"))
                    .col(boolean("from_owner"))
                    .col(text("kind"))
                    .col(blob("body"))
                    .col(blob_null("gist"))
                    .col(blob_null("medication"))
                    .col(integer("chars"))
                    .col(boolean("important"))
                    .col(boolean("preview_allowed"))
                    .col(uuid_null("in_reply_to"))
                    .col(timestamp_with_time_zone("sent_at"))
                    .col(timestamp_with_time_zone("visible_at"))
                    .col(timestamp_with_time_zone_null("recalled_at"))
                    .col(timestamp_with_time_zone_null("opened_at"))
                    .col(timestamp_with_time_zone_null("thanked_at"))
                    .col(integer("version"))
                    .foreign_key(ForeignKey::create().from("message", "thread_id").to("thread", "id"))
                    .foreign_key(ForeignKey::create().from("message", "relationship_id").to("relationship", "id"))
                    .foreign_key(ForeignKey::create().from("message", "author_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("message_thread")
                    .table("message")
                    .col("thread_id")
                    .col("sent_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("message_unread")
                    .table("message")
                    .col("relationship_id")
                    .col("from_owner")
                    .col("opened_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("draft")
                    .col(uuid("id").primary_key())
                    .col(uuid("relationship_id"))
                    .col(uuid("author_id"))
                    .col(text("kind"))
                    .col(blob("body"))
                    .col(blob_null("gist"))
                    .col(boolean("important"))
                    .col(boolean("preview_allowed"))
                    .col(uuid_null("in_reply_to"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .col(integer("version"))
                    .foreign_key(ForeignKey::create().from("draft", "relationship_id").to("relationship", "id"))
                    .foreign_key(ForeignKey::create().from("draft", "author_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("draft_author").table("draft").col("author_id").col("updated_at").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("receipt")
                    .col(uuid("message_id"))
                    .col(uuid("account_id"))
                    .col(text("kind"))
                    .col(timestamp_with_time_zone("at"))
                    .primary_key(Index::create().col("message_id").col("account_id").col("kind"))
                    .foreign_key(ForeignKey::create().from("receipt", "message_id").to("message", "id"))
                    .foreign_key(ForeignKey::create().from("receipt", "account_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("reply_clock")
                    .col(uuid("id").primary_key())
                    .col(uuid("relationship_id"))
                    .col(uuid("owner_id"))
                    .col(uuid("provider_id"))
                    .col(uuid_null("message_id"))
                    .col(uuid_null("slot_id"))
                    .col(integer("window_days"))
                    .col(timestamp_with_time_zone("opened_at"))
                    .col(date("first_promised_on"))
                    .col(date("promised_on"))
                    .col(timestamp_with_time_zone("due_at"))
                    .col(timestamp_with_time_zone_null("next_at"))
                    .col(date_null("overdue_on"))
                    .col(text_null("moved_by"))
                    .col(uuid_null("handed_to"))
                    .col(text_null("choice"))
                    .col(timestamp_with_time_zone_null("chosen_at"))
                    .col(timestamp_with_time_zone_null("uncertain_since"))
                    .col(timestamp_with_time_zone_null("closed_at"))
                    .col(text_null("closed_by"))
                    .col(uuid_null("closed_by_account"))
                    .col(integer("version"))
                    .foreign_key(ForeignKey::create().from("reply_clock", "relationship_id").to("relationship", "id"))
                    .foreign_key(ForeignKey::create().from("reply_clock", "owner_id").to("account", "id"))
                    .foreign_key(ForeignKey::create().from("reply_clock", "provider_id").to("account", "id"))
                    .foreign_key(ForeignKey::create().from("reply_clock", "message_id").to("message", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("reply_clock_relationship")
                    .table("reply_clock")
                    .col("relationship_id")
                    .col("closed_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("reply_clock_provider")
                    .table("reply_clock")
                    .col("provider_id")
                    .col("closed_at")
                    .col("due_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("reply_clock_owner")
                    .table("reply_clock")
                    .col("owner_id")
                    .col("opened_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("reply_clock_message").table("reply_clock").col("message_id").unique().to_owned(),
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared("create index reply_clock_next on reply_clock (next_at, id) where next_at is not null")
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("contact")
                    .col(uuid("id").primary_key())
                    .col(uuid("relationship_id"))
                    .col(text("kind"))
                    .col(timestamp_with_time_zone("at"))
                    .col(uuid("by_account"))
                    .col(date_null("day"))
                    .col(uuid_null("message_id"))
                    .col(uuid_null("slot_id"))
                    .foreign_key(ForeignKey::create().from("contact", "relationship_id").to("relationship", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("contact_relationship")
                    .table("contact")
                    .col("relationship_id")
                    .col("at")
                    .to_owned(),
            )
            .await?;
        Ok(())
    }
}
