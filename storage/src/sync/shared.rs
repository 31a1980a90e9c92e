//! What owners share with a provider.
//!
//! Settings come and go, and something that was hidden for a moment looks as before. Therefore a stamp holds every
//! setting there ever was about a thing: it is told once more, rather than taken for known.

use super::kept::{self, ItemHeader};
use super::{Glimpse, Looking, Seen};
use crate::entity::proposal;
use crate::error::Result;
use crate::grants;
use domain::ids::{AccountId, ItemId};
use domain::ownership::Sharing;
use domain::policy::{self, Decision, OnTarget, Sight};
use domain::proposals::Target;
use domain::sync::{Stamp, SyncKind};
use domain::toolbox::{ItemKind, Placed};
use domain::words::{GrantLevel, Module, PlanSection, SubjectKind};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub(super) async fn look(looking: &Looking<'_>, seen: &mut Seen) -> Result<()> {
    let owners: BTreeSet<AccountId> = looking.related.iter().map(|related| related.view.owner).collect();
    let owners: Vec<AccountId> = owners.into_iter().collect();
    let ids: Vec<Uuid> = owners.iter().map(|owner| owner.0).collect();
    let shared = grants::shared_by(looking.tx, &owners, looking.actor.account).await?;
    let mut items: BTreeMap<Uuid, Vec<ItemHeader>> = BTreeMap::new();
    for item in kept::items(looking, &ids).await? {
        items.entry(item.owner_id).or_default().push(item);
    }
    let sections = kept::sections(looking, &ids).await?;
    let people = looking.people(ids.iter().copied().collect()).await?;
    let mut sights = BTreeMap::new();
    let mut targets: BTreeMap<Target, Stamp> = BTreeMap::new();
    for owner in &owners {
        let Some(shared) = shared.get(owner) else { continue };
        let Some(pair) = shared.relationship.and_then(|id| looking.one(id.0)) else { continue };
        let (sharing, pair) = (&shared.sharing, pair.row.version);
        let headers = items.get(&owner.0).map_or(&[][..], Vec::as_slice);
        let placed: Vec<Placed> = headers.iter().map(ItemHeader::placed).collect::<Result<_>>()?;
        let found = policy::on_items(looking.actor, *owner, sharing, &placed, looking.now);
        let around = Around::of(&placed, &found.keys().copied().collect());
        let by_id: BTreeMap<ItemId, &Placed> = placed.iter().map(|item| (item.id, item)).collect();
        for (header, placed) in headers.iter().zip(&placed) {
            let Some((level, _)) = found.get(&placed.id) else { continue };
            let settings = settings(sharing, &about_item(placed, &by_id));
            let stamp = Stamp::of(&(header.version, level.as_str(), around.of_kind(placed.kind), settings, pair));
            seen.items.insert(header.id);
            targets.insert(Target::Item(placed.id), Stamp::of(&(stamp, around.all)));
            let name = (SyncKind::SharedItem, header.id);
            seen.sealed.push(Glimpse { name, within: owner.0, at: header.created_at, stamp });
        }
        let sight = Sight::of(looking.actor, *owner, sharing, &placed, looking.now);
        plan(looking, (*owner, pair), &sight, sharing, people.name(owner.0), sections.get(&owner.0), seen);
        sights.insert(owner.0, sight);
    }
    let mine = proposal::Entity::find().filter(proposal::Column::AuthorId.eq(looking.actor.account.0));
    let made = kept::proposals(looking, mine).await?;
    let said = kept::comments(looking, &sights.keys().copied().collect::<Vec<_>>()).await?;
    let plans: BTreeMap<Uuid, Stamp> = seen
        .sealed
        .iter()
        .filter(|glimpse| glimpse.name.0 == SyncKind::SharedPlan)
        .map(|glimpse| (glimpse.within, glimpse.stamp))
        .collect();
    // What stands beside a target is found where that is, and tells of other items as far as these are found.
    let stands = |_: SyncKind, owner: Uuid, target: Target| match target {
        Target::Item(_) => targets.get(&target).copied(),
        Target::Section(_) => plans.get(&owner).copied(),
    };
    kept::beside(looking, &sights, &made, &said, stands, seen).await
}

