//! What each list of an export is read by: the functions that answer the API, so that both say the same.

use crate::app::sessions::Caller;
use crate::app::{
    Answer, absences, access_log, agreements, check_ins, comments, consents, consultations, contacts, crisis_plan,
    devices, drafts, grants, joint_notes, joint_sessions, ledger, messages, notifications, owners_life, prompts,
    proposals, relationships, reply_clocks, sessions, toolbox,
};
use crate::state::App;
use domain::ids::RelationshipId;
use mobile_contract::access_log::AccessOut;
use mobile_contract::agreements::{AgreementRoundOut, AgreementVersionOut};
use mobile_contract::check_ins::{CheckInOut, CheckInSeriesOut};
use mobile_contract::consents::ConsentOut;
use mobile_contract::consultations::ConsultationOut;
use mobile_contract::contacts::ContactOut;
use mobile_contract::crisis_plan::{PlanReviewOut, PlanUseOut, PlanWordingOut};
use mobile_contract::drafts::DraftOut;
use mobile_contract::export::{
    ExportSection, ExportedAbsenceConsentOut, ExportedItemVersionOut, ExportedJointNoteOut, ExportedSessionOut,
    PeriodOut,
};
use mobile_contract::grants::GrantOut;
use mobile_contract::joint_sessions::JointSessionOut;
use mobile_contract::ledger::LedgerRowOut;
use mobile_contract::messages::MessageOut;
use mobile_contract::notifications::NotificationOut;
use mobile_contract::profile::DeviceOut;
use mobile_contract::prompts::PromptOut;
use mobile_contract::proposals::{CommentOut, ProposalOut};
use mobile_contract::relationships::RelationshipOut;
use mobile_contract::reply_clocks::ReplyClockOut;
use mobile_contract::toolbox::ItemOut;
use poem_openapi::types::ToJSON as _;
use std::sync::Arc;
use storage::export::Counts;
use storage::ledger::Filter as Rows;
use storage::toolbox::Filter as Items;

/// Records read at once. The longest text has 20,000 characters, so that a page stays within a few megabytes.
const PAGE: Option<u32> = Some(50);

/// Whose export it is.
pub struct Source {
    pub app: Arc<App>,
    pub caller: Caller,
    /// The relationships whose threads she reads.
    pub pairs: Vec<RelationshipId>,
}

/// How far a list is read.
#[derive(Default)]
pub struct At {
    /// Which of the relationships is being read, where the list goes through them.
    pair: usize,
    cursor: Option<String>,
}

macro_rules! records {
    ($($variant:ident($out:ty)),+ $(,)?) => {
        /// One record, in the shape in which the API answers it.
        pub enum Record { $($variant(Box<$out>)),+ }

        impl Record {
            pub fn json(&self) -> String {
                match self { $(Self::$variant(it) => it.to_json_string()),+ }
            }
        }

        $(impl From<$out> for Record {
            fn from(it: $out) -> Self {
                Self::$variant(Box::new(it))
            }
        })+
    };
}

records! {
    AbsenceConsent(ExportedAbsenceConsentOut),
    Access(AccessOut),
    Agreement(AgreementVersionOut),
    AgreementRound(AgreementRoundOut),
    CheckIn(CheckInOut),
    CheckInSeries(CheckInSeriesOut),
    Clock(ReplyClockOut),
    Comment(CommentOut),
    Consent(ConsentOut),
    Consultation(ConsultationOut),
    Contact(ContactOut),
    Device(DeviceOut),
    Draft(DraftOut),
    Grant(GrantOut),
    Item(ItemOut),
    JointNote(ExportedJointNoteOut),
    JointSession(JointSessionOut),
    ItemVersion(ExportedItemVersionOut),
    LedgerRow(LedgerRowOut),
    Message(MessageOut),
    Notification(NotificationOut),
    Period(PeriodOut),
    PlanReview(PlanReviewOut),
    PlanUse(PlanUseOut),
    PlanWording(PlanWordingOut),
    Prompt(PromptOut),
    Proposal(ProposalOut),
    Relationship(RelationshipOut),
    Session(ExportedSessionOut),
}

/// The records of a page, and where the next one goes on.
macro_rules! paged {
    ($page:expr) => {{
        let page = $page.await?;
        (page.items.into_iter().map(Record::from).collect(), page.next_cursor)
    }};
}

