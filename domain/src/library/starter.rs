//! What is in the library from the first start: written for this project, in every language, and checked here without a
//! database. The texts live in this room with all the others that people read. They are in `domain/library/`, one file
//! per entry and language: `# ` and the title, a paragraph that sums it up, and the body.
//!
//! Whoever changes a text raises the entry's `version`; it is then published anew wherever the service is installed.

use crate::ids::{LibraryEntryId, LibraryRevisionId};
use crate::library::{
    Details, ExerciseKind as Exercise, LibraryKind as Kind, LibraryTheme as Theme, LibraryTopic as Topic, Text,
};
use crate::words::Language;
use uuid::Uuid;

/// Ids of what is shipped are made from its keys under this one, so that they are the same everywhere.
const NAMESPACE: Uuid = Uuid::from_u128(0x7b1d_6c52_9a0e_4f3b_8d27_51c0_e6a4_93f8);

const SOURCE: &str = "Written for Reconnect";
const LICENCE: &str = "CC BY 4.0";

/// An entry of the starter set.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// Never changes: what refers to the entry refers to an id made from it.
    pub key: &'static str,
    /// Counted from 1.
    pub version: i32,
    pub kind: Kind,
    exercise: Option<(Exercise, u16)>,
    themes: &'static [Theme],
    topics: &'static [Topic],
    url: Option<&'static str>,
    /// nb, nn, en.
    texts: [&'static str; 3],
}

impl Shipped {
    pub fn id(&self) -> LibraryEntryId {
        LibraryEntryId(Uuid::new_v5(&NAMESPACE, self.key.as_bytes()))
    }

    /// Of this version.
    pub fn revision_id(&self) -> LibraryRevisionId {
        LibraryRevisionId(Uuid::new_v5(&self.id().0, &self.version.to_be_bytes()))
    }

    pub fn details(&self) -> Details {
        Details {
            exercise: self.exercise.map(|(kind, _)| kind),
            minutes: self.exercise.map(|(_, minutes)| minutes),
            themes: self.themes.iter().copied().collect(),
            topics: self.topics.iter().copied().collect(),
            url: self.url.map(str::to_owned),
            place: None,
            source: SOURCE.to_owned(),
            licence: LICENCE.to_owned(),
        }
    }

    pub fn texts(&self) -> Vec<Text> {
        let files = [Language::Nb, Language::Nn, Language::En].into_iter().zip(self.texts);
        files.map(|(language, file)| text(language, file)).collect()
    }
}

/// Title, summary and body of a file.
fn text(language: Language, file: &str) -> Text {
    let (title, rest) = file.split_once("\n\n").unwrap_or((file, ""));
    let (summary, body) = rest.split_once("\n\n").unwrap_or((rest, ""));
    Text {
        language,
        title: title.trim_start_matches("# ").trim().to_owned(),
        summary: unwrapped(summary),
        body: body.split("\n\n").map(unwrapped).collect::<Vec<_>>().join("\n\n"),
    }
}

/// The files break their lines for whoever edits them; a paragraph has none, and a list one before each of its points.
fn unwrapped(paragraph: &str) -> String {
    paragraph.trim().lines().fold(String::new(), |mut whole, line| {
        if !whole.is_empty() {
            whole.push(if line.starts_with("- ") { '\n' } else { ' ' });
        }
        whole.push_str(line.trim());
        whole
    })
}

macro_rules! in_three_languages {
    ($key:literal) => {
        [
            include_str!(concat!("../../library/", $key, ".nb.md")),
            include_str!(concat!("../../library/", $key, ".nn.md")),
            include_str!(concat!("../../library/", $key, ".en.md")),
        ]
    };
}

