//! The table of the design, cell for cell.

use super::Reason;
use crate::words;
use crate::words::Job;

words! {
    /// The rows, in the order in which they decide.
    Row {
        KillSwitch = "kill_switch", RecipientGone = "recipient_gone", RelationshipEnded = "relationship_ended",
        SwitchedOff = "switched_off", Paused = "paused", Hospital = "hospital", NotShared = "not_shared",
        QuietHours = "quiet_hours", HeavyOpen = "heavy_open", Plan = "plan_recent", PromptUnread = "prompt_unread",
        Resting = "resting", RecentContact = "recent_contact", NearConsultation = "near_consultation",
        NoAgreement = "no_agreement", ReplyOwed = "reply_owed", NotAccepted = "not_accepted", Absent = "absent",
        OutsideHours = "outside_hours", Policy = "policy", Budget = "budget", NothingToSay = "nothing_to_say",
    }
    /// What a cell of the table says.
    Rule {
        /// ■
        Blocks = "blocks",
        /// –
        NotAsked = "not_asked",
        /// Asked of every line while the digest is built.
        PerLine = "per_line",
        InAppOnly = "in_app_only",
        /// Goes into the app, never to the lock screen.
        PushBlocked = "push_blocked",
        /// Kept until the quiet hours end.
        Held = "held",
        /// In hospital: pushed only if she wished so.
        HersToChoose = "hers_to_choose",
        /// The owner may close the clock; nothing stops it for her.
        HersToStop = "hers_to_stop",
        /// Asked only when a provider is to look at the plan with her.
        OnlyTogether = "only_together",
        /// Blocks for 14 days from the reply, contact or not.
        Blocks14Days = "blocks_14_days",
        /// Blocks, and for 14 days after.
        BlocksAnd14DaysAfter = "blocks_and_14_days_after",
        /// Without an agreement the default window counts.
        DefaultWindow = "default_window",
        /// This is what the job is for.
        IsTheJob = "is_the_job",
        UnlessSubstitute = "unless_substitute",
        /// An absence hands the clock over or gives it a new date before it is due.
        HandOver = "hand_over",
        UntilBack = "until_back",
        /// The working hours are counted in the promise itself.
        CountedIn = "counted_in",
        /// Policy bounds the time of the digest it rides in.
        BoundsTime = "bounds_time",
        NotCounted = "not_counted",
        ReadMeanwhile = "read_meanwhile",
        ClosedMeanwhile = "closed_meanwhile",
        Empty = "empty",
    }
}

impl Row {
    /// The code in the ledger when this row says no.
    pub fn reason(self) -> Reason {
        match self {
            Self::KillSwitch => Reason::KillSwitch,
            Self::RecipientGone => Reason::RecipientGone,
            Self::RelationshipEnded => Reason::RelationshipEnded,
            Self::SwitchedOff => Reason::SwitchedOff,
            Self::Paused => Reason::Paused,
            Self::Hospital => Reason::Hospital,
            Self::NotShared => Reason::NotShared,
            Self::QuietHours => Reason::QuietHours,
            Self::HeavyOpen => Reason::HeavyOpen,
            Self::Plan => Reason::PlanRecent,
            Self::PromptUnread => Reason::PromptUnread,
            Self::Resting => Reason::Resting,
            Self::RecentContact => Reason::RecentContact,
            Self::NearConsultation => Reason::NearConsultation,
            Self::NoAgreement => Reason::NoAgreement,
            Self::ReplyOwed => Reason::ReplyOwed,
            Self::NotAccepted => Reason::NotAccepted,
            Self::Absent => Reason::Absent,
            Self::OutsideHours => Reason::OutsideHours,
            Self::Policy => Reason::Policy,
            Self::Budget => Reason::Budget,
            Self::NothingToSay => Reason::NothingToSay,
        }
    }
}

