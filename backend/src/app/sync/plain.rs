//! What is not sealed, and small: it is told from the first, and its stamp is that of its own bytes.

use super::thing::{Thing, Told};
use crate::app::absences::OfPair;
use crate::app::sessions::Caller;
use crate::app::{
    Answer, absences, check_ins, consents, consultations, grants, help_now, notification_settings, owners_life,
    profile, prompts, relationships, reply_clocks, review_prompts,
};
use crate::state::App;
use chrono::{DateTime, Utc};
use domain::policy::OnOwn;
use domain::sync::{Named, Stamp, SyncKind};
use std::collections::BTreeMap;
use std::ops::Deref;
use storage::relationships::leave;
use storage::sync::Seen;
use uuid::Uuid;

/// One thing, how it looks, and when it was made.
pub struct Plain {
    thing: Thing,
    pub stamp: Stamp,
    pub at: DateTime<Utc>,
}

impl Deref for Plain {
    type Target = Thing;
    fn deref(&self) -> &Thing {
        &self.thing
    }
}

impl From<Plain> for Thing {
    fn from(plain: Plain) -> Self {
        plain.thing
    }
}

/// Everything of it that the caller sees.
pub async fn all(app: &App, caller: Caller, seen: &Seen) -> Answer<BTreeMap<Named, Plain>> {
    let mut all = All { found: BTreeMap::new(), me: caller.actor.account.0, now: app.now() };
    Box::pin(all.settings(app, caller)).await?;
    Box::pin(all.lists(app, caller, seen)).await?;
    Ok(all.found)
}

struct All {
    found: BTreeMap<Named, Plain>,
    me: Uuid,
    now: DateTime<Utc>,
}

impl All {
    fn add(&mut self, kind: SyncKind, id: Uuid, at: DateTime<Utc>, told: impl Into<Told>) {
        let told = told.into();
        let json = told.json();
        let plain = Plain { stamp: Stamp::of(&json), at, thing: Thing { bytes: json.len(), told } };
        self.found.insert((kind, id), plain);
    }

    fn mine(&mut self, kind: SyncKind, told: impl Into<Told>) {
        self.add(kind, self.me, self.now, told);
    }

    async fn settings(&mut self, app: &App, caller: Caller) -> Answer<()> {
        let may = |action| leave(caller.actor, action, caller.actor.account).is_ok();
        self.mine(SyncKind::Me, profile::get(app, caller).await?);
        self.mine(SyncKind::NotificationSettings, notification_settings::get(app, caller).await?);
        if may(OnOwn::OwnersLife) {
            if let Some(numbers) = help_now::of_owner(app, caller.actor.account).await? {
                self.mine(SyncKind::HelpNow, numbers);
            }
            self.mine(SyncKind::QuietHours, owners_life::get_quiet_hours(app, caller).await?);
            self.mine(SyncKind::Pause, owners_life::get_pause(app, caller).await?);
            self.mine(SyncKind::Hospital, owners_life::get_hospital(app, caller).await?);
            self.mine(SyncKind::ReviewPrompts, review_prompts::get(app, caller).await?);
        }
        if may(OnOwn::ProvidersWork) {
            self.mine(SyncKind::WorkingHours, profile::working_hours(app, caller).await?);
        }
        Ok(())
    }

    async fn lists(&mut self, app: &App, caller: Caller, seen: &Seen) -> Answer<()> {
        for out in relationships::present(app, caller, seen.related.clone()).await? {
            self.add(SyncKind::Relationship, out.id, out.invited_at, out);
        }
        for out in grants::present(app, seen.grants.clone()).await? {
            self.add(SyncKind::Grant, out.id, out.created_at, out);
        }
        for row in &seen.consents {
            self.add(SyncKind::Consent, row.id, row.given_at, consents::present(row)?);
        }
        let rows: Vec<_> = seen.absences.iter().map(|row| &**row).collect();
        for (row, out) in rows.iter().zip(absences::present_all(app, &rows).await?) {
            self.add(SyncKind::Absence, row.id, row.created_at, out);
        }
        let pairs: Vec<OfPair<'_>> = seen
            .related
            .iter()
            .filter_map(|related| Some(OfPair { related, absences: seen.pair_absences.get(&related.row.id)? }))
            .collect();
        if !pairs.is_empty() {
            for out in absences::of_pairs(app, caller, &pairs).await? {
                self.add(SyncKind::PairAbsences, out.relationship_id, self.now, out);
            }
        }
        for row in &seen.consultations {
            self.add(SyncKind::Consultation, row.id, row.starts_at, consultations::present(row)?);
        }
        for row in &seen.clocks {
            self.add(SyncKind::ReplyClock, row.id, row.opened_at, reply_clocks::present(row, self.now)?);
        }
        for out in check_ins::kept_series(app, caller, &seen.related, &seen.series).await? {
            self.add(SyncKind::CheckInSeries, out.id, out.created_at, out);
        }
        for row in &seen.prompts {
            self.add(SyncKind::Prompt, row.id, row.planned_at, prompts::present(row.clone())?);
        }
        Ok(())
    }
}
