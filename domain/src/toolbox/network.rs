//! The network map (R35): as it is, as it was on a day, and what lies between the two.

use super::content::{NetworkPerson, NetworkTie, SnapshotPerson, SnapshotTie};
use crate::ids::ItemId;
use std::collections::{BTreeMap, BTreeSet};

/// A network: now, or on the day of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Nearest first, then by sector, then as they were written.
    pub people: Vec<SnapshotPerson>,
    pub ties: Vec<SnapshotTie>,
}

impl Network {
    /// As it is: people and ties that are no drafts, oldest first.
    pub fn now<'a>(
        people: impl IntoIterator<Item = (ItemId, &'a NetworkPerson)>,
        ties: impl IntoIterator<Item = &'a NetworkTie>,
    ) -> Self {
        let person = |(id, it): (ItemId, &NetworkPerson)| SnapshotPerson {
            id,
            alias: it.alias.clone(),
            ring: it.ring,
            sector: it.sector,
            contact: it.contact,
            crisis_contact: it.crisis_contact,
        };
        let mut people: Vec<SnapshotPerson> = people.into_iter().map(person).collect();
        people.sort_by_key(|it| (it.ring, it.sector));
        let there: BTreeSet<ItemId> = people.iter().map(|it| it.id).collect();
        let ties = ties
            .into_iter()
            .filter(|tie| there.contains(&tie.person_a) && there.contains(&tie.person_b))
            .map(|tie| SnapshotTie { person_a: tie.person_a, person_b: tie.person_b })
            .collect();
        Self { people, ties }
    }
}

/// What lies between an earlier network and a later one. It says what is different, never whether that is better.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub joined: Vec<SnapshotPerson>,
    pub left: Vec<SnapshotPerson>,
    /// Those who are in both, and something about them is not the same: before, after.
    pub changed: Vec<(SnapshotPerson, SnapshotPerson)>,
    pub ties_made: Vec<SnapshotTie>,
    pub ties_gone: Vec<SnapshotTie>,
}

pub fn compare(earlier: &Network, later: &Network) -> Changes {
    let by_id = |network: &Network| -> BTreeMap<ItemId, SnapshotPerson> {
        network.people.iter().map(|it| (it.id, it.clone())).collect()
    };
    let (before, after) = (by_id(earlier), by_id(later));
    let without = |network: &Network, other: &BTreeMap<ItemId, SnapshotPerson>| {
        network.people.iter().filter(|it| !other.contains_key(&it.id)).cloned().collect()
    };
    let same = |one: &SnapshotTie, other: &SnapshotTie| {
        (one.person_a, one.person_b) == (other.person_a, other.person_b)
            || (one.person_a, one.person_b) == (other.person_b, other.person_a)
    };
    let ties_without = |network: &Network, other: &Network| {
        network.ties.iter().filter(|tie| !other.ties.iter().any(|it| same(it, tie))).cloned().collect()
    };
    Changes {
        joined: without(later, &before),
        left: without(earlier, &after),
        changed: later
            .people
            .iter()
            .filter_map(|it| Some((before.get(&it.id)?.clone(), it.clone())))
            .filter(|(before, after)| before != after)
            .collect(),
        ties_made: ties_without(later, earlier),
        ties_gone: ties_without(earlier, later),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Ring, Sector};
    use super::*;
    use uuid::Uuid;

    fn id(n: u128) -> ItemId {
        ItemId(Uuid::from_u128(n))
    }

    fn person(n: u128, ring: Ring) -> SnapshotPerson {
        SnapshotPerson {
            id: id(n),
            alias: format!("person {n}"),
            ring,
            sector: Sector::Friends,
            contact: None,
            crisis_contact: false,
        }
    }

    fn tie(a: u128, b: u128) -> SnapshotTie {
        SnapshotTie { person_a: id(a), person_b: id(b) }
    }

    #[test]
    fn two_days_differ_in_who_is_there_and_how_near() {
        let earlier =
            Network { people: vec![person(1, Ring::Nearest), person(2, Ring::Important)], ties: vec![tie(1, 2)] };
        let later =
            Network { people: vec![person(2, Ring::Nearest), person(3, Ring::Connected)], ties: vec![tie(3, 2)] };
        let changes = compare(&earlier, &later);
        assert_eq!(changes.joined, [person(3, Ring::Connected)]);
        assert_eq!(changes.left, [person(1, Ring::Nearest)]);
        assert_eq!(changes.changed, [(person(2, Ring::Important), person(2, Ring::Nearest))]);
        assert_eq!((changes.ties_made, changes.ties_gone), (vec![tie(3, 2)], vec![tie(1, 2)]));
        assert_eq!(compare(&earlier, &earlier), Changes::default());
        let turned = Network { ties: vec![tie(2, 1)], ..earlier.clone() };
        assert_eq!(compare(&earlier, &turned), Changes::default(), "a tie has no direction");
    }
}
