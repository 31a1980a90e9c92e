//! A provider's digest: gathered and kept as ids, many providers at once with a constant number of queries.

mod gather;
mod lines;
mod listed;
mod matter;
mod toolbox;

pub use gather::{Asked, Gathered, gather};

use crate::among::among;
use crate::connect::WriteTx;
use crate::entity::{digest_line, digest_run};
use crate::error::Result;
use crate::rows;
use chrono::{DateTime, NaiveDate, Utc};
use domain::digest::{Digest, DigestCounts, reading_minutes};
use domain::ids::{AccountId, RelationshipId, SlotId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A composed digest that is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewDigest<'a> {
    pub id: Uuid,
    pub provider: AccountId,
    pub on_date: NaiveDate,
    pub slot: SlotId,
    pub digest: &'a Digest,
}

/// So many lines go into one statement: their values stay below what either database takes.
const AT_ONCE: usize = 500;

/// Keeps composed digests; of each provider and date there is one, whose slot the transaction holds.
pub async fn record(tx: &WriteTx, new: &[NewDigest<'_>], now: DateTime<Utc>) -> Result<()> {
    let runs = new.iter().map(|one| digest_run::ActiveModel {
        id: Set(one.id),
        provider_id: Set(one.provider.0),
        on_date: Set(one.on_date),
        slot_id: Set(Some(one.slot.0)),
        built_at: Set(now),
        opened_at: Set(None),
        more: Set(i32::try_from(one.digest.more).unwrap_or(i32::MAX)),
        counts: Set(json!(DigestCounts::of(one.digest))),
    });
    let runs: Vec<_> = runs.collect();
    for some in runs.chunks(AT_ONCE) {
        digest_run::Entity::insert_many(some.to_vec()).exec_without_returning(&**tx).await?;
    }
    let lines: Vec<_> = new.iter().flat_map(new_lines).collect();
    for some in lines.chunks(AT_ONCE) {
        digest_line::Entity::insert_many(some.to_vec()).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

fn new_lines<'a>(new: &NewDigest<'a>) -> impl Iterator<Item = digest_line::ActiveModel> + use<'a> {
    let run = new.id;
    new.digest.lines.iter().zip(0..).map(move |(line, position)| digest_line::ActiveModel {
        digest_run_id: Set(run),
        position: Set(position),
        section: Set(line.section.to_string()),
        relationship_id: Set(line.relationship.0),
        owner_id: Set(line.owner.0),
        message_id: Set(line.message.map(Into::into)),
        slot_id: Set(line.slot.map(Into::into)),
        series_id: Set(line.series.map(Into::into)),
        clock_id: Set(line.clock.map(Into::into)),
        review_id: Set(line.review.map(Into::into)),
        plan_changes: Set((!line.plan_changes.is_empty()).then(|| json!(line.plan_changes))),
        proposal_id: Set(line.proposal.map(Into::into)),
        module: Set(line.module.map(|module| module.to_string())),
        item_changes: Set((!line.item_changes.is_empty()).then(|| json!(line.item_changes))),
        long: Set(line.long),
        minutes: Set(i32::try_from(reading_minutes(line.chars)).unwrap_or(i32::MAX)),
    })
}

pub async fn of_date(
    db: &impl ConnectionTrait,
    provider: AccountId,
    on_date: NaiveDate,
) -> Result<Option<rows::DigestRun>> {
    Ok(digest_run::Entity::find()
        .filter(digest_run::Column::ProviderId.eq(provider.0))
        .filter(digest_run::Column::OnDate.eq(on_date))
        .one(db)
        .await?)
}

/// The digests of some providers on some dates, by provider and date.
pub async fn of_dates(
    db: &impl ConnectionTrait,
    wanted: &[(AccountId, NaiveDate)],
) -> Result<BTreeMap<(AccountId, NaiveDate), rows::DigestRun>> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let providers: Vec<Uuid> = wanted.iter().map(|(provider, _)| provider.0).collect();
    let dates: BTreeSet<NaiveDate> = wanted.iter().map(|(_, date)| *date).collect();
    let rows = digest_run::Entity::find()
        .filter(among(digest_run::Column::ProviderId, &providers))
        .filter(digest_run::Column::OnDate.is_in(dates))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| ((AccountId(row.provider_id), row.on_date), row)).collect())
}

/// A provider's digests, newest first, before a date.
pub async fn page(
    db: &impl ConnectionTrait,
    provider: AccountId,
    before: Option<NaiveDate>,
    limit: u64,
) -> Result<Vec<rows::DigestRun>> {
    let mut query = digest_run::Entity::find().filter(digest_run::Column::ProviderId.eq(provider.0));
    if let Some(before) = before {
        query = query.filter(digest_run::Column::OnDate.lt(before));
    }
    Ok(sea_orm::QuerySelect::limit(query.order_by_desc(digest_run::Column::OnDate), limit).all(db).await?)
}

pub async fn lines(db: &impl ConnectionTrait, run: Uuid) -> Result<Vec<rows::DigestLine>> {
    Ok(digest_line::Entity::find()
        .filter(digest_line::Column::DigestRunId.eq(run))
        .order_by_asc(digest_line::Column::Position)
        .all(db)
        .await?)
}

/// The lines of some digests, by digest.
pub async fn lines_of(db: &impl ConnectionTrait, runs: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<rows::DigestLine>>> {
    let mut found: BTreeMap<Uuid, Vec<rows::DigestLine>> = BTreeMap::new();
    if runs.is_empty() {
        return Ok(found);
    }
    let lines = digest_line::Entity::find()
        .filter(among(digest_line::Column::DigestRunId, runs))
        .order_by_asc(digest_line::Column::DigestRunId)
        .order_by_asc(digest_line::Column::Position);
    for line in lines.all(db).await? {
        found.entry(line.digest_run_id).or_default().push(line);
    }
    Ok(found)
}

/// The provider looked at it.
pub async fn opened(tx: &WriteTx, run: Uuid, now: DateTime<Utc>) -> Result<()> {
    digest_run::Entity::update_many()
        .col_expr(digest_run::Column::OpenedAt, Expr::value(now))
        .filter(digest_run::Column::Id.eq(run))
        .filter(digest_run::Column::OpenedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The relationships a digest spoke of.
pub fn relationships_of(lines: &[rows::DigestLine]) -> BTreeSet<RelationshipId> {
    lines.iter().map(|line| RelationshipId(line.relationship_id)).collect()
}
