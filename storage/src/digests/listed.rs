//! What earlier digests told of. A message that was read since is not looked for: it is in none any more.

use crate::among::{AT_ONCE, among};
use crate::entity::{digest_line, digest_run, message};
use crate::error::Result;
use chrono::NaiveDate;
use domain::digest::Section;
use domain::ids::{AccountId, ItemId};
use domain::item_changes::ItemChanges;
use domain::plan_changes::PlanChanges;
use domain::words::PlanSection;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, RelationDef, Select,
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A line of an earlier digest.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Line {
    provider_id: Uuid,
    on_date: NaiveDate,
    section: String,
    owner_id: Uuid,
    message_id: Option<Uuid>,
    slot_id: Option<Uuid>,
    review_id: Option<Uuid>,
    proposal_id: Option<Uuid>,
    plan_changes: Option<Json>,
    item_changes: Option<Json>,
}

#[derive(Debug, Default)]
pub(super) struct Listed {
    pub messages: BTreeSet<Uuid>,
    pub slots: BTreeSet<Uuid>,
    pub reviews: BTreeSet<Uuid>,
    /// By owner and section, the version of the plan whose change was told of last.
    pub changes: BTreeMap<AccountId, BTreeMap<PlanSection, i32>>,
    pub proposals: BTreeSet<Uuid>,
    /// By item, the version that was told of last.
    pub items: BTreeMap<ItemId, i32>,
}

impl Listed {
    /// What the digests before `today` told.
    pub fn before(lines: &[Line], today: NaiveDate) -> Result<Self> {
        let mut listed = Self::default();
        for line in lines.iter().filter(|line| line.on_date < today) {
            listed.add(line)?;
        }
        Ok(listed)
    }

    fn add(&mut self, line: &Line) -> Result<()> {
        if let Some(told) = &line.plan_changes {
            let of_owner = self.changes.entry(AccountId(line.owner_id)).or_default();
            for (section, change) in serde_json::from_value::<PlanChanges>(told.clone())? {
                let version = of_owner.entry(section).or_insert(change.version);
                *version = change.version.max(*version);
            }
        }
        if let Some(told) = &line.item_changes {
            for (id, change) in serde_json::from_value::<ItemChanges>(told.clone())? {
                let version = self.items.entry(id).or_insert(change.version);
                *version = change.version.max(*version);
            }
        }
        self.proposals.extend(line.proposal_id);
        self.reviews.extend(line.review_id);
        self.messages.extend(line.message_id);
        // A check-in that waits for a reply is listed each time, and as answered once.
        self.slots.extend(line.slot_id.filter(|_| line.section != Section::Waiting.as_str()));
        Ok(())
    }
}

/// What the digests of `providers` told that a later one may not tell again; `relationships` are those whose messages
/// matter.
pub(super) async fn before(
    db: &impl ConnectionTrait,
    providers: &[Uuid],
    relationships: &[Uuid],
) -> Result<BTreeMap<AccountId, Vec<Line>>> {
    let told =
        [Section::New, Section::Waiting, Section::CheckInReplies, Section::ProposalsAnswered, Section::SharedChanges];
    let told = lines().filter(digest_line::Column::Section.is_in(told.map(|section| section.as_str())));
    let mut found: BTreeMap<AccountId, Vec<Line>> = BTreeMap::new();
    let mut all: Vec<Line> = Vec::new();
    let others = told.clone().filter(digest_line::Column::MessageId.is_null());
    for some in providers.chunks(AT_ONCE) {
        let query = others.clone().filter(among(digest_run::Column::ProviderId, some));
        all.extend(query.into_model::<Line>().all(db).await?);
    }
    let of_message: RelationDef = digest_line::Entity::belongs_to(message::Entity)
        .from(digest_line::Column::MessageId)
        .to(message::Column::Id)
        .into();
    let unread = told
        .join(JoinType::InnerJoin, of_message)
        .filter(message::Column::FromOwner.eq(true))
        .filter(message::Column::OpenedAt.is_null())
        .filter(message::Column::RecalledAt.is_null());
    for some in relationships.chunks(AT_ONCE) {
        let query = unread.clone().filter(among(message::Column::RelationshipId, some));
        all.extend(query.into_model::<Line>().all(db).await?);
    }
    for line in all {
        found.entry(AccountId(line.provider_id)).or_default().push(line);
    }
    Ok(found)
}

fn lines() -> Select<digest_line::Entity> {
    let of_run: RelationDef = digest_line::Entity::belongs_to(digest_run::Entity)
        .from(digest_line::Column::DigestRunId)
        .to(digest_run::Column::Id)
        .into();
    digest_line::Entity::find()
        .select_only()
        .columns([
            digest_line::Column::Section,
            digest_line::Column::OwnerId,
            digest_line::Column::MessageId,
            digest_line::Column::SlotId,
            digest_line::Column::ReviewId,
            digest_line::Column::ProposalId,
            digest_line::Column::PlanChanges,
            digest_line::Column::ItemChanges,
        ])
        .columns([digest_run::Column::ProviderId, digest_run::Column::OnDate])
        .join(JoinType::InnerJoin, of_run)
}
