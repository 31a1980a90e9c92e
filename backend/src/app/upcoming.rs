//! What is to come, and what stands against it now. The gate is asked about the planned time on the
//! present state; nothing is written.

mod owner;
mod provider;

use crate::app::Answer;
use crate::app::sessions::Caller;
use crate::state::App;
use crate::{call, views};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::gate::{Decision, Verdict};
use domain::ids::{AccountId, OrganisationId};
use domain::policy::OnOwn;
use domain::schedule::next_digest_after;
use domain::wording::{Against, Day, Text, TimeOfDay, Upcoming, Wording};
use domain::words::{Job, Role};
use domain::working_time::ProviderCalendar;
use mobile_contract::upcoming::{UpcomingAgainstOut, UpcomingEffect, UpcomingListOut, UpcomingOut};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use storage::{StorageError, accounts, calendars, policies, relationships, rows};

/// Everything to come that concerns the caller, the soonest first.
pub async fn list(app: &App, caller: Caller) -> Answer<UpcomingListOut> {
    let permit = relationships::leave(caller.actor, OnOwn::Upcoming, caller.actor.account)?;
    let asking = Asking::new(app, caller).await?;
    let mut items = match caller.actor.role {
        Role::ServiceUser => owner::items(&asking, permit).await?,
        Role::Provider => provider::items(&asking, permit).await?,
        Role::Consultant | Role::Admin | Role::Duty => Vec::new(),
    };
    items.sort_by_key(|item| {
        (item.on, item.at, item.job.as_str(), item.relationship_id, item.series_id, item.message_ids.clone())
    });
    let words = items.is_empty().then(|| asking.say(&Upcoming::Nothing));
    Ok(UpcomingListOut { items, words })
}

/// Who asks, and when.
struct Asking<'a> {
    app: &'a App,
    now: DateTime<Utc>,
    zone: Tz,
    today: NaiveDate,
    wording: Wording,
}

impl<'a> Asking<'a> {
    async fn new(app: &'a App, caller: Caller) -> Answer<Self> {
        let now = app.now();
        let me = account(app, caller.actor.account).await?;
        let zone = calendars::zone(&me)?;
        let today = now.with_timezone(&zone).date_naive();
        Ok(Self { app, now, zone, today, wording: Wording::built_in() })
    }

    fn say(&self, text: &dyn Text) -> String {
        self.wording.say(call::language(), text)
    }

    fn day(&self, on: NaiveDate) -> Day {
        Day::seen_from(on, self.today)
    }

    fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    fn time(&self, at: DateTime<Utc>) -> TimeOfDay {
        at.with_timezone(&self.zone).time().into()
    }

    /// What the gate's verdict means for something planned; `None`: nothing stands against it.
    fn against(
        &self,
        job: Job,
        verdict: &Verdict,
        provider: Option<&rows::Account>,
    ) -> Answer<Option<UpcomingAgainstOut>> {
        let (effect, reason) = match verdict.decision {
            Decision::Send { in_app_only: None } => return Ok(None),
            Decision::Send { in_app_only: Some(reason) } => (UpcomingEffect::InAppOnly, reason),
            Decision::Hold { reason, .. } => (UpcomingEffect::Waits, reason),
            Decision::Block(reason) => (UpcomingEffect::NotSent, reason),
        };
        let against = Against { job, reason, provider: provider.map(|row| views::first_name(&row.display_name)) };
        let why = self.wording.why_not(call::language(), &against);
        let words = self.say(&match effect {
            UpcomingEffect::NotSent => Upcoming::WouldNotBeSent { why },
            UpcomingEffect::InAppOnly => Upcoming::WouldStayInApp { why },
            UpcomingEffect::Waits => Upcoming::WouldWait { why },
        });
        Ok(Some(UpcomingAgainstOut { effect, reason: views::word(reason.as_str())?, words }))
    }
}

async fn account(app: &App, id: AccountId) -> Answer<rows::Account> {
    let row = accounts::for_machinery(app.store.read(), id).await?;
    Ok(row.ok_or_else(|| StorageError::Corrupt("somebody without an account".into()))?)
}

/// A provider's own days, and when her digests come; each is looked up once.
struct Digests {
    known: BTreeMap<AccountId, (rows::Account, ProviderCalendar, chrono::NaiveTime)>,
}

impl Digests {
    fn new() -> Self {
        Self { known: BTreeMap::new() }
    }

    async fn of(
        &mut self,
        asking: &Asking<'_>,
        provider: AccountId,
    ) -> Answer<&(rows::Account, ProviderCalendar, chrono::NaiveTime)> {
        Ok(match self.known.entry(provider) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(room) => {
                let db = asking.app.store.read();
                let row = account(asking.app, provider).await?;
                let calendar = calendars::provider_herself(db, provider, asking.now).await?;
                let (_, rules) = policies::in_force(db, OrganisationId(row.organisation_id)).await?;
                room.insert((row, calendar, rules.digest_time))
            }
        })
    }

    /// Her next digest, with its date.
    async fn next(&mut self, asking: &Asking<'_>, provider: AccountId) -> Answer<Option<(NaiveDate, DateTime<Utc>)>> {
        let (_, calendar, time) = self.of(asking, provider).await?;
        Ok(next_digest_after(asking.now, calendar, *time))
    }
}

/// An item with nothing but what every item has.
fn item(job: Job, on: NaiveDate, words: String) -> Answer<UpcomingOut> {
    Ok(UpcomingOut {
        job: views::word(job.as_str())?,
        recipient: mobile_contract::ledger::LedgerRecipient::You,
        on,
        at: None,
        about: false,
        concerns: None,
        relationship_id: None,
        series_id: None,
        message_ids: Vec::new(),
        against: None,
        words,
    })
}
