//! What is asked for is found by an index: what each of these carries read a table from end to end, or all that has
//! the same job.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Name, table, columns, and of which rows.
const INDICES: [(&str, &str, &str, Option<&str>); 11] = [
    ("absence_consent_relationship", "absence_consent", "relationship_id", None),
    ("contact_message", "contact", "message_id", Some("message_id is not null")),
    ("contact_slot", "contact", "slot_id", Some("slot_id is not null")),
    ("membership_account", "membership", "account_id", None),
    ("plan_review_with_provider", "plan_review", "with_provider_id", Some("with_provider_id is not null")),
    ("receipt_account", "receipt", "account_id, kind, message_id", None),
    ("relationship_invited", "relationship", "invited_by, invitee_tag", Some("invitee_tag is not null")),
    ("reply_clock_handed_to", "reply_clock", "handed_to, closed_at, due_at", Some("handed_to is not null")),
    ("reply_clock_open", "reply_clock", "uncertain_since", Some("closed_at is null")),
    ("reply_clock_slot", "reply_clock", "slot_id", Some("slot_id is not null")),
    ("slot_relationship", "slot", "relationship_id, job, planned_at", Some("relationship_id is not null")),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, columns, of) in INDICES {
            let of = of.map(|of| format!(" where {of}")).unwrap_or_default();
            let sql = format!("create index {name} on {table} ({columns}){of}");
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        // Who leaves or is away takes back what is planned in her name, of which there is little at a time.
        manager
            .get_connection()
            .execute_unprepared("create index slot_provider on slot (provider_id) where settled_at is null")
            .await?;
        Ok(())
    }
}
