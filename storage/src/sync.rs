//! Everything one reader sees, at one moment: what is small as it is, and of what is sealed how it stands, without a
//! word of it. The number of questions to the database does not depend on how much there is.
//!
//! Who sees what is decided by [`domain::policy`], as for the lists.

mod check_ins;
pub mod cursors;
mod kept;
mod shared;
mod thread;

use crate::among::among;
use crate::authorized::Authorized;
use crate::connect::Store;
use crate::entity::{absence, absence_consent, account, consultation, series, slot};
use crate::error::Result;
use crate::relationships::{self, Related};
use crate::{consents, grants, prompts, rows, templates};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use domain::ids::AccountId;
use domain::ownership::Actor;
use domain::policy::{self, Decision, InRelationship, OnAbsence, OnOwn, Permit};
use domain::sync::{Named, Stamp};
use domain::words::{Job, Language};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What happened before is read where it is listed: messages, answers, promises, prompts and meetings.
pub const LOOK_BACK: TimeDelta = TimeDelta::days(366);
/// As many as there are.
const ALL: u64 = u32::MAX as u64;

/// How something sealed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glimpse {
    pub name: Named,
    /// The relationship it belongs to, or the owner.
    pub within: Uuid,
    /// When it was made; the newest is told first.
    pub at: DateTime<Utc>,
    pub stamp: Stamp,
}

/// What one reader sees.
#[derive(Debug, Default)]
pub struct Seen {
    pub related: Vec<Authorized<Related>>,
    pub grants: Vec<rows::ShareGrant>,
    pub consents: Vec<rows::Consent>,
    /// The reader's own, and those she is asked to stand in for.
    pub absences: Vec<Authorized<rows::Absence>>,
    /// By relationship: those of the responsible provider that are not over, each with whether the owner consents to
    /// the substitute.
    pub pair_absences: BTreeMap<Uuid, Vec<(rows::Absence, bool)>>,
    pub consultations: Vec<rows::Consultation>,
    pub clocks: Vec<rows::ReplyClock>,
    pub series: Vec<rows::Series>,
    pub prompts: Vec<rows::Slot>,
    /// Those in force and what was drafted since.
    pub agreements: Vec<rows::AgreementVersion>,
    /// Items of the toolbox that the reader finds: her own, or what is shared with her.
    pub items: BTreeSet<Uuid>,
    pub sealed: Vec<Glimpse>,
}

/// Of a person, what others are shown.
#[derive(Clone, Debug, FromQueryResult)]
struct Person {
    id: Uuid,
    display_name: String,
    role: String,
    zone: String,
    read_receipts: bool,
}

/// What everything is seen with.
struct Looking<'a> {
    tx: &'a DatabaseTransaction,
    actor: Actor,
    now: DateTime<Utc>,
    since: DateTime<Utc>,
    related: &'a [Related],
    /// What the words depend on that are said around what people wrote.
    wording: Stamp,
}

impl Looking<'_> {
    /// The relationships in which the actor may do this.
    fn those(&self, action: InRelationship) -> Vec<Uuid> {
        let may = |related: &&Related| {
            matches!(policy::in_relationship(self.actor, action, &related.view), Decision::Permit(_))
        };
        self.related.iter().filter(may).map(|related| related.row.id).collect()
    }

    fn one(&self, relationship: Uuid) -> Option<&Related> {
        self.related.iter().find(|related| related.row.id == relationship)
    }

    fn own(&self, action: OnOwn) -> Option<Permit> {
        match policy::on_own(self.actor, action, self.actor.account) {
            Decision::Permit(permit) => Some(permit),
            Decision::Hidden | Decision::Denied => None,
        }
    }

    async fn people(&self, ids: BTreeSet<Uuid>) -> Result<People> {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let found = account::Entity::find()
            .select_only()
            .columns([
                account::Column::Id,
                account::Column::DisplayName,
                account::Column::Role,
                account::Column::Zone,
                account::Column::ReadReceipts,
            ])
            .filter(among(account::Column::Id, &ids))
            .into_model::<Person>()
            .all(self.tx)
            .await?;
        Ok(People(found.into_iter().map(|person| (person.id, person)).collect()))
    }
}

struct People(BTreeMap<Uuid, Person>);

impl People {
    fn get(&self, id: Uuid) -> Option<&Person> {
        self.0.get(&id)
    }

    fn name(&self, id: Uuid) -> &str {
        self.0.get(&id).map_or("", |person| &person.display_name)
    }
}

/// Looks, in one state of the database.
///
/// # Errors
/// The database failed.
pub async fn look(store: &Store, actor: Actor, language: Language, now: DateTime<Utc>) -> Result<Seen> {
    let tx = store.one_state().await?;
    let seen = Box::pin(at_once(&tx, actor, language, now)).await?;
    tx.rollback().await?;
    Ok(seen)
}

