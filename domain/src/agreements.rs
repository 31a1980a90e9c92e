//! What owner and provider expect of each other (R24–R26): terms, the hash both accept, what
//! differs between two versions, and when a version applies.

use crate::ids::AccountId;
use crate::organisation_policy::Rules;
use crate::weekdays::Weekdays;
use crate::words;
use crate::words::Language;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Most characters (Unicode scalar values) of one free text of the terms.
pub const MOST_CHARACTERS: usize = 4_000;

/// A review further ahead than this is a slip of the hand.
const MOST_DAYS_TO_REVIEW: u64 = 3_660;

words! {
    /// Who writes first (R17).
    WhoStarts { Owner = "owner", Provider = "provider", Either = "either" }
    /// Whether the system is used during or between consultations (R29).
    UseInSessions { Between = "between", During = "during", Both = "both" }
    /// Where a version stands.
    VersionState {
        /// Not accepted by both yet.
        Draft = "draft",
        /// Applies now.
        InForce = "in_force",
        /// Applied until a later one did.
        Superseded = "superseded",
        /// Never accepted by both, and a later one applies.
        Lapsed = "lapsed",
    }
    /// The terms by name, in the order they are read.
    Term {
        Purposes = "purposes", WhoStarts = "who_starts", ContentWelcome = "content_welcome",
        ContentNotWelcome = "content_not_welcome", ReplyWindowDays = "reply_window_days",
        ReadingDays = "reading_days", AbsenceCover = "absence_cover", LengthWishes = "length_wishes",
        CheckIns = "check_ins", Journal = "journal", AlarmingMessages = "alarming_messages",
        SilenceClause = "silence_clause", Disagreement = "disagreement", Language = "language",
        UseInSessions = "use_in_sessions", NextReviewOn = "next_review_on",
    }
    /// What is wrong with one term.
    TermFault {
        TooLong = "too_long", Format = "format", NotInList = "not_in_list", OutsideBounds = "outside_bounds",
        DateInPast = "date_in_past", Required = "required",
    }
}

/// What happens while the provider is away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbsenceCover {
    /// In the pair's own words.
    pub how: String,
    /// The provider who would stand in; each absence still needs her yes and the owner's consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute: Option<AccountId>,
}

/// Whether, how often and how check-ins come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInTerms {
    pub permitted: bool,
    /// No more often than this; absent: as the two settle it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_days: Option<u16>,
    /// In the pair's own words.
    pub wishes: String,
}

/// What the owner wants done when she has been silent: "after two, phone me".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceClause {
    /// Unanswered check-ins in a row, 1 to 3.
    pub after: u8,
    /// In her own words.
    pub wish: String,
}

/// One wording of the whole agreement. Field names are the wire's, so that a reader can check the
/// hash against what she was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub purposes: String,
    pub who_starts: WhoStarts,
    pub content_welcome: String,
    pub content_not_welcome: String,
    /// Working days, 1 to 5.
    pub reply_window_days: u8,
    /// On which days the provider reads.
    pub reading_days: Weekdays,
    pub absence_cover: AbsenceCover,
    pub length_wishes: String,
    pub check_ins: CheckInTerms,
    /// What may enter the health record.
    pub journal: String,
    /// What happens with a message that alarms (R21).
    pub alarming_messages: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_clause: Option<SilenceClause>,
    /// Where a disagreement is taken.
    pub disagreement: String,
    pub language: Language,
    pub use_in_sessions: UseInSessions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_review_on: Option<NaiveDate>,
}

impl Terms {
    /// Canonical JSON (RFC 8785): keys sorted, no white space.
    pub fn canonical(&self) -> Result<String, serde_json::Error> {
        Ok(canonical(&serde_json::to_value(self)?))
    }

    /// What both accept: SHA-256 over [`Self::canonical`], as 64 lower-case hexadecimal digits.
    pub fn hash(&self) -> Result<String, serde_json::Error> {
        Ok(hex::encode(Sha256::digest(self.canonical()?)))
    }

