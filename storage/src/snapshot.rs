//! A copy of one organisation's state, as far as planning asks for it, to try things on. No name, no
//! address, no token and no text goes with it.

use crate::connect::WriteTx;
use crate::entity::{
    absence, absence_consent, account, agreement_version, concern, consultation, contact, device, digest_line,
    digest_run, instance_setting, item, message, notification, notification_setting, org_policy, organisation, period,
    plan, plan_change, plan_review_choice, plan_section, plan_use, proposal, relationship, relationship_member,
    reply_clock, series, share_grant, slot, slot_override, thread,
};
use crate::error::{Result, StorageError};
use crate::{Store, planned, rows};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{OrgPolicyId, OrganisationId};
use domain::organisation_policy::Rules;
use domain::words::SeriesState;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    ExprTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Nothing that a gate asks about lies further back: series, budgets, contact, digests, reviews.
const LOOK_BACK: TimeDelta = TimeDelta::days(200);
/// Parameters of one statement; SQLite takes 32,766 of them.
const AT_ONCE: usize = 500;

/// The state of an organisation.
#[derive(Debug)]
pub struct Snapshot {
    organisation: OrganisationId,
    organisations: Vec<organisation::Model>,
    policies: Vec<org_policy::Model>,
    accounts: Vec<account::Model>,
    devices: Vec<device::Model>,
    settings: Vec<notification_setting::Model>,
    relationships: Vec<relationship::Model>,
    members: Vec<relationship_member::Model>,
    agreements: Vec<agreement_version::Model>,
    series: Vec<series::Model>,
    slots: Vec<slot::Model>,
    overrides: Vec<slot_override::Model>,
    threads: Vec<thread::Model>,
    messages: Vec<message::Model>,
    contacts: Vec<contact::Model>,
    clocks: Vec<reply_clock::Model>,
    consultations: Vec<consultation::Model>,
    absences: Vec<absence::Model>,
    consents: Vec<absence_consent::Model>,
    periods: Vec<period::Model>,
    concerns: Vec<concern::Model>,
    plans: Vec<plan::Model>,
    sections: Vec<plan_section::Model>,
    changes: Vec<plan_change::Model>,
    uses: Vec<plan_use::Model>,
    choices: Vec<plan_review_choice::Model>,
    grants: Vec<share_grant::Model>,
    items: Vec<item::Model>,
    proposals: Vec<proposal::Model>,
    digests: Vec<digest_run::Model>,
    lines: Vec<digest_line::Model>,
    notices: Vec<notification::Model>,
    instance: Vec<instance_setting::Model>,
}

/// Takes one, of one instant: what is committed meanwhile is not in it.
///
/// # Errors
/// The database failed.
pub async fn take(store: &Store, organisation: OrganisationId) -> Result<Snapshot> {
    let now = store.clock.now();
    let tx = store.one_state().await?;
    let snapshot = of_instant(&tx, organisation, now).await?;
    tx.rollback().await?;
    Ok(snapshot)
}

