//! Who may do what in a joint session, and what of the owner's is seen in it. A session widens nothing by itself: only
//! what the owner reveals in it is seen beyond her settings, one thing, by one provider, while both are in it.

use super::{Decision, Permit, on_items, on_section, permit, permit_if};
use crate::ids::ItemId;
use crate::joint_sessions::{JointSight, JointState, Opened, can_be_opened};
use crate::ownership::{Actor, Relationship, Sharing, Standing};
use crate::toolbox::{DEEPEST_STEP, Placed};
use crate::words;
use crate::words::{GrantLevel, PlanSection, RelationshipState, Role};
use chrono::{DateTime, Utc};

words! {
    /// What can be done in a joint session.
    OnJointSession {
        See = "see", Join = "join",
        /// Choosing what is open, and going from stage to stage.
        Move = "move",
        /// Looking at what is open.
        Look = "look",
        /// Saying "I am here", and hearing it.
        BeHere = "be_here",
        /// The owner shows what is open to the provider, until the session ends.
        Reveal = "reveal",
        TakeBack = "take_back",
        /// The owner's stop, the provider's leaving, and a no to joining.
        End = "end",
        WriteNote = "write_note",
        /// Reading, changing and deleting all of its notes.
        TendNotes = "tend_notes",
        /// Reading those that the owner shows.
        ReadShownNotes = "read_shown_notes",
    }
}

/// A joint session as far as deciding needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointSession {
    /// The one provider who is in it, whoever else takes part in the relationship.
    pub provider: crate::ids::AccountId,
    pub proposed_by: crate::ids::AccountId,
    /// As of now.
    pub state: JointState,
    pub joined: bool,
    /// When the owner revealed what is open.
    pub revealed_at: Option<DateTime<Utc>>,
}

impl JointSession {
    /// Since when what is open is revealed; only while both are in the session.
    fn reveals(&self) -> Option<DateTime<Utc>> {
        self.revealed_at.filter(|_| self.state == JointState::Open)
    }

    /// Whether `actor` has begun the session or joined it. Who has not is told that it was proposed, and nothing else.
    pub fn has_entered(&self, actor: Actor) -> bool {
        self.joined || actor.account == self.proposed_by
    }
}

/// Decides what `actor` may do in `session`, which belongs to `relationship`. For whoever is not one of its two it does
/// not exist.
pub fn on_joint_session(
    actor: Actor,
    action: OnJointSession,
    relationship: &Relationship,
    session: &JointSession,
) -> Decision {
    use OnJointSession as A;
    let owner = match relationship.standing(actor) {
        Standing::Owner => true,
        Standing::Responsible | Standing::Member if actor.account == session.provider => false,
        _ => return Decision::Hidden,
    };
    let live = session.state != JointState::Ended && relationship.state == RelationshipState::Active;
    let entered = session.has_entered(actor);
    match action {
        A::See | A::End => permit(actor),
        A::Join => permit_if(actor, live && (session.joined || !entered)),
        A::Move | A::Look | A::BeHere => permit_if(actor, live && entered),
        A::Reveal => permit_if(actor, live && owner && session.joined),
        A::TakeBack | A::TendNotes => permit_if(actor, owner),
        A::WriteNote => permit_if(actor, live && owner && entered),
        A::ReadShownNotes => permit_if(actor, live && !owner && session.joined),
    }
}

/// What `actor` finds of an item in `session`: why, up to which level, and the permit. `items` must hold whatever it
/// rests on. A draft is never found by the provider, and neither is what her settings deny, revealed or not.
pub fn on_opened_item(
    actor: Actor,
    relationship: &Relationship,
    session: &JointSession,
    sharing: &Sharing,
    items: &[Placed],
    id: ItemId,
    now: DateTime<Utc>,
) -> Option<(JointSight, GrantLevel, Permit)> {
    let owner = relationship.owner;
    if let Some((level, permit)) = on_items(actor, owner, sharing, items, now).get(&id) {
        return Some((JointSight::Shared, *level, *permit));
    }
    let item = items.iter().find(|item| item.id == id)?;
    let since = reads_revealed(actor, relationship, session)?;
    if item.draft || !can_be_opened(item.kind) {
        return None;
    }
    let parent = |id: &ItemId| items.iter().find(|item| item.id == *id)?.inherits_from();
    let path: Vec<ItemId> = std::iter::successors(Some(id), parent).take(DEEPEST_STEP + 1).collect();
    let stands = sharing.item_stays_revealed(actor.account, &path, item.kind.module(), since, now);
    stands.then_some((JointSight::Revealed, GrantLevel::See, Permit { actor, _made_here: () }))
}

/// The same of a section of the owner's plan.
pub fn on_opened_section(
    actor: Actor,
    relationship: &Relationship,
    session: &JointSession,
    sharing: &Sharing,
    section: PlanSection,
    now: DateTime<Utc>,
) -> Option<(JointSight, GrantLevel, Permit)> {
    if let Decision::Permit(permit) = on_section(actor, relationship.owner, sharing, section, GrantLevel::See, now) {
        let level = sharing.section(actor.account, section, now).unwrap_or(GrantLevel::Propose);
        return Some((JointSight::Shared, level, permit));
    }
    let since = reads_revealed(actor, relationship, session)?;
    let stands = sharing.section_stays_revealed(actor.account, section, since, now);
    stands.then_some((JointSight::Revealed, GrantLevel::See, Permit { actor, _made_here: () }))
}

/// Whether `actor` is told what of nobody's was open: both while they are in it; of a session that is over the provider
/// keeps what everybody can read, and not a link, which the owner may have written.
pub fn on_opened_common(actor: Actor, session: &JointSession, opened: &Opened) -> bool {
    let over = session.state == JointState::Ended;
    match opened {
        Opened::Item(_) | Opened::Section(_) => false,
        Opened::LibraryEntry(_) => session.has_entered(actor),
        Opened::Link(_) => session.has_entered(actor) && !(over && actor.role == Role::Provider),
    }
}

/// Since when `actor`, who is the session's provider and in it, is shown what is open.
fn reads_revealed(actor: Actor, relationship: &Relationship, session: &JointSession) -> Option<DateTime<Utc>> {
    let looks = on_joint_session(actor, OnJointSession::Look, relationship, session);
    let hers = actor.role == Role::Provider && matches!(looks, Decision::Permit(_));
    session.reveals().filter(|_| hers)
}
