//! The ledger in words, the owner's and the provider's: what a slot came to and why, and what is
//! coming.

use super::text::{Text, texts};
use super::{Day, Language, TimeOfDay, Wording};
use crate::gate::Reason;
use crate::words::{Job, Outcome};

/// One row of the ledger, before it is worded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    pub job: Job,
    pub outcome: Outcome,
    pub reason: Reason,
    /// First name of the provider it concerns; "your provider" when there is none to name.
    pub provider: Option<String>,
}

/// One row of the ledger that a provider received, before it is worded for him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderLedgerLine {
    pub job: Job,
    pub outcome: Outcome,
    pub reason: Reason,
    /// First name of the owner it concerns, as far as he may see her.
    pub owner: Option<String>,
}

/// What stands against something planned, as far as now is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Against {
    pub job: Job,
    pub reason: Reason,
    /// First name; "your provider" when there is none to name.
    pub provider: Option<String>,
}

texts! {
    /// The frame of a ledger sentence: a subject, then what it came to. Not overridable: a record is worded the same for all.
    Sentence, overridable: false {
        /// Stands in for a name.
        YourProvider = "ledger.your_provider";
        /// Subject: a check-in.
        CheckIn = "ledger.what_check_in";
        /// Subject: a prompt about her plan.
        PlanReview = "ledger.what_plan_review";
        /// Subject: a prompt about the agreement.
        AgreementRound = "ledger.what_agreement_round";
        /// Subject: the notice that a promised date has passed.
        OverdueNotice = "ledger.what_overdue_notice";
        /// Subject: the notice that there is something new.
        MessageNotice = "ledger.what_message_notice";
        /// Subject: the reminder to the provider that a reply is due.
        ResponseReminder = "ledger.what_response_reminder" { provider: String };
        /// Subject: the provider's digest.
        Digest = "ledger.what_digest" { provider: String };
        /// Outcome: planned.
        Planned = "ledger.planned" { what: String, why: String };
        /// Outcome: sent.
        Sent = "ledger.sent" { what: String, why: String };
        /// Outcome: became part of another send.
        Folded = "ledger.folded" { what: String, why: String };
        /// Outcome, provisional: held for now.
        Held = "ledger.held" { what: String, why: String };
        /// Outcome: skipped; dropped, never sent later.
        Skipped = "ledger.skipped" { what: String, why: String };
        /// Outcome: cancelled after it was planned.
        Cancelled = "ledger.cancelled" { what: String, why: String };
        /// Outcome: did not get through.
        Failed = "ledger.failed" { what: String, why: String };
    }
}

texts! {
    /// Reasons, as the second half of a ledger sentence: lower case, no full stop.
    Why, overridable: false {
        /// Gate 1.
        KillSwitch = "why.kill_switch";
        /// Gate 2: erased, suspended or deceased; which of them is nobody's business here.
        RecipientGone = "why.recipient_gone";
        /// Gate 3.
        RelationshipEnded = "why.relationship_ended" { provider: String };
        /// Gate 4.
        SwitchedOff = "why.switched_off";
        /// Gate 5.
        Paused = "why.paused";
        /// Gate 6. Prompts about the plan stay away for fourteen days more.
        Hospital = "why.hospital" { job: Job };
        /// Gate 7.
        NotShared = "why.not_shared" { provider: String };
        /// Gate 8.
        QuietHours = "why.quiet_hours";
        /// Gate 9.
        HeavyOpen = "why.heavy_open" { provider: String };
        /// Gate 10: used or edited not long ago.
        PlanRecent = "why.plan_recent";
        /// Gate 10.
        NoPlan = "why.no_plan";
        /// Gate 11.
        PromptUnread = "why.prompt_unread";
        /// Gate 12.
        Resting = "why.resting" { job: Job };
        /// Gate 13.
        RecentContact = "why.recent_contact" { provider: String };
        /// Gate 14.
        NearConsultation = "why.near_consultation";
        /// Gate 15.
        NoAgreement = "why.no_agreement";
        /// Gate 16.
        ReplyOwed = "why.reply_owed" { provider: String };
        /// Gate 17.
        NotAccepted = "why.not_accepted" { provider: String };
        /// Gate 17.
        OverCap = "why.over_cap" { provider: String };
        /// Gate 18.
        Absent = "why.absent" { provider: String };
        /// Gate 19.
        OutsideHours = "why.outside_hours" { provider: String };
        /// Gate 20.
        Policy = "why.policy";
        /// Gate 21.
        Budget = "why.budget";
        /// Gate 22.
        NothingToSay = "why.nothing_to_say" { job: Job };
        /// Every gate said yes.
        Due = "why.due" { job: Job };
        /// Became part of another send.
        Folded = "why.folded" { job: Job };
        /// The message was taken back.
        Recalled = "why.recalled";
        /// Read meanwhile, on this or another device.
        AlreadyRead = "why.already_read";
        /// The series was stopped by either side.
        SeriesStopped = "why.series_stopped";
        /// The latest useful moment had passed.
        TooLate = "why.too_late";
        /// Something newer took its place.
        Superseded = "why.superseded";
        /// The device no longer takes notifications.
        TokenGone = "why.token_gone";
        /// The push gateway or mail server said no.
        GatewayRefused = "why.gateway_refused";
        /// All attempts failed.
        GaveUp = "why.gave_up";
        /// A share was withdrawn.
        Revoked = "why.revoked";
        /// What has to be known before sending could not be read; unknown means no.
        Unknown = "why.unknown";
    }
}

