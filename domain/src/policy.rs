//! Who may do what. Every permission in the system is decided here and nowhere else, and only
//! here is a [`Permit`] made: storage hands out rows and takes writes against one.
//!
//! `Hidden` is answered as if the thing did not exist (404); `Denied` says that the actor may know
//! of the thing but not do this with it (403).

use crate::ids::{AccountId, OrganisationId};
use crate::ownership::{Actor, Relationship, Sharing, Standing};
use crate::words;
use crate::words::{GrantLevel, PlanSection, RelationshipState, Role};
use chrono::{DateTime, Utc};

words! {
    /// What can be done within a relationship.
    InRelationship {
        See = "see", Accept = "accept", Decline = "decline", End = "end", Pause = "pause",
        SeeAgreement = "see_agreement", DraftAgreement = "draft_agreement", AcceptAgreement = "accept_agreement",
        ReadThread = "read_thread", Write = "write", Recall = "recall",
        ActOnClock = "act_on_clock", CloseOwnClock = "close_own_clock", MovePromise = "move_promise",
        LogContact = "log_contact",
        ProposeCheckIns = "propose_check_ins", AcceptCheckIns = "accept_check_ins", StopCheckIns = "stop_check_ins",
        AnswerCheckIn = "answer_check_in", TendSlate = "tend_slate",
        SeeConsultations = "see_consultations", PlanConsultation = "plan_consultation",
        ConsentToSubstitute = "consent_to_substitute", SuggestPlanReview = "suggest_plan_review",
        AskForRound = "ask_for_round",
    }
    /// What can be done with what belongs to one account.
    OnOwn {
        Profile = "profile", Devices = "devices", Sessions = "sessions", Consents = "consents",
        Settings = "settings", Ledger = "ledger", Upcoming = "upcoming", Drafts = "drafts",
        /// Pause, hospital status, quiet hours, plan, sharing: the owner's alone.
        OwnersLife = "owners_life",
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
}

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
        A::See | A::SeeAgreement | A::ReadThread | A::SeeConsultations => permit(actor),
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
        A::TendSlate => permit_if(actor, provider && standing != Standing::Member && open),
        A::PlanConsultation => permit_if(actor, open),
        A::ConsentToSubstitute => permit_if(actor, owner && open),
        A::SuggestPlanReview => permit_if(actor, provider && active),
        A::AskForRound => permit_if(actor, active),
    }
}

/// Decides what `actor` may do with what belongs to `account`. Another's own things do not exist.
pub fn on_own(actor: Actor, action: OnOwn, account: AccountId) -> Decision {
    if actor.account != account {
        return Decision::Hidden;
    }
    match action {
        OnOwn::OwnersLife => permit_if(actor, actor.role == Role::ServiceUser),
        OnOwn::ProvidersWork => permit_if(actor, actor.role == Role::Provider),
        _ => permit(actor),
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
