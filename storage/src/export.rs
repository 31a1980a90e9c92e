//! How much there is of everything that is an owner's, as the lists would find it.

use crate::authorized::Authorized;
use crate::entity::{
    absence_consent, agreement_version, audit, comment, consent, consultation, contact, device, draft, joint_session,
    period, plan_review, plan_use, plan_version, proposal, reply_clock, series, session, share_grant, slot,
};
use crate::error::Result;
use crate::relationships::Related;
use crate::toolbox::versions;
use crate::{agreement_rounds, crisis_plan, joint_notes, messages, notifications, prompts, toolbox};
use chrono::{DateTime, Utc};
use domain::policy::Permit;
use domain::words::{Job, Outcome};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub absence_consents: u64,
    pub access_log: u64,
    pub agreement_rounds: u64,
    pub agreements: u64,
    pub check_in_series: u64,
    pub check_ins: u64,
    pub comments: u64,
    pub consents: u64,
    pub consultations: u64,
    pub contacts: u64,
    pub devices: u64,
    pub drafts: u64,
    pub grants: u64,
    pub item_versions: u64,
    pub items: u64,
    pub joint_notes: u64,
    pub joint_sessions: u64,
    pub ledger: u64,
    pub messages: u64,
    pub notifications: u64,
    pub periods: u64,
    pub plan_reviews: u64,
    pub plan_uses: u64,
    pub plan_versions: u64,
    pub prompts: u64,
    pub proposals: u64,
    pub reply_clocks: u64,
    pub sessions: u64,
}

/// Counts what is the permit holder's. `pairs` are her relationships whose threads she reads.
pub async fn counts(
    db: &impl ConnectionTrait,
    permit: Permit,
    pairs: &[Authorized<Related>],
    now: DateTime<Utc>,
) -> Result<Counts> {
    let owner = permit.account();
    let ids = || pairs.iter().map(|pair| pair.row.id);
    let plan = crisis_plan::of_owner(db, owner).await?.map_or(Uuid::nil(), |row| row.id);
    let mut written = 0;
    for pair in pairs {
        written += messages::count(db, pair, now).await?;
    }
    Ok(Counts {
        absence_consents: absence_consent::Entity::find()
            .filter(absence_consent::Column::RelationshipId.is_in(ids()))
            .count(db)
            .await?,
        access_log: audit::Entity::find().filter(audit::Column::OwnerId.eq(owner.0)).count(db).await?,
        agreement_rounds: agreement_rounds::all_waiting(ids()).count(db).await?,
        agreements: agreement_version::Entity::find()
            .filter(agreement_version::Column::RelationshipId.is_in(ids()))
            .count(db)
            .await?,
        check_in_series: series::Entity::find()
            .filter(series::Column::RelationshipId.is_in(ids()))
            .filter(series::Column::Job.eq(Job::CheckIn.as_str()))
            .count(db)
            .await?,
        check_ins: slot::Entity::find()
            .filter(slot::Column::RelationshipId.is_in(ids()))
            .filter(slot::Column::Job.eq(Job::CheckIn.as_str()))
            .filter(slot::Column::Outcome.eq(Outcome::Sent.as_str()))
            .count(db)
            .await?,
        comments: comment::Entity::find().filter(comment::Column::OwnerId.eq(owner.0)).count(db).await?,
        consents: consent::Entity::find().filter(consent::Column::AccountId.eq(owner.0)).count(db).await?,
        consultations: consultation::Entity::find()
            .filter(consultation::Column::RelationshipId.is_in(ids()))
            .count(db)
            .await?,
        contacts: contact::Entity::find().filter(contact::Column::RelationshipId.is_in(ids())).count(db).await?,
        devices: device::Entity::find()
            .filter(device::Column::AccountId.eq(owner.0))
            .filter(device::Column::GoneAt.is_null())
            .count(db)
            .await?,
        drafts: draft::Entity::find().filter(draft::Column::AuthorId.eq(owner.0)).count(db).await?,
        grants: share_grant::Entity::find().filter(share_grant::Column::OwnerId.eq(owner.0)).count(db).await?,
        item_versions: versions::earlier(owner).count(db).await?,
        items: toolbox::live(owner).count(db).await?,
        joint_notes: joint_notes::of_owner(owner).count(db).await?,
        joint_sessions: joint_session::Entity::find()
            .filter(joint_session::Column::RelationshipId.is_in(ids()))
            .count(db)
            .await?,
        ledger: slot::Entity::find().filter(slot::Column::OwnerId.eq(owner.0)).count(db).await?,
        messages: written,
        notifications: notifications::told(permit).count(db).await?,
        periods: period::Entity::find().filter(period::Column::OwnerId.eq(owner.0)).count(db).await?,
        plan_reviews: plan_review::Entity::find().filter(plan_review::Column::PlanId.eq(plan)).count(db).await?,
        plan_uses: plan_use::Entity::find().filter(plan_use::Column::PlanId.eq(plan)).count(db).await?,
        plan_versions: plan_version::Entity::find().filter(plan_version::Column::PlanId.eq(plan)).count(db).await?,
        prompts: prompts::sent().filter(slot::Column::RecipientId.eq(owner.0)).count(db).await?,
        proposals: proposal::Entity::find().filter(proposal::Column::OwnerId.eq(owner.0)).count(db).await?,
        reply_clocks: reply_clock::Entity::find()
            .filter(reply_clock::Column::RelationshipId.is_in(ids()))
            .count(db)
            .await?,
        sessions: session::Entity::find().filter(session::Column::AccountId.eq(owner.0)).count(db).await?,
    })
}
