//! Crisis plans, sealed per owner: the present wording, every wording before it, uses and reviews.

pub mod changes;

use crate::authorized::{Authorized, permitted};
use crate::connect::{Store, WriteTx};
use crate::entity::{plan, plan_review, plan_section, plan_use, plan_version};
use crate::error::{Result, StorageError};
use crate::sealed::{DataKey, Place, Scope};
use crate::{grants, rows};
use chrono::{DateTime, Utc};
use domain::crisis_plan::{Wording, differing};
use domain::ids::{AccountId, PlanId, RelationshipId, SlotId};
use domain::ownership::Actor;
use domain::policy::{self, Decision, OnOwn, Permit};
use domain::words::{GrantLevel, PlanLevel, PlanSection, PromptAnswer};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An owner's plan as she sees it. Before the first word there is version 0, which holds nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub id: Option<PlanId>,
    pub version: i32,
    pub written_at: Option<DateTime<Utc>>,
    pub edited_at: Option<DateTime<Utc>>,
    pub sections: BTreeMap<PlanSection, Section>,
}

/// One section, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub text: String,
    pub updated_at: DateTime<Utc>,
}

impl Plan {
    pub fn wording(&self) -> Wording {
        self.sections.iter().map(|(section, held)| (*section, held.text.clone())).collect()
    }
}

/// What one reader sees of a plan: granted sections, and of those the written ones. Nothing here
/// tells of any other section: neither number nor time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedPlan {
    pub relationship: RelationshipId,
    pub sections: BTreeMap<PlanSection, SharedSection>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedSection {
    pub level: GrantLevel,
    /// How often it was changed; 0: nothing was ever written here.
    pub version: i32,
    pub section: Option<Section>,
}

/// The actor's own plan, whole. It opens whatever else is paused.
pub async fn own(store: &Store, db: &impl ConnectionTrait, actor: Actor) -> Result<Authorized<Plan>> {
    let decision = policy::on_own(actor, OnOwn::OwnersLife, actor.account);
    let permit = permitted(decision)?;
    let Some(row) = of_owner(db, permit.account()).await? else {
        return Authorized::by(decision, Plan::default());
    };
    let rows = plan_section::Entity::find().filter(plan_section::Column::PlanId.eq(row.id)).all(db).await?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    let sections = rows
        .into_iter()
        .map(|held| {
            let section: PlanSection = held.section.parse()?;
            Ok((section, open(&key, section, held)?))
        })
        .collect::<Result<_>>()?;
    let opened = Plan {
        id: Some(PlanId(row.id)),
        version: row.version,
        written_at: Some(row.written_at),
        edited_at: Some(row.edited_at),
        sections,
    };
    Authorized::by(decision, opened)
}

/// The plan of `owner` as `reader` may see it. An owner who does not exist, one who shares nothing
/// and one who took everything back are one: hidden, after the same questions to the database.
pub async fn shared(
    store: &Store,
    db: &impl ConnectionTrait,
    reader: Actor,
    owner: AccountId,
    now: DateTime<Utc>,
) -> Result<Authorized<SharedPlan>> {
    let shared = grants::shared(db, owner, reader.account).await?;
    let rows = plan_section::Entity::find()
        .inner_join(plan::Entity)
        .filter(plan::Column::OwnerId.eq(owner.0))
        .order_by_asc(plan_section::Column::Section)
        .all(db)
        .await?;
    let numbers = changes::numbers(db, owner).await?;
    let mut leave = Decision::Hidden;
    let mut seen = BTreeMap::new();
    for section in PlanSection::ALL {
        let decision = policy::on_section(reader, owner, &shared.sharing, *section, GrantLevel::See, now);
        let level = shared.sharing.section(reader.account, *section, now);
        if let (Decision::Permit(_), Some(level)) = (decision, level) {
            leave = decision;
            seen.insert(*section, level);
        }
    }
    permitted(leave)?;
    let relationship = shared.relationship.ok_or(StorageError::Hidden)?;
    let key = store.sealer.key(Scope::Owner(owner)).await?;
    let mut held = BTreeMap::new();
    for row in rows {
        let section: PlanSection = row.section.parse()?;
        if seen.contains_key(&section) {
            held.insert(section, open(&key, section, row)?);
        }
    }
    let sections = seen
        .into_iter()
        .map(|(section, level)| {
            let version = numbers.get(&section).copied().unwrap_or(0);
            (section, SharedSection { level, version, section: held.remove(&section) })
        })
        .collect();
    Authorized::by(leave, SharedPlan { relationship, sections })
}

/// Whether `reader` is shown anything of the owner's plan, for the machinery and for suggestions.
pub async fn is_shared(
    db: &impl ConnectionTrait,
    owner: AccountId,
    reader: AccountId,
    now: DateTime<Utc>,
) -> Result<bool> {
    Ok(grants::shared(db, owner, reader).await?.sharing.any_section(reader, now))
}

