//! What is wrong with a configuration, key by key.

use std::fmt;

/// One wrong value: which key, what is wrong, what would be right, and where it was set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub key: String,
    pub what: String,
    pub origin: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.what)?;
        match &self.origin {
            Some(origin) => write!(f, " (set in {origin})"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong, in the order of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("one setting is wrong:")?,
            count => write!(f, "{count} settings are wrong:")?,
        }
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// Why a text is not what its key asks for: `"abc" is not {a}; give {give}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub a: String,
    pub give: String,
}

impl Wrong {
    pub fn new(a: impl Into<String>, give: impl Into<String>) -> Self {
        Self { a: a.into(), give: give.into() }
    }
}
