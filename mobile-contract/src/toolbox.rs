//! The owner's toolbox (R30–R39): everything she keeps is an item, whose content is of one of these kinds.

use crate::crisis_plan::GrantLevel;
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// What an item is; the field of its content that is there has the same name.
    ItemKind {
        LifeDomain = "life_domain",
        /// Lies under a life domain.
        StatusEntry = "status_entry",
        Goal = "goal",
        /// Lies under a goal, or under a sub-goal of one.
        Step = "step",
        NetworkPerson = "network_person",
        /// Seen only by who sees both people.
        NetworkTie = "network_tie",
        /// Made by `create_network_snapshot`.
        NetworkSnapshot = "network_snapshot",
        Medicine = "medicine",
        Strength = "strength",
        Value = "value",
        Exercise = "exercise",
        ExerciseRun = "exercise_run",
        Favourite = "favourite",
        DiaryEntry = "diary_entry",
        /// Something to keep an eye on.
        Registration = "registration",
        /// Lies under a registration.
        RegistrationEntry = "registration_entry",
    }
    /// The parts of the toolbox.
    Module {
        /// Not made of items: see the plan's own operations.
        CrisisPlan = "crisis_plan",
        LifeDomains = "life_domains",
        Goals = "goals",
        Network = "network",
        /// Never shared by a setting: medicines reach a provider as a snapshot in a message.
        Medication = "medication",
        Strengths = "strengths",
        Values = "values",
        Exercises = "exercises",
        /// Shared entry by entry only.
        Diary = "diary",
        Registrations = "registrations",
    }
    LifeArea {
        WorkSchool = "work_school",
        Social = "social",
        MentalHealth = "mental_health",
        PhysicalHealth = "physical_health",
        Housing = "housing",
        Finances = "finances",
        Family = "family",
        Leisure = "leisure",
        Meaning = "meaning",
        Rights = "rights",
        Substances = "substances",
        /// Under a name of your own.
        Own = "own",
    }
    GoalState {
        Idea = "idea",
        Active = "active",
        Resting = "resting",
        Reached = "reached",
        LetGo = "let_go",
    }
    StepKind {
        SubGoal = "sub_goal",
        Activity = "activity",
    }
    /// Who takes the step.
    StepWho {
        Me = "me",
        Together = "together",
        Other = "other",
    }
    /// How near somebody is, from the middle outwards.
    Ring {
        Nearest = "nearest",
        Important = "important",
        Connected = "connected",
        Peripheral = "peripheral",
    }
    Sector {
        Family = "family",
        Relatives = "relatives",
        Friends = "friends",
        WorkSchool = "work_school",
        Leisure = "leisure",
        Helpers = "helpers",
        Peers = "peers",
        Other = "other",
    }
    ContactFrequency {
        Daily = "daily",
        Weekly = "weekly",
        Monthly = "monthly",
        Seldom = "seldom",
    }
    QuestionState {
        Open = "open",
        Asked = "asked",
        Answered = "answered",
    }
    ExerciseKind {
        Mindfulness = "mindfulness",
        Breathing = "breathing",
        Grounding = "grounding",
        Sleep = "sleep",
        Coping = "coping",
        ActivityPlanning = "activity_planning",
        Strengths = "strengths",
        Communication = "communication",
    }
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct LifeDomainContent {
    pub area: LifeArea,
    /// Needed where the area is your own.
    pub name: Option<String>,
}

