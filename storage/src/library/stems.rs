//! Words as the full-text search of either database compares them. PostgreSQL stems and drops stop words by itself;
//! SQLite has no Norwegian stemmer, so there the stems themselves are indexed. Both get the same stream of words.

use domain::library::words_of;
use domain::words::Language;
use rust_stemmers::{Algorithm, Stemmer};
use sea_orm::DbBackend;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Different words of a query that are looked for; further ones say nothing more.
const MOST_WORDS: usize = 16;
/// A shorter word finds itself and no longer ones: "ro" is not the beginning of "roman".
const PREFIX_CHARS: usize = 4;
/// Characters of an excerpt, and of what stands before the word it is shown for.
const EXCERPT: usize = 180;
const BEFORE: usize = 60;

/// Snowball's lists, as PostgreSQL ships them: its `norwegian` and `english` drop exactly these, so that both
/// databases find the same.
static NORWEGIAN: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("../../library/stop_words.norwegian.txt").lines().collect());
static ENGLISH: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("../../library/stop_words.english.txt").lines().collect());

/// Languages with a stemmer in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Bokmål and Nynorsk.
    Norwegian,
    English,
}

impl Family {
    pub const ALL: [Self; 2] = [Self::Norwegian, Self::English];

    pub const fn of(language: Language) -> Self {
        match language {
            Language::Nb | Language::Nn => Self::Norwegian,
            Language::En => Self::English,
        }
    }

    pub fn languages(self) -> impl Iterator<Item = Language> {
        Language::ALL.iter().copied().filter(move |language| Self::of(*language) == self)
    }

    /// Name of PostgreSQL's text search configuration.
    pub const fn configuration(self) -> &'static str {
        match self {
            Self::Norwegian => "norwegian",
            Self::English => "english",
        }
    }

    fn stemmer(self) -> Stemmer {
        Stemmer::create(match self {
            Self::Norwegian => Algorithm::Norwegian,
            Self::English => Algorithm::English,
        })
    }

    fn drops(self, word: &str) -> bool {
        match self {
            Self::Norwegian => NORWEGIAN.contains(word),
            Self::English => ENGLISH.contains(word),
        }
    }

    /// The different words of a query that say something, in their order. They hold letters and digits alone, so that
    /// none of them means anything to the query language of a database.
    pub fn asked(self, query: &str) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let words = words_of(query).into_iter().filter(|word| !self.drops(word) && seen.insert(word.clone()));
        words.take(MOST_WORDS).collect()
    }
}

/// The words of a text for `library_search`.
pub fn indexed(backend: DbBackend, language: Language, text: &str) -> String {
    let words = words_of(text);
    if backend == DbBackend::Postgres {
        return words.join(" ");
    }
    let stemmer = Family::of(language).stemmer();
    words.iter().map(|word| stemmer.stem(word)).collect::<Vec<_>>().join(" ")
}

/// All words, each itself or the beginning of a longer one (Norwegian writes compounds as one word), for
/// `to_tsquery`, which stems.
pub fn postgres_query(words: &[String]) -> String {
    let each = words
        .iter()
        .map(|word| if reaches_on(word) { format!("('{word}' | '{word}':*)") } else { format!("'{word}'") });
    each.collect::<Vec<_>>().join(" & ")
}

/// The same for FTS5, stemmed.
pub fn sqlite_query(family: Family, words: &[String]) -> String {
    let stemmer = family.stemmer();
    let each = words.iter().map(|word| {
        let stem = stemmer.stem(word);
        if reaches_on(word) { format!("(\"{stem}\" OR \"{stem}\"*)") } else { format!("\"{stem}\"") }
    });
    each.collect::<Vec<_>>().join(" AND ")
}

fn reaches_on(word: &str) -> bool {
    word.chars().nth(PREFIX_CHARS - 1).is_some()
}