    /// Every fault, by JSON Pointer into the terms. `today` is the owner's date.
    pub fn faults(&self, rules: &Rules, today: NaiveDate) -> Vec<(String, TermFault)> {
        let mut faults = Vec::new();
        let texts = [
            ("/purposes", &self.purposes),
            ("/content_welcome", &self.content_welcome),
            ("/content_not_welcome", &self.content_not_welcome),
            ("/absence_cover/how", &self.absence_cover.how),
            ("/length_wishes", &self.length_wishes),
            ("/check_ins/wishes", &self.check_ins.wishes),
            ("/journal", &self.journal),
            ("/alarming_messages", &self.alarming_messages),
            ("/disagreement", &self.disagreement),
        ];
        let silence = self.silence_clause.as_ref().map(|clause| ("/silence_clause/wish", &clause.wish));
        for (pointer, text) in texts.into_iter().chain(silence) {
            if text.contains('\0') {
                faults.push((pointer.to_owned(), TermFault::Format));
            } else if text.chars().nth(MOST_CHARACTERS).is_some() {
                faults.push((pointer.to_owned(), TermFault::TooLong));
            }
        }
        if !rules.offers_reply_window(self.reply_window_days) {
            faults.push(("/reply_window_days".to_owned(), TermFault::NotInList));
        }
        if self.reading_days.is_empty() {
            faults.push(("/reading_days".to_owned(), TermFault::Required));
        }
        if self.check_ins.every_days.is_some_and(|days| !rules.offers_interval(days)) {
            faults.push(("/check_ins/every_days".to_owned(), TermFault::NotInList));
        }
        if self.silence_clause.as_ref().is_some_and(|clause| !(1..=3).contains(&clause.after)) {
            faults.push(("/silence_clause/after".to_owned(), TermFault::OutsideBounds));
        }
        let latest = today.checked_add_days(Days::new(MOST_DAYS_TO_REVIEW)).unwrap_or(NaiveDate::MAX);
        match self.next_review_on {
            Some(on) if on < today => faults.push(("/next_review_on".to_owned(), TermFault::DateInPast)),
            Some(on) if on > latest => faults.push(("/next_review_on".to_owned(), TermFault::OutsideBounds)),
            _ => {}
        }
        faults
    }

    /// Whether a series of this cadence may run under these terms.
    pub fn permits_check_ins(&self, every_days: u16) -> bool {
        permits(self.check_ins.permitted, self.check_ins.every_days, every_days)
    }
}

/// Whether terms with these check-in columns let a series of this cadence run.
pub fn permits(permitted: bool, no_more_often_than: Option<u16>, every_days: u16) -> bool {
    permitted && no_more_often_than.is_none_or(|least| every_days >= least)
}

/// One term that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub term: Term,
    /// As on the wire; absent where the term was not there.
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// What differs from `before` to `after`, term by term, in reading order.
pub fn diff(before: &Terms, after: &Terms) -> Result<Vec<Change>, serde_json::Error> {
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    Ok(Term::ALL
        .iter()
        .filter_map(|term| {
            let (old, new) = (before.get(term.as_str()), after.get(term.as_str()));
            (old != new).then(|| Change { term: *term, before: old.cloned(), after: new.cloned() })
        })
        .collect())
}

/// Where version `number` stands, given the highest number that ever came into force.
pub fn state(number: i32, in_force: bool, superseded: bool, latest_in_force: Option<i32>) -> VersionState {
    match (in_force, superseded) {
        (true, false) => VersionState::InForce,
        (true, true) => VersionState::Superseded,
        (false, _) if latest_in_force.is_some_and(|latest| number < latest) => VersionState::Lapsed,
        (false, _) => VersionState::Draft,
    }
}

/// What accepting comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// Kept; the other side has not accepted this text.
    OneSided,
    /// Both accepted the same text: it applies from now on.
    InForce,
    /// She accepted it before.
    Already,
    /// She read another text than the one she would accept.
    OtherText,
    /// A later version applies.
    Lapsed,
}

