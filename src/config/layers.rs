//! Where settings come from: the committed defaults, then a file, then the environment.

use super::problem::{Problem, Problems};
use config::{Environment, File, FileFormat, Map, Source, Value, ValueKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The committed defaults, part of the program, so that the file a person reads is the one that holds.
pub const DEFAULTS: &str = include_str!("../../reconnect.default.toml");

/// Taken when it exists and no other file is named.
pub const USUAL_FILE: &str = "reconnect.toml";

const PREFIX: &str = "RECONNECT";

/// A value as somebody wrote it. No `Debug`: it may be a secret.
#[derive(Clone)]
pub struct Given {
    pub raw: Raw,
    /// None for a committed default.
    pub origin: Option<String>,
}

#[derive(Clone, PartialEq)]
pub enum Raw {
    One(String),
    Many(Vec<String>),
}

/// Values by their dotted key.
pub type Flat = BTreeMap<String, Given>;

/// What was given, over what holds otherwise.
pub struct Layers {
    pub defaults: Flat,
    pub given: Flat,
}

/// Collects the layers. `file` must exist when it is named.
///
/// # Errors
/// A file that cannot be read or is not TOML.
pub fn collect(file: Option<&Path>, environment: Map<String, String>) -> Result<Layers, Problems> {
    let path = match file {
        Some(path) => Some(path.to_path_buf()),
        None => Some(PathBuf::from(USUAL_FILE)).filter(|path| path.exists()),
    };
    let mut given = config::Config::builder();
    if let Some(path) = &path {
        given = given.add_source(Named { name: path.display().to_string(), text: read(path)? });
    }
    let variables = Environment::with_prefix(PREFIX).separator("__").source(Some(environment));
    let given = given.add_source(variables).build().map_err(|error| one("the environment", error.to_string()))?;
    Ok(Layers { defaults: defaults()?, given: flat(given.cache) })
}

fn defaults() -> Result<Flat, Problems> {
    let defaults = config::Config::builder()
        .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
        .build()
        .map_err(|error| one("the defaults", error.to_string()))?;
    Ok(flat(defaults.cache))
}

/// Variables that were meant as settings and would be passed over: one underscore where two belong. Only those that
/// spell a setting, since other programs name variables after a service, too (`RECONNECT_SERVER_PORT`).
///
/// # Errors
/// Each of them, with the name it should have.
pub fn well_named<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), Problems> {
    let settings: BTreeMap<String, String> = defaults()?
        .into_keys()
        .flat_map(|key| [format!("{key}_file"), key])
        .map(|key| [key.replace('.', "_"), key.replace('.', "__")].map(|name| name.to_uppercase()))
        .map(|[short, right]| (format!("{PREFIX}_{short}"), format!("{PREFIX}__{right}")))
        .collect();
    let meant = |name: &str| settings.get(name).map(|right| (name.to_owned(), format!("is not read: write {right}")));
    let problems: Vec<Problem> = names
        .into_iter()
        .filter_map(meant)
        .map(|(key, what)| Problem { key, what, origin: Some("the environment".to_owned()) })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

/// The process's own variables that are settings. Read here and not by the `config` crate, whose message about
/// one that is not Unicode shows it, secrets and all.
///
/// # Errors
/// A variable that is not Unicode, or one that [`well_named`] names.
pub fn environment() -> Result<Map<String, String>, Problems> {
    let mut variables = Map::new();
    let names: Vec<String> = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
    well_named(names.iter().map(String::as_str))?;
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with("RECONNECT__")) else { continue };
        let value = value.into_string().map_err(|_| one(name, "is not Unicode text".to_owned()))?;
        variables.insert(name.to_owned(), value);
    }
    Ok(variables)
}

/// The file's text, once it is known to be TOML. Checked here and not by the `config` crate, whose message
/// shows the line that is wrong, secrets and all.
fn read(path: &Path) -> Result<String, Problems> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| one(&name, format!("cannot be read: {error}")))?;
    match text.parse::<toml::Table>() {
        Ok(_) => Ok(text),
        Err(error) => {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Err(one(&name, format!("line {line} is not TOML: {}", error.message())))
        }
    }
}

fn one(key: &str, what: String) -> Problems {
    Problems(vec![Problem { key: key.to_owned(), what, origin: None }])
}

/// A TOML text whose values remember the name of the file they stand in.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    text: String,
}

impl Source for Named {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        use config::Format as _;
        FileFormat::Toml.parse(Some(&self.name), &self.text).map_err(config::ConfigError::Foreign)
    }
}

fn flat(tree: Value) -> Flat {
    let mut into = Flat::new();
    flatten(String::new(), tree, &mut into);
    into
}

fn flatten(key: String, value: Value, into: &mut Flat) {
    let origin = value.origin().map(str::to_owned);
    let raw = match value.kind {
        ValueKind::Nil => return,
        ValueKind::Table(table) => {
            for (name, value) in table {
                let key = if key.is_empty() { name } else { format!("{key}.{name}") };
                flatten(key, value, into);
            }
            return;
        }
        ValueKind::Array(values) => Raw::Many(values.into_iter().map(|value| value.to_string()).collect()),
        scalar => Raw::One(scalar.to_string()),
    };
    into.insert(key, Given { raw, origin });
}
