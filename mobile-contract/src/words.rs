//! Closed vocabularies of the wire, written as the domain writes them.

/// Defines a wire enum with its one written form (`as_str`, `FromStr`).
macro_rules! wire_words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, poem_openapi::Enum)]
        pub enum $name { $($(#[$vdoc])* #[oai(rename = $word)] $variant),+ }

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
