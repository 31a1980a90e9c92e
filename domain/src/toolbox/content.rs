//! What items say. Stored sealed, as the JSON of these types: a field may be added, never taken away or given another
//! meaning, since earlier versions are read back by the same types.

use super::{
    ContactFrequency, ExerciseKind, GoalState, ItemKind, LifeArea, QuestionState, Ring, Sector, StepKind, StepWho,
};
use crate::ids::ItemId;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What an item says, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    LifeDomain(LifeDomain),
    StatusEntry(StatusEntry),
    Goal(Goal),
    Step(Step),
    NetworkPerson(NetworkPerson),
    NetworkTie(NetworkTie),
    NetworkSnapshot(NetworkSnapshot),
    Medicine(Medicine),
    Strength(Strength),
    Value(Value),
    Exercise(Exercise),
    ExerciseRun(ExerciseRun),
    Favourite(Favourite),
    DiaryEntry(DiaryEntry),
    Registration(Registration),
    RegistrationEntry(RegistrationEntry),
}

/// A part of her life, under its usual name or one of hers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifeDomain {
    pub area: LifeArea,
    pub name: Option<String>,
}

/// How it stands in a life domain (R30), in her own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusEntry {
    pub words: String,
    pub helps: Option<String>,
    pub hinders: Option<String>,
    /// What she would like.
    pub wish: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    pub words: String,
    pub why: Option<String>,
    pub life_domain_id: Option<ItemId>,
    pub state: GoalState,
}

/// A sub-goal or an activity on the way to a goal (R31).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub words: String,
    pub kind: StepKind,
    pub who: StepWho,
    /// The name, where it is somebody else.
    pub who_name: Option<String>,
    /// When, in her own words.
    pub when: Option<String>,
    pub on: Option<NaiveDate>,
    pub obstacle: Option<String>,
    pub helps: Option<String>,
    pub done_on: Option<NaiveDate>,
}

/// Somebody in her network (R35), under the name she gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkPerson {
    pub alias: String,
    pub ring: Ring,
    pub sector: Sector,
    pub contact: Option<ContactFrequency>,
    pub support: Option<String>,
    pub strain: Option<String>,
    /// They agreed that she may call when it is hard.
    pub crisis_contact: bool,
}

/// Two people of her network know each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkTie {
    pub person_a: ItemId,
    pub person_b: ItemId,
    pub words: Option<String>,
}

/// Her network as it was on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkSnapshot {
    pub on: NaiveDate,
    pub note: Option<String>,
    pub people: Vec<SnapshotPerson>,
    pub ties: Vec<SnapshotTie>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotPerson {
    pub id: ItemId,
    pub alias: String,
    pub ring: Ring,
    pub sector: Sector,
    pub contact: Option<ContactFrequency>,
    pub crisis_contact: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotTie {
    pub person_a: ItemId,
    pub person_b: ItemId,
}

/// A medicine as she takes it (R39): her own report, and no reminder of doses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medicine {
    pub name: String,
    pub prescribed: Option<bool>,
    pub reason: Option<String>,
    /// How she takes it.
    pub how: Option<String>,
    pub helps: Option<String>,
    pub bothers: Option<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub question: Option<MedicineQuestion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicineQuestion {
    pub words: String,
    pub state: QuestionState,
    pub answer: Option<String>,
}

/// What helps in everyday life (R33).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strength {
    pub words: String,
    pub when: Option<String>,
}

/// What matters to her.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    pub words: String,
}

