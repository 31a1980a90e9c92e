//! Who may do what. Every permission in the system is decided here and nowhere else, and only
//! here is a [`Permit`] made: storage hands out rows and takes writes against one.
//!
//! `Hidden` is answered as if the thing did not exist (404); `Denied` says that the actor may know
//! of the thing but not do this with it (403).

mod joint_sessions;
mod targets;

use crate::ids::{AccountId, ItemId, OrganisationId};
use crate::ownership::{Actor, Relationship, Sharing, Standing};
use crate::toolbox::{DEEPEST_STEP, Placed};
use crate::words;
use crate::words::{GrantLevel, PlanSection, RelationshipState, Role};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

pub use joint_sessions::{
    JointSession, OnJointSession, on_joint_session, on_opened_common, on_opened_item, on_opened_section,
};
pub use targets::{Comment, OnComment, OnProposal, OnTarget, Proposal, Sight};

words! {
    /// What can be done within a relationship.
    InRelationship {
        See = "see", Accept = "accept", Decline = "decline", End = "end", Pause = "pause",
        SeeAgreement = "see_agreement", DraftAgreement = "draft_agreement", AcceptAgreement = "accept_agreement",
        ReadThread = "read_thread", Write = "write", Recall = "recall",
        ActOnClock = "act_on_clock", CloseOwnClock = "close_own_clock", MovePromise = "move_promise",
        LogContact = "log_contact",
        ProposeCheckIns = "propose_check_ins", AcceptCheckIns = "accept_check_ins", StopCheckIns = "stop_check_ins",
        SeeCheckIns = "see_check_ins", AnswerCheckIn = "answer_check_in", TendSlate = "tend_slate",
        SeeConsultations = "see_consultations", PlanConsultation = "plan_consultation",
        ConsentToSubstitute = "consent_to_substitute", SuggestPlanReview = "suggest_plan_review",
        SeePlanWishes = "see_plan_wishes",
        AskForRound = "ask_for_round",
        /// Beginning a joint session.
        OpenTogether = "open_together",
        SeeJointSessions = "see_joint_sessions",
        /// A provider stops taking part.
        Leave = "leave",
    }
    /// What can be done with a provider's absence.
    OnAbsence {
        See = "see", Change = "change",
        /// The substitute's yes or no.
        Answer = "answer",
    }
    /// What can be done with one message.
    OnMessage {
        Read = "read", Open = "open", Undo = "undo", Recall = "recall",
        /// The light read: for a provider it is an act that closes the clock, for an owner a silent thanks.
        Thank = "thank",
        /// Better said in person.
        Talk = "talk",
    }
    /// What can be done with what belongs to one account.
    OnOwn {
        Profile = "profile", Devices = "devices", Sessions = "sessions", Consents = "consents",
        Settings = "settings", Ledger = "ledger", Upcoming = "upcoming", Notifications = "notifications", Drafts = "drafts",
        /// Inviting the other side.
        Inviting = "inviting",
        /// Pause, hospital status, quiet hours, plan, sharing: the owner's alone.
        OwnersLife = "owners_life",
        /// Having the account erased, and all that is hers with it.
        Erasure = "erasure",
        /// Working hours, absences, cap, digest, slate: the provider's alone.
        ProvidersWork = "providers_work",
    }
    /// What can be done for an organisation.
    OnOrganisation {
        ReadPolicy = "read_policy", PublishPolicy = "publish_policy", PreviewPolicy = "preview_policy",
        ReadTemplates = "read_templates", EditTemplates = "edit_templates",
        InviteAccounts = "invite_accounts", SuspendAccounts = "suspend_accounts", Counts = "counts",
        KillSwitch = "kill_switch", HearOfUncertainty = "hear_of_uncertainty",
    }
    /// What an organisation's admins can do with one of its accounts.
    OnAccount { List = "list", Suspend = "suspend", Resume = "resume" }
    /// What can be done with one version of an organisation's own wording.
    OnTemplate { See = "see", Approve = "approve", Retire = "retire" }
    /// What can be done with the library as a whole.
    OnLibrary { Read = "read", Write = "write" }
    /// What can be done with one entry of the library.
    OnLibraryEntry {
        /// What is published of it.
        Read = "read",
        /// What is being written, and all its revisions.
        SeeRevisions = "see_revisions",
        Edit = "edit", Submit = "submit", Return = "return", Approve = "approve", Discard = "discard", Retire = "retire",
    }
}

