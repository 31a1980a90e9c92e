//! The library: articles, experience stories, exercises and links to what there is nearby (R28, R37, R38, R40, R41,
//! R63). What belongs to a kind, which way a text goes until people read it, and how a place is compared.

pub mod starter;

pub use crate::toolbox::ExerciseKind;

use crate::words;
use crate::words::Language;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;

/// Characters of one text, in Unicode scalar values.
pub const MAX_TITLE: usize = 120;
pub const MAX_SUMMARY: usize = 400;
pub const MAX_BODY: usize = 20_000;
/// Characters of where a text comes from, and of the licence it may be used under.
pub const MAX_SOURCE: usize = 300;
pub const MAX_LICENCE: usize = 100;
pub const MAX_URL: usize = 2_000;
pub const MAX_PLACE: usize = 80;
/// Characters of what a reviewer writes to those who wrote.
pub const MAX_REVIEW_NOTE: usize = 1_000;
/// Characters of what somebody searches for.
pub const MAX_QUERY: usize = 200;
/// Longest exercise, in minutes.
pub const MAX_MINUTES: u16 = 180;

words! {
    /// What an entry is. An entry keeps its kind.
    LibraryKind { Article = "article", Story = "story", Exercise = "exercise", Link = "link" }
    /// The five of personal recovery: connectedness, hope, identity, meaning, empowerment (Leamy et al. 2011).
    LibraryTheme {
        Connectedness = "connectedness", Hope = "hope", Identity = "identity", Meaning = "meaning",
        Empowerment = "empowerment",
    }
    LibraryTopic {
        UserInvolvement = "user_involvement", WorkingRelationships = "working_relationships",
        Agreements = "agreements", Recovery = "recovery", UsingTheSystem = "using_the_system",
        ProsAndCons = "pros_and_cons", EverydayLife = "everyday_life", Organisations = "organisations",
    }
    /// One revision is the whole content of an entry at one time.
    RevisionState {
        Draft = "draft",
        /// Waits for a second person.
        Submitted = "submitted",
        Published = "published",
        /// Was published; a later one took its place.
        Superseded = "superseded",
        /// Given up before anybody read it.
        Discarded = "discarded",
    }
    /// What is done with a revision.
    RevisionAct { Edit = "edit", Submit = "submit", Return = "return", Approve = "approve", Discard = "discard" }
}

impl RevisionState {
    /// Still being worked on: an entry has at most one such revision.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Submitted)
    }

    /// What it becomes, or `None` where that cannot be done. Editing a submitted revision takes it back: what is
    /// approved is word for word what was submitted. Editing a published one begins another, a draft.
    pub const fn after(self, act: RevisionAct) -> Option<Self> {
        use RevisionAct as A;
        match (self, act) {
            (Self::Draft | Self::Submitted | Self::Published, A::Edit) | (Self::Submitted, A::Return) => {
                Some(Self::Draft)
            }
            (Self::Draft, A::Submit) => Some(Self::Submitted),
            (Self::Submitted, A::Approve) => Some(Self::Published),
            (Self::Draft | Self::Submitted, A::Discard) => Some(Self::Discarded),
            _ => None,
        }
    }
}

/// Everything about an entry that is the same in every language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub exercise: Option<ExerciseKind>,
    pub minutes: Option<u16>,
    pub themes: BTreeSet<LibraryTheme>,
    pub topics: BTreeSet<LibraryTopic>,
    /// `https://…`: where a link leads, or the video or sound that goes with the text.
    pub url: Option<String>,
    pub place: Option<Place>,
    pub source: String,
    pub licence: String,
}

/// An entry in one language. The body is plain text: an empty line parts paragraphs, and a line that begins with
/// `- ` is one of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub language: Language,
    pub title: String,
    pub summary: String,
    /// A link may do without.
    pub body: String,
}

/// What does not go with a kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    ExerciseMissing,
    ExerciseOutOfPlace,
    MinutesOutOfPlace,
    UrlMissing,
    PlaceOutOfPlace,
}