/// The row of an owner's plan, for the machinery.
pub async fn of_owner(db: &impl ConnectionTrait, owner: AccountId) -> Result<Option<rows::Plan>> {
    Ok(plan::Entity::find().filter(plan::Column::OwnerId.eq(owner.0)).one(db).await?)
}

/// Writes `wording` in place of what `before` holds, as its next version. `fresh` becomes the
/// plan's id if this is its first wording. Answers plan and version.
pub async fn write(
    tx: &WriteTx,
    key: &DataKey,
    before: &Authorized<Plan>,
    wording: &Wording,
    fresh: PlanId,
    now: DateTime<Utc>,
) -> Result<(PlanId, i32)> {
    let id = before.id.unwrap_or(fresh);
    let version = before.version.checked_add(1).ok_or_else(|| StorageError::Corrupt("plan version".into()))?;
    if before.id.is_some() {
        let changed = plan::Entity::update_many()
            .col_expr(plan::Column::Version, Expr::value(version))
            .col_expr(plan::Column::EditedAt, Expr::value(now))
            .filter(plan::Column::Id.eq(id.0))
            .filter(plan::Column::OwnerId.eq(before.permit().account().0))
            .filter(plan::Column::Version.eq(before.version))
            .exec(&**tx)
            .await?;
        if changed.rows_affected != 1 {
            return Err(StorageError::Stale);
        }
    } else {
        let row = plan::ActiveModel {
            id: Set(id.0),
            owner_id: Set(before.permit().account().0),
            written_at: Set(now),
            edited_at: Set(now),
            version: Set(version),
        };
        let made = plan::Entity::insert(row)
            .on_conflict(OnConflict::column(plan::Column::OwnerId).do_nothing().to_owned())
            .exec_without_returning(&**tx)
            .await?;
        if made != 1 {
            return Err(StorageError::Stale);
        }
    }
    let changed = differing(&before.wording(), wording);
    changes::note(tx, id, version, &changed, now).await?;
    for section in changed {
        plan_section::Entity::delete_by_id((id.0, section.to_string())).exec(&**tx).await?;
        if let Some(text) = wording.get(&section) {
            let row = plan_section::ActiveModel {
                plan_id: Set(id.0),
                section: Set(section.to_string()),
                body: Set(key.seal(section_place(id.0, section), text.as_bytes())?),
                updated_at: Set(now),
            };
            plan_section::Entity::insert(row).exec_without_returning(&**tx).await?;
        }
    }
    let row = plan_version::ActiveModel {
        plan_id: Set(id.0),
        number: Set(version),
        sections: Set(key.seal(version_place(id.0, version), &serde_json::to_vec(wording)?)?),
        created_at: Set(now),
    };
    plan_version::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok((id, version))
}

/// Numbers and times of the wordings before `before`, newest first.
pub async fn versions(
    db: &impl ConnectionTrait,
    permit: Permit,
    before: Option<i32>,
    limit: u64,
) -> Result<Vec<(i32, DateTime<Utc>)>> {
    let Some(row) = of_owner(db, permit.account()).await? else { return Ok(Vec::new()) };
    let mut query = plan_version::Entity::find()
        .select_only()
        .column(plan_version::Column::Number)
        .column(plan_version::Column::CreatedAt)
        .filter(plan_version::Column::PlanId.eq(row.id));
    if let Some(before) = before {
        query = query.filter(plan_version::Column::Number.lt(before));
    }
    Ok(query.order_by_desc(plan_version::Column::Number).limit(limit).into_tuple().all(db).await?)
}

/// One wording of a plan: its number, what it says, and since when.
pub type Worded = (i32, Wording, DateTime<Utc>);

/// The wordings before `before`, opened, newest first.
pub async fn wordings(store: &Store, permit: Permit, before: Option<i32>, limit: u64) -> Result<Vec<Worded>> {
    let Some(row) = of_owner(store.read(), permit.account()).await? else { return Ok(Vec::new()) };
    let mut query = plan_version::Entity::find().filter(plan_version::Column::PlanId.eq(row.id));
    if let Some(before) = before {
        query = query.filter(plan_version::Column::Number.lt(before));
    }
    let rows = query.order_by_desc(plan_version::Column::Number).limit(limit).all(store.read()).await?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    rows.into_iter()
        .map(|held| {
            let opened = key.open(version_place(row.id, held.number), &held.sections)?;
            Ok((held.number, serde_json::from_slice(&opened)?, held.created_at))
        })
        .collect()
}

/// One of the wordings of the permit holder's plan.
pub async fn version(
    store: &Store,
    db: &impl ConnectionTrait,
    permit: Permit,
    number: i32,
) -> Result<(Wording, DateTime<Utc>)> {
    let row = of_owner(db, permit.account()).await?.ok_or(StorageError::Hidden)?;
    let held = plan_version::Entity::find_by_id((row.id, number)).one(db).await?.ok_or(StorageError::Hidden)?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    let opened = key.open(version_place(row.id, number), &held.sections)?;
    Ok((serde_json::from_slice(&opened)?, held.created_at))
}