/// No item lies under more than this many others.
const MOST_LEVELS: usize = DEEPEST_STEP;

/// Proof that the policy was asked and said yes. Cannot be made outside this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    actor: Actor,
    _made_here: (),
}

impl Permit {
    pub fn actor(&self) -> Actor {
        self.actor
    }
    pub fn account(&self) -> AccountId {
        self.actor.account
    }
}

/// The answer to "may she?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Permit(Permit),
    /// As if it did not exist.
    Hidden,
    /// She may know of it, but not do this.
    Denied,
}

fn permit(actor: Actor) -> Decision {
    Decision::Permit(Permit { actor, _made_here: () })
}

fn permit_if(actor: Actor, condition: bool) -> Decision {
    if condition { permit(actor) } else { Decision::Denied }
}

/// Decides what `actor` may do within `relationship`.
pub fn in_relationship(actor: Actor, action: InRelationship, relationship: &Relationship) -> Decision {
    use InRelationship as A;
    use RelationshipState as S;
    let standing = relationship.standing(actor);
    let state = relationship.state;
    if standing == Standing::Stranger {
        return Decision::Hidden;
    }
    // Nothing but the invitation itself is visible before both accepted.
    if state == S::Invited {
        return match action {
            A::See | A::End => permit(actor),
            A::Accept | A::Decline => {
                permit_if(actor, actor.account != relationship.invited_by && standing != Standing::Member)
            }
            _ => Decision::Hidden,
        };
    }
    if standing == Standing::Substitute {
        return match action {
            A::See | A::ReadThread | A::ActOnClock | A::Write | A::LogContact => {
                if state == S::Active {
                    permit(actor)
                } else {
                    Decision::Hidden
                }
            }
            _ => Decision::Hidden,
        };
    }
    let owner = standing == Standing::Owner;
    let provider = !owner;
    let active = state == S::Active;
    let open = state != S::Ended;
    match action {
        A::See | A::SeeAgreement | A::ReadThread | A::SeeConsultations | A::SeeJointSessions => permit(actor),
        A::Accept | A::Decline => Decision::Denied,
        A::End => permit_if(actor, open),
        A::Pause => permit_if(actor, owner && open),
        A::DraftAgreement | A::AcceptAgreement => permit_if(actor, open && standing != Standing::Member),
        A::Write => permit_if(actor, active),
        A::Recall => permit_if(actor, true),
        A::ActOnClock | A::MovePromise => permit_if(actor, provider && open),
        A::CloseOwnClock | A::AnswerCheckIn => permit_if(actor, owner && open),
        A::LogContact => permit_if(actor, provider && open),
        A::ProposeCheckIns | A::AcceptCheckIns => permit_if(actor, active && standing != Standing::Member),
        A::StopCheckIns => permit(actor),
        A::SeeCheckIns => permit_if(actor, owner || open),
        A::TendSlate => permit_if(actor, provider && standing != Standing::Member && open),
        A::PlanConsultation => permit_if(actor, open),
        A::ConsentToSubstitute => permit_if(actor, owner && open),
        A::SuggestPlanReview | A::SeePlanWishes => permit_if(actor, provider && active),
        A::AskForRound | A::OpenTogether => permit_if(actor, active),
        A::Leave => permit_if(actor, provider && open),
    }
}

/// Decides what `actor` may do with what belongs to `account`. Another's own things do not exist.
pub fn on_own(actor: Actor, action: OnOwn, account: AccountId) -> Decision {
    if actor.account != account {
        return Decision::Hidden;
    }
    match action {
        OnOwn::OwnersLife | OnOwn::Erasure => permit_if(actor, actor.role == Role::ServiceUser),
        OnOwn::ProvidersWork => permit_if(actor, actor.role == Role::Provider),
        OnOwn::Inviting => permit_if(actor, matches!(actor.role, Role::ServiceUser | Role::Provider)),
        _ => permit(actor),
    }
}

/// Decides what `actor` may do with an absence of `provider`. Owners see absences through their
/// relationships.
pub fn on_absence(actor: Actor, action: OnAbsence, provider: AccountId, substitute: Option<AccountId>) -> Decision {
    let (hers, asked) = (actor.account == provider, substitute == Some(actor.account));
    if actor.role != Role::Provider || !(hers || asked) {
        return Decision::Hidden;
    }
    match action {
        OnAbsence::See => permit(actor),
        OnAbsence::Change => permit_if(actor, hers),
        OnAbsence::Answer => permit_if(actor, asked),
    }
}

