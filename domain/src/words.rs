//! Closed vocabularies: each word is written one way in code, tables, API and ledger.

/// A stored or received word that is not in its vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a {vocabulary}")]
pub struct UnknownWord {
    pub vocabulary: &'static str,
    pub word: String,
}

/// Defines an enum whose variants have one written form each (`as_str`, `FromStr`, `Display`, serde, `ALL`).
#[macro_export]
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::words::UnknownWord { vocabulary: stringify!($name), word: word.to_owned() }),
                }
            }
        }
    )*};
}

words! {
    /// One role per account and session.
    Role { ServiceUser = "service_user", Provider = "provider", Consultant = "consultant", Admin = "admin", Duty = "duty" }
    /// Only `active` accounts are reached by anything.
    AccountState { Active = "active", Suspended = "suspended", Erased = "erased", Deceased = "deceased" }
    Language { Nb = "nb", Nn = "nn", En = "en" }
    /// Level of care an organisation or relationship works at (R50).
    Level { Primary = "primary", Specialist = "specialist" }
    RelationshipState { Invited = "invited", Active = "active", Paused = "paused", Ended = "ended" }
    /// R7–R11. Only `reply_wanted` opens a reply clock.
    MessageKind { Info = "info", ReplyWanted = "reply_wanted", NextConsultation = "next_consultation", Vault = "vault" }
    ReceiptKind { Opened = "opened", ReadThanks = "read_thanks" }
    /// How a relationship ended that its owner did not end herself.
    RelationshipEnd { Left = "left", Ended = "ended" }
    /// What closed a reply clock.
    ClosedBy {
        Reply = "reply", ReadThanks = "read_thanks", LetsTalk = "lets_talk", LoggedCall = "logged_call",
        Owner = "owner", Recalled = "recalled", RelationshipEnded = "relationship_ended", Released = "released",
    }
    /// The scheduled jobs and notices that pass the gate.
    Job {
        CheckIn = "check_in", PlanReview = "plan_review", AgreementRound = "agreement_round",
        OverdueNotice = "overdue_notice", MessageNotice = "message_notice",
        ResponseReminder = "response_reminder", Digest = "digest",
    }
    /// What a slot came to. `held` is provisional and settled in the same row.
    Outcome { Planned = "planned", Sent = "sent", Folded = "folded", Held = "held", Skipped = "skipped", Cancelled = "cancelled", Failed = "failed" }
    Channel { InApp = "in_app", Push = "push", Email = "email" }
    Platform { Apns = "apns", Fcm = "fcm", WebPush = "web_push", None = "none" }
    PushEnvironment { Production = "production", Sandbox = "sandbox" }
    DeliveryState { Pending = "pending", Claimed = "claimed", Sent = "sent", Failed = "failed", Cancelled = "cancelled", Dead = "dead" }
    SeriesState { Proposed = "proposed", Active = "active", Resting = "resting", Stopped = "stopped", Completed = "completed" }
    CheckInAnswer { Ok = "ok", Both = "both", Heavy = "heavy", WantToTalk = "want_to_talk", NotNow = "not_now" }
    /// What stays open until personal contact.
    ConcernKind { Heavy = "heavy", WantToTalk = "want_to_talk", SilenceClause = "silence_clause" }
    PromptAnswer { LookNow = "look_now", Together = "together", Wait = "wait", FineAsIs = "fine_as_is" }
    ConsentKind { NonEmergency = "non_emergency", PrivacyGuidance = "privacy_guidance", Research = "research" }
    PeriodKind { Pause = "pause", Hospital = "hospital" }
    /// Wording of the lock-screen line, chosen by the owner; none of them tells what it is about.
    LockScreen { Something = "something", Neutral = "neutral", Silent = "silent" }
    GrantLevel { See = "see", Comment = "comment", Propose = "propose" }
    GrantEffect { Allow = "allow", Deny = "deny" }
    SubjectKind { Module = "module", Item = "item", Section = "section" }
    /// Parts of the owner's toolbox. How far each can be shared: [`crate::toolbox::Sharable`].
    Module {
        CrisisPlan = "crisis_plan", LifeDomains = "life_domains", Goals = "goals", Network = "network",
        Medication = "medication", Strengths = "strengths", Values = "values", Exercises = "exercises",
        Diary = "diary", Registrations = "registrations",
    }
    /// R36. Each section is shared by itself.
    PlanSection {
        MeWhenWell = "me_when_well", WhatMatters = "what_matters", Triggers = "triggers",
        EarlySignsSelf = "early_signs_self", EarlySignsOthers = "early_signs_others", WhatIDo = "what_i_do",
        Distractions = "distractions", PeopleIAsk = "people_i_ask", Professionals = "professionals",
        SaferSurroundings = "safer_surroundings", HowToMeetMe = "how_to_meet_me", TreatmentWishes = "treatment_wishes",
        MedicinesAllergies = "medicines_allergies", Responsibilities = "responsibilities", TellDontTell = "tell_dont_tell",
        AdmissionWishes = "admission_wishes", Afterwards = "afterwards", SilenceClause = "silence_clause",
        CopiesHeldBy = "copies_held_by", MadeWith = "made_with", LastLooked = "last_looked",
    }
    /// How it goes, in the plan's own five steps.
    PlanLevel { Well = "well", Early = "early", Harder = "harder", Crisis = "crisis", After = "after" }
    /// Contact in the sense of the gate: messages are contact too and live in their own table.
    ContactKind { LoggedCall = "logged_call", LetsTalk = "lets_talk", ConsultationHeld = "consultation_held" }
    /// What makes a pair look at its agreement out of turn (R25).
    RoundCause {
        SharingChanged = "sharing_changed", ProviderChanged = "provider_changed",
        TwoRepliesOverdue = "two_replies_overdue", CheckInsRest = "check_ins_rest", Asked = "asked",
        /// A goal that the whole pair sees became an active one.
        NewGoal = "new_goal",
        /// The owner began exercises, and the whole pair sees it.
        ExercisesBegun = "exercises_begun",
    }
}
impl Job {
    /// What asks her something: these share the owner's budget of prompts, and a pause silences them.
    pub const PROMPTS: [Self; 3] = [Self::CheckIn, Self::PlanReview, Self::AgreementRound];
}
