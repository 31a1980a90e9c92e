//! The access log in words: who read what of an owner's, and why they could. Read by the owner only.

use super::text::texts;
use super::{Language, Wording};
use crate::access::{AccessAction, AllowedBecause};

/// One row of the access log, before it is worded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLine {
    pub action: AccessAction,
    /// First name of who read; `None`: the owner herself.
    pub who: Option<String>,
    /// How many things were read, each by its name; beginnings and gists are none.
    pub things: u32,
    pub because: Option<AllowedBecause>,
}

texts! {
    /// The frame of a line: what was done, and why it was allowed. Not overridable: a record is worded the same for all.
    Read, overridable: false {
        /// With a reason.
        Because = "access.because" { what: String, why: String };
        /// Without: it was the owner's own act.
        Own = "access.own" { what: String };
    }
}

texts! {
    /// What was done, as the first half of a line.
    What, overridable: false {
        /// Sections of the plan.
        Plan = "access.read_plan" { provider: String, count: u32 };
        /// That the owner wants to look at her plan together.
        PlanWishes = "access.read_plan_wishes" { provider: String };
        /// The digest showed a gist, or a beginning.
        Digest = "access.read_digest" { provider: String };
        /// A message was opened.
        OpenMessage = "access.open_message" { provider: String };
        /// Messages were shown in their thread; none: only gists or beginnings.
        Messages = "access.read_messages" { provider: String, count: u32 };
        /// What stands with answers to check-ins.
        Answer = "access.read_answer" { provider: String, count: u32 };
        /// Things of the toolbox.
        Items = "access.read_items" { provider: String, count: u32 };
        /// The reader's own proposals, which hold what the owner wrote.
        Proposals = "access.read_proposals" { provider: String, count: u32 };
        /// Comments beside what the owner keeps.
        Comments = "access.read_comments" { provider: String, count: u32 };
        /// Notes of joint sessions.
        JointNotes = "access.read_joint_notes" { provider: String, count: u32 };
        /// The owner opened a message herself.
        YouOpened = "access.you_opened";
        /// The owner took everything away herself.
        YouExported = "access.you_exported";
        /// The owner did something else herself.
        YouRead = "access.you_read";
    }
}

texts! {
    /// Why it was allowed, as the second half of a line: lower case, no full stop.
    WhyAllowed, overridable: false {
        /// The owner shared it.
        Granted = "access.granted";
        /// The owner asked this person.
        Asked = "access.asked";
        /// It was written to this person's side.
        Sent = "access.sent";
        /// A substitute, while the owner waited for an answer.
        StandsIn = "access.stands_in" { provider: String };
        /// Revealed in a joint session, for its length.
        Revealed = "access.revealed";
    }
}

impl Wording {
    /// "Kari read two things you keep: you shared it."
    pub fn access_line(&self, language: Language, line: &AccessLine) -> String {
        let Some(who) = &line.who else {
            let what = match line.action {
                AccessAction::OpenMessage => What::YouOpened,
                AccessAction::Export => What::YouExported,
                _ => What::YouRead,
            };
            return self.say(language, &Read::Own { what: self.say(language, &what) });
        };
        let (name, count) = (|| who.clone(), line.things);
        let what = match line.action {
            AccessAction::ReadPlan => What::Plan { provider: name(), count },
            AccessAction::ReadPlanWishes => What::PlanWishes { provider: name() },
            AccessAction::ReadDigest => What::Digest { provider: name() },
            AccessAction::OpenMessage => What::OpenMessage { provider: name() },
            AccessAction::ReadMessages => What::Messages { provider: name(), count },
            AccessAction::ReadAnswer => What::Answer { provider: name(), count },
            // Nobody but the owner exports; if it ever stood here, this is what it would have been.
            AccessAction::ReadItems | AccessAction::Export => What::Items { provider: name(), count },
            AccessAction::ReadProposals => What::Proposals { provider: name(), count },
            AccessAction::ReadComments => What::Comments { provider: name(), count },
            AccessAction::ReadJointNotes => What::JointNotes { provider: name(), count },
        };
        let what = self.say(language, &what);
        let Some(because) = line.because else { return self.say(language, &Read::Own { what }) };
        let why = match because {
            AllowedBecause::Granted => WhyAllowed::Granted,
            AllowedBecause::Asked => WhyAllowed::Asked,
            AllowedBecause::Sent => WhyAllowed::Sent,
            AllowedBecause::StandsIn => WhyAllowed::StandsIn { provider: name() },
            AllowedBecause::Revealed => WhyAllowed::Revealed,
        };
        let why = self.say(language, &why);
        self.say(language, &Read::Because { what, why })
    }
}
