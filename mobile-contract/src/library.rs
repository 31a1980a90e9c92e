//! The library: articles, experience stories, exercises and links to what there is nearby (R28, R37, R38, R40, R41, R63).

use crate::relationships::PartyOut;
pub use crate::toolbox::ExerciseKind;
pub use crate::words::Language;
use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::MaybeUndefined;
use uuid::Uuid;

wire_words! {
    /// What an entry is. An entry keeps its kind.
    LibraryKind {
        Article = "article",
        /// Somebody tells how it was.
        Story = "story",
        Exercise = "exercise",
        /// Leads to an activity, an organisation or a page elsewhere.
        Link = "link",
    }
    /// The five themes of personal recovery.
    LibraryTheme {
        Connectedness = "connectedness",
        Hope = "hope",
        Identity = "identity",
        Meaning = "meaning",
        Empowerment = "empowerment",
    }
    LibraryTopic {
        UserInvolvement = "user_involvement",
        /// Between a service user and a provider.
        WorkingRelationships = "working_relationships",
        /// What two can expect of each other.
        Agreements = "agreements",
        Recovery = "recovery",
        UsingTheSystem = "using_the_system",
        /// What is good about such a service, and what is not.
        ProsAndCons = "pros_and_cons",
        EverydayLife = "everyday_life",
        /// Service users' organisations and other help.
        Organisations = "organisations",
    }
    /// A revision is the whole content of an entry at one time.
    LibraryRevisionState {
        /// Being written.
        Draft = "draft",
        /// Waits for a second person.
        Submitted = "submitted",
        Published = "published",
        /// Was published; a later one took its place.
        Superseded = "superseded",
        /// Given up before anybody read it.
        Discarded = "discarded",
    }
}

/// An entry in one language.
#[derive(Clone, Debug, Object)]
pub struct LibraryTextOut {
    pub language: Language,
    pub title: String,
    /// What it is about, in a sentence or two.
    pub summary: String,
    /// Plain text. An empty line parts paragraphs; a line that begins with `- ` is one of a list.
    pub body: String,
}

/// An entry as it is read.
#[derive(Clone, Debug, Object)]
pub struct LibraryEntryOut {
    pub id: Uuid,
    pub kind: LibraryKind,
    /// Of exercises.
    #[oai(skip_serializing_if_is_none)]
    pub exercise: Option<ExerciseKind>,
    /// About how long an exercise takes.
    #[oai(skip_serializing_if_is_none)]
    pub minutes: Option<u16>,
    pub themes: Vec<LibraryTheme>,
    pub topics: Vec<LibraryTopic>,
    /// `https://…`: where a link leads, or the video or sound that goes with the text.
    #[oai(skip_serializing_if_is_none)]
    pub url: Option<String>,
    /// The municipality that a link is about.
    #[oai(skip_serializing_if_is_none)]
    pub place: Option<String>,
    /// Who wrote it, or where it is from.
    pub source: String,
    pub licence: String,
    /// One per language, by language.
    pub texts: Vec<LibraryTextOut>,
    /// Shipped with the service, and not written by your organisation.
    pub shipped: bool,
    pub published_at: DateTime<Utc>,
    /// Number of the published revision, counted from 1.
    pub revision: i32,
}

/// An entry as lists show it.
#[derive(Clone, Debug, Object)]
pub struct LibraryItemOut {
    pub id: Uuid,
    pub kind: LibraryKind,
    #[oai(skip_serializing_if_is_none)]
    pub exercise: Option<ExerciseKind>,
    #[oai(skip_serializing_if_is_none)]
    pub minutes: Option<u16>,
    pub themes: Vec<LibraryTheme>,
    pub topics: Vec<LibraryTopic>,
    #[oai(skip_serializing_if_is_none)]
    pub url: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub place: Option<String>,
    /// Of this title and summary: the one asked for, or else the call's where the entry has it.
    pub language: Language,
    /// All it can be read in.
    pub languages: Vec<Language>,
    pub title: String,
    pub summary: String,
    pub shipped: bool,
    pub published_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Object)]
