//! What FHIR R4 (4.0.1) can say of it, as a bundle of type `collection`. A pure mapping: every resource is made of one
//! record, and of what [`Beside`] was read with its page. Ids are the records' own or derived from them, so that a
//! later export names the same things alike; a reference is written only where what it leads to is in the bundle.
//! What is lost is told in `docs/export.md`.

mod agreed;
mod crisis_plan;
mod datatypes;
mod documents;
mod goals;
mod log;
mod medicines;
mod messages;
mod people;

use super::Head;
use super::sections::{Record, Source};
use crate::app::{Answer, messages as app_messages, toolbox as app_toolbox};
use chrono::{DateTime, Utc};
use datatypes::{instant, urn};
use domain::ids::{ItemId, MessageId, RelationshipId};
use domain::toolbox::{DEEPEST_STEP, ItemKind as Kind};
use mobile_contract::export::ExportSection;
use mobile_contract::toolbox::{ItemKind, ItemOut};
use people::People;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use storage::toolbox;
use uuid::Uuid;

pub const END: &str = "\n]}\n";

/// Whether a list has a place in the bundle. What is about the machinery and not about her has none, and earlier
/// versions have none.
pub fn takes(section: ExportSection) -> bool {
    use ExportSection as S;
    match section {
        S::AccessLog
        | S::Agreements
        | S::CheckIns
        | S::Comments
        | S::Consents
        | S::Consultations
        | S::Contacts
        | S::Drafts
        | S::Grants
        | S::Items
        | S::JointNotes
        | S::JointSessions
        | S::Messages
        | S::Periods
        | S::PlanReviews
        | S::PlanUses
        | S::Proposals
        | S::Relationships => true,
        S::AbsenceConsents
        | S::AgreementRounds
        | S::CheckInSeries
        | S::Devices
        | S::ItemVersions
        | S::Ledger
        | S::Notifications
        | S::PlanVersions
        | S::Prompts
        | S::ReplyClocks
        | S::Sessions => false,
    }
}

/// What the resources of a page name besides their own records.
#[derive(Default)]
pub struct Beside {
    /// The steps of each goal of the page, those of its sub-goals among them.
    steps: BTreeMap<Uuid, Vec<ItemOut>>,
    /// Messages that the page answers, as far as they are in the bundle.
    answered: BTreeSet<Uuid>,
    /// Items that settings of the page are about, as far as they have a resource.
    shared: BTreeSet<Uuid>,
}

impl Beside {
    /// Reads it with a bounded number of queries for the page.
    pub async fn read(source: &Source, records: &[Record]) -> Answer<Self> {
        let mut beside = Self::default();
        let (mut goals, mut answered, mut shared) = (Vec::new(), BTreeMap::<_, Vec<MessageId>>::new(), Vec::new());
        for record in records {
            match record {
                Record::Item(item) if item.kind == ItemKind::Goal => goals.push(item.id),
                Record::Message(it) => {
                    let to = answered.entry(it.relationship_id).or_default();
                    to.extend(it.in_reply_to.map(MessageId));
                }
                Record::Draft(it) => {
                    let to = answered.entry(it.relationship_id).or_default();
                    to.extend(it.in_reply_to.map(MessageId));
                }
                Record::Grant(it) => shared.extend(it.subject.parse().ok().map(ItemId)),
                _ => {}
            }
        }
        beside.read_steps(source, goals).await?;
        for (pair, ids) in answered.into_iter().filter(|(_, ids)| !ids.is_empty()) {
            let found = app_messages::opened_among(&source.app, source.caller, RelationshipId(pair), &ids).await?;
            beside.answered.extend(found);
        }
        if !shared.is_empty() {
            let permit = toolbox::leave(source.caller.actor)?;
            let found = toolbox::kinds(source.app.store.read(), permit, &shared).await?;
            beside.shared = found.into_iter().filter(|(_, kind)| *kind != Kind::Step).map(|(id, _)| id.0).collect();
        }
        Ok(beside)
    }

    async fn read_steps(&mut self, source: &Source, goals: Vec<Uuid>) -> Answer<()> {
        let mut above: BTreeMap<Uuid, Uuid> = goals.into_iter().map(|goal| (goal, goal)).collect();
        for _ in 0..DEEPEST_STEP {
            if above.is_empty() {
                break;
            }
            let parents: Vec<ItemId> = above.keys().copied().map(ItemId).collect();
            let mut below = BTreeMap::new();
            for step in app_toolbox::under(&source.app, source.caller, Kind::Step, &parents).await? {
                let Some(goal) = step.parent_id.and_then(|parent| above.get(&parent)).copied() else { continue };
                below.insert(step.id, goal);
                self.steps.entry(goal).or_default().push(step);
            }
            above = below;
        }
        Ok(())
    }
}

