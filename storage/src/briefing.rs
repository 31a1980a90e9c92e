//! What the gate may ask about a batch of questions, read in a number of statements that does not
//! depend on how many they are. Nothing is judged here: [`crate::facts`] does that, one question at a time.

use crate::among::among;
use crate::entity::{
    absence, absence_consent, account, agreement_version, concern, consultation, device, notification_setting,
    org_policy, organisation, period, plan, plan_section, plan_use, reply_clock, series, slot, slot_override,
};
use crate::error::{Result, StorageError};
use crate::notification_settings::Settings;
use crate::relationships::{self, Related};
use crate::{agreements, calendars, contacts, instance, policies, rows};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::ids::{AccountId, RelationshipId};
use domain::organisation_policy::Rules;
use domain::schedule::{Waking, iso_week_days};
use domain::words::{Job, Outcome, SeriesState};
use domain::working_time::ProviderCalendar;
use sea_orm::sea_query::{Alias, Expr, Order, Query, WindowStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// So many slots of a series, newest first, tell all that is asked of its past: a run is twelve weeks, and its
/// shortest interval a week.
const PAST: u64 = 64;
/// An owner's local date differs from UTC's by a day at most.
const A_DAY: TimeDelta = TimeDelta::days(1);

/// Whom and what a question will be about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub job: Job,
    pub recipient: Option<AccountId>,
    pub owner: Option<AccountId>,
    pub provider: Option<AccountId>,
    pub relationship: Option<RelationshipId>,
    pub series: Option<&'a rows::Series>,
}

impl<'a> Subject<'a> {
    /// What the next slot of `series` will be about.
    pub fn of(series: &'a rows::Series) -> Result<Self> {
        Ok(Self {
            job: series.job.parse()?,
            recipient: series.owner_id.or(series.provider_id).map(AccountId),
            owner: series.owner_id.map(AccountId),
            provider: series.provider_id.map(AccountId),
            relationship: series.relationship_id.map(RelationshipId),
            series: Some(series),
        })
    }
}

/// An organisation and what it ordered.
#[derive(Clone, Debug)]
pub struct Governed {
    pub row: rows::Organisation,
    pub version: i32,
    pub rules: Arc<Rules>,
}

/// What is known of an owner's plan.
#[derive(Clone, Debug)]
pub struct PlanKnown {
    pub row: rows::Plan,
    pub used_at: Option<DateTime<Utc>>,
    /// Whether a section stands in it.
    pub written: bool,
}

/// Everything about a batch of subjects at one moment.
#[derive(Debug)]
pub struct Briefing {
    pub now: DateTime<Utc>,
    pub kill_switch: bool,
    accounts: BTreeMap<Uuid, rows::Account>,
    organisations: BTreeMap<Uuid, Governed>,
    settings: BTreeMap<Uuid, Settings>,
    devices: BTreeMap<Uuid, Vec<Uuid>>,
    relationships: BTreeMap<Uuid, Related>,
    periods: BTreeMap<Uuid, Vec<rows::Period>>,
    heavy: BTreeMap<Uuid, Vec<rows::Concern>>,
    past: BTreeMap<Uuid, Vec<rows::Slot>>,
    prompts: BTreeMap<Uuid, Vec<(Uuid, NaiveDate)>>,
    placed: BTreeMap<Uuid, Vec<(NaiveDate, Job)>>,
    running: BTreeMap<Uuid, Vec<Uuid>>,
    contacts: BTreeMap<Uuid, DateTime<Utc>>,
    consultations: BTreeMap<Uuid, Vec<DateTime<Utc>>>,
    agreements: BTreeMap<Uuid, rows::AgreementVersion>,
    owing: BTreeSet<Uuid>,
    overrides: BTreeMap<Uuid, Vec<rows::SlotOverride>>,
    absences: BTreeMap<Uuid, Vec<rows::Absence>>,
    consents: BTreeSet<(Uuid, Uuid)>,
    plans: BTreeMap<Uuid, PlanKnown>,
}

