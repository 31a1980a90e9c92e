//! Beginning, changing and ending a working relationship; consent; the duty role.

use super::Day;
use super::text::texts;

texts! {
    /// Cards about working relationships.
    Relationship, overridable: true {
        /// Invited by the other side; nothing is visible before both accepted.
        Invited = "relationship.invited" { by: String };
        /// Both accepted.
        Active = "relationship.active" { other: String };
        /// Ended by either side; no reason is given.
        Ended = "relationship.ended" { other: String };
        /// To the owner: the provider leaves and another takes over.
        ProviderLeftHandedOver = "relationship.provider_left_handed_over" { provider: String, other: String };
        /// To the owner: the provider leaves and nobody takes over.
        ProviderLeft = "relationship.provider_left" { provider: String };
        /// To the owner: the provider ended it; no reason is given, and nobody is said to have gone.
        ProviderEnded = "relationship.provider_ended" { provider: String };
        /// To the owner: an absence without substitute.
        Absence = "relationship.absence" { provider: String, from: Day, back: Day };
        /// To the owner: may the substitute see threads with an open reply clock during this absence?
        SubstituteAsks = "relationship.substitute_asks" { provider: String, substitute: String, from: Day, back: Day };
        /// To the owner: a provider proposes a change to something she keeps. Nothing of what it is about is said.
        ProposalWaits = "relationship.proposal_waits" { provider: String };
        /// To the substitute: asked to stand in.
        SubstituteInvited = "relationship.substitute_invited" { provider: String, from: Day, back: Day };
    }
}

texts! {
    /// What is consented to. The accepted text version is stored, so an organisation cannot reword it.
    Consent, overridable: false {
        /// Before the first message: not for emergencies.
        NonEmergency = "consent.non_emergency";
        /// Having read how to keep one's own things to oneself.
        PrivacyGuidance = "consent.privacy_guidance";
        /// Research, for each study apart.
        Research = "consent.research";
    }
}

texts! {
    /// To the organisation's duty role, without content and without names.
    Duty, overridable: false {
        /// Promised replies whose channel has failed.
        PromisesUncertain = "duty.promises_uncertain" { count: u32 };
    }
}