async fn of_instant(tx: &DatabaseTransaction, organisation: OrganisationId, now: DateTime<Utc>) -> Result<Snapshot> {
    let past = now - LOOK_BACK;
    let all = Condition::all();
    let hers: Vec<Uuid> = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::OrganisationId.eq(organisation.0))
        .into_tuple()
        .all(tx)
        .await?;
    let mut relationships = of::<relationship::Entity>(tx, relationship::Column::OwnerId, &hers, all.clone()).await?;
    relationships.extend(of::<relationship::Entity>(tx, relationship::Column::ProviderId, &hers, all.clone()).await?);
    relationships.sort_by_key(|row| row.id);
    relationships.dedup_by_key(|row| row.id);
    let pairs: Vec<Uuid> = relationships.iter().map(|row| row.id).collect();
    let members =
        of::<relationship_member::Entity>(tx, relationship_member::Column::RelationshipId, &pairs, all.clone()).await?;
    let mut people: BTreeSet<Uuid> = hers.into_iter().collect();
    people.extend(relationships.iter().flat_map(|row| [row.owner_id, row.provider_id]));
    people.extend(members.iter().map(|row| row.provider_id));
    let away = Condition::all().add(absence::Column::ToOn.gt(past.date_naive()));
    let first: Vec<Uuid> = people.iter().copied().collect();
    let absences = of::<absence::Entity>(tx, absence::Column::ProviderId, &first, away).await?;
    people.extend(absences.iter().filter_map(|row| row.substitute_id));
    let people: Vec<Uuid> = people.into_iter().collect();
    let accounts = of::<account::Entity>(tx, account::Column::Id, &people, all.clone()).await?;
    let organisations: BTreeSet<Uuid> = accounts.iter().map(|row| row.organisation_id).collect();
    let organisations: Vec<Uuid> = organisations.into_iter().collect();

    let runs = Condition::all().add(series::Column::State.ne(SeriesState::Stopped.as_str()));
    let mut series = of::<series::Entity>(tx, series::Column::RelationshipId, &pairs, runs.clone()).await?;
    series.extend(of::<series::Entity>(tx, series::Column::OwnerId, &people, runs.clone()).await?);
    series.extend(of::<series::Entity>(tx, series::Column::ProviderId, &people, runs).await?);
    series.sort_by_key(|row| row.id);
    series.dedup_by_key(|row| row.id);
    let running: Vec<Uuid> = series.iter().map(|row| row.id).collect();
    let lately = Condition::any().add(slot::Column::OnDate.gte(past.date_naive())).add(planned::open());
    let mut slots = of::<slot::Entity>(tx, slot::Column::SeriesId, &running, lately.clone()).await?;
    slots.extend(of::<slot::Entity>(tx, slot::Column::RecipientId, &people, planned::open()).await?);
    slots.extend(of::<slot::Entity>(tx, slot::Column::OwnerId, &people, lately).await?);
    slots.sort_by_key(|row| row.id);
    slots.dedup_by_key(|row| row.id);

    let open = Condition::any()
        .add(message::Column::SentAt.gte(past))
        .add(message::Column::OpenedAt.is_null().and(message::Column::RecalledAt.is_null()));
    let waits = Condition::any().add(reply_clock::Column::ClosedAt.is_null()).add(reply_clock::Column::DueAt.gte(past));
    let owned = of::<plan::Entity>(tx, plan::Column::OwnerId, &people, all.clone()).await?;
    let plans: Vec<Uuid> = owned.iter().map(|row| row.id).collect();
    let told = Condition::all().add(digest_run::Column::OnDate.gte(past.date_naive()));
    let digests = of::<digest_run::Entity>(tx, digest_run::Column::ProviderId, &people, told).await?;
    let built: Vec<Uuid> = digests.iter().map(|row| row.id).collect();
    let unread = Condition::all().add(notification::Column::ReadAt.is_null());
    let in_force = Condition::all()
        .add(agreement_version::Column::InForceAt.is_not_null())
        .add(agreement_version::Column::SupersededAt.is_null());

    Ok(Snapshot {
        organisation,
        organisations: of::<organisation::Entity>(tx, organisation::Column::Id, &organisations, all.clone()).await?,
        policies: of::<org_policy::Entity>(tx, org_policy::Column::OrganisationId, &organisations, all.clone()).await?,
        devices: of::<device::Entity>(
            tx,
            device::Column::AccountId,
            &people,
            Condition::all().add(device::Column::GoneAt.is_null()),
        )
        .await?,
        settings: of::<notification_setting::Entity>(tx, notification_setting::Column::AccountId, &people, all.clone())
            .await?,
        agreements: of::<agreement_version::Entity>(tx, agreement_version::Column::RelationshipId, &pairs, in_force)
            .await?,
        overrides: of::<slot_override::Entity>(tx, slot_override::Column::SeriesId, &running, all.clone()).await?,
        threads: of::<thread::Entity>(tx, thread::Column::RelationshipId, &pairs, all.clone()).await?,
        messages: of::<message::Entity>(tx, message::Column::RelationshipId, &pairs, open).await?,
        contacts: of::<contact::Entity>(
            tx,
            contact::Column::RelationshipId,
            &pairs,
            Condition::all().add(contact::Column::At.gte(past)),
        )
        .await?,
        clocks: of::<reply_clock::Entity>(tx, reply_clock::Column::RelationshipId, &pairs, waits).await?,
        consultations: of::<consultation::Entity>(
            tx,
            consultation::Column::RelationshipId,
            &pairs,
            Condition::all().add(consultation::Column::StartsAt.gte(past)),
        )
        .await?,
        consents: of::<absence_consent::Entity>(tx, absence_consent::Column::RelationshipId, &pairs, all.clone())
            .await?,
        periods: of::<period::Entity>(tx, period::Column::OwnerId, &people, all.clone()).await?,
        concerns: of::<concern::Entity>(tx, concern::Column::OwnerId, &people, all.clone()).await?,
        sections: of::<plan_section::Entity>(tx, plan_section::Column::PlanId, &plans, all.clone()).await?,
        changes: of::<plan_change::Entity>(tx, plan_change::Column::PlanId, &plans, all.clone()).await?,
        uses: of::<plan_use::Entity>(
            tx,
            plan_use::Column::PlanId,
            &plans,
            Condition::all().add(plan_use::Column::UsedAt.gte(past)),
        )
        .await?,
        choices: of::<plan_review_choice::Entity>(tx, plan_review_choice::Column::OwnerId, &people, all.clone())
            .await?,
        grants: of::<share_grant::Entity>(tx, share_grant::Column::OwnerId, &people, all.clone()).await?,
        items: of::<item::Entity>(
            tx,
            item::Column::OwnerId,
            &people,
            Condition::all().add(item::Column::DeletedAt.is_null()),
        )
        .await?,
        proposals: of::<proposal::Entity>(
            tx,
            proposal::Column::OwnerId,
            &people,
            Condition::all().add(proposal::Column::CreatedAt.gte(past)),
        )
        .await?,
        lines: of::<digest_line::Entity>(tx, digest_line::Column::DigestRunId, &built, all).await?,
        notices: of::<notification::Entity>(tx, notification::Column::RecipientId, &people, unread).await?,
        instance: instance_setting::Entity::find().all(tx).await?,
        relationships,
        members,
        absences,
        accounts,
        series,
        slots,
        plans: owned,
        digests,
    })
}