/// One use of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub level: PlanLevel,
    pub note: Option<String>,
}

pub async fn record_use(tx: &WriteTx, key: &DataKey, plan: &Authorized<Plan>, used: Use) -> Result<()> {
    let id = plan.id.ok_or(StorageError::Hidden)?;
    let note = used.note.map(|note| key.seal(Place::new("plan_use.note", used.id), note.as_bytes())).transpose()?;
    let row = plan_use::ActiveModel {
        id: Set(used.id),
        plan_id: Set(id.0),
        used_at: Set(used.at),
        level: Set(used.level.to_string()),
        note: Set(note),
    };
    plan_use::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// A page of uses, newest first; `after` is time and id of the last one of the page before.
pub async fn uses(store: &Store, permit: Permit, after: Option<(DateTime<Utc>, Uuid)>, limit: u64) -> Result<Vec<Use>> {
    let Some(row) = of_owner(store.read(), permit.account()).await? else { return Ok(Vec::new()) };
    let mut query = plan_use::Entity::find().filter(plan_use::Column::PlanId.eq(row.id));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(plan_use::Column::UsedAt.lt(at))
                .add(plan_use::Column::UsedAt.eq(at).and(plan_use::Column::Id.lt(id))),
        );
    }
    let rows = query
        .order_by_desc(plan_use::Column::UsedAt)
        .order_by_desc(plan_use::Column::Id)
        .limit(limit)
        .all(store.read())
        .await?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    rows.into_iter()
        .map(|row| {
            let place = Place::new("plan_use.note", row.id);
            let note = row.note.map(|note| key.open_text(place, &note)).transpose()?;
            Ok(Use { id: row.id, at: row.used_at, level: row.level.parse()?, note })
        })
        .collect()
}

/// What the owner answered about looking at her plan, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub answer: PromptAnswer,
    /// With whom she wants to look together.
    pub with: Option<AccountId>,
    /// The prompt she answered; a review may come unasked.
    pub slot: Option<SlotId>,
}

pub async fn record_review(tx: &WriteTx, plan: &Authorized<Plan>, review: Review) -> Result<()> {
    let id = plan.id.ok_or(StorageError::Hidden)?;
    let row = plan_review::ActiveModel {
        id: Set(review.id),
        plan_id: Set(id.0),
        at: Set(review.at),
        answer: Set(review.answer.to_string()),
        with_provider_id: Set(review.with.map(|id| id.0)),
        slot_id: Set(review.slot.map(|id| id.0)),
    };
    plan_review::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// A page of reviews, newest first.
pub async fn reviews(
    db: &impl ConnectionTrait,
    permit: Permit,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Review>> {
    let Some(row) = of_owner(db, permit.account()).await? else { return Ok(Vec::new()) };
    let mut query = plan_review::Entity::find().filter(plan_review::Column::PlanId.eq(row.id));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(plan_review::Column::At.lt(at))
                .add(plan_review::Column::At.eq(at).and(plan_review::Column::Id.lt(id))),
        );
    }
    let rows = query
        .order_by_desc(plan_review::Column::At)
        .order_by_desc(plan_review::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(review).collect()
}

/// When `owner` asked the permit holder to look at the plan together, newest first, at most `limit`.
pub async fn wishes(
    db: &impl ConnectionTrait,
    permit: Permit,
    owner: AccountId,
    limit: u64,
) -> Result<Vec<DateTime<Utc>>> {
    Ok(plan_review::Entity::find()
        .select_only()
        .column(plan_review::Column::At)
        .inner_join(plan::Entity)
        .filter(plan::Column::OwnerId.eq(owner.0))
        .filter(plan_review::Column::WithProviderId.eq(permit.account().0))
        .order_by_desc(plan_review::Column::At)
        .order_by_desc(plan_review::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

fn review(row: rows::PlanReview) -> Result<Review> {
    Ok(Review {
        id: row.id,
        at: row.at,
        answer: row.answer.parse()?,
        with: row.with_provider_id.map(AccountId),
        slot: row.slot_id.map(SlotId),
    })
}

pub(crate) fn open(key: &DataKey, section: PlanSection, row: rows::PlanSection) -> Result<Section> {
    let text = key.open_text(section_place(row.plan_id, section), &row.body)?;
    Ok(Section { text, updated_at: row.updated_at })
}

/// Sections and versions have compound keys: their place is named from both parts.
fn section_place(plan: Uuid, section: PlanSection) -> Place {
    Place::new("plan_section.body", Uuid::new_v5(&plan, section.as_str().as_bytes()))
}

fn version_place(plan: Uuid, number: i32) -> Place {
    Place::new("plan_version.sections", Uuid::new_v5(&plan, &number.to_be_bytes()))
}
