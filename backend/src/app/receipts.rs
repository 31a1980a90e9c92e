//! What a pair is told about its messages: promised, moved, answered, taken back.

use crate::app::teller::Teller;
use chrono::{DateTime, NaiveDate, Utc};
use domain::replies::{ClockState, MovedBy, OverdueChoice};
use domain::wording::{Closed, Overdue, Receipt};
use domain::words::{ClosedBy, MessageKind};
use std::collections::BTreeMap;
use storage::rows;
use uuid::Uuid;

/// Everything a receipt may speak of, read beforehand.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub teller: &'a Teller,
    /// Display names of everybody who occurs.
    pub names: &'a BTreeMap<Uuid, String>,
    pub responsible: Uuid,
    pub owner: Uuid,
    /// The date of the next consultation, in the provider's zone.
    pub consultation: Option<NaiveDate>,
    pub now: DateTime<Utc>,
}

impl Told<'_> {
    fn name(&self, id: Uuid) -> String {
        self.names.get(&id).cloned().unwrap_or_default()
    }

    /// The receipt of one message for the owner, or, if `to_owner` is not set, for its author on the
    /// provider's side.
    pub fn about(
        &self,
        row: &rows::Message,
        clock: Option<&rows::ReplyClock>,
        talk_on: Option<NaiveDate>,
        to_owner: bool,
    ) -> Option<String> {
        if !to_owner {
            let thanked = !row.from_owner && row.thanked_at.is_some();
            return thanked.then(|| self.teller.say(&Receipt::ThanksSeen { owner: self.name(self.owner) }));
        }
        if !row.from_owner {
            let thanks = Receipt::ThanksGiven { provider: self.name(row.author_id) };
            return row.thanked_at.map(|_| self.teller.say(&thanks));
        }
        let provider = self.name(self.responsible);
        if row.recalled_at.is_some() {
            return Some(self.teller.say(&Receipt::Recalled { provider }));
        }
        if let Some(clock) = clock {
            return Some(self.promise(clock, talk_on));
        }
        if let Some(on) = talk_on {
            return Some(self.teller.say(&Closed::LetsTalk { provider, on: self.teller.day(on) }));
        }
        if row.thanked_at.is_some() {
            return Some(self.teller.say(&Closed::ReadThanks { provider }));
        }
        let receipt = match row.kind.parse().ok()? {
            MessageKind::ReplyWanted => Receipt::NoDate { provider },
            MessageKind::Info => Receipt::Info { provider },
            MessageKind::Vault => Receipt::Vault { provider },
            MessageKind::NextConsultation => match self.consultation {
                Some(on) => Receipt::NextConsultation { provider, on: self.teller.day(on) },
                None => Receipt::NextConsultationNoDate { provider },
            },
        };
        Some(self.teller.say(&receipt))
    }

    fn promise(&self, clock: &rows::ReplyClock, talk_on: Option<NaiveDate>) -> String {
        let promised = self.teller.day(clock.promised_on);
        let provider = self.name(clock.provider_id);
        match ClockState::at(clock.due_at, clock.closed_at.is_some(), self.now) {
            ClockState::Closed => return self.closed(clock, talk_on),
            ClockState::Overdue => {
                let chosen = clock.choice.as_deref().and_then(|word| word.parse::<OverdueChoice>().ok());
                let text = if chosen.is_some() { Overdue::Waiting } else { Overdue::Notice };
                return self.teller.say(&text);
            }
            ClockState::Open => {}
        }
        let moved_by = clock.moved_by.as_deref().and_then(|word| word.parse::<MovedBy>().ok());
        let receipt = match (clock.uncertain_since, clock.handed_to, moved_by) {
            (Some(_), ..) => Receipt::Uncertain { provider, promised },
            (None, Some(substitute), _) => {
                Receipt::HandedOver { provider, substitute: self.name(substitute), promised }
            }
            (None, None, Some(MovedBy::Absence)) => Receipt::MovedByAbsence { provider, promised },
            (None, None, Some(MovedBy::Provider)) => Receipt::MovedByProvider { provider, promised },
            (None, None, None) => Receipt::ReplyBy { provider, promised },
        };
        self.teller.say(&receipt)
    }

    fn closed(&self, clock: &rows::ReplyClock, talk_on: Option<NaiveDate>) -> String {
        let by = clock.closed_by_account.filter(|id| *id != self.owner).unwrap_or(clock.provider_id);
        let provider = self.name(by);
        let on = self.teller.day(talk_on.unwrap_or(clock.promised_on));
        let text = match clock.closed_by.as_deref().and_then(|word| word.parse().ok()) {
            Some(ClosedBy::ReadThanks) => Closed::ReadThanks { provider },
            Some(ClosedBy::LetsTalk) => Closed::LetsTalk { provider, on },
            Some(ClosedBy::LoggedCall) => Closed::LoggedCall { provider },
            Some(ClosedBy::Owner) => Closed::Owner,
            Some(ClosedBy::Recalled) => Closed::Recalled,
            Some(ClosedBy::RelationshipEnded) => Closed::RelationshipEnded { provider: self.name(self.responsible) },
            Some(ClosedBy::Released) => Closed::Released { provider: self.name(clock.provider_id) },
            Some(ClosedBy::Reply) | None => Closed::Reply { provider },
        };
        self.teller.say(&text)
    }
}
