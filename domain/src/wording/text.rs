//! What a text is: a key, and arguments that cannot be forgotten or misspelt because they are the
//! fields of an enum variant. Each area declares its texts once, with [`texts!`].

use crate::words::Language;
use std::fmt;
use std::str::FromStr;

/// The stable name of a text, `area.name`. In the `.ftl` files, whose identifiers have no dots, it is `area-name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub(super) &'static str);

impl Key {
    /// `check_in.ordinary`
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    pub(super) fn fluent_id(self) -> String {
        self.0.replace('.', "-")
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// No text has this key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no text with the key {0:?}")]
pub struct UnknownKey(pub String);

impl FromStr for Key {
    type Err = UnknownKey;
    fn from_str(key: &str) -> Result<Self, Self::Err> {
        super::catalogue()
            .map(|entry| entry.key)
            .find(|known| known.as_str() == key)
            .ok_or_else(|| UnknownKey(key.to_owned()))
    }
}

/// One text with its arguments. Implemented only by the enums of this module, so that every text
/// there is can be listed, tested and shown to whoever approves its wording.
pub trait Text: sealed::Sealed {
    /// The stable name of this text.
    fn key(&self) -> Key;
    #[doc(hidden)]
    fn arguments(&self, language: Language) -> Vec<(&'static str, Value)>;
}

pub(super) mod sealed {
    pub trait Sealed {}
}

/// An argument as it enters a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Inserted as it is, or selected upon.
    Words(String),
    /// Inserted in digits; chooses the plural.
    Number(u32),
}

/// What an argument is, for whoever writes another wording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentKind {
    /// A name or another piece of text, inserted as it is.
    Words,
    /// A date, already in the reader's language.
    Day,
    /// A time of day, already in the reader's language.
    Time,
    /// A whole number; may choose a plural.
    Number,
    /// One word out of a closed list; may choose a variant.
    Choice(&'static [&'static str]),
}

impl ArgumentKind {
    /// Whether a wording may choose its variants by this argument. Names and dates never choose:
    /// a sentence that reads otherwise for one person is no template.
    pub const fn selects(self) -> bool {
        matches!(self, Self::Number | Self::Choice(_))
    }
}

/// The name and kind of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArgumentSpec {
    pub name: &'static str,
    pub kind: ArgumentKind,
}

/// One line of [`super::catalogue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: Key,
    /// What the text is for, in English.
    pub note: &'static str,
    /// Whether an organisation may approve a wording of its own.
    pub overridable: bool,
    /// Every wording uses exactly these.
    pub arguments: &'static [ArgumentSpec],
}

/// Declares an area of texts: one variant, key, note and typed argument list per text. With `keys`,
/// what is written as the key stands between the two.
macro_rules! texts {
    (
        $(#[doc = $area_doc:literal])*
        $name:ident, overridable: $overridable:literal { $($texts:tt)+ }
    ) => {
        $crate::wording::text::texts! {
            $(#[doc = $area_doc])*
            $name, overridable: $overridable, keys: "" .. "" { $($texts)+ }
        }
    };
    (
        $(#[doc = $area_doc:literal])*
        $name:ident, overridable: $overridable:literal, keys: $before:literal .. $after:literal {
            $($(#[doc = $note:literal])+ $variant:ident = $key:literal $({ $($argument:ident: $kind:ty),+ $(,)? })?;)+
        }
    ) => {
        $(#[doc = $area_doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[doc = $note])+ $variant $({ $($argument: $kind),+ })?),+
        }

        impl $name {
            pub(in $crate::wording) const ENTRIES: &'static [$crate::wording::Entry] = &[$($crate::wording::Entry {
                key: $crate::wording::Key(concat!($before, $key, $after)),
                note: concat!($($note),+).trim_ascii(),
                overridable: $overridable,
                arguments: &[$($($crate::wording::ArgumentSpec {
                    name: stringify!($argument),
                    kind: <$kind as $crate::wording::arguments::Argument>::KIND,
                }),+)?],
            }),+];

            /// Every text of the area, several times, with arguments that try its plurals and choices.
            #[cfg(test)]
            pub(in $crate::wording) fn samples() -> Vec<Self> {
                use $crate::wording::arguments::SAMPLES;
                let round_of = |_round| vec![$(Self::$variant $({
                    $($argument: <$kind as $crate::wording::arguments::Argument>::sample(_round, stringify!($argument))),+
                })?),+];
                (0..SAMPLES).flat_map(round_of).collect()
            }
        }

        impl $crate::wording::text::sealed::Sealed for $name {}

        impl $crate::wording::Text for $name {
            fn key(&self) -> $crate::wording::Key {
                match self {
                    $(Self::$variant $({ $($argument: _),+ })? => $crate::wording::Key(concat!($before, $key, $after))),+
                }
            }

            fn arguments(&self, _language: $crate::words::Language) -> Vec<(&'static str, $crate::wording::Value)> {
                match self {
                    $(Self::$variant $({ $($argument),+ })? => vec![$($((
                        stringify!($argument),
                        $crate::wording::arguments::Argument::in_words($argument, _language),
                    )),+)?]),+
                }
            }
        }
    };
}
pub(super) use texts;
