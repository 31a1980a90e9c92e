//! Sharing, held against the rule as it is written: item deny, item allow, module, private; a deny
//! for the person or her team wins.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, OrganisationId};
use domain::ownership::{Actor, Grant, Sharing};
use domain::policy::{Decision, on_section};
use domain::words::{GrantEffect, GrantLevel, Module, PlanSection, Role, SubjectKind};
use proptest::prelude::*;
use uuid::Uuid;

const OWNER: AccountId = AccountId(Uuid::from_u128(1));

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

/// A reader among two, so that settings for somebody else are always about.
fn reader() -> impl Strategy<Value = AccountId> {
    (2u128..4).prop_map(|id| AccountId(Uuid::from_u128(id)))
}

fn subject() -> impl Strategy<Value = (SubjectKind, String)> {
    prop_oneof![
        one_of(&[PlanSection::WhatIDo, PlanSection::Triggers])
            .prop_map(|section| (SubjectKind::Section, section.to_string())),
        Just((SubjectKind::Module, Module::CrisisPlan.to_string())),
        // The same words under another kind name something else.
        one_of(&[PlanSection::WhatIDo]).prop_map(|section| (SubjectKind::Item, section.to_string())),
    ]
}

prop_compose! {
    fn grant()(
        reader in reader(),
        (kind, subject) in subject(),
        effect in one_of(GrantEffect::ALL),
        level in one_of(GrantLevel::ALL),
        from in -2i64..2,
        to in prop::option::of(-2i64..3),
        revoked in prop::option::of(-2i64..3),
    ) -> Grant {
        let at = |hours: i64| now() + TimeDelta::hours(hours);
        Grant { reader, kind, subject, effect, level, from: at(from), to: to.map(at), revoked_at: revoked.map(at) }
    }
}

/// The rule, word for word.
fn expected(sharing: &Sharing, reader: AccountId, section: PlanSection) -> Option<GrantLevel> {
    if !sharing.related {
        return None;
    }
    let in_force: Vec<&Grant> = sharing
        .grants
        .iter()
        .filter(|grant| grant.reader == reader)
        .filter(|grant| grant.from <= now())
        .filter(|grant| grant.to.is_none() || grant.to > Some(now()))
        .filter(|grant| grant.revoked_at.is_none() || grant.revoked_at > Some(now()))
        .collect();
    let item = |effect| {
        in_force
            .iter()
            .filter(move |g| g.kind == SubjectKind::Section && g.subject == section.as_str() && g.effect == effect)
            .map(|g| g.level)
            .max()
    };
    let module = |effect| {
        in_force.iter().filter(move |g| g.kind == SubjectKind::Module && g.effect == effect).map(|g| g.level).max()
    };
    if item(GrantEffect::Deny).is_some() {
        None
    } else if let Some(level) = item(GrantEffect::Allow) {
        Some(level)
    } else if module(GrantEffect::Deny).is_some() {
        None
    } else {
        module(GrantEffect::Allow)
    }
}

proptest! {
    #[test]
    fn the_precedence_is_the_written_one(
        grants in prop::collection::vec(grant(), 0..8),
        related in prop::bool::weighted(0.9),
        reader in reader(),
        section in one_of(PlanSection::ALL),
    ) {
        let sharing = Sharing { grants, related };
        prop_assert_eq!(sharing.section(reader, section, now()), expected(&sharing, reader, section));
    }

    #[test]
    fn the_order_of_settings_does_not_matter(
        grants in prop::collection::vec(grant(), 0..8).prop_shuffle(),
        reader in reader(),
    ) {
        let mut reversed = grants.clone();
        reversed.reverse();
        let (one, other) = (Sharing { grants, related: true }, Sharing { grants: reversed, related: true });
        for section in PlanSection::ALL {
            prop_assert_eq!(one.section(reader, *section, now()), other.section(reader, *section, now()));
        }
    }

    /// A deny, for the person or through her team (which resolves to her), never opens anything.
    #[test]
    fn one_more_deny_never_shows_more(
        grants in prop::collection::vec(grant(), 0..8),
        mut deny in grant(),
        reader in reader(),
    ) {
        deny.effect = GrantEffect::Deny;
        let before = Sharing { grants: grants.clone(), related: true };
        let mut grants = grants;
        grants.push(deny.clone());
        let after = Sharing { grants, related: true };
        for section in PlanSection::ALL {
            let after = after.section(reader, *section, now());
            prop_assert!(after <= before.section(reader, *section, now()));
            let hit = deny.kind == SubjectKind::Section && deny.subject == section.as_str();
            if hit && deny.reader == reader && deny.holds(now()) {
                prop_assert_eq!(after, None);
            }
        }
    }

    #[test]
    fn another_reader_s_settings_change_nothing(
        grants in prop::collection::vec(grant(), 0..8),
        more in prop::collection::vec(grant(), 0..4),
        reader in reader(),
    ) {
        let others: Vec<Grant> = more.into_iter().filter(|grant| grant.reader != reader).collect();
        let alone = Sharing { grants: grants.clone(), related: true };
        let among = Sharing { grants: grants.into_iter().chain(others).collect(), related: true };
        for section in PlanSection::ALL {
            prop_assert_eq!(alone.section(reader, *section, now()), among.section(reader, *section, now()));
        }
    }

    /// What is not shared is hidden, never denied: denial would tell that it is there.
    #[test]
    fn what_is_not_shared_is_hidden(
        grants in prop::collection::vec(grant(), 0..8),
        related in any::<bool>(),
        reader in reader(),
        role in one_of(Role::ALL),
        needed in one_of(GrantLevel::ALL),
        section in one_of(PlanSection::ALL),
    ) {
        let sharing = Sharing { grants, related };
        let actor = Actor { account: reader, role, organisation: OrganisationId(Uuid::from_u128(9)) };
        let decision = on_section(actor, OWNER, &sharing, section, needed, now());
        let level = sharing.section(reader, section, now()).filter(|_| role == Role::Provider);
        match level {
            None => prop_assert_eq!(decision, Decision::Hidden),
            Some(level) if level >= needed => prop_assert!(matches!(decision, Decision::Permit(_))),
            Some(_) => prop_assert_eq!(decision, Decision::Denied),
        }
    }
}