async fn at_once(tx: &DatabaseTransaction, actor: Actor, language: Language, now: DateTime<Utc>) -> Result<Seen> {
    let since = now - LOOK_BACK;
    let all = relationships::of_account(tx, actor.account, now).await?;
    let reworded = templates::approved(tx, actor.organisation).await?;
    let reworded: Vec<_> = reworded.iter().map(|row| (&row.key, &row.language, &row.pattern)).collect();
    let zone = crate::calendars::zone_of(tx, actor.account).await?;
    // A date in a text has its year when that is another one than the reader's.
    let year = now.with_timezone(&zone).year();
    let wording = Stamp::of(&(language, reworded, year));
    let looking = Looking { tx, actor, now, since, related: &all, wording };
    let mut seen = Seen {
        consultations: consultations(&looking).await?,
        series: series_of(&looking).await?,
        pair_absences: pair_absences(&looking).await?,
        ..Seen::default()
    };
    let threads = thread::look(&looking, &seen.consultations).await?;
    kept::agreements(&looking, &mut seen).await?;
    kept::drafts(&looking, &mut seen).await?;
    if let Some(permit) = looking.own(OnOwn::OwnersLife) {
        seen.grants = grants::page(tx, permit, None, ALL).await?;
        seen.prompts = prompts_of(&looking, permit).await?;
        Box::pin(kept::owners(&looking, permit, &mut seen)).await?;
    }
    if let Some(permit) = looking.own(OnOwn::Consents) {
        seen.consents = consents::page(tx, permit, None, ALL).await?;
    }
    if looking.own(OnOwn::ProvidersWork).is_some() {
        seen.absences = absences(&looking).await?;
        Box::pin(shared::look(&looking, &mut seen)).await?;
    }
    check_ins::look(&looking, &threads, &mut seen).await?;
    seen.clocks = threads.clocks;
    seen.sealed.extend(threads.messages);
    seen.related = all
        .iter()
        .filter_map(|related| relationships::authorize(actor, InRelationship::See, related.clone()).ok())
        .collect();
    Ok(seen)
}

async fn consultations(looking: &Looking<'_>) -> Result<Vec<rows::Consultation>> {
    Ok(consultation::Entity::find()
        .filter(among(consultation::Column::RelationshipId, &looking.those(InRelationship::SeeConsultations)))
        .filter(consultation::Column::StartsAt.gte(looking.since))
        .order_by_desc(consultation::Column::StartsAt)
        .order_by_desc(consultation::Column::Id)
        .all(looking.tx)
        .await?)
}

async fn series_of(looking: &Looking<'_>) -> Result<Vec<rows::Series>> {
    Ok(series::Entity::find()
        .filter(among(series::Column::RelationshipId, &looking.those(InRelationship::SeeCheckIns)))
        .filter(series::Column::Job.eq(Job::CheckIn.as_str()))
        .order_by_desc(series::Column::Id)
        .all(looking.tx)
        .await?)
}

async fn prompts_of(looking: &Looking<'_>, permit: Permit) -> Result<Vec<rows::Slot>> {
    Ok(prompts::sent()
        .filter(slot::Column::RecipientId.eq(permit.account().0))
        .filter(slot::Column::PlannedAt.gte(looking.since))
        .order_by_desc(slot::Column::PlannedAt)
        .order_by_desc(slot::Column::Id)
        .all(looking.tx)
        .await?)
}

async fn absences(looking: &Looking<'_>) -> Result<Vec<Authorized<rows::Absence>>> {
    let mine = looking.actor.account.0;
    let rows = absence::Entity::find()
        .filter(Condition::any().add(absence::Column::ProviderId.eq(mine)).add(absence::Column::SubstituteId.eq(mine)))
        .filter(absence::Column::ToOn.gt(looking.since.date_naive()))
        .order_by_desc(absence::Column::CreatedAt)
        .order_by_desc(absence::Column::Id)
        .all(looking.tx)
        .await?;
    let judged = |row: rows::Absence| {
        let substitute = row.substitute_id.map(AccountId);
        let decision = policy::on_absence(looking.actor, OnAbsence::See, AccountId(row.provider_id), substitute);
        Authorized::by(decision, row)
    };
    rows.into_iter().map(judged).collect()
}

async fn pair_absences(looking: &Looking<'_>) -> Result<BTreeMap<Uuid, Vec<(rows::Absence, bool)>>> {
    let ids = looking.those(InRelationship::SeeConsultations);
    let pairs: Vec<&Related> = ids.iter().filter_map(|id| looking.one(*id)).collect();
    let providers: BTreeSet<Uuid> = pairs.iter().map(|pair| pair.view.responsible.0).collect();
    let people = looking.people(providers.clone()).await?;
    let rows = absence::Entity::find()
        .filter(among(absence::Column::ProviderId, &providers.into_iter().collect::<Vec<_>>()))
        .filter(absence::Column::CancelledAt.is_null())
        // Nobody's today is earlier.
        .filter(absence::Column::ToOn.gte(looking.now.date_naive() - TimeDelta::days(1)))
        .order_by_asc(absence::Column::FromOn)
        .order_by_asc(absence::Column::Id)
        .all(looking.tx)
        .await?;
    let consents: BTreeSet<(Uuid, Uuid)> = absence_consent::Entity::find()
        .filter(among(absence_consent::Column::RelationshipId, &ids))
        .order_by_asc(absence_consent::Column::AbsenceId)
        .all(looking.tx)
        .await?
        .into_iter()
        .map(|row| (row.absence_id, row.relationship_id))
        .collect();
    let lasts = |row: &&rows::Absence| {
        let zone = people.get(row.provider_id).and_then(|person| person.zone.parse::<chrono_tz::Tz>().ok());
        row.to_on > zone.map_or(looking.now.date_naive(), |zone| looking.now.with_timezone(&zone).date_naive())
    };
    let of_pair = |pair: &Related| -> Vec<(rows::Absence, bool)> {
        let hers = rows.iter().filter(|row| row.provider_id == pair.view.responsible.0).filter(lasts);
        hers.map(|row| (row.clone(), consents.contains(&(row.id, pair.row.id)))).collect()
    };
    Ok(pairs.into_iter().map(|pair| (pair.row.id, of_pair(pair))).filter(|(_, all)| !all.is_empty()).collect())
}