/// Decides what `actor` may do for `organisation`. Other organisations do not exist.
pub fn on_organisation(actor: Actor, action: OnOrganisation, organisation: OrganisationId) -> Decision {
    use OnOrganisation as A;
    if actor.organisation != organisation {
        return Decision::Hidden;
    }
    let admin = actor.role == Role::Admin;
    match action {
        A::ReadPolicy | A::ReadTemplates => permit(actor),
        A::HearOfUncertainty => permit_if(actor, admin || actor.role == Role::Duty),
        A::InviteAccounts => permit_if(actor, admin || actor.role == Role::Provider),
        A::PublishPolicy | A::PreviewPolicy | A::EditTemplates | A::SuspendAccounts | A::Counts | A::KillSwitch => {
            permit_if(actor, admin)
        }
    }
}

/// Decides whether `actor` may invite somebody to be `role` in `organisation`: a provider her
/// service users, an admin anybody.
pub fn on_invitation(actor: Actor, organisation: OrganisationId, role: Role) -> Decision {
    match on_organisation(actor, OnOrganisation::InviteAccounts, organisation) {
        Decision::Permit(_) => permit_if(actor, actor.role == Role::Admin || role == Role::ServiceUser),
        decision => decision,
    }
}

/// Decides what `actor` may do with `account` of `organisation`. Nobody suspends herself: an
/// organisation would be left without an admin.
pub fn on_account(actor: Actor, action: OnAccount, organisation: OrganisationId, account: AccountId) -> Decision {
    match on_organisation(actor, OnOrganisation::SuspendAccounts, organisation) {
        Decision::Permit(_) if action == OnAccount::Suspend => permit_if(actor, actor.account != account),
        decision => decision,
    }
}

/// Decides what `actor` may do with a wording that `author` handed in. Four eyes: nobody approves
/// her own.
pub fn on_template(actor: Actor, action: OnTemplate, organisation: OrganisationId, author: AccountId) -> Decision {
    let all = match action {
        OnTemplate::See => OnOrganisation::ReadTemplates,
        OnTemplate::Approve | OnTemplate::Retire => OnOrganisation::EditTemplates,
    };
    match on_organisation(actor, all, organisation) {
        Decision::Permit(_) if action == OnTemplate::Approve => permit_if(actor, actor.account != author),
        decision => decision,
    }
}

/// Decides what `actor` may do with the library: everybody reads, consultants and admins write (R40, R47).
pub fn on_library(actor: Actor, action: OnLibrary) -> Decision {
    let editor = matches!(actor.role, Role::Consultant | Role::Admin);
    permit_if(actor, action == OnLibrary::Read || editor)
}

/// An entry of the library as far as deciding needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LibraryEntry {
    /// None: shipped with the service, and nobody's to change.
    pub organisation: Option<OrganisationId>,
    /// Published, and not retired.
    pub readable: bool,
    /// Who changed the newest revision last.
    pub edited_by: Option<AccountId>,
    pub submitted_by: Option<AccountId>,
}

/// Decides what `actor` may do with an entry of the library. Other organisations' entries do not exist, nor do
/// unpublished ones for those who only read. Four eyes: nobody approves what she changed last or submitted.
pub fn on_library_entry(actor: Actor, action: OnLibraryEntry, entry: &LibraryEntry) -> Decision {
    use OnLibraryEntry as A;
    let shipped = entry.organisation.is_none();
    let ours = entry.organisation == Some(actor.organisation);
    let editor = matches!(on_library(actor, OnLibrary::Write), Decision::Permit(_));
    let readable = entry.readable && (shipped || ours);
    if !(readable || (ours && editor)) {
        return Decision::Hidden;
    }
    let hers = [entry.edited_by, entry.submitted_by].contains(&Some(actor.account));
    match action {
        A::Read if readable => permit(actor),
        A::Read => Decision::Hidden,
        A::Approve => permit_if(actor, ours && editor && !hers),
        A::SeeRevisions | A::Edit | A::Submit | A::Return | A::Discard | A::Retire => permit_if(actor, ours && editor),
    }
}

