use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// One entry has one revision that is worked on, and an organisation one entry in place of a shipped one.
const ONE_AT_A_TIME: &str = "create unique index library_revision_open on library_revision (entry_id) \
     where state in ('draft', 'submitted'); \
     create unique index library_entry_replaces on library_entry (organisation_id, replaces) where retired_at is null;";

/// Bokmål and Nynorsk share the stemmer of PostgreSQL's `norwegian`.
const POSTGRES_INDEX: &str = "\
     alter table library_search add column words tsvector not null generated always as ( \
         setweight(to_tsvector(case language when 'en' then 'english'::regconfig else 'norwegian'::regconfig end, \
             title), 'A') || \
         setweight(to_tsvector(case language when 'en' then 'english'::regconfig else 'norwegian'::regconfig end, \
             summary), 'B') || \
         setweight(to_tsvector(case language when 'en' then 'english'::regconfig else 'norwegian'::regconfig end, \
             body), 'D')) stored; \
     create index library_search_words on library_search using gin (words);";

/// Diacritics stay: without `remove_diacritics 0` å would be found as a. What is put in is stemmed already. The index
/// keeps no text of its own, and the triggers keep it in step (sqlite.org/fts5.html#external_content_tables).
const SQLITE_INDEX: &str = "\
     create virtual table library_index using fts5(title, summary, body, content = 'library_search', \
         content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 0'); \
     create trigger library_search_insert after insert on library_search begin \
         insert into library_index (rowid, title, summary, body) values (new.seq, new.title, new.summary, new.body); \
     end; \
     create trigger library_search_delete after delete on library_search begin \
         insert into library_index (library_index, rowid, title, summary, body) \
         values ('delete', old.seq, old.title, old.summary, old.body); \
     end; \
     create trigger library_search_update before update on library_search begin \
         select raise(abort, 'library_search is replaced, not updated'); \
     end;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("library_entry")
                    .col(uuid("id").primary_key())
                    .col(uuid_null("organisation_id"))
                    .col(text_null("starter_key").unique_key())
                    .col(uuid_null("replaces"))
                    .col(text("kind"))
                    .col(uuid_null("published_id"))
                    .col(timestamp_with_time_zone_null("published_at"))
                    .col(timestamp_with_time_zone_null("retired_at"))
                    .col(uuid_null("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(integer("version"))
                    .foreign_key(ForeignKey::create().from("library_entry", "organisation_id").to("organisation", "id"))
                    .foreign_key(ForeignKey::create().from("library_entry", "replaces").to("library_entry", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("library_revision")
                    .col(uuid("id").primary_key())
                    .col(uuid("entry_id"))
                    .col(integer("number"))
                    .col(text("state"))
                    .col(text_null("exercise"))
                    .col(integer_null("minutes"))
                    .col(text_null("url"))
                    .col(text_null("place"))
                    .col(text_null("place_key"))
                    .col(text("source"))
                    .col(text("licence"))
                    .col(integer_null("starter_version"))
                    .col(uuid_null("edited_by"))
                    .col(uuid_null("submitted_by"))
                    .col(timestamp_with_time_zone_null("submitted_at"))
                    .col(uuid_null("reviewed_by"))
                    .col(timestamp_with_time_zone_null("reviewed_at"))
                    .col(text_null("review_note"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(ForeignKey::create().from("library_revision", "entry_id").to("library_entry", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("library_revision_number")
                    .table("library_revision")
                    .col("entry_id")
                    .col("number")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("library_tag")
                    .col(uuid("revision_id"))
                    .col(text("sort"))
                    .col(text("word"))
                    .primary_key(Index::create().col("revision_id").col("sort").col("word"))
                    .foreign_key(ForeignKey::create().from("library_tag", "revision_id").to("library_revision", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("library_text")
                    .col(uuid("revision_id"))
                    .col(text("language"))
                    .col(text("title"))
                    .col(text("summary"))
                    .col(text("body"))
                    .primary_key(Index::create().col("revision_id").col("language"))
                    .foreign_key(ForeignKey::create().from("library_text", "revision_id").to("library_revision", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("library_search")
                    .col(pk_auto("seq"))
                    .col(uuid("entry_id"))
                    .col(text("language"))
                    .col(text("title"))
                    .col(text("summary"))
                    .col(text("body"))
                    .foreign_key(ForeignKey::create().from("library_search", "entry_id").to("library_entry", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("library_search_entry")
                    .table("library_search")
                    .col("entry_id")
                    .col("language")
                    .unique()
                    .to_owned(),
            )
            .await?;
        let index = if manager.get_database_backend() == DbBackend::Postgres { POSTGRES_INDEX } else { SQLITE_INDEX };
        for statements in [ONE_AT_A_TIME, index] {
            manager.get_connection().execute_unprepared(statements).await?;
        }
        Ok(())
    }
}