/// A page of a list.
pub async fn page(source: &Source, section: ExportSection, at: &At) -> Answer<(Vec<Record>, Option<At>)> {
    use ExportSection as S;
    let (app, caller, cursor) = (&*source.app, source.caller, at.cursor.as_deref());
    let through = through_pairs(section);
    let pair = match source.pairs.get(at.pair) {
        Some(pair) => *pair,
        None if through => return Ok((Vec::new(), None)),
        None => RelationshipId(uuid::Uuid::nil()),
    };
    let (records, next): (Vec<Record>, Option<String>) = match section {
        S::AbsenceConsents => {
            let all = absences::consents_given(app, caller, pair).await?;
            (all.into_iter().map(Record::from).collect(), None)
        }
        S::AccessLog => paged!(access_log::list(app, caller, cursor, PAGE)),
        S::Agreements => paged!(agreements::list(app, caller, pair, cursor, PAGE)),
        S::AgreementRounds => {
            let round = agreements::rounds::get(app, caller, pair).await?;
            (Some(round).filter(|round| round.waits).into_iter().map(Record::from).collect(), None)
        }
        S::CheckInSeries => paged!(check_ins::list_series(app, caller, pair, cursor, PAGE)),
        S::CheckIns => paged!(check_ins::kept(app, caller, pair, cursor, PAGE)),
        S::Comments => paged!(comments::list(
            app,
            caller,
            caller.actor.account,
            comments::Asked { cursor, limit: PAGE, ..comments::Asked::default() }
        )),
        S::Consents => paged!(consents::list(app, caller, cursor, PAGE)),
        S::Consultations => paged!(consultations::list(app, caller, pair, cursor, PAGE)),
        S::Contacts => paged!(contacts::list(app, caller, pair, cursor, PAGE)),
        S::Devices => {
            let all = devices::list(app, caller).await?.items;
            (all.into_iter().map(Record::from).collect(), None)
        }
        S::Drafts => paged!(drafts::list(app, caller, cursor, PAGE)),
        S::Grants => paged!(grants::list(app, caller, cursor, PAGE)),
        S::ItemVersions => paged!(toolbox::versions::of_all(app, caller, cursor, PAGE)),
        S::Items => paged!(toolbox::list(app, caller, Items::default(), cursor, PAGE)),
        S::JointNotes => paged!(joint_notes::all(app, caller, cursor, PAGE)),
        S::JointSessions => paged!(joint_sessions::list(app, caller, pair, cursor, PAGE)),
        S::Ledger => paged!(ledger::list(app, caller, Rows::default(), cursor, PAGE)),
        S::Messages => paged!(messages::list(app, caller, pair, cursor, PAGE)),
        S::Notifications => paged!(notifications::list(app, caller, cursor, PAGE)),
        S::Periods => paged!(owners_life::periods(app, caller, cursor, PAGE)),
        S::PlanReviews => paged!(crisis_plan::reviews(app, caller, cursor, PAGE)),
        S::PlanUses => paged!(crisis_plan::uses(app, caller, cursor, PAGE)),
        S::PlanVersions => paged!(crisis_plan::wordings(app, caller, cursor, PAGE)),
        S::Prompts => paged!(prompts::all(app, caller, cursor, PAGE)),
        S::Proposals => paged!(proposals::received(app, caller, proposals::Asked { state: None, cursor, limit: PAGE })),
        S::Relationships => paged!(relationships::list(app, caller, cursor, PAGE)),
        S::ReplyClocks => paged!(reply_clocks::list(app, caller, false, cursor, PAGE)),
        S::Sessions => paged!(sessions::history(app, caller, cursor, PAGE)),
    };
    let next = match next {
        Some(cursor) => Some(At { pair: at.pair, cursor: Some(cursor) }),
        None => (through && at.pair + 1 < source.pairs.len()).then_some(At { pair: at.pair + 1, cursor: None }),
    };
    Ok((records, next))
}

/// Lists that are read of one relationship after the other.
fn through_pairs(section: ExportSection) -> bool {
    use ExportSection as S;
    matches!(
        section,
        S::AbsenceConsents
            | S::AgreementRounds
            | S::Agreements
            | S::CheckInSeries
            | S::CheckIns
            | S::Consultations
            | S::Contacts
            | S::JointSessions
            | S::Messages
    )
}

/// How many records a list was counted to have; `related` are her relationships, invitations among them.
pub fn count(section: ExportSection, counts: &Counts, related: u64) -> u64 {
    use ExportSection as S;
    match section {
        S::AbsenceConsents => counts.absence_consents,
        S::AccessLog => counts.access_log,
        S::AgreementRounds => counts.agreement_rounds,
        S::Agreements => counts.agreements,
        S::CheckInSeries => counts.check_in_series,
        S::CheckIns => counts.check_ins,
        S::Comments => counts.comments,
        S::Consents => counts.consents,
        S::Consultations => counts.consultations,
        S::Contacts => counts.contacts,
        S::Devices => counts.devices,
        S::Drafts => counts.drafts,
        S::Grants => counts.grants,
        S::ItemVersions => counts.item_versions,
        S::Items => counts.items,
        S::JointNotes => counts.joint_notes,
        S::JointSessions => counts.joint_sessions,
        S::Ledger => counts.ledger,
        S::Messages => counts.messages,
        S::Notifications => counts.notifications,
        S::Periods => counts.periods,
        S::PlanReviews => counts.plan_reviews,
        S::PlanUses => counts.plan_uses,
        S::PlanVersions => counts.plan_versions,
        S::Prompts => counts.prompts,
        S::Proposals => counts.proposals,
        S::Relationships => related,
        S::ReplyClocks => counts.reply_clocks,
        S::Sessions => counts.sessions,
    }
}