/// How it stands, in your own words.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct StatusEntryContent {
    pub words: String,
    pub helps: Option<String>,
    pub hinders: Option<String>,
    /// What you would like.
    pub wish: Option<String>,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct GoalContent {
    pub words: String,
    pub why: Option<String>,
    pub life_domain_id: Option<Uuid>,
    pub state: GoalState,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct StepContent {
    pub words: String,
    pub kind: StepKind,
    pub who: StepWho,
    /// The name, where somebody else takes it.
    pub who_name: Option<String>,
    /// In your own words.
    pub when: Option<String>,
    /// Your date.
    pub on: Option<NaiveDate>,
    pub obstacle: Option<String>,
    pub helps: Option<String>,
    /// Your date.
    pub done_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct NetworkPersonContent {
    /// The name you give.
    pub alias: String,
    pub ring: Ring,
    pub sector: Sector,
    pub contact: Option<ContactFrequency>,
    pub support: Option<String>,
    pub strain: Option<String>,
    /// They agreed that you may call when it is hard.
    pub crisis_contact: bool,
}

/// Two people of your network know each other.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct NetworkTieContent {
    pub person_a: Uuid,
    pub person_b: Uuid,
    pub words: Option<String>,
}

/// Your network as it was on a day. Its note can be changed, nothing else.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct NetworkSnapshotContent {
    /// Your date.
    pub on: NaiveDate,
    pub note: Option<String>,
    pub people: Vec<SnapshotPerson>,
    pub ties: Vec<SnapshotTie>,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SnapshotPerson {
    pub id: Uuid,
    pub alias: String,
    pub ring: Ring,
    pub sector: Sector,
    pub contact: Option<ContactFrequency>,
    pub crisis_contact: bool,
}

#[derive(Clone, Debug, Object)]
pub struct SnapshotTie {
    pub person_a: Uuid,
    pub person_b: Uuid,
}

/// A medicine as you take it; nothing is reminded of.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct MedicineContent {
    pub name: String,
    pub prescribed: Option<bool>,
    /// Your reason.
    pub reason: Option<String>,
    /// How you take it.
    pub how: Option<String>,
    pub helps: Option<String>,
    pub bothers: Option<String>,
    /// Your date.
    pub from: Option<NaiveDate>,
    /// Your date.
    pub to: Option<NaiveDate>,
    pub question: Option<MedicineQuestion>,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct MedicineQuestion {
    pub words: String,
    pub state: QuestionState,
    pub answer: Option<String>,
}

/// What helps in everyday life.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct StrengthContent {
    pub words: String,
    /// When it helps.
    pub when: Option<String>,
}

