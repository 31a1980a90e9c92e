//! The owner's toolbox (R30–R35, R37–R39): what she puts into her own words, kept as items. No scores, streaks or
//! grades anywhere (R42): progress is what was written and done, over time.

pub mod content;
pub mod limits;
pub mod network;
pub mod panel;

use crate::ids::ItemId;
use crate::words;
use crate::words::{Module, RoundCause};

pub use content::Content;

words! {
    /// What an item is.
    ItemKind {
        LifeDomain = "life_domain", StatusEntry = "status_entry", Goal = "goal", Step = "step",
        NetworkPerson = "network_person", NetworkTie = "network_tie", NetworkSnapshot = "network_snapshot",
        Medicine = "medicine", Strength = "strength", Value = "value", Exercise = "exercise",
        ExerciseRun = "exercise_run", Favourite = "favourite", DiaryEntry = "diary_entry",
        Registration = "registration", RegistrationEntry = "registration_entry",
    }
    /// Parts of life; `own` has a name of hers.
    LifeArea {
        WorkSchool = "work_school", Social = "social", MentalHealth = "mental_health",
        PhysicalHealth = "physical_health", Housing = "housing", Finances = "finances", Family = "family",
        Leisure = "leisure", Meaning = "meaning", Rights = "rights", Substances = "substances", Own = "own",
    }
    GoalState { Idea = "idea", Active = "active", Resting = "resting", Reached = "reached", LetGo = "let_go" }
    /// R31.
    StepKind { SubGoal = "sub_goal", Activity = "activity" }
    /// Who takes a step.
    StepWho { Me = "me", Together = "together", Other = "other" }
    /// How near somebody is, from the middle outwards (R35).
    Ring { Nearest = "nearest", Important = "important", Connected = "connected", Peripheral = "peripheral" }
    Sector {
        Family = "family", Relatives = "relatives", Friends = "friends", WorkSchool = "work_school",
        Leisure = "leisure", Helpers = "helpers", Peers = "peers", Other = "other",
    }
    ContactFrequency { Daily = "daily", Weekly = "weekly", Monthly = "monthly", Seldom = "seldom" }
    ExerciseKind {
        Mindfulness = "mindfulness", Breathing = "breathing", Grounding = "grounding", Sleep = "sleep",
        Coping = "coping", ActivityPlanning = "activity_planning", Strengths = "strengths",
        Communication = "communication",
    }
    /// How far a question about a medicine came (R39).
    QuestionState { Open = "open", Asked = "asked", Answered = "answered" }
}

/// How far a module can be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharable {
    /// As a whole, and each of its items by itself.
    Whole,
    /// Each item by itself only.
    ByItem,
    /// By no setting; medicines reach a provider as a snapshot in a message.
    Never,
}

impl Sharable {
    pub const fn of(module: Module) -> Self {
        match module {
            Module::Diary => Self::ByItem,
            Module::Medication => Self::Never,
            Module::CrisisPlan
            | Module::LifeDomains
            | Module::Goals
            | Module::Network
            | Module::Strengths
            | Module::Values
            | Module::Exercises
            | Module::Registrations => Self::Whole,
        }
    }
}

impl ItemKind {
    pub const fn module(self) -> Module {
        match self {
            Self::LifeDomain | Self::StatusEntry => Module::LifeDomains,
            Self::Goal | Self::Step => Module::Goals,
            Self::NetworkPerson | Self::NetworkTie | Self::NetworkSnapshot => Module::Network,
            Self::Medicine => Module::Medication,
            Self::Strength => Module::Strengths,
            Self::Value => Module::Values,
            Self::Exercise | Self::ExerciseRun | Self::Favourite => Module::Exercises,
            Self::DiaryEntry => Module::Diary,
            Self::Registration | Self::RegistrationEntry => Module::Registrations,
        }
    }

    /// What an item of this kind lies under; nothing: it stands by itself.
    pub const fn parents(self) -> &'static [Self] {
        match self {
            Self::StatusEntry => &[Self::LifeDomain],
            Self::Step => &[Self::Goal, Self::Step],
            Self::RegistrationEntry => &[Self::Registration],
            _ => &[],
        }
    }
}

/// Modules whose items are named by items of other modules, where nothing may tell of a hidden one.
pub const NAMED_BY_OTHERS: &[Module] = &[Module::LifeDomains];

/// How deep steps lie: a goal, its sub-goals, their activities.
pub const DEEPEST_STEP: usize = 2;

/// Where an item lies, as far as deciding needs it; nothing of what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub id: ItemId,
    pub kind: ItemKind,
    /// The item it lies under; of a tie, one of the two people.
    pub parent: Option<ItemId>,
    /// The other person of a tie.
    pub other: Option<ItemId>,
    /// Not finished: nobody but the owner finds it.
    pub draft: bool,
}

impl Placed {
    /// What must be visible for this item to be.
    pub fn rests_on(&self) -> impl Iterator<Item = ItemId> {
        [self.parent, self.other].into_iter().flatten()
    }

    /// The item whose settings hold for this one too, where it has none of its own.
    pub fn inherits_from(&self) -> Option<ItemId> {
        if self.kind == ItemKind::NetworkTie { None } else { self.parent }
    }
}

/// What begins where `before`, if anything, becomes `after`, so that a pair may want to look at its agreement again
/// (R25). Exercises begin with the first run or favourite, which is for whoever asks to know.
pub fn begins(before: Option<&Content>, after: &Content) -> Option<RoundCause> {
    let is_active = |content: &Content| matches!(content, Content::Goal(goal) if goal.state == GoalState::Active);
    match after {
        Content::Goal(_) => (is_active(after) && !before.is_some_and(is_active)).then_some(RoundCause::NewGoal),
        Content::ExerciseRun(_) | Content::Favourite(_) => before.is_none().then_some(RoundCause::ExercisesBegun),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::content::Goal;
    use super::*;

    #[test]
    fn a_goal_begins_when_it_becomes_active() {
        let goal = |state| Content::Goal(Goal { words: "Swim".into(), why: None, life_domain_id: None, state });
        let (idea, active) = (goal(GoalState::Idea), goal(GoalState::Active));
        assert_eq!(begins(None, &idea), None);
        assert_eq!(begins(Some(&idea), &active), Some(RoundCause::NewGoal));
        assert_eq!(begins(None, &active), Some(RoundCause::NewGoal));
        assert_eq!(begins(Some(&active), &active), None);
    }

    #[test]
    fn what_lies_under_another_is_of_its_module() {
        for kind in ItemKind::ALL {
            for parent in kind.parents() {
                assert_eq!(parent.module(), kind.module(), "{kind} under {parent}");
            }
        }
    }
}