/// What `reader` sees of one section of the owner's plan: nothing, or up to which level.
/// The owner herself has every level.
pub fn on_section(
    actor: Actor,
    owner: AccountId,
    sharing: &Sharing,
    section: PlanSection,
    needed: GrantLevel,
    now: DateTime<Utc>,
) -> Decision {
    if actor.account == owner && actor.role == Role::ServiceUser {
        return permit(actor);
    }
    if actor.role != Role::Provider {
        return Decision::Hidden;
    }
    match sharing.section(actor.account, section, now) {
        Some(level) if level >= needed => permit(actor),
        Some(_) => Decision::Denied,
        None => Decision::Hidden,
    }
}

/// What `actor` finds of `owner`'s toolbox, and up to which level: of each item where the nearest setting allows it,
/// nothing it lies under or rests on is hidden, and neither it nor what it lies under is a draft. `items` must hold
/// whatever these rest on. The owner herself has every level of everything.
pub fn on_items(
    actor: Actor,
    owner: AccountId,
    sharing: &Sharing,
    items: &[Placed],
    now: DateTime<Utc>,
) -> BTreeMap<ItemId, (GrantLevel, Permit)> {
    let mine = actor.account == owner && actor.role == Role::ServiceUser;
    let permit = Permit { actor, _made_here: () };
    if mine {
        return items.iter().map(|item| (item.id, (GrantLevel::Propose, permit))).collect();
    }
    if actor.role != Role::Provider {
        return BTreeMap::new();
    }
    let by_id: BTreeMap<ItemId, &Placed> = items.iter().map(|item| (item.id, item)).collect();
    let level = |item: &Placed| {
        let above = std::iter::successors(item.inherits_from(), |id| by_id.get(id)?.inherits_from());
        let path: Vec<ItemId> = std::iter::once(item.id).chain(above.take(MOST_LEVELS)).collect();
        if item.draft { None } else { sharing.item(actor.account, &path, item.kind.module(), now) }
    };
    let levels: BTreeMap<ItemId, GrantLevel> = items.iter().filter_map(|item| Some((item.id, level(item)?))).collect();
    let stands = |item: &Placed| {
        let mut under: Vec<ItemId> = vec![item.id];
        for _ in 0..=MOST_LEVELS {
            if !under.iter().all(|id| levels.contains_key(id)) {
                return false;
            }
            under = under.iter().filter_map(|id| by_id.get(id)).flat_map(|it| it.rests_on()).collect();
        }
        under.is_empty()
    };
    items.iter().filter(|item| stands(item)).map(|item| (item.id, (levels[&item.id], permit))).collect()
}

/// A check-in that was sent, as far as deciding needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    pub answered: bool,
    /// A reply clock that its answer opened is open.
    pub clock_open: bool,
}

/// Whether `actor` may see a check-in of `relationship`: the owner always; providers who take part
/// once it is answered, until the end; a substitute only where a clock is open.
pub fn on_card(actor: Actor, relationship: &Relationship, card: Card) -> Decision {
    let state = relationship.state;
    let seen = match relationship.standing(actor) {
        Standing::Owner => state != RelationshipState::Invited,
        Standing::Responsible | Standing::Member => {
            card.answered && matches!(state, RelationshipState::Active | RelationshipState::Paused)
        }
        Standing::Substitute => card.answered && card.clock_open && state == RelationshipState::Active,
        Standing::Stranger => false,
    };
    if seen { permit(actor) } else { Decision::Hidden }
}

/// A message as far as deciding needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    pub author: AccountId,
    pub from_owner: bool,
    pub visible_at: DateTime<Utc>,
    pub recalled: bool,
    /// The actor opened it before.
    pub opened_by_actor: bool,
    /// Its reply clock is open.
    pub clock_open: bool,
}

/// Whether `actor` may read `message` of `relationship`: its author always; the other side from the
/// end of the undo time on, unless it was recalled; a substitute only where a clock is open; after
/// the end only what was opened before.
pub fn on_message(actor: Actor, relationship: &Relationship, message: &Message, now: DateTime<Utc>) -> Decision {
    let standing = relationship.standing(actor);
    if standing == Standing::Stranger || relationship.state == RelationshipState::Invited {
        return Decision::Hidden;
    }
    if message.author == actor.account {
        return permit(actor);
    }
    let there = now >= message.visible_at && !message.recalled;
    let mine = match standing {
        Standing::Substitute => relationship.state == RelationshipState::Active && message.clock_open,
        _ => relationship.state != RelationshipState::Ended || message.opened_by_actor,
    };
    if there && mine { permit(actor) } else { Decision::Hidden }
}

