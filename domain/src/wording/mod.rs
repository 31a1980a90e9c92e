//! Every text the system shows a person, in every language it speaks, in one place.
//!
//! A text is an enum variant with typed arguments ([`Text`]); its wordings are Project Fluent patterns
//! in `nb/`, `nn/` and `en/`, one file per area. A missing key or argument cannot happen at run time:
//! the built-in wordings are tested for every variant and language, an organisation's own are
//! checked when they are saved.

mod access;
mod arguments;
mod check_in;
mod digest;
mod help_now;
mod ledger;
mod mail;
mod messages;
mod negotiate;
mod overrides;
mod problems;
mod prompts;
mod push;
mod relationship;
mod text;

#[cfg(test)]
mod tests;

pub use access::AccessLine;
pub use arguments::{Day, NearDay, TimeOfDay, Unit};
pub use check_in::{
    AnswerReceipt, CheckIn, CheckInAnswered, CheckInCard, Greeting, HeavyReply, Reading, SeriesPosition,
};
pub use digest::DigestText;
pub use help_now::HelpNow;
pub use ledger::{Against, LedgerLine, ProviderLedgerLine, Upcoming};
pub use mail::{DigestMail, Link, Mail, MailText, NotALink, OpenPage};
pub use messages::{Closed, Receipt};
pub use negotiate::negotiate;
pub use overrides::{MAX_OVERRIDE_CHARS, TemplateFault};
pub use problems::{FieldFault, ProblemCode, ProblemDetail, ProblemTitle};
pub use prompts::{AgreementRound, Overdue, PlanReview, PromptChoice};
pub use push::Push;
pub use relationship::{Consent, Duty, Relationship};
pub use text::{ArgumentKind, ArgumentSpec, Entry, Key, Text, UnknownKey, Value};

use crate::words::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};
use unic_langid::LanguageIdentifier;

type Bundle = FluentBundle<FluentResource>;

/// All texts by area, in the order a reader would want to review them.
const AREAS: &[&[Entry]] = &[
    Push::ENTRIES,
    mail::MailText::ENTRIES,
    mail::OpenPage::ENTRIES,
    DigestText::ENTRIES,
    CheckIn::ENTRIES,
    CheckInAnswered::ENTRIES,
    CheckInCard::ENTRIES,
    HeavyReply::ENTRIES,
    Receipt::ENTRIES,
    Closed::ENTRIES,
    Overdue::ENTRIES,
    PromptChoice::ENTRIES,
    PlanReview::ENTRIES,
    AgreementRound::ENTRIES,
    Relationship::ENTRIES,
    Consent::ENTRIES,
    Duty::ENTRIES,
    HelpNow::ENTRIES,
    Upcoming::ENTRIES,
    ledger::Sentence::ENTRIES,
    ledger::Why::ENTRIES,
    ledger::WhyNot::ENTRIES,
    ledger::ForProvider::ENTRIES,
    access::Read::ENTRIES,
    access::What::ENTRIES,
    access::WhyAllowed::ENTRIES,
    ProblemTitle::ENTRIES,
    ProblemDetail::ENTRIES,
    FieldFault::ENTRIES,
];

/// Every text with its arguments, for whoever reviews wordings or approves others.
pub fn catalogue() -> impl Iterator<Item = &'static Entry> {
    AREAS.iter().flat_map(|area| area.iter())
}

macro_rules! sources {
    ($folder:literal) => {
        [
            include_str!(concat!($folder, "/push.ftl")),
            include_str!(concat!($folder, "/mail.ftl")),
            include_str!(concat!($folder, "/digest.ftl")),
            include_str!(concat!($folder, "/check_in.ftl")),
            include_str!(concat!($folder, "/messages.ftl")),
            include_str!(concat!($folder, "/prompts.ftl")),
            include_str!(concat!($folder, "/relationship.ftl")),
            include_str!(concat!($folder, "/help_now.ftl")),
            include_str!(concat!($folder, "/ledger.ftl")),
            include_str!(concat!($folder, "/access.ftl")),
            include_str!(concat!($folder, "/problems.ftl")),
        ]
    };
}

const SOURCES: [(Language, [&str; 11]); 3] =
    [(Language::Nb, sources!("nb")), (Language::Nn, sources!("nn")), (Language::En, sources!("en"))];

