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
                    .table("proposal")
                    .col(uuid("id").primary_key())
                    .col(uuid("owner_id"))
                    .col(uuid("author_id"))
                    .col(uuid("relationship_id"))
                    .col(uuid_null("item_id"))
                    .col(text_null("section"))
                    .col(integer("base_version"))
                    .col(text("state"))
                    .col(blob("body"))
                    .col(blob_null("answer"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("answered_at"))
                    .foreign_key(ForeignKey::create().from("proposal", "owner_id").to("account", "id"))
                    .foreign_key(ForeignKey::create().from("proposal", "author_id").to("account", "id"))
                    .foreign_key(ForeignKey::create().from("proposal", "relationship_id").to("relationship", "id"))
                    .foreign_key(ForeignKey::create().from("proposal", "item_id").to("item", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("proposal_owner")
                    .table("proposal")
                    .col("owner_id")
                    .col("created_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("proposal_author")
                    .table("proposal")
                    .col("author_id")
                    .col("answered_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("proposal_item").table("proposal").col("item_id").to_owned()).await?;
        // Of one author about one thing, one proposal waits.
        for index in [
            "create unique index proposal_open_item on proposal (author_id, item_id) \
             where state = 'open' and item_id is not null",
            "create unique index proposal_open_section on proposal (author_id, owner_id, section) \
             where state = 'open' and section is not null",
        ] {
            manager.get_connection().execute_unprepared(index).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("comment")
                    .col(uuid("id").primary_key())
                    .col(uuid("owner_id"))
                    .col(uuid("author_id"))
                    .col(uuid_null("item_id"))
                    .col(text_null("section"))
                    .col(blob("body"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("hidden_at"))
                    .foreign_key(ForeignKey::create().from("comment", "owner_id").to("account", "id"))
                    .foreign_key(ForeignKey::create().from("comment", "author_id").to("account", "id"))
                    .foreign_key(ForeignKey::create().from("comment", "item_id").to("item", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("comment_owner")
                    .table("comment")
                    .col("owner_id")
                    .col("created_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("comment_item").table("comment").col("item_id").to_owned()).await?;
        // SQLite adds one column at a time.
        let add = |column| Table::alter().table("plan_change").add_column(column).to_owned();
        manager.alter_table(add(integer("number").default(1))).await?;
        for column in [uuid_null("proposal_id"), text_null("module"), json_binary_null("item_changes")] {
            manager.alter_table(Table::alter().table("digest_line").add_column(column).to_owned()).await?;
        }
        // The changes of the last weeks, whoever's they are asked for.
        manager
            .create_index(
                Index::create().name("item_updated").table("item").col("owner_id").col("updated_at").to_owned(),
            )
            .await?;
        Ok(())
    }
}