/// A bundle being written.
pub struct Bundle {
    people: People,
    begun: bool,
}

impl Bundle {
    /// Opens it with herself and her plan.
    pub fn begin(out: &mut String, head: &Head, now: DateTime<Utc>) -> Self {
        let mut bundle = Self { people: People::of(head.account.me.id), begun: false };
        out.push_str(&format!(
            "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"timestamp\":\"{}\",\"entry\":[\n",
            instant(now)
        ));
        bundle.entry(out, people::patient(&head.account.me));
        if !head.plan.sections.is_empty() {
            bundle.entry(out, crisis_plan::care_plan(&bundle.people, &head.plan));
        }
        bundle
    }

    /// Writes the resources of one record on a line of their own: none, one or several.
    pub fn record(&mut self, out: &mut String, record: &Record, beside: &Beside) {
        out.push_str("\n ");
        let resources = self.resources(record, beside);
        for person in self.people.newly_named() {
            self.entry(out, person);
        }
        for resource in resources {
            self.entry(out, resource);
        }
    }

    fn resources(&mut self, record: &Record, beside: &Beside) -> Vec<Value> {
        let people = &mut self.people;
        match record {
            Record::Access(it) => vec![log::audit_event(people, it)],
            Record::Agreement(it) => vec![agreed::agreement(people, it)],
            Record::CheckIn(it) => {
                vec![documents::document(people, it.id, "check_in", it.answered_at.or(it.opened_at), record)]
            }
            Record::Comment(it) => vec![documents::from(people, &it.author, it.id, "comment", it.created_at, record)],
            Record::Consent(it) => vec![agreed::consent(people, it)],
            Record::Consultation(it) => {
                vec![documents::document(people, it.id, "consultation", Some(it.starts_at), record)]
            }
            Record::Contact(it) => vec![documents::document(people, it.id, "contact", Some(it.at), record)],
            Record::Draft(it) => vec![messages::draft(people, it, beside)],
            Record::Grant(it) => vec![agreed::grant(people, it, beside)],
            Record::Item(it) => item(people, it, record, beside),
            Record::JointNote(it) => {
                vec![documents::document(people, it.note.id, "joint_note", Some(it.note.updated_at), record)]
            }
            Record::JointSession(it) => {
                vec![documents::document(people, it.id, "joint_session", Some(it.proposed_at), record)]
            }
            Record::Message(it) => messages::message(people, it, beside).into_iter().collect(),
            Record::Period(it) => vec![documents::document(people, it.id, it.kind.as_str(), Some(it.from), record)],
            Record::PlanReview(it) => vec![documents::document(people, it.id, "plan_review", Some(it.at), record)],
            Record::PlanUse(it) => vec![documents::document(people, it.id, "plan_use", Some(it.used_at), record)],
            Record::Proposal(it) => vec![documents::from(people, &it.author, it.id, "proposal", it.created_at, record)],
            Record::Relationship(it) => vec![people.care_team(it)],
            Record::AbsenceConsent(_)
            | Record::AgreementRound(_)
            | Record::CheckInSeries(_)
            | Record::Clock(_)
            | Record::Device(_)
            | Record::ItemVersion(_)
            | Record::LedgerRow(_)
            | Record::Notification(_)
            | Record::PlanWording(_)
            | Record::Prompt(_)
            | Record::Session(_) => Vec::new(),
        }
    }

    fn entry(&mut self, out: &mut String, resource: Value) {
        let id = resource["id"].as_str().unwrap_or_default().to_owned();
        let separator = if self.begun { "," } else { "" };
        self.begun = true;
        let entry = json!({ "fullUrl": urn(&id), "resource": resource });
        out.push_str(&format!("{separator}{entry}"));
    }
}

fn item(people: &People, item: &ItemOut, record: &Record, beside: &Beside) -> Vec<Value> {
    match (&item.content.goal, &item.content.medicine) {
        (Some(goal), _) => {
            let steps = beside.steps.get(&item.id).map_or(&[][..], Vec::as_slice);
            vec![goals::goal(people, item, goal), goals::care_plan(people, item, goal, steps)]
        }
        // A draft does not say yet that she takes it.
        (_, Some(medicine)) if !item.draft => vec![medicines::statement(people, item, medicine)],
        // Its goal's plan has it.
        _ if item.kind == ItemKind::Step => Vec::new(),
        _ => vec![documents::of_item(people, item, record)],
    }
}
