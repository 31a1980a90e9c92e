use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// A pair looks at one thing at a time, and those that nobody ended are found again by when they lapse.
const THAT_RUN: &str = "create unique index joint_session_running on joint_session (relationship_id, provider_id) \
     where ended_at is null; \
     create index joint_session_lapses on joint_session (lapses_at) where ended_at is null;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("joint_session")
                    .col(uuid("id").primary_key())
                    .col(uuid("relationship_id"))
                    .col(uuid("provider_id"))
                    .col(uuid("proposed_by"))
                    .col(text("stage"))
                    .col(text_null("opened_kind"))
                    .col(text_null("opened"))
                    .col(blob_null("link"))
                    .col(timestamp_with_time_zone_null("revealed_at"))
                    .col(timestamp_with_time_zone_null("owner_here_until"))
                    .col(timestamp_with_time_zone_null("provider_here_until"))
                    .col(timestamp_with_time_zone("proposed_at"))
                    .col(timestamp_with_time_zone_null("joined_at"))
                    .col(timestamp_with_time_zone("lapses_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .col(text_null("ended_how"))
                    .col(integer("version"))
                    .foreign_key(ForeignKey::create().from("joint_session", "relationship_id").to("relationship", "id"))
                    .foreign_key(ForeignKey::create().from("joint_session", "provider_id").to("account", "id"))
                    .foreign_key(ForeignKey::create().from("joint_session", "proposed_by").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("joint_session_relationship")
                    .table("joint_session")
                    .col("relationship_id")
                    .col("proposed_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("joint_note")
                    .col(uuid("id").primary_key())
                    .col(uuid("session_id"))
                    .col(blob("body"))
                    .col(boolean("shown"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .col(integer("version"))
                    .foreign_key(ForeignKey::create().from("joint_note", "session_id").to("joint_session", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("joint_note_session")
                    .table("joint_note")
                    .col("session_id")
                    .col("created_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(THAT_RUN).await?;
        Ok(())
    }
}
