//! The output for people: per day and person what was sent, held and skipped and why, and what they
//! did, in plain text of at most 100 columns.

mod summary;
mod words;

use super::fields::{Label, Side};
use super::line::{Decision, Event, Happening, Line, Run};
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::calendar::HolidayCalendar;
use domain::words::Outcome;
use std::collections::BTreeMap;
use std::fmt::Write;

const WIDTH: usize = 100;
/// Where the words of an entry begin, after its time.
const INDENT: usize = 10;
/// More people than this with the same empty day are told in one line.
const TOLD_APART: usize = 3;

/// One person's day, in order.
type Days<'l> = BTreeMap<NaiveDate, BTreeMap<Whose<'l>, Vec<Entry>>>;

/// Whose lines they are; what concerns everybody comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Whose<'l> {
    Everybody,
    Person(&'l Label),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    at: DateTime<FixedOffset>,
    words: String,
}

/// Writes the lines out for people. `holidays` gives days their names.
pub fn render(lines: &[Line], holidays: &HolidayCalendar) -> String {
    let mut text = String::new();
    let mut days: Days<'_> = BTreeMap::new();
    let mut empty: BTreeMap<(NaiveDate, &'static str), Vec<&Label>> = BTreeMap::new();
    for line in lines {
        match line {
            Line::Run(run) => title(run, &mut text),
            Line::Event(event) => {
                let entry = Entry { at: event.at, words: words::event(event) };
                days.entry(event.at.date_naive()).or_default().entry(whose(event)).or_default().push(entry);
            }
            Line::Decision(decision) if is_empty(decision) => {
                let key = (decision.at.date_naive(), words::job(decision.job));
                empty.entry(key).or_default().push(&decision.recipient);
                days.entry(decision.at.date_naive()).or_default();
            }
            Line::Decision(decision) => {
                let entry = Entry { at: decision.at, words: words::decision(decision) };
                let person = Whose::Person(&decision.recipient);
                days.entry(decision.at.date_naive()).or_default().entry(person).or_default().push(entry);
            }
        }
    }
    for (date, people) in days {
        heading(date, holidays, &mut text);
        for (whose, mut entries) in people {
            match whose {
                Whose::Everybody => text.push_str("  everybody\n"),
                Whose::Person(label) => {
                    let _ = writeln!(text, "  {label}");
                }
            }
            entries.sort_by_key(|entry| entry.at);
            for entry in entries {
                let _ = writeln!(text, "    {} {}", entry.at.format("%H:%M"), wrapped(&entry.words));
            }
        }
        for ((_, job), people) in empty.range((date, "")..).take_while(|((day, _), _)| *day == date) {
            let _ = writeln!(text, "  no {job}, {}: {}", words::reason("nothing_to_say"), some(people));
        }
    }
    text.push_str(&summary::table(lines));
    text
}

fn title(run: &Run, text: &mut String) {
    let people = if run.people == 1 { "1 service user".to_owned() } else { format!("{} service users", run.people) };
    let days = if run.days == 1 { "1 day".to_owned() } else { format!("{} days", run.days) };
    let start = run.start.format("%A %-d %B %Y");
    let _ = writeln!(text, "{people}, {days} from {start}, {}, seed {}", run.zone, run.seed);
}

fn heading(date: NaiveDate, holidays: &HolidayCalendar, text: &mut String) {
    let mut words = date.format("%A %-d %B %Y").to_string();
    for key in holidays.keys_on(date) {
        let _ = write!(words, " · {}", key.replace('_', " "));
    }
    let rule = "─".repeat(WIDTH.saturating_sub(words.chars().count() + 1));
    let _ = writeln!(text, "\n{words} {rule}");
}

/// A digest with nothing in it is no digest: it is told, but not as one of somebody's events.
fn is_empty(decision: &Decision) -> bool {
    decision.outcome == Outcome::Skipped && decision.reason == "nothing_to_say"
}

fn some(people: &[&Label]) -> String {
    let named: Vec<&str> = people.iter().take(TOLD_APART).map(|label| label.as_str()).collect();
    match people.len().saturating_sub(TOLD_APART) {
        0 => named.join(" and "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Who acted.
fn whose(event: &Event) -> Whose<'_> {
    let by_provider = match &event.what {
        Happening::MessageSent { from, .. }
        | Happening::ReadThanks { from, .. }
        | Happening::CommentMade { from, .. } => *from == Side::Provider,
        Happening::Reply { .. }
        | Happening::LetsTalk { .. }
        | Happening::CallLogged { .. }
        | Happening::PromiseMoved { .. }
        | Happening::SlotPostponed { .. }
        | Happening::SlotSkippedByProvider { .. }
        | Happening::Absence { .. }
        | Happening::ProviderLeft {}
        | Happening::ProviderHoursSet { .. }
        | Happening::ProposalMade { .. }
        | Happening::ProposalWithdrawn { .. } => true,
        Happening::SubstituteAccepted { substitute } => return Whose::Person(substitute),
        Happening::AccountSuspended { .. } => return event.suspended().map_or(Whose::Everybody, Whose::Person),
        _ => false,
    };
    let acting = match &event.what {
        Happening::MessageSent { by: Some(by), .. }
        | Happening::Reply { by: Some(by), .. }
        | Happening::ReadThanks { by: Some(by), .. }
        | Happening::LetsTalk { by: Some(by), .. }
        | Happening::CallLogged { by: Some(by) } => Some(by),
        _ if by_provider => event.provider.as_ref().or(event.owner.as_ref()),
        _ => event.owner.as_ref().or(event.provider.as_ref()),
    };
    acting.map_or(Whose::Everybody, Whose::Person)
}

/// Broken between words, so that no line is wider than [`WIDTH`] unless a single word is.
fn wrapped(words: &str) -> String {
    let mut text = String::new();
    let mut column = INDENT;
    for word in words.split(' ') {
        let width = word.chars().count();
        if column > INDENT && column + 1 + width > WIDTH {
            let _ = write!(text, "\n{:INDENT$}  {word}", "");
            column = INDENT + 2 + width;
        } else {
            if column > INDENT {
                text.push(' ');
                column += 1;
            }
            text.push_str(word);
            column += width;
        }
    }
    text
}

#[cfg(test)]
mod tests;
