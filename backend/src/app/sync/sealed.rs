//! What is sealed, read whole: with as many questions for each relationship or owner on the page, however much of
//! theirs it has.

use super::thing::{Thing, Told};
use crate::app::sessions::Caller;
use crate::app::{
    Answer, Refusal, agreements, check_ins, comments, crisis_plan, drafts, joint_notes, message_log, messages,
    proposals, shared_plan, toolbox,
};
use crate::state::App;
use domain::ids::{AccountId, ItemId, MessageId};
use domain::policy::InRelationship;
use domain::sync::{Named, SyncKind};
use mobile_contract::problem::ProblemCode;
use mobile_contract::sync::{SyncedItemOut, SyncedNoteOut};
use std::collections::{BTreeMap, BTreeSet};
use storage::relationships::Related;
use storage::sync::Seen;
use storage::{Authorized, relationships};
use uuid::Uuid;

/// Reads those of `names` that are sealed. What is not there any more is left out.
pub async fn read(app: &App, caller: Caller, seen: &Seen, names: &[Named]) -> Answer<BTreeMap<Named, Thing>> {
    let wanted: BTreeSet<Named> = names.iter().copied().collect();
    let mut groups: BTreeMap<(SyncKind, Uuid), BTreeSet<Uuid>> = BTreeMap::new();
    for glimpse in seen.sealed.iter().filter(|glimpse| wanted.contains(&glimpse.name)) {
        groups.entry((glimpse.name.0, glimpse.within)).or_default().insert(glimpse.name.1);
    }
    let mut reading = Reading { app, caller, seen, found: BTreeMap::new() };
    let mut alone: BTreeMap<SyncKind, BTreeSet<Uuid>> = BTreeMap::new();
    for ((kind, within), ids) in groups {
        match kind {
            // Of one account, whatever they belong to.
            SyncKind::Draft | SyncKind::JointNote => alone.entry(kind).or_default().extend(ids),
            kind => Box::pin(reading.group(kind, within, ids)).await?,
        }
    }
    for (kind, ids) in alone {
        Box::pin(reading.own(kind, ids.into_iter().collect())).await?;
    }
    Ok(reading.found)
}

struct Reading<'a> {
    app: &'a App,
    caller: Caller,
    seen: &'a Seen,
    found: BTreeMap<Named, Thing>,
}

/// What became hidden since the manifest was made is left out.
fn there<T>(answer: Answer<T>) -> Answer<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(Refusal { code: ProblemCode::NotFound, .. }) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