/// Everything in `details` that does not go with `kind`.
pub fn misfits(kind: LibraryKind, details: &Details) -> Vec<Misfit> {
    let (exercise, link) = (kind == LibraryKind::Exercise, kind == LibraryKind::Link);
    [
        (exercise && details.exercise.is_none(), Misfit::ExerciseMissing),
        (!exercise && details.exercise.is_some(), Misfit::ExerciseOutOfPlace),
        (!exercise && details.minutes.is_some(), Misfit::MinutesOutOfPlace),
        (link && details.url.is_none(), Misfit::UrlMissing),
        (!link && details.place.is_some(), Misfit::PlaceOutOfPlace),
    ]
    .into_iter()
    .filter_map(|(wrong, misfit)| wrong.then_some(misfit))
    .collect()
}

/// A municipality, as it was written and as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    shown: String,
    key: String,
}

impl Place {
    /// `None` where nothing is left of it. "Tromsø kommune" and "tromsø" are one place.
    pub fn new(written: &str) -> Option<Self> {
        let shown = composed(written).split_whitespace().collect::<Vec<_>>().join(" ");
        let whole = shown.to_lowercase();
        let key = [" kommune", " municipality"].iter().find_map(|end| whole.strip_suffix(end)).unwrap_or(&whole);
        let key = key.to_owned();
        (!key.is_empty()).then_some(Self { shown, key })
    }

    pub fn shown(&self) -> &str {
        &self.shown
    }

    pub fn key(&self) -> &str {
        &self.key
    }
}

/// A text with its letters composed (NFC): å is one letter, however a keyboard made it.
pub fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// The words of a text, composed and in lower case.
pub fn words_of(text: &str) -> Vec<String> {
    let whole: String = text.nfc().flat_map(char::to_lowercase).collect();
    whole.split(|it: char| !it.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> Details {
        Details {
            exercise: None,
            minutes: None,
            themes: BTreeSet::new(),
            topics: BTreeSet::new(),
            url: None,
            place: None,
            source: "Written here".into(),
            licence: "CC BY 4.0".into(),
        }
    }

    #[test]
    fn nothing_is_published_that_was_not_submitted() {
        let table: Vec<String> = RevisionState::ALL
            .iter()
            .map(|state| {
                let ends = RevisionAct::ALL.iter().map(|act| state.after(*act).map_or("-", RevisionState::as_str));
                format!("{state}: {}", ends.collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(
            table,
            [
                "draft: draft submitted - - discarded",
                "submitted: draft - draft published discarded",
                "published: draft - - - -",
                "superseded: - - - - -",
                "discarded: - - - - -",
            ]
        );
    }

    #[test]
    fn each_kind_has_what_belongs_to_it() {
        let everything = Details {
            exercise: Some(ExerciseKind::Sleep),
            minutes: Some(5),
            url: Some("https://example.org".into()),
            place: Place::new("Tromsø"),
            ..details()
        };
        assert_eq!(misfits(LibraryKind::Exercise, &everything), [Misfit::PlaceOutOfPlace]);
        assert_eq!(misfits(LibraryKind::Link, &everything), [Misfit::ExerciseOutOfPlace, Misfit::MinutesOutOfPlace]);
        assert_eq!(misfits(LibraryKind::Exercise, &details()), [Misfit::ExerciseMissing]);
        assert_eq!(misfits(LibraryKind::Link, &details()), [Misfit::UrlMissing]);
        assert_eq!(misfits(LibraryKind::Story, &details()), []);
    }

    #[test]
    fn a_place_is_one_place_however_it_is_written() {
        let key = |written| Place::new(written).map(|place| place.key().to_owned());
        assert_eq!(key("  Tromsø   Kommune "), Some("tromsø".into()));
        assert_eq!(key("A\u{30a}l"), key("Ål"));
        assert_eq!(key("\u{a0} \t"), None);
        assert_eq!(Place::new(" Nord  Fron ").map(|place| place.shown().to_owned()), Some("Nord Fron".into()));
    }

    #[test]
    fn words_keep_their_letters() {
        assert_eq!(words_of("Søvnløs, ÆRLIG ma\u{30a}ned — 4-6"), ["søvnløs", "ærlig", "måned", "4", "6"]);
        assert_eq!(words_of("\" NEAR( *"), ["near"]);
    }
}