/// Columns of [`TABLE`], in the order of the design.
pub const COLUMNS: [Job; 7] = [
    Job::CheckIn,
    Job::PlanReview,
    Job::AgreementRound,
    Job::OverdueNotice,
    Job::MessageNotice,
    Job::ResponseReminder,
    Job::Digest,
];

/// Rows × jobs: check-in, plan prompt, agreement round, overdue notice, message notice, response
/// reminder, digest.
#[rustfmt::skip]
pub const TABLE: [(Row, [Rule; 7]); 22] = {
    use Rule::*;
    [
        (Row::KillSwitch,        [Blocks, Blocks, Blocks, Blocks, Blocks, Blocks, Blocks]),
        (Row::RecipientGone,     [Blocks, Blocks, Blocks, Blocks, Blocks, Blocks, Blocks]),
        (Row::RelationshipEnded, [Blocks, NotAsked, Blocks, Blocks, Blocks, Blocks, PerLine]),
        (Row::SwitchedOff,       [Blocks, Blocks, Blocks, NotAsked, Blocks, NotAsked, NotAsked]),
        (Row::Paused,            [Blocks, Blocks, Blocks, InAppOnly, PushBlocked, NotAsked, NotAsked]),
        (Row::Hospital,          [Blocks, BlocksAnd14DaysAfter, Blocks, InAppOnly, HersToChoose, HersToStop, NotAsked]),
        (Row::NotShared,         [NotAsked, OnlyTogether, NotAsked, NotAsked, NotAsked, Blocks, PerLine]),
        (Row::QuietHours,        [Blocks, Blocks, Blocks, Held, Held, NotAsked, NotAsked]),
        (Row::HeavyOpen,         [Blocks, Blocks14Days, Blocks, NotAsked, NotAsked, NotAsked, NotAsked]),
        (Row::Plan,              [NotAsked, Blocks, NotAsked, NotAsked, NotAsked, NotAsked, NotAsked]),
        (Row::PromptUnread,      [Blocks, Blocks, Blocks, NotAsked, NotAsked, NotAsked, NotAsked]),
        (Row::Resting,           [Blocks, Blocks, Blocks, NotAsked, NotAsked, NotAsked, NotAsked]),
        (Row::RecentContact,     [Blocks, NotAsked, NotAsked, NotAsked, NotAsked, NotAsked, NotAsked]),
        (Row::NearConsultation,  [Blocks, NotAsked, NotAsked, NotAsked, NotAsked, NotAsked, NotAsked]),
        (Row::NoAgreement,       [Blocks, NotAsked, NotAsked, NotAsked, NotAsked, DefaultWindow, NotAsked]),
        (Row::ReplyOwed,         [Blocks, NotAsked, NotAsked, NotAsked, NotAsked, IsTheJob, NotAsked]),
        (Row::NotAccepted,       [Blocks, NotAsked, NotAsked, NotAsked, NotAsked, NotAsked, NotAsked]),
        (Row::Absent,            [UnlessSubstitute, NotAsked, NotAsked, NotAsked, NotAsked, HandOver, UntilBack]),
        (Row::OutsideHours,      [Blocks, NotAsked, NotAsked, NotAsked, NotAsked, CountedIn, Blocks]),
        (Row::Policy,            [Blocks, Blocks, Blocks, NotAsked, NotAsked, NotAsked, BoundsTime]),
        (Row::Budget,            [Blocks, Blocks, Blocks, NotCounted, NotCounted, NotAsked, NotAsked]),
        (Row::NothingToSay,      [NotAsked, NotAsked, NotAsked, NotAsked, ReadMeanwhile, ClosedMeanwhile, Empty]),
    ]
};

/// The cell of `row` and `job`.
pub fn rule(row: Row, job: Job) -> Rule {
    let column = COLUMNS.iter().position(|candidate| *candidate == job);
    let line = TABLE.iter().find(|(candidate, _)| *candidate == row);
    match (column, line) {
        (Some(column), Some((_, cells))) => cells[column],
        _ => Rule::Blocks,
    }
}
