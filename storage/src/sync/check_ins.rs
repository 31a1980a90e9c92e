//! Check-ins that were sent, as the two sides see them.

use super::thread::Threads;
use super::{Glimpse, Looking, Seen};
use crate::among::among;
use crate::entity::slot;
use crate::error::Result;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ownership::Standing;
use domain::policy::{self, Card, Decision, InRelationship};
use domain::sync::{Stamp, SyncKind};
use domain::words::{Job, Outcome};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A check-in without a word of it.
#[derive(Debug, FromQueryResult)]
struct Header {
    id: Uuid,
    relationship_id: Option<Uuid>,
    provider_id: Option<Uuid>,
    on_date: NaiveDate,
    number: i32,
    position: Option<String>,
    planned_at: DateTime<Utc>,
    opened_at: Option<DateTime<Utc>>,
    answer: Option<String>,
    answered_at: Option<DateTime<Utc>>,
    thanked_at: Option<DateTime<Utc>>,
    shared_item_id: Option<Uuid>,
}

pub(super) async fn look(looking: &Looking<'_>, threads: &Threads, seen: &mut Seen) -> Result<()> {
    let headers = slot::Entity::find()
        .select_only()
        .columns([
            slot::Column::Id,
            slot::Column::RelationshipId,
            slot::Column::ProviderId,
            slot::Column::OnDate,
            slot::Column::Number,
            slot::Column::Position,
            slot::Column::PlannedAt,
            slot::Column::OpenedAt,
            slot::Column::Answer,
            slot::Column::AnsweredAt,
            slot::Column::ThankedAt,
            slot::Column::SharedItemId,
        ])
        .filter(among(slot::Column::RelationshipId, &looking.those(InRelationship::SeeCheckIns)))
        .filter(slot::Column::Job.eq(Job::CheckIn.as_str()))
        .filter(slot::Column::Outcome.eq(Outcome::Sent.as_str()))
        .filter(slot::Column::PlannedAt.gte(looking.since))
        .order_by_asc(slot::Column::Id)
        .into_model::<Header>()
        .all(looking.tx)
        .await?;
    let parties = looking.related.iter().flat_map(|related| [related.view.owner.0, related.view.responsible.0]);
    let named: BTreeSet<Uuid> = parties.chain(headers.iter().filter_map(|header| header.provider_id)).collect();
    let people = looking.people(named).await?;
    for header in &headers {
        let Some(related) = header.relationship_id.and_then(|id| looking.one(id)) else { continue };
        let clock_open = threads.of_check_ins.get(&header.id).is_some_and(|clock| clock.closed_at.is_none());
        let card = Card { answered: header.answered_at.is_some(), clock_open };
        if !matches!(policy::on_card(looking.actor, &related.view, card), Decision::Permit(_)) {
            continue;
        }
        let to_owner = related.view.standing(looking.actor) == Standing::Owner;
        let item = header.shared_item_id.filter(|id| seen.items.contains(id));
        let names = [Some(related.view.owner.0), header.provider_id, Some(related.view.responsible.0)];
        let stamp = Stamp::of(&(
            (header.on_date, header.number, &header.position, header.opened_at.filter(|_| to_owner)),
            (&header.answer, header.answered_at, header.thanked_at, threads.talks.get(&header.id), item),
            names.map(|id| id.map(|id| people.name(id))),
        ));
        let name = (SyncKind::CheckIn, header.id);
        seen.sealed.push(Glimpse { name, within: related.row.id, at: header.planned_at, stamp });
    }
    Ok(())
}