impl Snapshot {
    /// Puts it into an empty scratch database, under `rules` where another policy is tried.
    ///
    /// # Errors
    /// The scratch database failed, or it is one that keeps things.
    pub async fn put(&self, scratch: &Store, rules: Option<&Rules>) -> Result<()> {
        if !scratch.is_scratch() {
            return Err(StorageError::Corrupt("a snapshot belongs into a scratch database".into()));
        }
        // What a row points at may lie outside the snapshot.
        scratch.read().execute_unprepared("pragma foreign_keys = off").await?;
        let tx = scratch.write().await?;
        put::<organisation::Entity>(&tx, &self.organisations, |row| row.name.clear()).await?;
        put::<org_policy::Entity>(&tx, &self.policies, |row| row.why.clear()).await?;
        put::<account::Entity>(&tx, &self.accounts, nameless).await?;
        put::<device::Entity>(&tx, &self.devices, |row| {
            row.token = row.token.is_some().then(|| b"token".to_vec());
            row.token_hash = None;
        })
        .await?;
        put::<notification_setting::Entity>(&tx, &self.settings, as_it_is).await?;
        put::<relationship::Entity>(&tx, &self.relationships, as_it_is).await?;
        put::<relationship_member::Entity>(&tx, &self.members, as_it_is).await?;
        put::<agreement_version::Entity>(&tx, &self.agreements, |row| row.terms.clear()).await?;
        put::<series::Entity>(&tx, &self.series, as_it_is).await?;
        put::<slot::Entity>(&tx, &self.slots, |row| row.note = None).await?;
        put::<slot_override::Entity>(&tx, &self.overrides, as_it_is).await?;
        put::<thread::Entity>(&tx, &self.threads, as_it_is).await?;
        put::<message::Entity>(&tx, &self.messages, |row| {
            row.body.clear();
            row.gist = None;
            row.medication = None;
        })
        .await?;
        put::<contact::Entity>(&tx, &self.contacts, as_it_is).await?;
        put::<reply_clock::Entity>(&tx, &self.clocks, as_it_is).await?;
        put::<consultation::Entity>(&tx, &self.consultations, as_it_is).await?;
        put::<absence::Entity>(&tx, &self.absences, as_it_is).await?;
        put::<absence_consent::Entity>(&tx, &self.consents, as_it_is).await?;
        put::<period::Entity>(&tx, &self.periods, as_it_is).await?;
        put::<concern::Entity>(&tx, &self.concerns, as_it_is).await?;
        put::<plan::Entity>(&tx, &self.plans, as_it_is).await?;
        put::<plan_section::Entity>(&tx, &self.sections, |row| row.body.clear()).await?;
        put::<plan_change::Entity>(&tx, &self.changes, as_it_is).await?;
        put::<plan_use::Entity>(&tx, &self.uses, |row| row.note = None).await?;
        put::<plan_review_choice::Entity>(&tx, &self.choices, as_it_is).await?;
        put::<share_grant::Entity>(&tx, &self.grants, as_it_is).await?;
        put::<item::Entity>(&tx, &self.items, |row| row.body = row.body.is_some().then(Vec::new)).await?;
        put::<proposal::Entity>(&tx, &self.proposals, |row| {
            row.body.clear();
            row.answer = None;
        })
        .await?;
        put::<digest_run::Entity>(&tx, &self.digests, as_it_is).await?;
        put::<digest_line::Entity>(&tx, &self.lines, as_it_is).await?;
        put::<notification::Entity>(&tx, &self.notices, as_it_is).await?;
        put::<instance_setting::Entity>(&tx, &self.instance, as_it_is).await?;
        if let Some(rules) = rules {
            self.try_rules(scratch, &tx, rules).await?;
        }
        tx.commit().await
    }