/// The ids that the statements are about, each once.
#[derive(Default)]
struct Wanted {
    recipients: BTreeSet<Uuid>,
    /// Whose life, and whose prompts.
    owners: BTreeSet<Uuid>,
    /// Whose hours and absences.
    providers: BTreeSet<Uuid>,
    relationships: BTreeSet<Uuid>,
    series: BTreeSet<Uuid>,
    prompted: BTreeSet<Uuid>,
    check_ins: BTreeSet<Uuid>,
    pairs: BTreeSet<Uuid>,
    agreed: BTreeSet<Uuid>,
    capped: BTreeSet<Uuid>,
    planning: BTreeSet<Uuid>,
}

impl Wanted {
    fn by(subjects: &[Subject<'_>]) -> Self {
        let mut wanted = Self::default();
        for subject in subjects {
            wanted.add(subject);
        }
        wanted
    }

    fn add(&mut self, subject: &Subject<'_>) {
        self.recipients.extend(subject.recipient.map(|id| id.0));
        self.relationships.extend(subject.relationship.map(|id| id.0));
        let (owner, provider) = (subject.owner.map(|id| id.0), subject.provider.map(|id| id.0));
        let pair = subject.relationship.map(|id| id.0);
        match subject.job {
            Job::CheckIn => {
                self.owners.extend(owner);
                self.providers.extend(provider);
                self.capped.extend(provider);
                self.pairs.extend(pair);
                self.agreed.extend(pair);
                self.check_ins.extend(subject.series.map(|row| row.id));
            }
            Job::PlanReview => {
                self.owners.extend(owner);
                self.planning.extend(owner);
            }
            Job::AgreementRound | Job::OverdueNotice | Job::MessageNotice => self.owners.extend(owner),
            Job::ResponseReminder => {
                self.providers.extend(provider);
                self.agreed.extend(pair);
            }
            Job::Digest => self.providers.extend(subject.recipient.map(|id| id.0)),
        }
        if let Some(series) = subject.series.filter(|_| subject.job != Job::Digest) {
            self.series.insert(series.id);
            self.prompted.extend(owner);
        }
    }
}

fn list(ids: &BTreeSet<Uuid>) -> Vec<Uuid> {
    ids.iter().copied().collect()
}

/// Rows by the id that `key` reads, each in the order it came.
fn by<R, V>(rows: Vec<R>, key: impl Fn(&R) -> Uuid, value: impl Fn(R) -> V) -> BTreeMap<Uuid, Vec<V>> {
    let mut grouped: BTreeMap<Uuid, Vec<V>> = BTreeMap::new();
    for row in rows {
        grouped.entry(key(&row)).or_default().push(value(row));
    }
    grouped
}

impl Briefing {
    /// Reads what may be asked about `subjects` at `now`.
    pub async fn of(db: &impl ConnectionTrait, subjects: &[Subject<'_>], now: DateTime<Utc>) -> Result<Self> {
        let wanted = Wanted::by(subjects);
        let relationships = relationships::many_for_machinery(db, &list(&wanted.relationships), now).await?;
        let mut people: BTreeSet<Uuid> = [&wanted.recipients, &wanted.owners, &wanted.providers]
            .into_iter()
            .flatten()
            .copied()
            .chain(subjects.iter().filter_map(|subject| subject.provider).map(|id| id.0))
            .collect();
        people.extend(relationships.values().map(|related| related.view.responsible.0));
        let people = list(&people);
        let accounts: BTreeMap<Uuid, rows::Account> = account::Entity::find()
            .filter(among(account::Column::Id, &people))
            .all(db)
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let of: BTreeSet<Uuid> = accounts.values().map(|row| row.organisation_id).collect();
        let absences = absences(db, &list(&wanted.providers), now).await?;
        let briefing = Self {
            now,
            kill_switch: instance::kill_switch(db).await?.on,
            organisations: organisations(db, &list(&of)).await?,
            settings: settings(db, &list(&wanted.recipients.union(&wanted.owners).copied().collect())).await?,
            devices: devices(db, &list(&wanted.recipients)).await?,
            periods: periods(db, &list(&wanted.owners), now).await?,
            heavy: heavy(db, &list(&wanted.owners)).await?,
            past: past(db, &list(&wanted.series)).await?,
            prompts: prompts(db, &list(&wanted.prompted), now).await?,
            placed: placed(db, &list(&wanted.prompted), now).await?,
            running: running(db, &list(&wanted.capped)).await?,
            contacts: contacts::latest_of(db, &list(&wanted.pairs)).await?,
            consultations: consultations(db, &list(&wanted.pairs), now).await?,
            agreements: agreements(db, &list(&wanted.agreed)).await?,
            owing: owing(db, &list(&wanted.pairs)).await?,
            overrides: overrides(db, &list(&wanted.check_ins)).await?,
            consents: consents(db, &absences).await?,
            plans: plans(db, &list(&wanted.planning)).await?,
            accounts,
            relationships,
            absences,
        };
        Ok(briefing)
    }

    /// An account that a subject names; `Corrupt` if there is none.
    pub fn account(&self, id: AccountId) -> Result<&rows::Account> {
        self.accounts.get(&id.0).ok_or_else(|| StorageError::Corrupt("of nobody".into()))
    }

    /// The organisation of an account.
    pub fn governing(&self, account: &rows::Account) -> Result<&Governed> {
        self.organisations
            .get(&account.organisation_id)
            .ok_or_else(|| StorageError::Corrupt("account without its organisation".into()))
    }

    pub fn relationship(&self, id: RelationshipId) -> Option<&Related> {
        self.relationships.get(&id.0)
    }

    /// What somebody switched on or off; nothing chosen means on.
    pub fn settings(&self, id: AccountId) -> Option<&Settings> {
        self.settings.get(&id.0)
    }

    /// Devices of a recipient that a push can reach.
    pub fn devices(&self, id: AccountId) -> &[Uuid] {
        self.devices.get(&id.0).map_or(&[], Vec::as_slice)
    }

    /// Pauses and hospital stays of an owner that began, oldest first.
    pub fn periods(&self, owner: AccountId) -> &[rows::Period] {
        self.periods.get(&owner.0).map_or(&[], Vec::as_slice)
    }

    /// Heavy answers of an owner, whether contact followed or not, oldest first.
    pub fn heavy(&self, owner: AccountId) -> &[rows::Concern] {
        self.heavy.get(&owner.0).map_or(&[], Vec::as_slice)
    }

    /// Slots of a series, newest first.
    pub fn past(&self, series: &rows::Series) -> &[rows::Slot] {
        self.past.get(&series.id).map_or(&[], Vec::as_slice)
    }

    /// Prompts that went to an owner lately, with the local date of each.
    pub fn prompts(&self, owner: AccountId) -> &[(Uuid, NaiveDate)] {
        self.prompts.get(&owner.0).map_or(&[], Vec::as_slice)
    }

    /// The jobs whose next slot of this owner is placed on a date around now.
    pub fn placed(&self, owner: AccountId) -> &[(NaiveDate, Job)] {
        self.placed.get(&owner.0).map_or(&[], Vec::as_slice)
    }

    /// Check-in series that run in a provider's name, the first accepted first.
    pub fn running(&self, provider: AccountId) -> &[Uuid] {
        self.running.get(&provider.0).map_or(&[], Vec::as_slice)
    }

    /// When the pair was last in contact; see [`contacts::latest_of`].
    pub fn contact(&self, relationship: RelationshipId) -> Option<DateTime<Utc>> {
        self.contacts.get(&relationship.0).copied()
    }

    /// Consultations of a relationship a week around now, the first first.
    pub fn consultations(&self, relationship: RelationshipId) -> Vec<DateTime<Utc>> {
        self.consultations.get(&relationship.0).cloned().unwrap_or_default()
    }

    /// See [`agreements::in_force`].
    pub fn agreement(&self, relationship: RelationshipId) -> Option<&rows::AgreementVersion> {
        self.agreements.get(&relationship.0)
    }

    /// Whether a reply clock of the relationship is open.
    pub fn owes(&self, relationship: RelationshipId) -> bool {
        self.owing.contains(&relationship.0)
    }

    /// What the provider chose on the slate for a slot date: skip, or another date.
    pub fn slate_choice(&self, series: &rows::Series, on_date: NaiveDate) -> Option<&rows::SlotOverride> {
        self.overrides.get(&series.id)?.iter().find(|row| row.on_date == on_date)
    }

    /// A provider's absences on a date, and whether the pair has somebody who stands in for each.
    pub fn absences_on(
        &self,
        provider: AccountId,
        relationship: RelationshipId,
        date: NaiveDate,
    ) -> impl Iterator<Item = bool> {
        self.absences
            .get(&provider.0)
            .into_iter()
            .flatten()
            .filter(move |row| row.from_on <= date && date < row.to_on)
            .map(move |row| {
                let consented = self.consents.contains(&(row.id, relationship.0));
                calendars::is_covered(row) && consented
            })
    }

    pub fn plan(&self, owner: AccountId) -> Option<&PlanKnown> {
        self.plans.get(&owner.0)
    }

    /// An owner's wall clock and quiet times.
    pub fn waking(&self, owner: AccountId) -> Result<Waking> {
        let account = self.account(owner)?;
        calendars::waking(account, &self.governing(account)?.row)
    }

    /// A provider's own days: away in every absence.
    pub fn calendar(&self, provider: AccountId) -> Result<ProviderCalendar> {
        let account = self.account(provider)?;
        let away = self.absences.get(&provider.0).into_iter().flatten();
        calendars::working(account, &self.governing(account)?.row, away)
    }
}

async fn organisations(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Governed>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = organisation::Entity::find().filter(among(organisation::Column::Id, ids)).all(db).await?;
    let newest = Query::select()
        .column(org_policy::Column::OrganisationId)
        .expr(Expr::col(org_policy::Column::Version).max())
        .from(org_policy::Entity)
        .and_where(among(org_policy::Column::OrganisationId, ids))
        .group_by_col(org_policy::Column::OrganisationId)
        .to_owned();
    let identity = Expr::tuple([Expr::col(org_policy::Column::OrganisationId), Expr::col(org_policy::Column::Version)]);
    let published: BTreeMap<Uuid, rows::OrgPolicy> = org_policy::Entity::find()
        .filter(identity.in_subquery(newest))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.organisation_id, row))
        .collect();
    rows.into_iter()
        .map(|row| {
            let (version, rules) = policies::held(&row, published.get(&row.id))?;
            Ok((row.id, Governed { row, version, rules: Arc::new(rules) }))
        })
        .collect()
}