/// Everything that is shipped.
pub const ENTRIES: &[Shipped] = &[
    Shipped {
        key: "working-together",
        version: 1,
        kind: Kind::Article,
        exercise: None,
        themes: &[Theme::Connectedness, Theme::Empowerment],
        topics: &[Topic::WorkingRelationships],
        url: None,
        texts: in_three_languages!("working-together"),
    },
    Shipped {
        key: "recovery",
        version: 1,
        kind: Kind::Article,
        exercise: None,
        themes: &[Theme::Connectedness, Theme::Hope, Theme::Identity, Theme::Meaning, Theme::Empowerment],
        topics: &[Topic::Recovery],
        url: None,
        texts: in_three_languages!("recovery"),
    },
    Shipped {
        key: "agreeing-on-expectations",
        version: 2,
        kind: Kind::Article,
        exercise: None,
        themes: &[Theme::Connectedness, Theme::Empowerment],
        topics: &[Topic::Agreements, Topic::WorkingRelationships],
        url: None,
        texts: in_three_languages!("agreeing-on-expectations"),
    },
    Shipped {
        key: "good-sides-and-bad-sides",
        version: 1,
        kind: Kind::Article,
        exercise: None,
        themes: &[Theme::Empowerment],
        topics: &[Topic::ProsAndCons, Topic::WorkingRelationships],
        url: None,
        texts: in_three_languages!("good-sides-and-bad-sides"),
    },
    Shipped {
        key: "user-involvement",
        version: 1,
        kind: Kind::Article,
        exercise: None,
        themes: &[Theme::Empowerment, Theme::Identity],
        topics: &[Topic::UserInvolvement],
        url: None,
        texts: in_three_languages!("user-involvement"),
    },
    Shipped {
        key: "using-reconnect",
        version: 1,
        kind: Kind::Article,
        exercise: None,
        themes: &[Theme::Empowerment],
        topics: &[Topic::UsingTheSystem],
        url: None,
        texts: in_three_languages!("using-reconnect"),
    },
    Shipped {
        key: "story-a-drawer",
        version: 1,
        kind: Kind::Story,
        exercise: None,
        themes: &[Theme::Connectedness, Theme::Hope],
        topics: &[Topic::WorkingRelationships, Topic::UsingTheSystem],
        url: None,
        texts: in_three_languages!("story-a-drawer"),
    },
    Shipped {
        key: "story-three-pages",
        version: 1,
        kind: Kind::Story,
        exercise: None,
        themes: &[Theme::Connectedness],
        topics: &[Topic::Agreements, Topic::WorkingRelationships],
        url: None,
        texts: in_three_languages!("story-three-pages"),
    },
    Shipped {
        key: "slow-breathing",
        version: 1,
        kind: Kind::Exercise,
        exercise: Some((Exercise::Breathing, 4)),
        themes: &[Theme::Empowerment],
        topics: &[Topic::EverydayLife],
        url: None,
        texts: in_three_languages!("slow-breathing"),
    },
    Shipped {
        key: "five-senses",
        version: 1,
        kind: Kind::Exercise,
        exercise: Some((Exercise::Grounding, 5)),
        themes: &[Theme::Empowerment],
        topics: &[Topic::EverydayLife],
        url: None,
        texts: in_three_languages!("five-senses"),
    },
    Shipped {
        key: "evening-wind-down",
        version: 1,
        kind: Kind::Exercise,
        exercise: Some((Exercise::Sleep, 15)),
        themes: &[Theme::Hope],
        topics: &[Topic::EverydayLife],
        url: None,
        texts: in_three_languages!("evening-wind-down"),
    },
    Shipped {
        key: "one-cup",
        version: 1,
        kind: Kind::Exercise,
        exercise: Some((Exercise::Mindfulness, 5)),
        themes: &[Theme::Empowerment],
        topics: &[Topic::EverydayLife],
        url: None,
        texts: in_three_languages!("one-cup"),
    },
    Shipped {
        key: "until-it-turns",
        version: 1,
        kind: Kind::Exercise,
        exercise: Some((Exercise::Coping, 10)),
        themes: &[Theme::Empowerment],
        topics: &[Topic::EverydayLife],
        url: None,
        texts: in_three_languages!("until-it-turns"),
    },
    Shipped {
        key: "one-small-thing",
        version: 1,
        kind: Kind::Exercise,
        exercise: Some((Exercise::ActivityPlanning, 10)),
        themes: &[Theme::Hope, Theme::Meaning],
        topics: &[Topic::EverydayLife],
        url: None,
        texts: in_three_languages!("one-small-thing"),
    },
    Shipped {
        key: "strengths-in-use",
        version: 1,
        kind: Kind::Exercise,
        exercise: Some((Exercise::Strengths, 10)),
        themes: &[Theme::Identity, Theme::Hope],
        topics: &[Topic::EverydayLife],
        url: None,
        texts: in_three_languages!("strengths-in-use"),
    },
    Shipped {
        key: "saying-something-hard",
        version: 1,
        kind: Kind::Exercise,
        exercise: Some((Exercise::Communication, 10)),
        themes: &[Theme::Connectedness, Theme::Empowerment],
        topics: &[Topic::WorkingRelationships, Topic::EverydayLife],
        url: None,
        texts: in_three_languages!("saying-something-hard"),
    },
    Shipped {
        key: "link-mental-helse",
        version: 1,
        kind: Kind::Link,
        exercise: None,
        themes: &[Theme::Connectedness],
        topics: &[Topic::Organisations, Topic::UserInvolvement],
        url: Some("https://mentalhelse.no/"),
        texts: in_three_languages!("link-mental-helse"),
    },
    Shipped {
        key: "link-helsenorge",
        version: 1,
        kind: Kind::Link,
        exercise: None,
        themes: &[Theme::Empowerment],
        topics: &[Topic::Organisations],
        url: Some("https://www.helsenorge.no/"),
        texts: in_three_languages!("link-helsenorge"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::{MAX_BODY, MAX_LICENCE, MAX_SOURCE, MAX_SUMMARY, MAX_TITLE, misfits};
    use std::collections::BTreeSet;

    #[test]
    fn every_entry_is_whole_in_every_language() {
        let mut ids = BTreeSet::new();
        for entry in ENTRIES {
            assert!(ids.insert(entry.id()) && entry.version > 0, "{}", entry.key);
            let details = entry.details();
            assert_eq!(misfits(entry.kind, &details), [], "{}", entry.key);
            assert!(!details.themes.is_empty() && !details.topics.is_empty(), "{}", entry.key);
            assert!(details.url.iter().all(|url| url.starts_with("https://")), "{}", entry.key);
            assert!(details.source.len() <= MAX_SOURCE && details.licence.len() <= MAX_LICENCE);
            let texts = entry.texts();
            assert_eq!(texts.iter().map(|text| text.language).collect::<Vec<_>>(), Language::ALL);
            let titles: BTreeSet<&str> = texts.iter().map(|text| text.title.as_str()).collect();
            for text in &texts {
                let at = format!("{} in {}", entry.key, text.language);
                let (title, summary) = (text.title.chars().count(), text.summary.chars().count());
                assert!((1..=MAX_TITLE).contains(&title) && !text.title.contains('#'), "{at}");
                assert!((1..=MAX_SUMMARY).contains(&summary) && !text.summary.contains('\n'), "{at}");
                assert!(text.body.chars().count() <= MAX_BODY && !text.body.contains("\n\n\n"), "{at}");
                let words = text.body.split_whitespace().count();
                let room = if entry.kind == Kind::Link { 40..=150 } else { 150..=450 };
                assert!(room.contains(&words), "{at}: {words} words");
            }
            assert!(titles.len() > 1 || entry.kind == Kind::Link, "{}: one title for all", entry.key);
        }
        assert!((12..=20).contains(&ENTRIES.len()));
    }

    #[test]
    fn what_is_composed_says_so_and_what_could_harm_says_when_to_stop() {
        let summary = |key: &str| {
            let entry = ENTRIES.iter().find(|entry| entry.key == key).expect("the entry");
            entry.texts().into_iter().map(|text| (text.summary, text.body)).collect::<Vec<_>>()
        };
        for entry in ENTRIES.iter().filter(|entry| entry.kind == Kind::Story) {
            for (summary, _) in summary(entry.key) {
                assert!(["composed", "sammensatt", "samansett"].iter().any(|word| summary.contains(word)), "{summary}");
            }
        }
        for (_, body) in summary("slow-breathing") {
            assert!(["dizzy", "svimmel"].iter().any(|word| body.contains(word)), "{body}");
        }
        for (_, body) in summary("until-it-turns") {
            assert!(["Help now", "Hjelp nå", "Hjelp no"].iter().any(|word| body.contains(word)), "{body}");
        }
        for (_, body) in summary("using-reconnect") {
            assert!(body.contains("113"), "{body}");
        }
    }

    #[test]
    fn a_file_is_a_title_a_summary_and_a_body() {
        let read =
            text(Language::En, "# One\n\nTwo\nlines.\n\nThree\nis long.\n\nPoints\n\n- first\n  goes on\n- second\n");
        assert_eq!((read.title.as_str(), read.summary.as_str()), ("One", "Two lines."));
        assert_eq!(read.body, "Three is long.\n\nPoints\n\n- first goes on\n- second");
    }
}