impl Reading<'_> {
    fn add(&mut self, kind: SyncKind, id: Uuid, told: impl Into<Told>) {
        self.found.insert((kind, id), Thing::of(told));
    }

    async fn group(&mut self, kind: SyncKind, within: Uuid, ids: BTreeSet<Uuid>) -> Answer<()> {
        match kind {
            SyncKind::Message => self.messages(within, ids).await,
            SyncKind::CheckIn => self.check_ins(within, ids).await,
            SyncKind::Agreement => self.agreements(within, ids).await,
            SyncKind::CrisisPlan => {
                let plan = crisis_plan::get(self.app, self.caller).await?;
                self.add(kind, within, plan);
                Ok(())
            }
            SyncKind::SharedPlan => {
                if let Some(plan) = there(shared_plan::get(self.app, self.caller, AccountId(within)).await)? {
                    self.add(kind, within, plan);
                }
                Ok(())
            }
            SyncKind::Item => self.items(ids).await,
            SyncKind::SharedItem => self.shared_items(AccountId(within), ids).await,
            SyncKind::Proposal => self.proposals(AccountId(within), ids).await,
            SyncKind::Comment => self.comments(AccountId(within), ids).await,
            // Told from the first, or gathered apart.
            _ => Ok(()),
        }
    }

    async fn own(&mut self, kind: SyncKind, ids: Vec<Uuid>) -> Answer<()> {
        let (app, caller, db) = (self.app, self.caller, self.app.store.read());
        if kind == SyncKind::Draft {
            let found = storage::drafts::among(db, caller.actor, &ids).await?;
            for out in drafts::present_all(app, &found).await? {
                self.add(kind, out.id, out);
            }
        } else {
            for (session, note) in storage::joint_notes::among(&app.store, db, caller.actor, &ids).await? {
                let out = SyncedNoteOut { session_id: session.0, note: joint_notes::present(&note) };
                self.add(kind, out.note.id, out);
            }
        }
        Ok(())
    }

    /// As it is now, since who sees what in it may have changed.
    async fn pair(&self, id: Uuid, action: InRelationship) -> Answer<Option<Authorized<Related>>> {
        let Some(known) = self.seen.related.iter().find(|related| related.row.id == id) else { return Ok(None) };
        let db = self.app.store.read();
        let found = relationships::authorized(db, self.caller.actor, action, known.view.id, self.app.now()).await;
        there(found.map_err(Refusal::from))
    }

    async fn messages(&mut self, within: Uuid, ids: BTreeSet<Uuid>) -> Answer<()> {
        let (app, caller, now) = (self.app, self.caller, self.app.now());
        let Some(pair) = self.pair(within, InRelationship::ReadThread).await? else { return Ok(()) };
        let ids: Vec<MessageId> = ids.into_iter().map(MessageId).collect();
        let pairs = std::slice::from_ref(&*pair);
        let found = storage::messages::readable(app.store.read(), caller.actor, pairs, &ids, now).await?;
        let shown = messages::present(app, caller, &pair, found).await?;
        message_log::shown(app, pair.permit(), &pair.view, &shown).await?;
        shown.into_iter().for_each(|out| self.add(SyncKind::Message, out.id, out));
        Ok(())
    }

    async fn check_ins(&mut self, within: Uuid, ids: BTreeSet<Uuid>) -> Answer<()> {
        let Some(pair) = self.pair(within, InRelationship::See).await? else { return Ok(()) };
        let ids: Vec<Uuid> = ids.into_iter().collect();
        for out in check_ins::kept_among(self.app, self.caller, &pair, &ids).await? {
            self.add(SyncKind::CheckIn, out.id, out);
        }
        Ok(())
    }

    async fn agreements(&mut self, within: Uuid, ids: BTreeSet<Uuid>) -> Answer<()> {
        let Some(pair) = self.pair(within, InRelationship::SeeAgreement).await? else { return Ok(()) };
        let rows = self.seen.agreements.iter().filter(|row| ids.contains(&row.id)).cloned().collect();
        for out in agreements::present(self.app, &pair, rows).await? {
            self.add(SyncKind::Agreement, out.id, out);
        }
        Ok(())
    }

    async fn items(&mut self, ids: BTreeSet<Uuid>) -> Answer<()> {
        let (app, db) = (self.app, self.app.store.read());
        let permit = storage::toolbox::leave(self.caller.actor)?;
        let ids: Vec<ItemId> = ids.into_iter().map(ItemId).collect();
        for item in storage::toolbox::many(&app.store, db, permit, &ids).await? {
            self.add(SyncKind::Item, item.id.0, toolbox::present(&item)?);
        }
        Ok(())
    }

    async fn shared_items(&mut self, owner: AccountId, ids: BTreeSet<Uuid>) -> Answer<()> {
        let (app, db, now) = (self.app, self.app.store.read(), self.app.now());
        let found = storage::toolbox::shared::among(&app.store, db, self.caller.actor, owner, &ids, now).await;
        let Some(found) = there(found.map_err(Refusal::from))? else { return Ok(()) };
        let Some(first) = found.items.first() else { return Ok(()) };
        let read: Vec<ItemId> = found.items.iter().map(|seen| seen.item.id).collect();
        toolbox::shared::log(app, owner, first.permit(), found.relationship, &read).await?;
        for item in &found.items {
            let out = SyncedItemOut { owner_id: owner.0, item: toolbox::shared::present(item)? };
            self.add(SyncKind::SharedItem, out.item.id, out);
        }
        Ok(())
    }

    async fn proposals(&mut self, owner: AccountId, ids: BTreeSet<Uuid>) -> Answer<()> {
        let (app, db, now) = (self.app, self.app.store.read(), self.app.now());
        let found = storage::proposals::among(&app.store, db, self.caller.actor, owner, &ids, now).await;
        let Some(found) = there(found.map_err(Refusal::from))? else { return Ok(()) };
        proposals::log_told(app, &found).await?;
        for out in proposals::present(app, db, self.caller.actor, owner, found).await? {
            self.add(SyncKind::Proposal, out.id, out);
        }
        Ok(())
    }

    async fn comments(&mut self, owner: AccountId, ids: BTreeSet<Uuid>) -> Answer<()> {
        let (app, db, now) = (self.app, self.app.store.read(), self.app.now());
        let found = storage::comments::among(&app.store, db, self.caller.actor, owner, &ids, now).await;
        let Some(found) = there(found.map_err(Refusal::from))? else { return Ok(()) };
        comments::log(app, owner, &found.comments, found.relationship).await?;
        for out in comments::present(db, self.caller.actor, &found.comments).await? {
            self.add(SyncKind::Comment, out.id, out);
        }
        Ok(())
    }
}