/// What stands around the first of `words` in `body`, in its own words; `None` where none of them is there.
pub fn excerpt(family: Family, body: &str, words: &[String]) -> Option<String> {
    let stemmer = family.stemmer();
    let stems: Vec<(String, bool)> =
        words.iter().map(|word| (stemmer.stem(word).into_owned(), reaches_on(word))).collect();
    let at = parts(body).find(|(_, part)| {
        let stem = stemmer.stem(&part.to_lowercase()).into_owned();
        stems.iter().any(|(asked, reaches_on)| stem == *asked || (*reaches_on && stem.starts_with(asked.as_str())))
    })?;
    Some(around(body, at.0))
}

/// The words of a text where they stand, by byte.
fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|it: char| !it.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(move |part| (part.as_ptr() as usize - text.as_ptr() as usize, part))
}

/// One line of whole words around the byte `at`.
fn around(text: &str, at: usize) -> String {
    let begin = text[..at].char_indices().rev().take(BEFORE).last().map_or(at, |(byte, _)| byte);
    let begin =
        if begin == 0 { 0 } else { text[begin..at].find(char::is_whitespace).map_or(at, |space| begin + space) };
    let end = text[begin..].char_indices().nth(EXCERPT).map_or(text.len(), |(byte, _)| begin + byte);
    let end =
        if end == text.len() { end } else { text[begin..end].rfind(char::is_whitespace).map_or(end, |it| begin + it) };
    let line = text[begin..end].split_whitespace().collect::<Vec<_>>().join(" ");
    let before = if begin == 0 { "" } else { "… " };
    let after = if end == text.len() { "" } else { " …" };
    format!("{before}{line}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norwegian_inflections_have_one_stem() {
        let stem = |word: &str| indexed(DbBackend::Sqlite, Language::Nb, word);
        for (one, other) in [
            ("tanke", "tankene"),
            ("øvelse", "øvelsene"),
            ("relasjon", "relasjonen"),
            ("ven", "venene"),
            ("avtale", "avtaler"),
            ("måned", "månedene"),
            ("øving", "øvingane"),
        ] {
            assert_eq!(stem(one), stem(other));
        }
        assert_eq!(stem("Ærlig pust, 4-6"), "ærl pust 4 6");
        assert_eq!(indexed(DbBackend::Sqlite, Language::En, "Sleeping breaths"), "sleep breath");
        assert_eq!(indexed(DbBackend::Postgres, Language::Nb, "Tankene, øvelsen!"), "tankene øvelsen");
    }

    #[test]
    fn a_query_is_words_and_nothing_else() {
        let asked = Family::Norwegian.asked("hva \"er\" søvn* AND NEAR(-x OR ';:!&|<->' søvn\0)");
        assert_eq!(asked, ["søvn", "and", "near", "x", "or"]);
        assert_eq!(postgres_query(&asked[..1]), "('søvn' | 'søvn':*)");
        assert_eq!(
            sqlite_query(Family::Norwegian, &["søvnen".into(), "ro".into()]),
            "(\"søvn\" OR \"søvn\"*) AND \"ro\""
        );
        assert_eq!(Family::English.asked(&"a b c d e f g h i j k l m n o p q r s t u v w x y z ".repeat(9)).len(), 16);
        assert!(Family::English.asked("what is the").is_empty());
    }

    #[test]
    fn an_excerpt_is_the_texts_own_words() {
        let body = format!(
            "{}Så kommer søvnen, av seg selv.{}",
            "Først går du en tur. ".repeat(20),
            " Og så videre.".repeat(40)
        );
        let shown = excerpt(Family::Norwegian, &body, &["søvn".into()]).expect("found");
        assert!(
            shown.starts_with("… ") && shown.ends_with(" …") && shown.contains("Så kommer søvnen, av seg selv."),
            "{shown}"
        );
        assert!(shown.chars().count() <= EXCERPT + 4, "{shown}");
        assert_eq!(excerpt(Family::Norwegian, "Bare ro.", &["ro".into()]), Some("Bare ro.".into()));
        assert_eq!(excerpt(Family::Norwegian, "Roman.", &["ro".into()]), None);
        assert_eq!(excerpt(Family::English, &"å".repeat(500), &["x".into()]), None);
        let one_word = "å".repeat(500);
        assert!(excerpt(Family::Norwegian, &one_word, std::slice::from_ref(&one_word)).is_some());
    }
}
