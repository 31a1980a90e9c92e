//! Check-ins: the greeting, the one-tap answers, what the screen says after each, and the cards of a series.

use super::text::{Text, texts};
use super::{Day, Language, NearDay, Wording};
use crate::words::CheckInAnswer;

crate::words! {
    /// Where in its series a check-in stands: first, next-to-last and last are worded as such.
    SeriesPosition { First = "first", Ordinary = "ordinary", NextToLast = "next_to_last", Last = "last" }
}

/// Who reads an answer, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The provider, by this day.
    By(NearDay),
    /// The provider, on no day that was agreed.
    NoDay,
    /// Nobody before this day.
    NobodyBefore(Day),
    /// The accepted substitute, by this day, while the provider is away.
    Substitute { name: String, by: NearDay },
}

/// A check-in before it is worded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// First names.
    pub owner: String,
    pub provider: String,
    pub position: SeriesPosition,
    pub reading: Reading,
}

/// The screen after an answer, before it is worded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerReceipt {
    pub answer: CheckInAnswer,
    /// First name.
    pub provider: String,
    pub reading: Reading,
    /// Whether the owner has a plan that the screen can open.
    pub has_plan: bool,
}

texts! {
    /// The check-in itself. A greeting is one of the first four, followed by one of the reading lines.
    CheckIn, overridable: true {
        /// The regular check-in.
        Ordinary = "check_in.ordinary" { owner: String, provider: String };
        /// The first of a series.
        First = "check_in.first" { owner: String, provider: String };
        /// The next-to-last of a series.
        NextToLast = "check_in.next_to_last" { owner: String, provider: String };
        /// The last of a series.
        Last = "check_in.last" { owner: String, provider: String };
        /// After the greeting: by when the provider reads answers.
        ReadsBy = "check_in.reads_by" { provider: String, read_by: NearDay };
        /// After the greeting: the provider reads answers, on no agreed day.
        ReadsNoDay = "check_in.reads_no_day" { provider: String };
        /// After the greeting: the provider is away and nobody reads before this day.
        NobodyReadsBefore = "check_in.nobody_reads_before" { provider: String, date: Day };
        /// After the greeting: the accepted substitute reads.
        SubstituteReads = "check_in.substitute_reads" { provider: String, substitute: String, read_by: NearDay };
        /// Label of the one-tap answer `ok`.
        AnswerOk = "check_in.answer_ok";
        /// Label of the one-tap answer `both`.
        AnswerBoth = "check_in.answer_both";
        /// Label of the one-tap answer `heavy`.
        AnswerHeavy = "check_in.answer_heavy";
        /// Label of the one-tap answer `want_to_talk`.
        AnswerWantToTalk = "check_in.answer_want_to_talk";
        /// Label of the one-tap answer `not_now`.
        AnswerNotNow = "check_in.answer_not_now";
    }
}

texts! {
    /// After an answer: who sees it and when, then what follows from it. Not overridable: that
    /// nothing reads answers for danger must be said as it is.
    CheckInAnswered, overridable: false {
        /// By when the provider sees the answer.
        SeenBy = "answered.seen_by" { provider: String, read_by: NearDay };
        /// The provider sees the answer, on no agreed day.
        SeenNoDay = "answered.seen_no_day" { provider: String };
        /// Nobody sees the answer before this day.
        NobodyBefore = "answered.nobody_before" { date: Day };
        /// The substitute sees the answer.
        SubstituteSees = "answered.substitute_sees" { substitute: String, read_by: NearDay };
        /// After `ok` and `both`.
        NothingMore = "answered.nothing_more";
        /// After `not_now`.
        NotNow = "answered.not_now";
        /// After `heavy` and `want_to_talk`: own plan and Help now.
        PlanAndHelp = "answered.plan_and_help";
        /// The same, when she has no plan.
        Help = "answered.help";
        /// After `heavy` and `want_to_talk`: no automated reading for danger.
        NoAutomatedReading = "answered.no_automated_reading" { provider: String };
        /// After `heavy` and `want_to_talk`: the series rests until personal contact.
        RestsUntilContact = "answered.rests_until_contact" { provider: String };
    }
}