texts! {
    /// What is coming, in words for the owner.
    Upcoming, overridable: false {
        /// The next check-in; "about", since it may roll by a few days.
        CheckIn = "upcoming.check_in" { provider: String, on: Day };
        /// The next prompt about her plan.
        PlanReview = "upcoming.plan_review" { on: Day };
        /// The next prompt about the agreement.
        AgreementRound = "upcoming.agreement_round" { provider: String, on: Day };
        /// When the provider will be reminded that a reply is due.
        ResponseReminder = "upcoming.response_reminder" { provider: String, on: Day };
        /// When she is asked what she would like, if no reply has come.
        OverdueNotice = "upcoming.overdue_notice" { on: Day };
        /// A notice held until her quiet hours end.
        MessageNotice = "upcoming.message_notice" { on: Day, time: TimeOfDay };
        /// The provider's next digest.
        Digest = "upcoming.digest" { provider: String, on: Day, time: TimeOfDay };
        /// To the provider: her own next digest.
        YourDigest = "upcoming.your_digest" { on: Day, time: TimeOfDay };
        /// To the provider: a check-in in her name.
        YourCheckIn = "upcoming.your_check_in" { owner: String, on: Day, time: TimeOfDay };
        /// After any of these: a gate stands against it now.
        WouldNotBeSent = "upcoming.would_not_be_sent" { why: String };
        /// After any of these: a gate would keep it in the app.
        WouldStayInApp = "upcoming.would_stay_in_app" { why: String };
        /// After any of these: a gate would make it wait.
        WouldWait = "upcoming.would_wait" { why: String };
        /// Nothing is planned.
        Nothing = "upcoming.nothing";
    }
}

texts! {
    /// Reasons in the present tense, for what is still to come. Those of [`Why`] that have no tense are used as they are.
    WhyNot, overridable: false {
        /// Gate 1.
        KillSwitch = "why_not.kill_switch";
        /// Gate 2.
        RecipientGone = "why_not.recipient_gone";
        /// Gate 3.
        RelationshipEnded = "why_not.relationship_ended" { provider: String };
        /// Gate 5.
        Paused = "why_not.paused";
        /// Gate 6.
        Hospital = "why_not.hospital" { job: Job };
        /// Gate 13.
        RecentContact = "why_not.recent_contact" { provider: String };
        /// Gate 14.
        NearConsultation = "why_not.near_consultation";
        /// Gate 18.
        Absent = "why_not.absent" { provider: String };
        /// Gate 20.
        Policy = "why_not.policy";
        /// Gate 21.
        Budget = "why_not.budget";
        /// Gate 22.
        NothingToSay = "why_not.nothing_to_say" { job: Job };
    }
}

