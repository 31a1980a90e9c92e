//! The gate that every scheduled job and notice passes, when it is planned and again just before it
//! is sent. [`TABLE`] is the table of the design, cell for cell; one function judges each row. The
//! first row that says no decides, and its code is the reason in the ledger. Unknown means no.

mod facts;
mod rows;
mod table;

pub use facts::{AbsenceFacts, AgreementFacts, BudgetFacts, Facts, HeavyFacts, HospitalFacts, PlanFacts};
pub use table::{Row, Rule, TABLE, rule};

use crate::words;
use crate::words::Job;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// Why a slot came to what it came to.
    Reason {
        KillSwitch = "kill_switch", RecipientGone = "recipient_gone", RelationshipEnded = "relationship_ended",
        SwitchedOff = "switched_off", Paused = "paused", Hospital = "hospital", NotShared = "not_shared",
        QuietHours = "quiet_hours", HeavyOpen = "heavy_open", PlanRecent = "plan_recent", NoPlan = "no_plan",
        PromptUnread = "prompt_unread", Resting = "resting", RecentContact = "recent_contact",
        NearConsultation = "near_consultation", NoAgreement = "no_agreement", ReplyOwed = "reply_owed",
        NotAccepted = "not_accepted", OverCap = "over_cap", Absent = "absent", OutsideHours = "outside_hours",
        Policy = "policy", Budget = "budget", NothingToSay = "nothing_to_say",
        /// Everything said yes.
        Due = "due",
        /// Told together with something else.
        Folded = "folded",
        Recalled = "recalled", AlreadyRead = "already_read", SeriesStopped = "series_stopped", Revoked = "revoked",
        /// Past its latest useful moment: dropped, never queued up.
        TooLate = "too_late",
        /// Something newer took its place.
        Superseded = "superseded",
        TokenGone = "token_gone", GatewayRefused = "gateway_refused", GaveUp = "gave_up",
        /// The state needed for deciding could not be read.
        Unknown = "unknown",
    }
}

/// What one row came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// The table does not ask this row of this job.
    NotAsked,
    Pass,
    /// The row lets it into the app, but on no other channel.
    InAppOnly,
    /// Not now; from this instant on it may be asked again.
    Hold(DateTime<Utc>, Reason),
    Block(Reason),
}

/// What the whole gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send, on every channel or in the app alone.
    Send {
        in_app_only: Option<Reason>,
    },
    Hold {
        until: DateTime<Utc>,
        reason: Reason,
    },
    Block(Reason),
}

/// The decision with what every row said, as it is kept in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub decision: Decision,
    pub rows: Vec<(Row, Judgement)>,
}

impl Verdict {
    /// Whether `reason` is the only thing in the way.
    pub fn only(&self, reason: Reason) -> bool {
        let mut against = self.rows.iter().filter_map(|(_, judgement)| match judgement {
            Judgement::Block(found) | Judgement::Hold(_, found) => Some(*found),
            _ => None,
        });
        against.next() == Some(reason) && against.next().is_none()
    }

    /// Why a slot found no day at all, where `row` kept every day from it: what stands in the table
    /// before that row goes first. The quiet of the hour it is judged at says nothing about its days.
    pub fn reason_without_a_day(&self, row: Row) -> Reason {
        let before = self.rows.iter().take_while(|(asked, _)| *asked != row);
        let mut against =
            before.filter(|(asked, _)| *asked != Row::QuietHours).filter_map(|(_, judgement)| match judgement {
                Judgement::Block(found) | Judgement::Hold(_, found) => Some(*found),
                _ => None,
            });
        against.next().unwrap_or(row.reason())
    }

    /// Reason for the ledger.
    pub fn reason(&self) -> Reason {
        match self.decision {
            Decision::Send { .. } => Reason::Due,
            Decision::Hold { reason, .. } | Decision::Block(reason) => reason,
        }
    }

    /// The gate results as the ledger keeps them: only the rows that were asked.
    pub fn asked(&self) -> Vec<(&'static str, &'static str)> {
        self.rows
            .iter()
            .filter_map(|(row, judgement)| {
                let word = match judgement {
                    Judgement::NotAsked => return None,
                    Judgement::Pass => "pass",
                    Judgement::InAppOnly => "in_app_only",
                    Judgement::Hold(..) => "hold",
                    Judgement::Block(_) => "block",
                };
                Some((row.as_str(), word))
            })
            .collect()
    }
}

/// Asks every row of the table about `job`.
pub fn evaluate(job: Job, facts: &Facts) -> Verdict {
    let rows: Vec<(Row, Judgement)> =
        Row::ALL.iter().map(|row| (*row, rows::judge(*row, rule(*row, job), facts))).collect();
    let mut in_app_only = None;
    let mut decision = None;
    for (row, judgement) in &rows {
        match judgement {
            Judgement::NotAsked | Judgement::Pass => {}
            Judgement::InAppOnly => in_app_only = in_app_only.or(Some(row.reason())),
            Judgement::Hold(until, reason) => {
                decision = Some(Decision::Hold { until: *until, reason: *reason });
                break;
            }
            Judgement::Block(reason) => {
                decision = Some(Decision::Block(*reason));
                break;
            }
        }
    }
    Verdict { decision: decision.unwrap_or(Decision::Send { in_app_only }), rows }
}