texts! {
    /// Cards about a series, shown in the app only.
    CheckInCard, overridable: true {
        /// The provider proposes check-ins every so many days.
        ProposedByProvider = "check_in_card.proposed_by_provider" { provider: String, days: u32 };
        /// To the provider: the owner asks for check-ins every so many days.
        AskedByOwner = "check_in_card.asked_by_owner" { owner: String, days: u32 };
        /// Both accepted.
        Accepted = "check_in_card.accepted" { provider: String, first: Day };
        /// The provider declined or is full: what else there is.
        Declined = "check_in_card.declined" { provider: String };
        /// The hours of the two never overlap.
        NoSharedHours = "check_in_card.no_shared_hours" { provider: String };
        /// Three in a row were unanswered.
        Resting = "check_in_card.resting" { provider: String };
        /// The same, where the agreement has a silence clause.
        RestingSilenceClause = "check_in_card.resting_silence_clause" { provider: String };
        /// Resting after `heavy` or `want_to_talk`.
        RestingUntilContact = "check_in_card.resting_until_contact" { provider: String };
        /// Twelve weeks are over.
        Ended = "check_in_card.ended" { provider: String };
        /// Stopped by either side.
        Stopped = "check_in_card.stopped";
        /// To the side that asked or proposed: the other has not answered.
        Waiting = "check_in_card.waiting" { other: String };
        /// To the provider: the series runs.
        Runs = "check_in_card.runs" { owner: String };
        /// To the provider: the series rests. Why is the owner's to tell.
        Rests = "check_in_card.rests" { owner: String };
        /// To the provider: the twelve weeks are over.
        Over = "check_in_card.over" { owner: String };
        /// When the provider has no room: bring it up.
        InsteadConsultation = "check_in_card.instead_consultation" { provider: String };
        /// When the provider has no room: ask for a longer interval.
        InsteadLongerInterval = "check_in_card.instead_longer_interval";
        /// When the provider has no room: write and ask for a reply.
        InsteadMessage = "check_in_card.instead_message" { provider: String };
        /// On the card of a series that rests: start it again.
        Restart = "check_in_card.restart";
        /// On the card of a series that is over: twelve weeks more.
        Renew = "check_in_card.renew";
    }
}

texts! {
    /// To the provider at a heavy reply. Not overridable: what must be thought of is the same wherever one is.
    HeavyReply, overridable: false {
        /// Phone first.
        Phone = "heavy_reply.phone" { owner: String };
        /// The organisation's own procedure.
        LocalProcedure = "heavy_reply.local_procedure";
        /// Write down in the health record, as agreed.
        Document = "heavy_reply.document";
    }
}

impl CheckIn {
    /// The label of a one-tap answer.
    pub const fn label(answer: CheckInAnswer) -> Self {
        match answer {
            CheckInAnswer::Ok => Self::AnswerOk,
            CheckInAnswer::Both => Self::AnswerBoth,
            CheckInAnswer::Heavy => Self::AnswerHeavy,
            CheckInAnswer::WantToTalk => Self::AnswerWantToTalk,
            CheckInAnswer::NotNow => Self::AnswerNotNow,
        }
    }
}

impl Wording {
    /// A whole check-in: greeting, then who reads answers and when.
    pub fn check_in(&self, language: Language, greeting: &Greeting) -> String {
        let (owner, provider) = (greeting.owner.clone(), greeting.provider.clone());
        let opening = match greeting.position {
            SeriesPosition::First => CheckIn::First { owner, provider },
            SeriesPosition::Ordinary => CheckIn::Ordinary { owner, provider },
            SeriesPosition::NextToLast => CheckIn::NextToLast { owner, provider },
            SeriesPosition::Last => CheckIn::Last { owner, provider },
        };
        let provider = greeting.provider.clone();
        let reading = match &greeting.reading {
            Reading::By(read_by) => CheckIn::ReadsBy { provider, read_by: *read_by },
            Reading::NoDay => CheckIn::ReadsNoDay { provider },
            Reading::NobodyBefore(date) => CheckIn::NobodyReadsBefore { provider, date: *date },
            Reading::Substitute { name, by } => {
                CheckIn::SubstituteReads { provider, substitute: name.clone(), read_by: *by }
            }
        };
        self.in_a_row(language, &[&opening, &reading])
    }

    /// What the screen says after an answer.
    pub fn check_in_answered(&self, language: Language, receipt: &AnswerReceipt) -> String {
        let provider = || receipt.provider.clone();
        let seen = match &receipt.reading {
            Reading::By(read_by) => CheckInAnswered::SeenBy { provider: provider(), read_by: *read_by },
            Reading::NoDay => CheckInAnswered::SeenNoDay { provider: provider() },
            Reading::NobodyBefore(date) => CheckInAnswered::NobodyBefore { date: *date },
            Reading::Substitute { name, by } => {
                CheckInAnswered::SubstituteSees { substitute: name.clone(), read_by: *by }
            }
        };
        match receipt.answer {
            CheckInAnswer::Ok | CheckInAnswer::Both => self.in_a_row(language, &[&seen, &CheckInAnswered::NothingMore]),
            CheckInAnswer::NotNow => self.say(language, &CheckInAnswered::NotNow),
            CheckInAnswer::Heavy | CheckInAnswer::WantToTalk => self.in_a_row(
                language,
                &[
                    &seen,
                    &CheckInAnswered::NoAutomatedReading { provider: provider() },
                    if receipt.has_plan { &CheckInAnswered::PlanAndHelp } else { &CheckInAnswered::Help },
                    &CheckInAnswered::RestsUntilContact { provider: provider() },
                ],
            ),
        }
    }

    fn in_a_row(&self, language: Language, texts: &[&dyn Text]) -> String {
        texts.iter().map(|text| self.say(language, *text)).collect::<Vec<_>>().join(" ")
    }
}