texts! {
    /// The ledger of a provider: only what he received himself, and never an owner's own reasons.
    ForProvider, overridable: false {
        /// Stands in for a name he may not see any more.
        SomeOwner = "ledger_provider.some_owner";
        /// Subject: his digest.
        Digest = "ledger_provider.what_digest";
        /// Subject: the reminder that a reply is due.
        ResponseReminder = "ledger_provider.what_response_reminder" { owner: String };
        /// Gate 3.
        RelationshipEnded = "why_provider.relationship_ended" { owner: String };
        /// Gate 7.
        NotShared = "why_provider.not_shared";
        /// Gate 18.
        Absent = "why_provider.absent";
        /// Gate 19.
        OutsideHours = "why_provider.outside_hours";
        /// Gate 22.
        NothingToSay = "why_provider.nothing_to_say" { job: Job };
        /// Every gate said yes.
        Due = "why_provider.due" { job: Job };
        /// A reason that is the owner's own.
        NotThen = "why_provider.not_then";
    }
}

impl Why {
    fn of(reason: Reason, job: Job, provider: &str) -> Self {
        let provider = || provider.to_owned();
        match reason {
            Reason::KillSwitch => Self::KillSwitch,
            Reason::RecipientGone => Self::RecipientGone,
            Reason::RelationshipEnded => Self::RelationshipEnded { provider: provider() },
            Reason::SwitchedOff => Self::SwitchedOff,
            Reason::Paused => Self::Paused,
            Reason::Hospital => Self::Hospital { job },
            Reason::NotShared => Self::NotShared { provider: provider() },
            Reason::QuietHours => Self::QuietHours,
            Reason::HeavyOpen => Self::HeavyOpen { provider: provider() },
            Reason::PlanRecent => Self::PlanRecent,
            Reason::NoPlan => Self::NoPlan,
            Reason::PromptUnread => Self::PromptUnread,
            Reason::Resting => Self::Resting { job },
            Reason::RecentContact => Self::RecentContact { provider: provider() },
            Reason::NearConsultation => Self::NearConsultation,
            Reason::NoAgreement => Self::NoAgreement,
            Reason::ReplyOwed => Self::ReplyOwed { provider: provider() },
            Reason::NotAccepted => Self::NotAccepted { provider: provider() },
            Reason::OverCap => Self::OverCap { provider: provider() },
            Reason::Absent => Self::Absent { provider: provider() },
            Reason::OutsideHours => Self::OutsideHours { provider: provider() },
            Reason::Policy => Self::Policy,
            Reason::Budget => Self::Budget,
            Reason::NothingToSay => Self::NothingToSay { job },
            Reason::Due => Self::Due { job },
            Reason::Folded => Self::Folded { job },
            Reason::Recalled => Self::Recalled,
            Reason::AlreadyRead => Self::AlreadyRead,
            Reason::SeriesStopped => Self::SeriesStopped,
            Reason::TooLate => Self::TooLate,
            Reason::Superseded => Self::Superseded,
            Reason::TokenGone => Self::TokenGone,
            Reason::GatewayRefused => Self::GatewayRefused,
            Reason::GaveUp => Self::GaveUp,
            Reason::Revoked => Self::Revoked,
            Reason::Unknown => Self::Unknown,
        }
    }
}

impl WhyNot {
    /// `None`: [`Why`] says it well enough.
    fn of(reason: Reason, job: Job, provider: &str) -> Option<Self> {
        let provider = || provider.to_owned();
        Some(match reason {
            Reason::KillSwitch => Self::KillSwitch,
            Reason::RecipientGone => Self::RecipientGone,
            Reason::RelationshipEnded => Self::RelationshipEnded { provider: provider() },
            Reason::Paused => Self::Paused,
            Reason::Hospital => Self::Hospital { job },
            Reason::RecentContact => Self::RecentContact { provider: provider() },
            Reason::NearConsultation => Self::NearConsultation,
            Reason::Absent => Self::Absent { provider: provider() },
            Reason::Policy => Self::Policy,
            Reason::Budget => Self::Budget,
            Reason::NothingToSay => Self::NothingToSay { job },
            _ => return None,
        })
    }
}