/// An exercise of her own (R37, R38).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exercise {
    pub title: String,
    pub kind: ExerciseKind,
    pub words: Option<String>,
    pub media_link: Option<String>,
    pub minutes: Option<u32>,
    pub source: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseRun {
    pub exercise_id: Option<ItemId>,
    pub library_entry_id: Option<Uuid>,
    /// What it was for.
    pub life_domain_id: Option<ItemId>,
    pub at: DateTime<Utc>,
    pub minutes: Option<u32>,
    pub words: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Favourite {
    pub exercise_id: Option<ItemId>,
    pub library_entry_id: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiaryEntry {
    pub on: NaiveDate,
    pub title: Option<String>,
    pub words: String,
}

/// Something she wants to keep an eye on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    pub name: String,
    pub words: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationEntry {
    pub at: DateTime<Utc>,
    pub words: Option<String>,
}

impl Content {
    pub const fn kind(&self) -> ItemKind {
        match self {
            Self::LifeDomain(_) => ItemKind::LifeDomain,
            Self::StatusEntry(_) => ItemKind::StatusEntry,
            Self::Goal(_) => ItemKind::Goal,
            Self::Step(_) => ItemKind::Step,
            Self::NetworkPerson(_) => ItemKind::NetworkPerson,
            Self::NetworkTie(_) => ItemKind::NetworkTie,
            Self::NetworkSnapshot(_) => ItemKind::NetworkSnapshot,
            Self::Medicine(_) => ItemKind::Medicine,
            Self::Strength(_) => ItemKind::Strength,
            Self::Value(_) => ItemKind::Value,
            Self::Exercise(_) => ItemKind::Exercise,
            Self::ExerciseRun(_) => ItemKind::ExerciseRun,
            Self::Favourite(_) => ItemKind::Favourite,
            Self::DiaryEntry(_) => ItemKind::DiaryEntry,
            Self::Registration(_) => ItemKind::Registration,
            Self::RegistrationEntry(_) => ItemKind::RegistrationEntry,
        }
    }

    /// The exercise it is about: one of her own, or one of the library.
    pub fn exercises(&self) -> (Option<ItemId>, Option<Uuid>) {
        match self {
            Self::ExerciseRun(it) => (it.exercise_id, it.library_entry_id),
            Self::Favourite(it) => (it.exercise_id, it.library_entry_id),
            _ => (None, None),
        }
    }

    /// What it names of her other items, and of which kind that must be. A snapshot's people may be gone by now.
    pub fn names(&self) -> Vec<(&'static str, ItemId, ItemKind)> {
        let domain = match self {
            Self::Goal(it) => it.life_domain_id,
            Self::ExerciseRun(it) => it.life_domain_id,
            _ => None,
        };
        let (a, b) = match self {
            Self::NetworkTie(it) => (Some(it.person_a), Some(it.person_b)),
            _ => (None, None),
        };
        [
            (domain, "/life_domain_id", ItemKind::LifeDomain),
            (self.exercises().0, "/exercise_id", ItemKind::Exercise),
            (a, "/person_a", ItemKind::NetworkPerson),
            (b, "/person_b", ItemKind::NetworkPerson),
        ]
        .into_iter()
        .filter_map(|(id, place, kind)| Some((place, id?, kind)))
        .collect()
    }

    /// Itself without anything that would tell of items other than `visible`; `None` where nothing is left to say.
    #[must_use]
    pub fn seen_among(mut self, visible: &BTreeSet<ItemId>) -> Option<Self> {
        let hidden = |id: &ItemId| !visible.contains(id);
        match &mut self {
            Self::Goal(it) => it.life_domain_id = it.life_domain_id.filter(|id| !hidden(id)),
            Self::ExerciseRun(it) => {
                it.exercise_id = it.exercise_id.filter(|id| !hidden(id));
                it.life_domain_id = it.life_domain_id.filter(|id| !hidden(id));
            }
            Self::Favourite(it) if it.exercise_id.as_ref().is_some_and(hidden) => return None,
            Self::NetworkTie(it) if hidden(&it.person_a) || hidden(&it.person_b) => return None,
            Self::NetworkSnapshot(it) => {
                it.people.retain(|person| !hidden(&person.id));
                it.ties.retain(|tie| !hidden(&tie.person_a) && !hidden(&tie.person_b));
            }
            _ => {}
        }
        Some(self)
    }
}

/// An address a browser opens without asking, and without a word of hers going over an open line.
pub fn is_web_link(link: &str) -> bool {
    link.strip_prefix("https://").is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.contains('.') && !link.chars().any(|c| c.is_whitespace() || c.is_control()) && !host.contains('@')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> ItemId {
        ItemId(Uuid::from_u128(n))
    }

    #[test]
    fn content_is_written_under_the_name_of_its_kind() {
        let goal = Content::Goal(Goal {
            words: "Buy the steak".into(),
            why: None,
            life_domain_id: Some(id(1)),
            state: GoalState::Active,
        });
        let json = serde_json::to_value(&goal).expect("JSON");
        assert_eq!(json[goal.kind().as_str()]["words"], "Buy the steak");
        assert_eq!(serde_json::from_value::<Content>(json).expect("content"), goal);
        // A field that came later may be missing in what was written before.
        let before = serde_json::json!({ "goal": { "words": "Avoid stress", "state": "idea" } });
        assert!(serde_json::from_value::<Content>(before).is_ok());
    }

    #[test]
    fn what_is_hidden_is_not_named() {
        let visible = BTreeSet::from([id(1)]);
        let run = |exercise| {
            Content::ExerciseRun(ExerciseRun {
                exercise_id: Some(exercise),
                library_entry_id: None,
                life_domain_id: None,
                at: DateTime::UNIX_EPOCH,
                minutes: None,
                words: None,
            })
        };
        assert_eq!(run(id(1)).seen_among(&visible), Some(run(id(1))));
        assert!(!serde_json::to_string(&run(id(2)).seen_among(&visible)).expect("JSON").contains(&id(2).to_string()));
        let tie = Content::NetworkTie(NetworkTie { person_a: id(1), person_b: id(2), words: None });
        assert_eq!(tie.seen_among(&visible), None);
        let person = |n| SnapshotPerson {
            id: id(n),
            alias: format!("person {n}"),
            ring: Ring::Nearest,
            sector: Sector::Friends,
            contact: None,
            crisis_contact: false,
        };
        let snapshot = Content::NetworkSnapshot(NetworkSnapshot {
            on: NaiveDate::MIN,
            note: None,
            people: vec![person(1), person(2)],
            ties: vec![SnapshotTie { person_a: id(1), person_b: id(2) }],
        });
        let Some(Content::NetworkSnapshot(seen)) = snapshot.seen_among(&visible) else { panic!("a snapshot") };
        assert_eq!((seen.people, seen.ties), (vec![person(1)], vec![]));
    }

    #[test]
    fn links_are_whole_and_private() {
        for link in ["https://example.org", "https://example.org/a?b#c"] {
            assert!(is_web_link(link), "{link}");
        }
        for link in
            ["http://example.org", "https://", "https://localhost", "javascript:x", "https://a.b c", "https://me@a.b"]
        {
            assert!(!is_web_link(link), "{link}");
        }
    }
}