/// Decides what `actor` may do with `message` of `relationship`. What cannot be read does not exist.
pub fn to_message(
    actor: Actor,
    action: OnMessage,
    relationship: &Relationship,
    message: &Message,
    now: DateTime<Utc>,
) -> Decision {
    let readable = on_message(actor, relationship, message, now);
    if !matches!(readable, Decision::Permit(_)) {
        return readable;
    }
    let owner = relationship.standing(actor) == Standing::Owner;
    let other_side = owner != message.from_owner;
    let open = relationship.state != RelationshipState::Ended;
    match action {
        OnMessage::Read | OnMessage::Open => readable,
        OnMessage::Undo | OnMessage::Recall => permit_if(actor, message.author == actor.account),
        OnMessage::Thank => permit_if(actor, other_side && open && !message.recalled),
        OnMessage::Talk => permit_if(actor, !owner && message.from_owner && open && !message.recalled),
    }
}

/// Whether `actor` may read a row of the ledger: an owner every row about herself, everybody what went
/// to him or her.
pub fn on_ledger_row(actor: Actor, owner: Option<AccountId>, recipient: AccountId) -> Decision {
    let hers = owner == Some(actor.account) && actor.role == Role::ServiceUser;
    if hers || recipient == actor.account { permit(actor) } else { Decision::Hidden }
}

/// What a line of a digest is about, at the time it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestLine {
    Message(Message),
    /// A heavy reply or a silence clause, or the promise that came with one.
    Concern,
    /// An answer to a check-in, or a check-in that is to come.
    CheckIn,
    /// Something of the plan or the toolbox; whether she still finds it there.
    Shared {
        found: bool,
    },
}