async fn settings(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Settings>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = notification_setting::Entity::find()
        .filter(among(notification_setting::Column::AccountId, ids))
        .all(db)
        .await?;
    let chosen = by(rows, |row| row.account_id, |row| row);
    Ok(chosen.into_iter().map(|(id, rows)| (id, Settings::from_rows(rows))).collect())
}

async fn devices(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Uuid>>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(Uuid, Uuid)> = device::Entity::find()
        .select_only()
        .columns([device::Column::AccountId, device::Column::Id])
        .filter(among(device::Column::AccountId, ids))
        .filter(crate::deliveries::is_live())
        .order_by_asc(device::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(by(rows, |row| row.0, |row| row.1))
}

async fn periods(
    db: &impl ConnectionTrait,
    owners: &[Uuid],
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, Vec<rows::Period>>> {
    if owners.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = period::Entity::find()
        .filter(among(period::Column::OwnerId, owners))
        .filter(period::Column::FromAt.lte(now))
        .order_by_asc(period::Column::FromAt)
        .order_by_asc(period::Column::Id)
        .all(db)
        .await?;
    Ok(by(rows, |row| row.owner_id, |row| row))
}

async fn heavy(db: &impl ConnectionTrait, owners: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<rows::Concern>>> {
    if owners.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = concern::Entity::find()
        .filter(among(concern::Column::OwnerId, owners))
        .filter(concern::Column::Kind.is_in(["heavy", "want_to_talk"]))
        .order_by_asc(concern::Column::Since)
        .order_by_asc(concern::Column::Id)
        .all(db)
        .await?;
    Ok(by(rows, |row| row.owner_id, |row| row))
}

async fn past(db: &impl ConnectionTrait, series: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<rows::Slot>>> {
    if series.is_empty() {
        return Ok(BTreeMap::new());
    }
    let place = Alias::new("place");
    let newest_first = WindowStatement::partition_by(slot::Column::SeriesId)
        .order_by(slot::Column::OnDate, Order::Desc)
        .order_by(slot::Column::Id, Order::Desc)
        .to_owned();
    let mut numbered = slot::Entity::find().filter(among(slot::Column::SeriesId, series)).into_query();
    numbered.expr_window_as(Expr::cust("row_number()"), newest_first, place.clone());
    let newest = Query::select()
        .expr(Expr::col(sea_orm::sea_query::Asterisk))
        .from_subquery(numbered, Alias::new("numbered"))
        .and_where(Expr::col(place.clone()).lte(PAST))
        .order_by(slot::Column::SeriesId, Order::Asc)
        .order_by(place, Order::Asc)
        .to_owned();
    let rows = slot::Model::find_by_statement(db.get_database_backend().build(&newest)).all(db).await?;
    Ok(by(rows, |row| row.series_id.unwrap_or_default(), |row| row))
}

/// What the budget counts: sent or on its way on a date of this ISO week, as any owner counts weeks.
///
/// Their jobs are looked at here: SQLite would find them by their job, of which there are a million, and not by owner.
async fn prompts(
    db: &impl ConnectionTrait,
    owners: &[Uuid],
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, Vec<(Uuid, NaiveDate)>>> {
    if owners.is_empty() {
        return Ok(BTreeMap::new());
    }
    let today = now.date_naive();
    let (from, to) = (iso_week_days(today - A_DAY).from, iso_week_days(today + A_DAY).to);
    let rows: Vec<(Uuid, Uuid, NaiveDate, String)> = slot::Entity::find()
        .select_only()
        .columns([slot::Column::OwnerId, slot::Column::Id, slot::Column::SentOn, slot::Column::Job])
        .filter(among(slot::Column::OwnerId, owners))
        .filter(slot::Column::Outcome.is_in([Outcome::Sent.as_str(), Outcome::Planned.as_str()]))
        .filter(slot::Column::SentOn.gte(from))
        .filter(slot::Column::SentOn.lt(to))
        .into_tuple()
        .all(db)
        .await?;
    let of_prompts = rows.into_iter().filter(|row| Job::PROMPTS.iter().any(|job| job.as_str() == row.3));
    Ok(by(of_prompts.collect(), |row| row.0, |row| (row.1, row.2)))
}

async fn placed(
    db: &impl ConnectionTrait,
    owners: &[Uuid],
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, Vec<(NaiveDate, Job)>>> {
    if owners.is_empty() {
        return Ok(BTreeMap::new());
    }
    let today = now.date_naive();
    let rows: Vec<(Uuid, NaiveDate, String)> = series::Entity::find()
        .select_only()
        .columns([series::Column::OwnerId, series::Column::SlotOn, series::Column::Job])
        .filter(among(series::Column::OwnerId, owners))
        .filter(series::Column::State.eq(SeriesState::Active.as_str()))
        .filter(series::Column::SlotOn.gte(today - A_DAY))
        .filter(series::Column::SlotOn.lte(today + A_DAY))
        .into_tuple()
        .all(db)
        .await?;
    let mut placed: BTreeMap<Uuid, Vec<(NaiveDate, Job)>> = BTreeMap::new();
    for (owner, date, job) in rows {
        placed.entry(owner).or_default().push((date, job.parse()?));
    }
    Ok(placed)
}

async fn running(db: &impl ConnectionTrait, providers: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Uuid>>> {
    if providers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(Uuid, Uuid)> = series::Entity::find()
        .select_only()
        .columns([series::Column::ProviderId, series::Column::Id])
        .filter(among(series::Column::ProviderId, providers))
        .filter(series::Column::Job.eq(Job::CheckIn.as_str()))
        .filter(series::Column::State.eq(SeriesState::Active.as_str()))
        .order_by_asc(series::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(by(rows, |row| row.0, |row| row.1))
}

async fn consultations(
    db: &impl ConnectionTrait,
    relationships: &[Uuid],
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, Vec<DateTime<Utc>>>> {
    if relationships.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = consultation::Entity::find()
        .filter(among(consultation::Column::RelationshipId, relationships))
        .filter(consultation::Column::CancelledAt.is_null())
        .filter(consultation::Column::StartsAt.gt(now - TimeDelta::days(7)))
        .filter(consultation::Column::StartsAt.lt(now + TimeDelta::days(7)))
        .order_by_asc(consultation::Column::StartsAt)
        .all(db)
        .await?;
    Ok(by(rows, |row| row.relationship_id, |row| row.starts_at))
}

async fn agreements(
    db: &impl ConnectionTrait,
    relationships: &[Uuid],
) -> Result<BTreeMap<Uuid, agreement_version::Model>> {
    let ids: Vec<RelationshipId> = relationships.iter().copied().map(RelationshipId).collect();
    let rows = agreements::in_force_of(db, &ids).await?;
    Ok(rows.into_iter().map(|row| (row.relationship_id, row)).collect())
}

async fn owing(db: &impl ConnectionTrait, relationships: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    if relationships.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows: Vec<Uuid> = reply_clock::Entity::find()
        .select_only()
        .column(reply_clock::Column::RelationshipId)
        .distinct()
        .filter(among(reply_clock::Column::RelationshipId, relationships))
        .filter(reply_clock::Column::ClosedAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn overrides(db: &impl ConnectionTrait, series: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<rows::SlotOverride>>> {
    if series.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = slot_override::Entity::find().filter(among(slot_override::Column::SeriesId, series)).all(db).await?;
    Ok(by(rows, |row| row.series_id, |row| row))
}

async fn absences(
    db: &impl ConnectionTrait,
    providers: &[Uuid],
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, Vec<rows::Absence>>> {
    if providers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = absence::Entity::find()
        .filter(among(absence::Column::ProviderId, providers))
        .filter(calendars::counts(now))
        .order_by_asc(absence::Column::FromOn)
        .order_by_asc(absence::Column::Id)
        .all(db)
        .await?;
    Ok(by(rows, |row| row.provider_id, |row| row))
}

async fn consents(
    db: &impl ConnectionTrait,
    absences: &BTreeMap<Uuid, Vec<rows::Absence>>,
) -> Result<BTreeSet<(Uuid, Uuid)>> {
    let covered: Vec<Uuid> =
        absences.values().flatten().filter(|row| calendars::is_covered(row)).map(|row| row.id).collect();
    if covered.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows =
        absence_consent::Entity::find().filter(among(absence_consent::Column::AbsenceId, &covered)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.absence_id, row.relationship_id)).collect())
}

async fn plans(db: &impl ConnectionTrait, owners: &[Uuid]) -> Result<BTreeMap<Uuid, PlanKnown>> {
    if owners.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = plan::Entity::find().filter(among(plan::Column::OwnerId, owners)).all(db).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let used: Vec<(Uuid, DateTime<Utc>)> = plan_use::Entity::find()
        .select_only()
        .column(plan_use::Column::PlanId)
        .column_as(plan_use::Column::UsedAt.max(), "used_at")
        .filter(among(plan_use::Column::PlanId, &ids))
        .group_by(plan_use::Column::PlanId)
        .into_tuple()
        .all(db)
        .await?;
    let used: BTreeMap<Uuid, DateTime<Utc>> = used.into_iter().collect();
    let written: Vec<Uuid> = plan_section::Entity::find()
        .select_only()
        .column(plan_section::Column::PlanId)
        .distinct()
        .filter(among(plan_section::Column::PlanId, &ids))
        .into_tuple()
        .all(db)
        .await?;
    let known =
        |row: rows::Plan| PlanKnown { used_at: used.get(&row.id).copied(), written: written.contains(&row.id), row };
    Ok(rows.into_iter().map(|row| (row.owner_id, known(row))).collect())
}
