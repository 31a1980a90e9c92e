//! Who lives in a generated run. The pilot this is modelled on had 29 service users and 27 health
//! providers in one large and one small place (Strand et al. 2017); other sizes keep the proportions.
//!
//! What is special about somebody follows from her number, not from chance, so that every rule has
//! somebody who meets it in any run of the pilot's size.

use super::fields::Label;
use domain::words::Level;

/// The people of a run and who is followed up by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    pub owners: Vec<OwnerSeat>,
    pub providers: Vec<ProviderSeat>,
    pub bonds: Vec<Bond>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerSeat {
    pub label: Label,
    pub turn: OwnerTurn,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSeat {
    pub label: Label,
    pub place: Place,
    pub turn: ProviderTurn,
}

/// A relationship, by the numbers of its two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    pub owner: usize,
    pub provider: usize,
    pub level: Level,
}

domain::words! {
    Place { Large = "large_place", Small = "small_place" }
}

/// What sets an owner's half-year apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerTurn {
    Ordinary,
    /// Never answers a check-in, so that the series comes to rest.
    Silent,
    /// Silent too, with a clause that the provider is told after two.
    SilenceClause,
    /// Lives in other time zones for some weeks.
    Traveller,
    LeavesUnread,
    /// Answers "heavy" or "want to talk" more often than others.
    HeavyTimes,
    Hospital,
    /// Takes part without any agreement.
    NoAgreement,
    Pause,
    PauseOverChristmas,
    EndsRelationship,
    Suspended,
    NoNotices,
    NoCheckIns,
    LateNights,
    RevokesPlan,
    LongTexts,
}

/// What sets a provider's half-year apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderTurn {
    Ordinary,
    PartTime,
    ChangesHours,
    /// Begins after the middle of the check-ins' window.
    StartsLate,
    Leaves,
    Suspended,
    /// Opens the digest seldom and replies late.
    Overwhelmed,
}

impl Population {
    /// `people` service users, with the pilot's share of providers and of people in the small place.
    pub fn of(people: u32) -> Self {
        let people = usize::try_from(people).unwrap_or(usize::MAX);
        let all_providers = (people * 27).div_ceil(29);
        let small_owners = people * 6 / 29;
        let small_providers = (all_providers * 5 / 27).max(usize::from(small_owners > 0));
        let large_providers = all_providers - small_providers;

        let owners =
            (0..people).map(|n| OwnerSeat { label: label("owner", n, people), turn: OwnerTurn::of(n) }).collect();
        let providers = (0..all_providers)
            .map(|n| ProviderSeat {
                label: label("provider", n, all_providers),
                place: if n < large_providers { Place::Large } else { Place::Small },
                turn: ProviderTurn::of(n),
            })
            .collect();

        let mut bonds = Vec::new();
        for owner in 0..people {
            let in_large = owner < people - small_owners;
            let (first, count, nth) = if in_large {
                (0, large_providers, owner)
            } else {
                (large_providers, small_providers, owner - (people - small_owners))
            };
            let own = nth % count;
            bonds.push(Bond { owner, provider: first + own, level: level(own) });
            // Every third owner is followed up at both levels.
            let other = (own + 1 + 2 * (count / 4)) % count;
            if owner % 3 == 0 && level(other) != level(own) {
                bonds.push(Bond { owner, provider: first + other, level: level(other) });
            }
        }
        Self { owners, providers, bonds }
    }

    /// The owners whom a provider follows up.
    pub fn owners_of(&self, provider: usize) -> impl Iterator<Item = usize> {
        self.bonds.iter().filter(move |bond| bond.provider == provider).map(|bond| bond.owner)
    }

    /// A colleague at the same place who follows up none of the provider's owners.
    pub fn substitute_for(&self, provider: usize) -> Option<usize> {
        let owners: Vec<usize> = self.owners_of(provider).collect();
        let count = self.providers.len();
        (1..count).map(|step| (provider + step) % count).find(|colleague| {
            let (own, other) = (&self.providers[provider], &self.providers[*colleague]);
            own.place == other.place
                && matches!(other.turn, ProviderTurn::Ordinary)
                && !self.owners_of(*colleague).any(|owner| owners.contains(&owner))
        })
    }
}

fn level(provider_of_place: usize) -> Level {
    if provider_of_place.is_multiple_of(2) { Level::Primary } else { Level::Specialist }
}

/// Numbered from 1 and as wide as the last, so that labels sort as numbers do.
fn label(side: &str, n: usize, count: usize) -> Label {
    let width = count.to_string().len().max(2);
    Label(format!("{side}-{:0width$}", n + 1))
}

impl OwnerTurn {
    fn of(n: usize) -> Self {
        match n % 29 {
            1 => Self::HeavyTimes,
            2 => Self::Silent,
            4 => Self::Traveller,
            5 => Self::LeavesUnread,
            7 => Self::Hospital,
            8 => Self::NoAgreement,
            9 => Self::Pause,
            10 => Self::SilenceClause,
            11 => Self::EndsRelationship,
            13 => Self::Suspended,
            14 => Self::NoNotices,
            16 => Self::LongTexts,
            17 => Self::PauseOverChristmas,
            19 => Self::LateNights,
            20 => Self::HeavyTimes,
            21 => Self::Hospital,
            22 => Self::NoCheckIns,
            23 => Self::Silent,
            25 => Self::RevokesPlan,
            26 => Self::LongTexts,
            _ => Self::Ordinary,
        }
    }
}

impl ProviderTurn {
    fn of(n: usize) -> Self {
        match n % 27 {
            3 | 22 => Self::PartTime,
            6 => Self::StartsLate,
            9 => Self::ChangesHours,
            12 | 24 => Self::Overwhelmed,
            15 => Self::Leaves,
            18 => Self::Suspended,
            _ => Self::Ordinary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_pilot_has_the_papers_numbers() {
        let pilot = Population::of(29);
        assert_eq!((pilot.owners.len(), pilot.providers.len()), (29, 27));
        assert!(pilot.providers.iter().any(|provider| provider.place == Place::Small));
        let shared = (0..27).filter(|provider| pilot.owners_of(*provider).count() > 1).count();
        assert!(shared >= 5, "{shared} providers have more than one owner");
        let two = (0..29).filter(|owner| pilot.bonds.iter().filter(|bond| bond.owner == *owner).count() == 2).count();
        assert!(two >= 5, "{two} owners have two providers");
        assert!((0..27).any(|provider| pilot.substitute_for(provider).is_some()));
    }

    #[test]
    fn everybody_has_somebody_and_nobody_twice_in_any_size() {
        for people in [0, 1, 2, 3, 4, 5, 9, 28, 29, 30, 100] {
            let population = Population::of(people);
            for owner in 0..population.owners.len() {
                assert!(population.bonds.iter().any(|bond| bond.owner == owner), "{owner} of {people}");
            }
            let pairs: BTreeSet<(usize, usize)> =
                population.bonds.iter().map(|bond| (bond.owner, bond.provider)).collect();
            assert_eq!(pairs.len(), population.bonds.len(), "{people}");
            assert!(population.bonds.iter().all(|bond| bond.provider < population.providers.len()));
        }
    }
}