/// Whether `actor` still finds a line in a digest that listed it. Reading decides anew: what was
/// recalled, ended or withdrawn since has vanished.
pub fn on_digest_line(actor: Actor, relationship: &Relationship, line: &DigestLine, now: DateTime<Utc>) -> Decision {
    let standing = relationship.standing(actor);
    let takes_part = matches!(standing, Standing::Responsible | Standing::Member);
    let stands_in = standing == Standing::Substitute && relationship.state == RelationshipState::Active;
    let there = match line {
        DigestLine::Message(message) => matches!(on_message(actor, relationship, message, now), Decision::Permit(_)),
        DigestLine::Concern => takes_part || stands_in,
        DigestLine::CheckIn => takes_part,
        DigestLine::Shared { found } => takes_part && *found,
    };
    let open = matches!(relationship.state, RelationshipState::Active | RelationshipState::Paused);
    if there && open && standing != Standing::Owner { permit(actor) } else { Decision::Hidden }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RelationshipId;
    use chrono::TimeDelta;
    use uuid::Uuid;

    fn actor(id: u128, role: Role) -> Actor {
        Actor { account: AccountId(Uuid::from_u128(id)), role, organisation: OrganisationId(Uuid::from_u128(9)) }
    }

    /// 1 owns, 2 is responsible, 3 takes part, 4 stands in, 5 is nobody.
    fn relationship(state: RelationshipState) -> Relationship {
        let id = |n| AccountId(Uuid::from_u128(n));
        Relationship {
            id: RelationshipId(Uuid::from_u128(10)),
            owner: id(1),
            responsible: id(2),
            members: vec![id(2), id(3)],
            substitutes: vec![id(4)],
            state,
            invited_by: id(1),
        }
    }

    fn everybody() -> [Actor; 5] {
        [1, 2, 3, 4, 5].map(|n| actor(n, if n == 1 { Role::ServiceUser } else { Role::Provider }))
    }

    fn said(decision: Decision) -> char {
        match decision {
            Decision::Permit(_) => 'y',
            Decision::Denied => 'n',
            Decision::Hidden => '-',
        }
    }

    fn table(state: RelationshipState, message: &Message, now: DateTime<Utc>) -> Vec<String> {
        OnMessage::ALL
            .iter()
            .map(|action| {
                let row: String = everybody()
                    .iter()
                    .map(|actor| said(to_message(*actor, *action, &relationship(state), message, now)))
                    .collect();
                format!("{action} {row}")
            })
            .collect()
    }

    fn from_owner(now: DateTime<Utc>) -> Message {
        Message {
            author: AccountId(Uuid::from_u128(1)),
            from_owner: true,
            visible_at: now,
            recalled: false,
            opened_by_actor: false,
            clock_open: true,
        }
    }

    #[test]
    fn an_owners_message_with_an_open_clock() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        assert_eq!(
            table(RelationshipState::Active, &from_owner(now), now),
            ["read yyyy-", "open yyyy-", "undo ynnn-", "recall ynnn-", "thank nyyy-", "talk nyyy-"]
        );
    }

    #[test]
    fn before_the_undo_time_is_over_it_is_its_authors_alone() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let message = Message { visible_at: now + TimeDelta::seconds(1), ..from_owner(now) };
        assert_eq!(
            table(RelationshipState::Active, &message, now),
            ["read y----", "open y----", "undo y----", "recall y----", "thank n----", "talk n----"]
        );
    }

    #[test]
    fn a_providers_message_can_be_thanked_for_in_silence() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let message =
            Message { author: AccountId(Uuid::from_u128(2)), from_owner: false, clock_open: false, ..from_owner(now) };
        assert_eq!(
            table(RelationshipState::Active, &message, now),
            ["read yyy--", "open yyy--", "undo nyn--", "recall nyn--", "thank ynn--", "talk nnn--"]
        );
    }

    #[test]
    fn after_the_end_only_what_was_opened_stays() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        assert_eq!(table(RelationshipState::Ended, &from_owner(now), now)[0], "read y----");
        let opened = Message { opened_by_actor: true, ..from_owner(now) };
        assert_eq!(
            table(RelationshipState::Ended, &opened, now),
            ["read yyy--", "open yyy--", "undo ynn--", "recall ynn--", "thank nnn--", "talk nnn--"]
        );
    }

    #[test]
    fn an_absence_is_changed_by_her_who_is_away_and_answered_by_the_substitute() {
        let id = |n| AccountId(Uuid::from_u128(n));
        let rows: Vec<String> = OnAbsence::ALL
            .iter()
            .map(|action| {
                everybody().iter().map(|actor| said(on_absence(*actor, *action, id(2), Some(id(4))))).collect()
            })
            .collect();
        assert_eq!(rows, ["-y-y-", "-y-n-", "-n-y-"]);
    }

    #[test]
    fn only_providers_who_take_part_can_leave() {
        let row: String = everybody()
            .iter()
            .map(|actor| said(in_relationship(*actor, InRelationship::Leave, &relationship(RelationshipState::Paused))))
            .collect();
        assert_eq!(row, "nyy--");
        let ended = relationship(RelationshipState::Ended);
        assert_eq!(said(in_relationship(everybody()[1], InRelationship::Leave, &ended)), 'n');
    }

    #[test]
    fn a_line_of_a_digest_is_there_as_long_as_what_it_is_about() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let lines = [
            DigestLine::Message(from_owner(now)),
            DigestLine::Message(Message { clock_open: false, ..from_owner(now) }),
            DigestLine::Message(Message { recalled: true, ..from_owner(now) }),
            DigestLine::Concern,
            DigestLine::CheckIn,
            DigestLine::Shared { found: true },
            DigestLine::Shared { found: false },
        ];
        let table = |state| -> Vec<String> {
            let row = |line| {
                everybody().iter().map(|actor| said(on_digest_line(*actor, &relationship(state), line, now))).collect()
            };
            lines.iter().map(row).collect()
        };
        assert_eq!(table(RelationshipState::Active), ["-yyy-", "-yy--", "-----", "-yyy-", "-yy--", "-yy--", "-----"]);
        assert_eq!(table(RelationshipState::Paused), ["-yy--", "-yy--", "-----", "-yy--", "-yy--", "-yy--", "-----"]);
        assert_eq!(table(RelationshipState::Ended), ["-----"; 7]);
        assert_eq!(table(RelationshipState::Invited), ["-----"; 7]);
    }

    #[test]
    fn the_ledger_is_the_owners_and_of_each_row_the_recipients() {
        let row = |recipient| -> String {
            let (owner, recipient) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(recipient)));
            everybody().iter().map(|actor| said(on_ledger_row(*actor, Some(owner), recipient))).collect()
        };
        assert_eq!([row(1), row(2)], ["y----", "yy---"]);
    }
}