impl ForProvider {
    /// `None`: [`Why`] says it without speaking to the owner.
    fn why(reason: Reason, job: Job, owner: &str) -> Option<Self> {
        Some(match reason {
            Reason::RelationshipEnded => Self::RelationshipEnded { owner: owner.to_owned() },
            Reason::NotShared => Self::NotShared,
            Reason::Absent => Self::Absent,
            Reason::OutsideHours => Self::OutsideHours,
            Reason::NothingToSay => Self::NothingToSay { job },
            Reason::Due => Self::Due { job },
            Reason::KillSwitch
            | Reason::RecipientGone
            | Reason::SwitchedOff
            | Reason::Policy
            | Reason::Folded
            | Reason::Recalled
            | Reason::AlreadyRead
            | Reason::TooLate
            | Reason::Superseded
            | Reason::TokenGone
            | Reason::GatewayRefused
            | Reason::GaveUp
            | Reason::Revoked
            | Reason::Unknown => return None,
            Reason::Paused
            | Reason::Hospital
            | Reason::QuietHours
            | Reason::HeavyOpen
            | Reason::PlanRecent
            | Reason::NoPlan
            | Reason::PromptUnread
            | Reason::Resting
            | Reason::RecentContact
            | Reason::NearConsultation
            | Reason::NoAgreement
            | Reason::ReplyOwed
            | Reason::NotAccepted
            | Reason::OverCap
            | Reason::Budget
            | Reason::SeriesStopped => Self::NotThen,
        })
    }
}

impl Wording {
    /// One sentence on what a slot came to and why: "Check-in not sent: Kari owes you a reply."
    pub fn ledger_line(&self, language: Language, line: &LedgerLine) -> String {
        let say = |text: &dyn Text| self.say(language, text);
        let provider = match &line.provider {
            Some(name) => name.clone(),
            None => say(&Sentence::YourProvider),
        };
        let why = say(&Why::of(line.reason, line.job, &provider));
        let what = say(&match line.job {
            Job::CheckIn => Sentence::CheckIn,
            Job::PlanReview => Sentence::PlanReview,
            Job::AgreementRound => Sentence::AgreementRound,
            Job::OverdueNotice => Sentence::OverdueNotice,
            Job::MessageNotice => Sentence::MessageNotice,
            Job::ResponseReminder => Sentence::ResponseReminder { provider },
            Job::Digest => Sentence::Digest { provider },
        });
        say(&Sentence::of(line.outcome, what, why))
    }

    /// The same for the provider who received it: "Reminder to answer Bente put together with others:
    /// it was a line in the digest."
    pub fn provider_ledger_line(&self, language: Language, line: &ProviderLedgerLine) -> String {
        let say = |text: &dyn Text| self.say(language, text);
        let owner = match &line.owner {
            Some(name) => name.clone(),
            None => say(&ForProvider::SomeOwner),
        };
        let why = match ForProvider::why(line.reason, line.job, &owner) {
            Some(why) => say(&why),
            None => say(&Why::of(line.reason, line.job, "")),
        };
        let what = match line.job {
            Job::ResponseReminder => say(&ForProvider::ResponseReminder { owner }),
            _ => say(&ForProvider::Digest),
        };
        say(&Sentence::of(line.outcome, what, why))
    }

    /// Why something planned would not be sent, as the second half of a sentence in the present tense.
    pub fn why_not(&self, language: Language, against: &Against) -> String {
        let provider = match &against.provider {
            Some(name) => name.clone(),
            None => self.say(language, &Sentence::YourProvider),
        };
        match WhyNot::of(against.reason, against.job, &provider) {
            Some(why) => self.say(language, &why),
            None => self.say(language, &Why::of(against.reason, against.job, &provider)),
        }
    }
}

impl Sentence {
    fn of(outcome: Outcome, what: String, why: String) -> Self {
        match outcome {
            Outcome::Planned => Self::Planned { what, why },
            Outcome::Sent => Self::Sent { what, why },
            Outcome::Folded => Self::Folded { what, why },
            Outcome::Held => Self::Held { what, why },
            Outcome::Skipped => Self::Skipped { what, why },
            Outcome::Cancelled => Self::Cancelled { what, why },
            Outcome::Failed => Self::Failed { what, why },
        }
    }
}
