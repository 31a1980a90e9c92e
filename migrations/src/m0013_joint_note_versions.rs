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
                    .table("joint_note_version")
                    .col(uuid("note_id"))
                    .col(integer("number"))
                    .col(blob("body"))
                    .col(timestamp_with_time_zone("written_at"))
                    .primary_key(Index::create().col("note_id").col("number"))
                    .foreign_key(ForeignKey::create().from("joint_note_version", "note_id").to("joint_note", "id"))
                    .to_owned(),
            )
            .await
    }
}