/// What it comes to when one side accepts `hash` of a version whose text has `text_hash`.
/// `mine` and `theirs` are what each side accepted of this version so far.
pub fn accept(state: VersionState, hash: &str, text_hash: &str, mine: bool, theirs: Option<&str>) -> Acceptance {
    match state {
        _ if !hash.eq_ignore_ascii_case(text_hash) => Acceptance::OtherText,
        _ if mine => Acceptance::Already,
        VersionState::Lapsed => Acceptance::Lapsed,
        VersionState::InForce | VersionState::Superseded => Acceptance::Already,
        VersionState::Draft if theirs == Some(text_hash) => Acceptance::InForce,
        VersionState::Draft => Acceptance::OneSided,
    }
}

/// Keys are sorted here and not by `serde_json`, whose order depends on a feature any dependency
/// may switch on. The terms hold no fractions, whose written form RFC 8785 would have to settle.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries: Vec<String> = entries
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::String(key.clone()), canonical(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn terms() -> Terms {
        Terms {
            purposes: "Å skrive når det er \"tungt\".".into(),
            who_starts: WhoStarts::Either,
            content_welcome: "Hverdagen".into(),
            content_not_welcome: String::new(),
            reply_window_days: 3,
            reading_days: Weekdays::TUESDAY_TO_THURSDAY,
            absence_cover: AbsenceCover::default(),
            length_wishes: "Én side".into(),
            check_ins: CheckInTerms { permitted: true, every_days: Some(14), wishes: String::new() },
            journal: String::new(),
            alarming_messages: "Ring meg".into(),
            silence_clause: None,
            disagreement: String::new(),
            language: Language::Nn,
            use_in_sessions: UseInSessions::Both,
            next_review_on: None,
        }
    }

    #[test]
    fn the_hash_is_of_the_canonical_text_and_stays() {
        let canonical = terms().canonical().unwrap();
        assert_eq!(
            canonical,
            "{\"absence_cover\":{\"how\":\"\"},\"alarming_messages\":\"Ring meg\",\
             \"check_ins\":{\"every_days\":14,\"permitted\":true,\"wishes\":\"\"},\"content_not_welcome\":\"\",\
             \"content_welcome\":\"Hverdagen\",\"disagreement\":\"\",\"journal\":\"\",\"language\":\"nn\",\
             \"length_wishes\":\"Én side\",\"purposes\":\"Å skrive når det er \\\"tungt\\\".\",\
             \"reading_days\":[\"tue\",\"wed\",\"thu\"],\"reply_window_days\":3,\"use_in_sessions\":\"both\",\
             \"who_starts\":\"either\"}"
        );
        assert_eq!(terms().hash().unwrap(), hex::encode(Sha256::digest(&canonical)));
        let read_back: Terms = serde_json::from_str(&canonical).unwrap();
        assert_eq!(read_back, terms());
        assert_eq!(read_back.hash().unwrap(), terms().hash().unwrap());
    }

    #[test]
    fn any_other_text_has_another_hash() {
        let hash = terms().hash().unwrap();
        assert_ne!(Terms { reply_window_days: 2, ..terms() }.hash().unwrap(), hash);
        assert_ne!(Terms { purposes: terms().purposes + " ", ..terms() }.hash().unwrap(), hash);
        let clause = SilenceClause { after: 2, wish: "ring".into() };
        assert_ne!(Terms { silence_clause: Some(clause), ..terms() }.hash().unwrap(), hash);
    }

    #[test]
    fn a_diff_names_each_term_that_differs_in_reading_order() {
        let clause = SilenceClause { after: 2, wish: "ring".into() };
        let later = Terms { silence_clause: Some(clause), reply_window_days: 5, ..terms() };
        let changes = diff(&terms(), &later).unwrap();
        assert_eq!(
            changes.iter().map(|change| change.term).collect::<Vec<_>>(),
            [Term::ReplyWindowDays, Term::SilenceClause]
        );
        assert_eq!((changes[0].before.clone(), changes[0].after.clone()), (Some(3.into()), Some(5.into())));
        assert_eq!(changes[1].before, None);
        assert_eq!(changes[1].after, Some(serde_json::json!({"after": 2, "wish": "ring"})));
        assert_eq!(diff(&terms(), &terms()).unwrap(), []);
    }

    #[test]
    fn the_diff_knows_every_field_of_the_terms() {
        let full = Terms {
            silence_clause: Some(SilenceClause { after: 1, wish: String::new() }),
            next_review_on: Some(day("2027-01-01")),
            ..terms()
        };
        let value = serde_json::to_value(full).unwrap();
        let mut fields: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        let mut known: Vec<_> = Term::ALL.iter().map(|term| term.as_str().to_owned()).collect();
        fields.sort();
        known.sort();
        assert_eq!(fields, known);
    }

    #[test]
    fn both_must_accept_the_same_text() {
        let draft = |hash, mine, theirs| accept(VersionState::Draft, hash, "ab", mine, theirs);
        assert_eq!(draft("ab", false, None), Acceptance::OneSided);
        assert_eq!(draft("AB", false, Some("ab")), Acceptance::InForce);
        assert_eq!(draft("cd", false, Some("ab")), Acceptance::OtherText);
        assert_eq!(draft("ab", true, None), Acceptance::Already);
        assert_eq!(accept(VersionState::Lapsed, "ab", "ab", false, Some("ab")), Acceptance::Lapsed);
        assert_eq!(accept(VersionState::InForce, "cd", "ab", true, Some("ab")), Acceptance::OtherText);
        assert_eq!(accept(VersionState::Superseded, "ab", "ab", true, Some("ab")), Acceptance::Already);
    }

    #[test]
    fn a_draft_lapses_when_a_later_version_applies() {
        assert_eq!(state(1, false, false, None), VersionState::Draft);
        assert_eq!(state(3, false, false, Some(2)), VersionState::Draft, "a later proposal stays open");
        assert_eq!(state(1, false, false, Some(2)), VersionState::Lapsed);
        assert_eq!(state(2, true, false, Some(2)), VersionState::InForce);
        assert_eq!(state(1, true, true, Some(2)), VersionState::Superseded);
    }

    #[test]
    fn terms_keep_to_the_menus_and_bounds() {
        let (rules, today) = (Rules::default(), day("2026-10-01"));
        assert_eq!(terms().faults(&rules, today), []);
        let wrong = Terms {
            purposes: "\0".into(),
            journal: "x".repeat(MOST_CHARACTERS + 1),
            reply_window_days: 6,
            reading_days: Weekdays::NONE,
            check_ins: CheckInTerms { every_days: Some(3), ..CheckInTerms::default() },
            silence_clause: Some(SilenceClause { after: 4, wish: String::new() }),
            next_review_on: Some(day("2026-09-30")),
            ..terms()
        };
        let faults = wrong.faults(&rules, today);
        let expected = [
            ("/purposes", TermFault::Format),
            ("/journal", TermFault::TooLong),
            ("/reply_window_days", TermFault::NotInList),
            ("/reading_days", TermFault::Required),
            ("/check_ins/every_days", TermFault::NotInList),
            ("/silence_clause/after", TermFault::OutsideBounds),
            ("/next_review_on", TermFault::DateInPast),
        ];
        assert_eq!(faults, expected.map(|(pointer, fault)| (pointer.to_owned(), fault)));
        let far = Terms { next_review_on: Some(NaiveDate::MAX), ..terms() };
        assert_eq!(far.faults(&rules, today), [("/next_review_on".to_owned(), TermFault::OutsideBounds)]);
    }

    #[test]
    fn a_cadence_must_be_as_rare_as_agreed() {
        assert!(terms().permits_check_ins(14) && terms().permits_check_ins(28));
        assert!(!terms().permits_check_ins(7));
        assert!(permits(true, None, 7) && !permits(false, None, 28));
    }
}
