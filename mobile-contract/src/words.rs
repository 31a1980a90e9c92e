//! Closed vocabularies of the wire, written as the domain writes them.

/// A closed vocabulary, for the document: what each of its words says.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary {
    /// The schema's name.
    pub name: &'static str,
    /// Each word, and what stands about it line by line; no lines where the word says it all.
    pub words: &'static [(&'static str, &'static [&'static str])],
}

/// Every vocabulary of the wire.
pub fn vocabularies() -> impl Iterator<Item = &'static Vocabulary> {
    [
        crate::absences::VOCABULARIES,
        crate::access_log::VOCABULARIES,
        crate::accounts::VOCABULARIES,
        crate::agreements::VOCABULARIES,
        crate::cards::VOCABULARIES,
        crate::check_ins::VOCABULARIES,
        crate::consents::VOCABULARIES,
        crate::consultations::VOCABULARIES,
        crate::contacts::VOCABULARIES,
        crate::counts::VOCABULARIES,
        crate::crisis_plan::VOCABULARIES,
        crate::digests::VOCABULARIES,
        crate::export::VOCABULARIES,
        crate::grants::VOCABULARIES,
        crate::joint_sessions::VOCABULARIES,
        crate::ledger::VOCABULARIES,
        crate::library::VOCABULARIES,
        crate::messages::VOCABULARIES,
        crate::notification_settings::VOCABULARIES,
        crate::notifications::VOCABULARIES,
        crate::policy::VOCABULARIES,
        crate::problem::VOCABULARIES,
        crate::profile::VOCABULARIES,
        crate::prompts::VOCABULARIES,
        crate::proposals::VOCABULARIES,
        crate::relationships::VOCABULARIES,
        crate::reply_clocks::VOCABULARIES,
        crate::sessions::VOCABULARIES,
        crate::sync::VOCABULARIES,
        crate::templates::VOCABULARIES,
        crate::toolbox::VOCABULARIES,
        crate::upcoming::VOCABULARIES,
        VOCABULARIES,
    ]
    .into_iter()
    .flatten()
}

/// Defines wire enums, each with its one written form (`as_str`, `FromStr`), and the module's `VOCABULARIES`.
macro_rules! wire_words {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[doc = $said:literal])* $variant:ident = $word:literal),+ $(,)?
    })*) => {
        pub(crate) const VOCABULARIES: &[$crate::words::Vocabulary] = &[$(
            $crate::words::Vocabulary { name: stringify!($name), words: &[$(($word, &[$($said),*])),+] }
        ),*];
    $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, poem_openapi::Enum)]
        pub enum $name { $($(#[doc = $said])* #[oai(rename = $word)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(word: &str) -> Result<Self, String> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err(word.to_owned()) }
            }
        }
    )*};
}
pub(crate) use wire_words;

wire_words! {
    /// A language the system speaks.
    Language {
        Nb = "nb",
        Nn = "nn",
        En = "en",
    }
}
