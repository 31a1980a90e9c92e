//! The owner's start page: what waits for her, if she likes. Nothing of it needs an answer.

use crate::check_ins::ReadingOut;
use crate::notifications::{ChoiceOut, TargetOut};
use crate::relationships::PartyOut;
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// In the order they stand.
    CardKind {
        /// A promised date has passed.
        Overdue = "overdue",
        /// We do not know whether a promised date holds.
        PromiseUncertain = "promise_uncertain",
        /// A promised date is another one now, or somebody else keeps it.
        PromiseMoved = "promise_moved",
        CheckIn = "check_in",
        PlanReview = "plan_review",
        AgreementRound = "agreement_round",
        /// A provider proposes a change to what you keep; nothing changes until you say so.
        Proposal = "proposal",
        CheckInsResting = "check_ins_resting",
        CheckInsEnded = "check_ins_ended",
    }
}

#[derive(Clone, Debug, Object)]
pub struct CardOut {
    /// The same as long as the card stands.
    pub id: Uuid,
    pub kind: CardKind,
    pub since: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub provider: Option<PartyOut>,
    #[oai(skip_serializing_if_is_none)]
    pub promised_on: Option<NaiveDate>,
    /// When an answer to a check-in would be read.
    #[oai(skip_serializing_if_is_none)]
    pub reading: Option<ReadingOut>,
    pub target: TargetOut,
    /// In the caller's language.
    pub text: String,
    pub choices: Vec<ChoiceOut>,
}

#[derive(Clone, Debug, Object)]
pub struct CardsOut {
    /// In the order they should stand.
    pub items: Vec<CardOut>,
}
