//! What an organisation's own wording must be to take the place of a built-in one.

use super::arguments::disturbs;
use super::{Entry, Key, SOURCES, catalogue};
use crate::words::Language;
use fluent_bundle::FluentResource;
use fluent_syntax::ast;
use std::collections::BTreeSet;

/// Longest wording accepted, in characters.
pub const MAX_OVERRIDE_CHARS: usize = 2_000;

/// The parser descends once per brace, so depth is bounded before it starts. A plural inside a choice needs four.
const MAX_DEPTH: usize = 8;

/// Why a wording cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    #[error("there is no text with this key")]
    UnknownKey,
    /// Lock-screen lines, mails, the ledger and problem texts say the same everywhere.
    #[error("this text cannot be reworded")]
    NotOverridable,
    #[error("the wording is empty")]
    Empty,
    #[error("the wording is longer than {MAX_OVERRIDE_CHARS} characters")]
    TooLong,
    #[error("the braces are nested too deeply")]
    TooDeep,
    /// Control characters, or marks that turn the direction of writing.
    #[error("the wording holds characters that cannot be shown")]
    Unshowable,
    #[error("the wording is not one Fluent pattern")]
    Syntax,
    #[error("the text has no argument ${0}")]
    UnknownArgument(String),
    /// The argument must appear in whichever variant is chosen.
    #[error("the argument ${0} is missing")]
    MissingArgument(&'static str),
    #[error("a variant cannot be chosen by ${0}")]
    NotASelector(String),
    /// References to other messages and terms, functions, literals in braces.
    #[error("only arguments may stand in braces")]
    OnlyArguments,
}

/// The wording as a resource with one message, ready to be added.
pub(super) fn resource(key: &str, pattern: &str) -> Result<FluentResource, Vec<TemplateFault>> {
    let entry = catalogue().find(|entry| entry.key.as_str() == key).ok_or_else(|| vec![TemplateFault::UnknownKey])?;
    if !entry.overridable {
        return Err(vec![TemplateFault::NotOverridable]);
    }
    let pattern = pattern.replace("\r\n", "\n");
    let mut faults = Vec::new();
    if pattern.trim().is_empty() {
        faults.push(TemplateFault::Empty);
    }
    if pattern.chars().count() > MAX_OVERRIDE_CHARS {
        faults.push(TemplateFault::TooLong);
    }
    if depth(&pattern) > MAX_DEPTH {
        faults.push(TemplateFault::TooDeep);
    }
    if pattern.chars().any(|c| disturbs(c) && c != '\n') {
        faults.push(TemplateFault::Unshowable);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    // Indented, no line of the wording can begin a message of its own.
    let mut source = format!("{} =", entry.key.fluent_id());
    for line in pattern.trim().lines() {
        source.push_str("\n    ");
        source.push_str(line);
    }
    source.push('\n');
    let resource = FluentResource::try_new(source).map_err(|_| vec![TemplateFault::Syntax])?;
    let mut entries = resource.entries();
    let faults = match (entries.next(), entries.next()) {
        (Some(ast::Entry::Message(ast::Message { value: Some(value), attributes, .. })), None)
            if attributes.is_empty() =>
        {
            faults_of(entry, value)
        }
        _ => vec![TemplateFault::Syntax],
    };
    drop(entries);
    if faults.is_empty() { Ok(resource) } else { Err(faults) }
}

/// How deep the braces nest at most.
fn depth(pattern: &str) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for c in pattern.chars() {
        match c {
            '{' => now += 1,
            '}' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

/// What is wrong with a pattern as a wording of `entry`.
pub(super) fn faults_of(entry: &Entry, pattern: &ast::Pattern<&str>) -> Vec<TemplateFault> {
    let mut faults = Vec::new();
    let used = used(entry, pattern, &mut faults);
    for argument in entry.arguments.iter().filter(|argument| !used.contains(argument.name)) {
        faults.push(TemplateFault::MissingArgument(argument.name));
    }
    faults
}

/// The arguments that are used whichever variants are chosen. What chooses counts as used.
fn used<'p>(entry: &Entry, pattern: &ast::Pattern<&'p str>, faults: &mut Vec<TemplateFault>) -> BTreeSet<&'p str> {
    let mut names = BTreeSet::new();
    for element in &pattern.elements {
        let ast::PatternElement::Placeable { expression } = element else { continue };
        match expression {
            ast::Expression::Inline(ast::InlineExpression::VariableReference { id }) => {
                if !entry.arguments.iter().any(|argument| argument.name == id.name) {
                    faults.push(TemplateFault::UnknownArgument(id.name.to_owned()));
                }
                names.insert(id.name);
            }
            ast::Expression::Select { selector: ast::InlineExpression::VariableReference { id }, variants } => {
                match entry.arguments.iter().find(|argument| argument.name == id.name) {
                    None => faults.push(TemplateFault::UnknownArgument(id.name.to_owned())),
                    Some(argument) if !argument.kind.selects() => {
                        faults.push(TemplateFault::NotASelector(id.name.to_owned()));
                    }
                    Some(_) => {}
                }
                names.insert(id.name);
                let in_all = variants
                    .iter()
                    .map(|variant| used(entry, &variant.value, faults))
                    .reduce(|all, one| all.intersection(&one).copied().collect());
                names.extend(in_all.unwrap_or_default());
            }
            _ => faults.push(TemplateFault::OnlyArguments),
        }
    }
    names
}

/// The source of the built-in pattern: what stands after `id =`, without its indentation.
pub(super) fn shipped_pattern(key: Key, language: Language) -> Option<String> {
    let id = key.fluent_id();
    let (_, sources) = SOURCES.iter().find(|(of, _)| *of == language)?;
    let mut lines = sources
        .iter()
        .flat_map(|source| source.lines())
        .skip_while(|line| line.split_once(" =").is_none_or(|(name, _)| name != id));
    let first = lines.next()?.split_once(" =")?.1.trim();
    let rest: Vec<&str> = lines.take_while(|line| line.starts_with(' ')).collect();
    let indent = rest.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let mut pattern = first.to_owned();
    for line in rest {
        if !pattern.is_empty() {
            pattern.push('\n');
        }
        pattern.push_str(&line[indent..]);
    }
    Some(pattern)
}
