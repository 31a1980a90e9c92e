//! The digest in the app: section titles and the words around each line. Read by the provider only.

use super::text::texts;
use super::{Day, TimeOfDay};
use crate::words::{CheckInAnswer, Module};

texts! {
    /// Titles and lines of the in-app digest. A name is shown beside a line, not in it, unless the sentence needs it.
    DigestText, overridable: false {
        /// Title of the digest.
        Title = "digest.title";
        /// Under the title, on the first working day after an absence.
        AfterAbsence = "digest.after_absence";
        /// Instead of sections, when the digest is opened and all is done.
        Empty = "digest.empty";
        /// Section: heavy replies and silence clauses.
        SectionHeavy = "digest.section_heavy";
        /// Section: open reply clocks due today or overdue.
        SectionWaiting = "digest.section_waiting";
        /// Section: messages kept for the next consultation.
        SectionConsultation = "digest.section_consultation";
        /// Section: unread and not listed before.
        SectionNew = "digest.section_new";
        /// Section: check-ins that go out on the next day.
        SectionTomorrow = "digest.section_tomorrow";
        /// Section: answers to check-ins.
        SectionCheckIns = "digest.section_check_ins";
        /// Section: the owner answered a proposal.
        SectionProposals = "digest.section_proposals";
        /// Section: something shared was changed.
        SectionShared = "digest.section_shared";
        /// After the twentieth line.
        AndMore = "digest.and_more" { count: u32 };
        /// On a line: how long it takes to read.
        ReadingTime = "digest.reading_time" { minutes: u32 };
        /// On a line: long, without the owner's own gist.
        Long = "digest.long" { minutes: u32 };
        /// On a line: more than three unread from one person.
        Unread = "digest.unread" { count: u32, minutes: u32 };
        /// On a line: the owner marked it as important.
        Important = "digest.important";
        /// On a line: the reply is promised for today.
        DueToday = "digest.due_today";
        /// On a line: the promised date has passed.
        Overdue = "digest.overdue" { promised: Day };
        /// On a line: since when it has waited.
        Since = "digest.since" { since: Day };
        /// Heavy section: what was answered and since when.
        HeavySince = "digest.heavy_since" { answer: CheckInAnswer, since: Day, time: TimeOfDay };
        /// Heavy section: the number in the agreement's silence clause has been reached.
        SilenceClause = "digest.silence_clause" { count: u32 };
        /// On a line: for the consultation of this day.
        ForConsultation = "digest.for_consultation" { day: Day };
        /// Tomorrow's slate: when it goes out. It goes out unless skipped or postponed.
        Tomorrow = "digest.tomorrow" { time: TimeOfDay };
        /// Tomorrow's slate: the choice to leave it out.
        Skip = "digest.skip";
        /// Tomorrow's slate: the choice to move it.
        Postpone = "digest.postpone";
        /// Check-in section: what was answered.
        Answered = "digest.answered" { answer: CheckInAnswer };
        /// Check-in section: answered with free text.
        AnsweredInWords = "digest.answered_in_words" { minutes: u32 };
        /// Proposal section: taken over as it was.
        ProposalAccepted = "digest.proposal_accepted";
        /// Proposal section: taken over with changes.
        ProposalEdited = "digest.proposal_edited";
        /// Proposal section: not taken over.
        ProposalDeclined = "digest.proposal_declined";
        /// Shared section: parts of the plan that she shares with the reader were changed.
        PlanChanged = "digest.plan_changed";
        /// Shared section: so many things changed in a part of the toolbox that she shares with the reader.
        ToolboxChanged = "digest.toolbox_changed" { count: u32, module: Module };
        /// Shared section: since when something she shares is changed.
        SharedChanged = "digest.shared_changed" { since: Day };
        /// On a line the reader sees as the accepted substitute.
        AsSubstitute = "digest.as_substitute" { provider: String };
        /// Checklist beside a heavy reply, above its three points.
        Checklist = "digest.checklist";
        /// Checklist: phone.
        ChecklistPhone = "digest.checklist_phone";
        /// Checklist: the place's own procedure.
        ChecklistProcedure = "digest.checklist_procedure";
        /// Checklist: document.
        ChecklistDocument = "digest.checklist_document";
        /// Beside check-in answers: nothing reads them for danger.
        NoAutomatedReading = "digest.no_automated_reading";
    }
}
