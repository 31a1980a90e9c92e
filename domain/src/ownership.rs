//! Who stands where: the owner's settings and relationships as plain values, from which
//! [`crate::policy`] decides.

use crate::ids::{AccountId, ItemId, OrganisationId, RelationshipId};
use crate::toolbox::Sharable;
use crate::words::{GrantEffect, GrantLevel, Module, PlanSection, RelationshipState, Role, SubjectKind};
use chrono::{DateTime, Utc};

/// The signed-in account in the role of this session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub account: AccountId,
    pub role: Role,
    pub organisation: OrganisationId,
}

/// A relationship as far as deciding needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relationship {
    pub id: RelationshipId,
    pub owner: AccountId,
    /// The responsible provider (R51).
    pub responsible: AccountId,
    /// Every provider who takes part, the responsible one among them.
    pub members: Vec<AccountId>,
    /// Accepted substitutes of an absence that runs now and to which the owner consented.
    pub substitutes: Vec<AccountId>,
    pub state: RelationshipState,
    pub invited_by: AccountId,
}

/// Where an actor stands in a relationship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    Owner,
    Responsible,
    Member,
    /// Stands in during an absence: threads with open clocks only.
    Substitute,
    Stranger,
}

impl Relationship {
    pub fn standing(&self, actor: Actor) -> Standing {
        match actor.role {
            Role::ServiceUser if actor.account == self.owner => Standing::Owner,
            Role::Provider if actor.account == self.responsible => Standing::Responsible,
            Role::Provider if self.members.contains(&actor.account) => Standing::Member,
            Role::Provider if self.substitutes.contains(&actor.account) => Standing::Substitute,
            _ => Standing::Stranger,
        }
    }
}

/// One line of the owner's sharing settings, already known to be hers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The provider it names, directly or as a member of the team it names.
    pub reader: AccountId,
    pub kind: SubjectKind,
    /// A [`PlanSection`] word, an item's id, or a [`Module`] word.
    pub subject: String,
    pub effect: GrantEffect,
    pub level: GrantLevel,
    pub from: DateTime<Utc>,
    pub to: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Grant {
    /// Whether it holds at `now`: periods are [from, to), a revocation holds from its own instant on.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.from <= now && self.to.is_none_or(|to| now < to) && self.revoked_at.is_none_or(|at| now < at)
    }
}

/// The owner's sharing with one reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sharing {
    pub grants: Vec<Grant>,
    /// Whether owner and reader have an active relationship; a grant without one reveals nothing.
    pub related: bool,
}

impl Sharing {
    /// What `reader` may do with a crisis-plan section. Item deny → item allow → module → private;
    /// a deny for the person or her team wins over any allow of the same rank.
    pub fn section(&self, reader: AccountId, section: PlanSection, now: DateTime<Utc>) -> Option<GrantLevel> {
        self.level(reader, SubjectKind::Section, section.as_str(), Module::CrisisPlan.as_str(), now)
    }

    /// What `reader` may do with an item of the toolbox: the nearest setting speaks, that of the item before those of
    /// the items it lies under (`path`, itself first), these before the module's.
    pub fn item(&self, reader: AccountId, path: &[ItemId], module: Module, now: DateTime<Utc>) -> Option<GrantLevel> {
        if !self.related {
            return None;
        }
        let whole = || match Sharable::of(module) {
            Sharable::Whole => self.held(reader, SubjectKind::Module, module.as_str(), now),
            Sharable::ByItem | Sharable::Never => None,
        };
        path.iter().find_map(|id| self.held(reader, SubjectKind::Item, &id.to_string(), now)).or_else(whole).flatten()
    }

    /// Whether `reader` may see anything of the plan.
    pub fn any_section(&self, reader: AccountId, now: DateTime<Utc>) -> bool {
        PlanSection::ALL.iter().any(|section| self.section(reader, *section, now).is_some())
    }

    /// Since when `reader` may see a section without a break; `None`: not at `now`. What happened
    /// before was not hers to know, even if it was shared with her earlier.
    pub fn section_since(&self, reader: AccountId, section: PlanSection, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.section(reader, section, now)?;
        let turns = self.turns(now);
        turns.into_iter().rev().take_while(|turn| self.section(reader, section, *turn).is_some()).last()
    }

    /// When any setting began or ceased to hold, up to `now`, the first first.
    pub fn turns(&self, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let all = self.grants.iter().flat_map(|grant| [Some(grant.from), grant.to, grant.revoked_at]);
        let mut turns: Vec<DateTime<Utc>> = all.flatten().filter(|turn| *turn <= now).collect();
        turns.sort_unstable();
        turns.dedup();
        turns
    }

    /// Whether an item that was revealed to `reader` at `since` stays revealed. It does unless the nearest setting says
    /// no, or the owner has taken back or denied anything it lies in since then: what she takes back later is meant.
    pub fn item_stays_revealed(
        &self,
        reader: AccountId,
        path: &[ItemId],
        module: Module,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> bool {
        let whole = match Sharable::of(module) {
            Sharable::Whole => Some((SubjectKind::Module, module.to_string())),
            Sharable::ByItem => None,
            Sharable::Never => return false,
        };
        let items = path.iter().map(|id| (SubjectKind::Item, id.to_string()));
        self.stays_revealed(reader, &items.chain(whole).collect::<Vec<_>>(), since, now)
    }

    /// The same for a section of the crisis plan.
    pub fn section_stays_revealed(
        &self,
        reader: AccountId,
        section: PlanSection,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> bool {
        let subjects =
            [(SubjectKind::Section, section.to_string()), (SubjectKind::Module, Module::CrisisPlan.to_string())];
        self.stays_revealed(reader, &subjects, since, now)
    }

    /// `subjects` from the nearest to the widest.
    fn stays_revealed(
        &self,
        reader: AccountId,
        subjects: &[(SubjectKind, String)],
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> bool {
        let nearest = subjects.iter().find_map(|(kind, subject)| self.held(reader, *kind, subject, now));
        let about_it = |g: &&Grant| g.reader == reader && subjects.iter().any(|(k, s)| *k == g.kind && *s == g.subject);
        let no_since = |g: &Grant| match g.effect {
            GrantEffect::Allow => g.revoked_at.is_some_and(|at| since <= at && at <= now),
            GrantEffect::Deny => since <= g.from && g.from <= now,
        };
        self.related && nearest != Some(None) && !self.grants.iter().filter(about_it).any(no_since)
    }

    /// Whether an item is denied to `reader` by a setting of its own.
    pub fn denies_item(&self, reader: AccountId, id: ItemId, now: DateTime<Utc>) -> bool {
        self.held(reader, SubjectKind::Item, &id.to_string(), now) == Some(None)
    }

    fn level(
        &self,
        reader: AccountId,
        kind: SubjectKind,
        subject: &str,
        module: &str,
        now: DateTime<Utc>,
    ) -> Option<GrantLevel> {
        if !self.related {
            return None;
        }
        self.held(reader, kind, subject, now).or_else(|| self.held(reader, SubjectKind::Module, module, now)).flatten()
    }

    /// What the settings for exactly this subject come to: nothing was said, no, or up to which level.
    fn held(
        &self,
        reader: AccountId,
        kind: SubjectKind,
        subject: &str,
        now: DateTime<Utc>,
    ) -> Option<Option<GrantLevel>> {
        let mine = || {
            self.grants
                .iter()
                .filter(move |g| g.reader == reader && g.kind == kind && g.subject == subject && g.holds(now))
        };
        if mine().any(|g| g.effect == GrantEffect::Deny) {
            return Some(None);
        }
        mine().map(|g| g.level).max().map(Some)
    }
}
