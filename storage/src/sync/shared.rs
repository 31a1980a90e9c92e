//! What owners share with a provider.

use super::kept::{self, ItemHeader};
use super::{Glimpse, Looking, Seen};
use crate::entity::proposal;
use crate::error::Result;
use crate::grants;
use domain::ids::{AccountId, ItemId};
use domain::policy::{self, Decision, OnTarget, Sight};
use domain::proposals::Target;
use domain::sync::{Stamp, SyncKind};
use domain::toolbox::{ItemKind, Placed};
use domain::words::{GrantLevel, PlanSection};
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
    let mut visible = BTreeMap::new();
    for owner in &owners {
        let Some(sharing) = shared.get(owner).filter(|shared| shared.relationship.is_some()) else { continue };
        let sharing = &sharing.sharing;
        let headers = items.get(&owner.0).map_or(&[][..], Vec::as_slice);
        let placed: Vec<Placed> = headers.iter().map(ItemHeader::placed).collect::<Result<_>>()?;
        let found = policy::on_items(looking.actor, *owner, sharing, &placed, looking.now);
        let around = Around::of(&placed, &found.keys().copied().collect());
        for (header, placed) in headers.iter().zip(&placed) {
            let Some((level, _)) = found.get(&placed.id) else { continue };
            seen.items.insert(header.id);
            seen.sealed.push(Glimpse {
                name: (SyncKind::SharedItem, header.id),
                within: owner.0,
                at: header.created_at,
                stamp: Stamp::of(&(header.version, level.as_str(), around.of_kind(placed.kind))),
            });
        }
        let sight = Sight::of(looking.actor, *owner, sharing, &placed, looking.now);
        plan(looking, *owner, &sight, people.name(owner.0), sections.get(&owner.0), seen);
        visible.insert(owner.0, around.all);
        sights.insert(owner.0, sight);
    }
    let mine = proposal::Entity::find().filter(proposal::Column::AuthorId.eq(looking.actor.account.0));
    let made = kept::proposals(looking, mine).await?;
    let said = kept::comments(looking, &sights.keys().copied().collect::<Vec<_>>()).await?;
    // What a proposal names is told as far as its author finds it.
    let stands = |owner: Uuid, _: Target| Stamp::of(&visible.get(&owner));
    kept::beside(looking, &sights, &made, &said, stands, seen).await
}

/// The plan as a whole: one thing, since it is read as one.
fn plan(
    looking: &Looking<'_>,
    owner: AccountId,
    sight: &Sight,
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
        stamp: Stamp::of(&(name, sections)),
    });
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