/// The plan as a whole: one thing, since it is read as one.
fn plan(
    looking: &Looking<'_>,
    (owner, pair): (AccountId, i32),
    sight: &Sight,
    sharing: &Sharing,
    name: &str,
    written: Option<&BTreeMap<String, (i32, chrono::DateTime<chrono::Utc>)>>,
    seen: &mut Seen,
) {
    let sections: Vec<(&str, GrantLevel, Option<_>)> = PlanSection::ALL
        .iter()
        .filter(|section| matches!(sight.on_target(OnTarget::See, Target::Section(**section)), Decision::Permit(_)))
        .filter_map(|section| {
            let level = sight.level(Target::Section(*section))?;
            Some((section.as_str(), level, written.and_then(|all| all.get(section.as_str()))))
        })
        .collect();
    if sections.is_empty() {
        return;
    }
    let latest = sections.iter().filter_map(|(.., written)| written.map(|(_, at)| *at)).max();
    seen.sealed.push(Glimpse {
        name: (SyncKind::SharedPlan, owner.0),
        within: owner.0,
        at: latest.unwrap_or(looking.since),
        stamp: Stamp::of(&(name, sections, settings(sharing, &about_plan()), pair)),
    });
}

/// What settings can be about, kind and subject.
type Subjects = BTreeSet<(SubjectKind, String)>;

/// An item, what it lies under or between, and its module.
fn about_item(item: &Placed, all: &BTreeMap<ItemId, &Placed>) -> Subjects {
    let mut about = Subjects::from([(SubjectKind::Module, item.kind.module().to_string())]);
    let mut under = vec![item.id];
    while let Some(id) = under.pop() {
        if about.insert((SubjectKind::Item, id.to_string())) {
            under.extend(all.get(&id).into_iter().flat_map(|item| item.rests_on()));
        }
    }
    about
}

fn about_plan() -> Subjects {
    let sections = PlanSection::ALL.iter().map(|section| (SubjectKind::Section, section.to_string()));
    sections.chain([(SubjectKind::Module, Module::CrisisPlan.to_string())]).collect()
}

/// Every setting there ever was about one of these.
fn settings(sharing: &Sharing, about: &Subjects) -> Stamp {
    let all: Vec<_> = sharing
        .grants
        .iter()
        .filter(|grant| about.contains(&(grant.kind, grant.subject.clone())))
        .map(|grant| (&grant.subject, grant.effect, grant.level, grant.from, grant.to, grant.revoked_at))
        .collect();
    Stamp::of(&all)
}

/// What items name of other items is told only where the reader finds those too: how far she finds what they may name
/// is part of how they look.
struct Around {
    all: Stamp,
    domains: Stamp,
    exercises: Stamp,
    network: Stamp,
}

impl Around {
    fn of(placed: &[Placed], found: &BTreeSet<ItemId>) -> Self {
        let among = |kinds: &[ItemKind]| {
            let those: Vec<ItemId> = placed
                .iter()
                .filter(|item| found.contains(&item.id) && (kinds.is_empty() || kinds.contains(&item.kind)))
                .map(|item| item.id)
                .collect();
            Stamp::of(&those)
        };
        Self {
            all: among(&[]),
            domains: among(&[ItemKind::LifeDomain]),
            exercises: among(&[ItemKind::LifeDomain, ItemKind::Exercise]),
            network: among(&[ItemKind::NetworkPerson, ItemKind::NetworkTie]),
        }
    }

    fn of_kind(&self, kind: ItemKind) -> Option<Stamp> {
        match kind {
            ItemKind::Goal => Some(self.domains),
            ItemKind::ExerciseRun | ItemKind::Favourite => Some(self.exercises),
            ItemKind::NetworkSnapshot => Some(self.network),
            _ => None,
        }
    }
}