static BUILT_IN: LazyLock<BTreeMap<Language, Bundle>> = LazyLock::new(|| {
    SOURCES
        .into_iter()
        .map(|(language, sources)| {
            let mut bundle = empty_bundle(language);
            for source in sources {
                // A fault here is a fault of this crate, found by its tests; what could be read is kept.
                let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable, _)| readable);
                bundle.add_resource_overriding(resource);
            }
            (language, bundle)
        })
        .collect()
});

fn empty_bundle(language: Language) -> Bundle {
    let identifier: LanguageIdentifier = language.as_str().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![identifier]);
    // Isolation marks would show as boxes on lock screens and in plain-text mail.
    bundle.set_use_isolating(false);
    bundle
}

/// Which languages stand in, best first, for a text that `language` lacks. Human wordings only: a
/// text nobody has worded in a language is said in the nearest one somebody has.
const fn stand_ins(language: Language) -> [Language; 3] {
    match language {
        Language::Nb => [Language::Nb, Language::Nn, Language::En],
        Language::Nn => [Language::Nn, Language::Nb, Language::En],
        Language::En => [Language::En, Language::Nb, Language::Nn],
    }
}

/// Says texts: the built-in wordings, under those an organisation has approved. Cheap to clone.
#[derive(Clone, Default)]
pub struct Wording {
    own: Arc<BTreeMap<Language, Bundle>>,
}

impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wording").field("languages_with_own_wordings", &self.own.len()).finish()
    }
}

/// An approved wording that no longer fits its text, and why; the built-in one is used in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    pub key: String,
    pub language: Language,
    pub faults: Vec<TemplateFault>,
}

impl Wording {
    /// The built-in wordings alone.
    pub fn built_in() -> Self {
        Self::default()
    }

    /// The built-in wordings under an organisation's approved ones, given as (key, language, Fluent
    /// pattern); of two for the same key and language the later counts. What was checked when it was
    /// saved may not fit a later version of the text: it is passed over, and told.
    pub fn with_overrides<K, S>(approved: impl IntoIterator<Item = (K, Language, S)>) -> (Self, Vec<PassedOver>)
    where
        K: AsRef<str>,
        S: AsRef<str>,
    {
        let mut own = BTreeMap::new();
        let mut passed_over = Vec::new();
        for (key, language, source) in approved {
            match overrides::resource(key.as_ref(), source.as_ref()) {
                Ok(resource) => {
                    own.entry(language).or_insert_with(|| empty_bundle(language)).add_resource_overriding(resource)
                }
                Err(faults) => passed_over.push(PassedOver { key: key.as_ref().to_owned(), language, faults }),
            }
        }
        (Self { own: Arc::new(own) }, passed_over)
    }

    /// Whether `source`, a Fluent pattern, may take the place of the built-in wording of `key`.
    ///
    /// # Errors
    /// Everything that is wrong with it: see [`TemplateFault`].
    pub fn check_override(key: &str, language: Language, source: &str) -> Result<(), Vec<TemplateFault>> {
        // The rules are the same in every language; the parameter keeps a caller from checking one
        // wording and saving it for all.
        let _ = language;
        overrides::resource(key, source).map(drop)
    }

    /// The text in `language`.
    pub fn say(&self, language: Language, text: &dyn Text) -> String {
        self.say_first(&[language], text)
    }

    /// The text in the first of the reader's languages, best first, that has a wording of it.
    pub fn say_first(&self, languages: &[Language], text: &dyn Text) -> String {
        let first = languages.first().copied().unwrap_or(Language::Nb);
        languages
            .iter()
            .copied()
            .chain(stand_ins(first))
            .find_map(|language| self.said(language, text))
            .unwrap_or_else(|| text.key().to_string())
    }

    /// The pattern shipped for `key` in `language`, for whoever writes another one.
    pub fn built_in_pattern(key: Key, language: Language) -> Option<String> {
        overrides::shipped_pattern(key, language)
    }

    fn said(&self, language: Language, text: &dyn Text) -> Option<String> {
        let mut arguments = FluentArgs::new();
        for (name, value) in text.arguments(language) {
            match value {
                Value::Words(words) => arguments.set(name, FluentValue::from(words)),
                Value::Number(number) => arguments.set(name, FluentValue::from(number)),
            }
        }
        let id = text.key().fluent_id();
        [self.own.get(&language), BUILT_IN.get(&language)]
            .into_iter()
            .flatten()
            .find_map(|bundle| format(bundle, &id, &arguments))
    }
}

fn format(bundle: &Bundle, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(id)?.value()?;
    let mut faults = Vec::new();
    let said = bundle.format_pattern(pattern, Some(arguments), &mut faults);
    faults.is_empty().then(|| said.into_owned())
}