    /// The same as publishing them now, without anybody who publishes.
    async fn try_rules(&self, scratch: &Store, tx: &WriteTx, rules: &Rules) -> Result<()> {
        let mine = self.policies.iter().filter(|row| row.organisation_id == self.organisation.0);
        let latest = mine.map(|row| row.version).max();
        let row = org_policy::ActiveModel {
            id: Set(OrgPolicyId(scratch.new_id()).0),
            organisation_id: Set(self.organisation.0),
            version: Set(latest.unwrap_or(domain::organisation_policy::FIRST_VERSION) + 1),
            rules: Set(serde_json::to_value(rules)?),
            why: Set(String::new()),
            created_by: Set(None),
            created_at: Set(scratch.clock.now()),
        };
        org_policy::Entity::insert(row).exec_without_returning(&**tx).await?;
        // Publishing lets the planner look again at everything.
        series::Entity::update_many()
            .col_expr(series::Column::NextAt, Expr::value(scratch.clock.now()))
            .filter(series::Column::State.eq(SeriesState::Active.as_str()))
            .exec(&**tx)
            .await?;
        Ok(())
    }
}

/// In a scratch database nobody is at the phone: what was sent counts as opened and answered, so
/// that silence is not what is tried.
///
/// # Errors
/// The scratch database failed.
pub async fn everybody_answers(scratch: &Store) -> Result<()> {
    let now = scratch.clock.now();
    let tx = scratch.write().await?;
    for (job, answer) in [("check_in", "ok"), ("plan_review", "fine_as_is"), ("agreement_round", "fine_as_is")] {
        slot::Entity::update_many()
            .col_expr(slot::Column::OpenedAt, Expr::value(now))
            .col_expr(slot::Column::AnsweredAt, Expr::value(now))
            .col_expr(slot::Column::Answer, Expr::value(answer))
            .filter(slot::Column::Job.eq(job))
            .filter(slot::Column::Outcome.eq("sent"))
            .filter(slot::Column::AnsweredAt.is_null())
            .exec(&*tx)
            .await?;
    }
    tx.commit().await
}

fn as_it_is<M>(_: &mut M) {}

fn nameless(row: &mut rows::Account) {
    row.login = row.id.to_string();
    row.display_name.clear();
    row.password_hash = None;
    row.email = row.email.is_some().then(|| "nobody@example.invalid".to_owned());
}

async fn of<E: EntityTrait>(
    tx: &DatabaseTransaction,
    column: E::Column,
    ids: &[Uuid],
    which: Condition,
) -> Result<Vec<E::Model>> {
    let mut found = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        found.extend(E::find().filter(column.is_in(some.iter().copied())).filter(which.clone()).all(tx).await?);
    }
    Ok(found)
}

async fn put<E>(tx: &WriteTx, rows: &[E::Model], change: impl Fn(&mut E::Model)) -> Result<()>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + Clone,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    for some in rows.chunks(AT_ONCE) {
        let changed = some.iter().map(|row| {
            let mut row = row.clone();
            change(&mut row);
            row.into_active_model().reset_all()
        });
        E::insert_many(changed).exec_without_returning(&**tx).await?;
    }
    Ok(())
}
