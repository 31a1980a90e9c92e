//! Reads typed values out of the layers and notes every wrong one, so that a person mends them all at once.

use super::layers::{Flat, Given, Layers, Raw};
use super::problem::{Problem, Problems, Wrong};
use secrecy::SecretString;
use std::collections::BTreeSet;

/// The layers, being read. Each key that is asked for is a known key; what is left over is unknown.
pub struct Reader {
    layers: Layers,
    asked: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Reader {
    pub fn new(layers: Layers) -> Self {
        Self { layers, asked: BTreeSet::new(), problems: Vec::new() }
    }

    /// The value at `key`; None if it is wrong, which is noted.
    pub fn value<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        let text = self.text(key)?;
        let parsed = parse(&text);
        self.noted(key, &text, parsed)
    }

    /// The value at `key`, or Some(None) if it is empty, that is, not set.
    pub fn optional<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<Option<T>> {
        let text = self.text(key)?;
        if text.is_empty() {
            return Some(None);
        }
        let parsed = parse(&text);
        self.noted(key, &text, parsed).map(Some)
    }

    /// A list in the file, or a text with commas.
    pub fn list<T>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, Wrong>) -> Option<Vec<T>> {
        let parts: Vec<String> = match self.given(key)?.raw {
            Raw::Many(parts) => parts,
            Raw::One(text) => {
                text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
            }
        };
        let read: Vec<Option<T>> = parts
            .iter()
            .map(|part| {
                let parsed = parse(part.trim());
                self.noted(key, part, parsed)
            })
            .collect();
        read.into_iter().collect()
    }

    /// A text that is never shown, from `key` or from the file that `key` + `_file` names.
    pub fn secret(&mut self, key: &str) -> Option<Option<SecretString>> {
        let file_key = format!("{key}_file");
        let (inline, file) = (self.text(key), self.text(&file_key));
        let (inline, file) = (inline?, file?);
        match (inline.is_empty(), file.is_empty()) {
            (true, true) => Some(None),
            (false, true) => Some(Some(inline.into())),
            (false, false) => {
                self.problem(&file_key, format!("{key} is given too; give one of the two"));
                None
            }
            (true, false) => match std::fs::read_to_string(&file) {
                Ok(text) if text.trim().is_empty() => {
                    self.problem(&file_key, format!("\"{file}\" is empty; put the value for {key} into it"));
                    None
                }
                Ok(text) => Some(Some(text.trim().to_owned().into())),
                Err(error) => {
                    self.problem(&file_key, format!("\"{file}\" cannot be read ({error}); give a readable file"));
                    None
                }
            },
        }
    }

    /// What must be set under some circumstance: notes `key` as missing when it is not.
    pub fn needed<T>(&mut self, key: &str, value: Option<Option<T>>, why: &str) -> Option<T> {
        let value = value?;
        if value.is_none() {
            self.problem(key, format!("is not set; {why}"));
        }
        value
    }

    /// Notes that the value at `key` is wrong. `what` never quotes a secret.
    pub fn problem(&mut self, key: &str, what: impl Into<String>) {
        let origin = self.layers.given.get(key).and_then(|given| given.origin.clone());
        self.problems.push(Problem { key: key.to_owned(), what: what.into(), origin });
    }

    /// Ends the reading: everything wrong, unknown keys with it, sorted by key.
    pub fn finish(mut self) -> (BTreeSet<String>, Problems) {
        let unknown: Vec<String> = self.layers.given.keys().filter(|key| !self.asked.contains(*key)).cloned().collect();
        for key in unknown {
            let what = self.nearest(&key);
            self.problem(&key, what);
        }
        self.problems.sort();
        (self.asked, Problems(self.problems))
    }

    fn nearest(&self, key: &str) -> String {
        if self.asked.iter().any(|known| known.starts_with(&format!("{key}."))) {
            return "is a section and has no value of its own; give the keys in it".to_owned();
        }
        if let Some(known) = self.asked.iter().find(|known| key.starts_with(&format!("{known}."))) {
            return format!("{known} is a value, not a section; give {known} itself");
        }
        let near = self
            .asked
            .iter()
            .map(|known| (strsim::jaro_winkler(known, key), known))
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .filter(|(likeness, _)| *likeness > 0.8);
        match near {
            Some((_, known)) => format!("there is no such key; the nearest is {known}"),
            None => "there is no such key; reconnect.default.toml has them all".to_owned(),
        }
    }

    fn given(&mut self, key: &str) -> Option<Given> {
        self.asked.insert(key.to_owned());
        let find = |layer: &Flat| layer.get(key).cloned();
        let found = find(&self.layers.given).or_else(|| find(&self.layers.defaults));
        if found.is_none() {
            self.problem(key, "has no default in reconnect.default.toml; give a value");
        }
        found
    }

    fn text(&mut self, key: &str) -> Option<String> {
        match self.given(key)?.raw {
            Raw::One(text) => Some(text.trim().to_owned()),
            Raw::Many(_) => {
                self.problem(key, "is a list; give one value");
                None
            }
        }
    }

    fn noted<T>(&mut self, key: &str, text: &str, parsed: Result<T, Wrong>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(Wrong { a, give }) => {
                let what = match text {
                    "" => format!("is empty; give {give}"),
                    text => format!("\"{text}\" is not {a}; give {give}"),
                };
                self.problem(key, what);
                None
            }
        }
    }
}