/// What matters to you.
#[derive(Clone, Debug, Object)]
pub struct ValueContent {
    pub words: String,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ExerciseContent {
    pub title: String,
    pub kind: ExerciseKind,
    pub words: Option<String>,
    /// An https address.
    pub media_link: Option<String>,
    pub minutes: Option<u32>,
    /// Where it is from.
    pub source: Option<String>,
}

/// An exercise was done: one of your own, or one of the library.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ExerciseRunContent {
    /// Either this or `library_entry_id`.
    pub exercise_id: Option<Uuid>,
    pub library_entry_id: Option<Uuid>,
    /// What it was for.
    pub life_domain_id: Option<Uuid>,
    pub at: DateTime<Utc>,
    pub minutes: Option<u32>,
    pub words: Option<String>,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct FavouriteContent {
    /// Either this or `library_entry_id`.
    pub exercise_id: Option<Uuid>,
    pub library_entry_id: Option<Uuid>,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DiaryEntryContent {
    /// Your date.
    pub on: NaiveDate,
    pub title: Option<String>,
    pub words: String,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RegistrationContent {
    pub name: String,
    pub words: Option<String>,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RegistrationEntryContent {
    pub at: DateTime<Utc>,
    pub words: Option<String>,
}

/// What an item says. Exactly one of these is there: the one with the name of its kind.
#[derive(Clone, Debug, Default, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ItemContent {
    pub life_domain: Option<LifeDomainContent>,
    pub status_entry: Option<StatusEntryContent>,
    pub goal: Option<GoalContent>,
    pub step: Option<StepContent>,
    pub network_person: Option<NetworkPersonContent>,
    pub network_tie: Option<NetworkTieContent>,
    pub network_snapshot: Option<NetworkSnapshotContent>,
    pub medicine: Option<MedicineContent>,
    pub strength: Option<StrengthContent>,
    pub value: Option<ValueContent>,
    pub exercise: Option<ExerciseContent>,
    pub exercise_run: Option<ExerciseRunContent>,
    pub favourite: Option<FavouriteContent>,
    pub diary_entry: Option<DiaryEntryContent>,
    pub registration: Option<RegistrationContent>,
    pub registration_entry: Option<RegistrationEntryContent>,
}

#[derive(Clone, Debug, Object)]
pub struct ItemIn {
    /// Made by the app, so that a lost answer does not count twice.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    /// What it lies under, where its kind does.
    #[oai(skip_serializing_if_is_none)]
    pub parent_id: Option<Uuid>,
    /// Nobody but you finds a draft, whatever is shared.
    #[oai(default)]
    pub draft: bool,
    pub content: ItemContent,
}

/// The whole of what an item says from now on. Its kind stays.
#[derive(Clone, Debug, Object)]
pub struct ItemPutIn {
    #[oai(default)]
    pub draft: bool,
    pub content: ItemContent,
}

#[derive(Clone, Debug, Object)]
pub struct ItemOut {
    pub id: Uuid,
    pub kind: ItemKind,
    pub module: Module,
    #[oai(skip_serializing_if_is_none)]
    pub parent_id: Option<Uuid>,
    pub draft: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub content: ItemContent,
}

#[derive(Clone, Debug, Object)]
pub struct ItemsOut {
    pub items: Vec<ItemOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct ItemVersionOut {
    pub number: i32,
    pub written_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Object)]
pub struct ItemVersionsOut {
    pub items: Vec<ItemVersionOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// An item as it was once.
#[derive(Clone, Debug, Object)]
pub struct EarlierItemOut {
    pub number: i32,
    pub written_at: DateTime<Utc>,
    pub draft: bool,
    pub content: ItemContent,
}

/// An item that its owner shares with the reader. What it would name of hidden items is left out.
#[derive(Clone, Debug, Object)]
pub struct SharedItemOut {
    pub id: Uuid,
    pub kind: ItemKind,
    pub module: Module,
    #[oai(skip_serializing_if_is_none)]
    pub parent_id: Option<Uuid>,
    pub level: GrantLevel,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub content: ItemContent,
}

#[derive(Clone, Debug, Object)]
pub struct SharedItemsOut {
    pub items: Vec<SharedItemOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// The beginning of a text: 500 characters at most.
#[derive(Clone, Debug, Object)]
pub struct BeginningOut {
    pub text: String,
    /// The item has more.
    pub more: bool,
}

#[derive(Clone, Debug, Object)]
pub struct PanelValueOut {
    pub id: Uuid,
    pub words: BeginningOut,
}

/// How it stands, as you wrote it last.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct PanelStatusOut {
    pub id: Uuid,
    pub words: BeginningOut,
    pub helps: Option<BeginningOut>,
    pub hinders: Option<BeginningOut>,
    pub wish: Option<BeginningOut>,
    pub written_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct PanelStepOut {
    pub id: Uuid,
    pub words: BeginningOut,
    pub kind: StepKind,
    /// Steps of others are steps with `together` or `other`.
    pub who: StepWho,
    pub who_name: Option<String>,
    pub when: Option<BeginningOut>,
    pub on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, Object)]
pub struct PanelGoalOut {
    pub id: Uuid,
    pub words: BeginningOut,
    pub state: GoalState,
    /// Up to three steps still open: dated ones first.
    pub next_steps: Vec<PanelStepOut>,
    /// Up to three steps done, the last first.
    pub done_steps: Vec<PanelStepOut>,
}

/// An exercise that was done: your own by its title, one of the library by its id.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct PanelExerciseOut {
    pub id: Uuid,
    pub title: Option<String>,
    pub library_entry_id: Option<Uuid>,
    pub at: DateTime<Utc>,
}

/// One life domain: status → process → goals. What lies in none comes last, without `id` and `area`.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct PanelDomainOut {
    pub id: Option<Uuid>,
    pub area: Option<LifeArea>,
    pub name: Option<String>,
    pub status: Option<PanelStatusOut>,
    /// Up to three, the last first.
    pub exercises: Vec<PanelExerciseOut>,
    /// All but those you let go of; what you work on lies on top.
    pub goals: Vec<PanelGoalOut>,
}

/// Your control panel. Nothing in it counts or grades.
#[derive(Clone, Debug, Object)]
pub struct PanelOut {
    pub values: Vec<PanelValueOut>,
    pub domains: Vec<PanelDomainOut>,
}

#[derive(Clone, Debug, Object)]
pub struct NetworkSnapshotIn {
    /// Made by the app, so that a lost answer does not count twice.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub note: Option<String>,
}

/// Your network: people nearest first, and who of them know each other.
#[derive(Clone, Debug, Object)]
pub struct NetworkOut {
    pub people: Vec<SnapshotPerson>,
    pub ties: Vec<SnapshotTie>,
}

#[derive(Clone, Debug, Object)]
pub struct PersonChangeOut {
    pub before: SnapshotPerson,
    pub after: SnapshotPerson,
}

/// What lies between two networks. It says what is different, never whether that is better.
#[derive(Clone, Debug, Object)]
pub struct NetworkChangesOut {
    pub joined: Vec<SnapshotPerson>,
    pub left: Vec<SnapshotPerson>,
    pub changed: Vec<PersonChangeOut>,
    pub ties_made: Vec<SnapshotTie>,
    pub ties_gone: Vec<SnapshotTie>,
}