pub struct LibraryOut {
    pub items: Vec<LibraryItemOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// An entry that was found.
#[derive(Clone, Debug, Object)]
pub struct LibraryHitOut {
    /// In a language it was found in: the call's where that is one of them.
    pub entry: LibraryItemOut,
    /// The text around what was looked for, or its summary.
    pub excerpt: String,
}

#[derive(Clone, Debug, Object)]
pub struct LibraryHitsOut {
    /// The best first.
    pub items: Vec<LibraryHitOut>,
}

#[derive(Clone, Debug, Object)]
pub struct LibraryPlaceOut {
    pub place: String,
    /// How many entries are about it.
    pub entries: u32,
}

#[derive(Clone, Debug, Object)]
pub struct LibraryPlacesOut {
    pub items: Vec<LibraryPlaceOut>,
}

/// A new entry of one's own organisation. Its texts come after it, language by language.
#[derive(Clone, Debug, Object)]
pub struct LibraryEntryIn {
    /// Made by the app, so that a repeated call creates one entry.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    /// A shipped entry of the same kind, in whose place your organisation reads this one as soon as it is published.
    #[oai(skip_serializing_if_is_none)]
    pub replaces: Option<Uuid>,
    pub kind: LibraryKind,
    /// Required of exercises.
    #[oai(skip_serializing_if_is_none)]
    pub exercise: Option<ExerciseKind>,
    /// Of exercises.
    #[oai(skip_serializing_if_is_none)]
    pub minutes: Option<u16>,
    #[oai(default)]
    pub themes: Vec<LibraryTheme>,
    #[oai(default)]
    pub topics: Vec<LibraryTopic>,
    /// `https://…`; required of links.
    #[oai(skip_serializing_if_is_none)]
    pub url: Option<String>,
    /// Of links: a municipality.
    #[oai(skip_serializing_if_is_none)]
    pub place: Option<String>,
    /// Who wrote it, or where it is from.
    pub source: String,
    /// What may be done with it: `CC BY 4.0`, or who permitted it.
    pub licence: String,
}

/// What is absent stays; `null` takes away.
#[derive(Clone, Debug, Object)]
pub struct LibraryEntryPatch {
    #[oai(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub exercise: MaybeUndefined<ExerciseKind>,
    #[oai(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub minutes: MaybeUndefined<u16>,
    #[oai(skip_serializing_if_is_none)]
    pub themes: Option<Vec<LibraryTheme>>,
    #[oai(skip_serializing_if_is_none)]
    pub topics: Option<Vec<LibraryTopic>>,
    #[oai(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub url: MaybeUndefined<String>,
    #[oai(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub place: MaybeUndefined<String>,
    #[oai(skip_serializing_if_is_none)]
    pub source: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub licence: Option<String>,
}

/// The draft in one language.
#[derive(Clone, Debug, Object)]
pub struct LibraryTextIn {
    pub title: String,
    /// What it is about, in a sentence or two.
    pub summary: String,
    /// Plain text. An empty line parts paragraphs; a line that begins with `- ` is one of a list. A link may do
    /// without.
    #[oai(default)]
    pub body: String,
}

/// What a reviewer asks for.
#[derive(Clone, Debug, Object)]
pub struct LibraryReviewIn {
    /// To those who wrote.
    pub note: String,
}

/// A revision without its texts.
#[derive(Clone, Debug, Object)]
pub struct LibraryRevisionItemOut {
    /// Counted from 1.
    pub number: i32,
    pub state: LibraryRevisionState,
    /// Who changed it last; absent where it was shipped.
    #[oai(skip_serializing_if_is_none)]
    pub edited_by: Option<PartyOut>,
    pub updated_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub submitted_by: Option<PartyOut>,
    #[oai(skip_serializing_if_is_none)]
    pub submitted_at: Option<DateTime<Utc>>,
    /// Who approved it, or sent it back last.
    #[oai(skip_serializing_if_is_none)]
    pub reviewed_by: Option<PartyOut>,
    #[oai(skip_serializing_if_is_none)]
    pub reviewed_at: Option<DateTime<Utc>>,
    /// Why it was sent back; until it is submitted again.
    #[oai(skip_serializing_if_is_none)]
    pub review_note: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct LibraryRevisionsOut {
    pub items: Vec<LibraryRevisionItemOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// A revision, whole.
#[derive(Clone, Debug, Object)]
pub struct LibraryRevisionOut {
    pub about: LibraryRevisionItemOut,
    #[oai(skip_serializing_if_is_none)]
    pub exercise: Option<ExerciseKind>,
    #[oai(skip_serializing_if_is_none)]
    pub minutes: Option<u16>,
    pub themes: Vec<LibraryTheme>,
    pub topics: Vec<LibraryTopic>,
    #[oai(skip_serializing_if_is_none)]
    pub url: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub place: Option<String>,
    pub source: String,
    pub licence: String,
    /// One per language, by language.
    pub texts: Vec<LibraryTextOut>,
}

/// An entry as its editors see it: its newest revision, which may not be what people read yet.
#[derive(Clone, Debug, Object)]
pub struct LibraryDraftOut {
    pub id: Uuid,
    pub kind: LibraryKind,
    /// The shipped entry in whose place it is read.
    #[oai(skip_serializing_if_is_none)]
    pub replaces: Option<Uuid>,
    /// When people could read something of it first or anew; absent until then.
    #[oai(skip_serializing_if_is_none)]
    pub published_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub retired_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub version: i32,
    pub revision: LibraryRevisionOut,
}

/// An entry in the editors' list.
#[derive(Clone, Debug, Object)]
pub struct LibraryDraftItemOut {
    pub id: Uuid,
    pub kind: LibraryKind,
    /// Of its newest revision; absent until there is a text.
    #[oai(skip_serializing_if_is_none)]
    pub title: Option<String>,
    pub languages: Vec<Language>,
    /// Of its newest revision.
    pub state: LibraryRevisionState,
    #[oai(skip_serializing_if_is_none)]
    pub published_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub retired_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct LibraryDraftsOut {
    pub items: Vec<LibraryDraftItemOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
