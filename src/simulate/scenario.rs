//! Events written by hand: the file that `--scenario` names.

use super::fields::{Fault, Label};
use super::line::{Event, Happening, Line, Run};
use std::collections::BTreeMap;

/// What a scenario file holds. Lines of a whole output can be played again: its decisions are left
/// out, since they are made anew.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// The run line, if the file begins with one.
    pub run: Option<Run>,
    /// Ordered by instant; equal instants in the order of the file.
    pub events: Vec<Event>,
}

impl Scenario {
    /// Reads a whole file. Empty lines are skipped.
    ///
    /// # Errors
    /// Every fault of every line: what is no JSON object, lacks a field or has a wrong one, and
    /// references to a message, series, proposal or comment that no earlier event has made.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut faults = Vec::new();
        let mut run = None;
        let mut numbered = Vec::new();
        for (index, text) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let number = index + 1;
            let Ok(text) = std::str::from_utf8(text) else {
                faults.push(Fault { line: number, field: None, problem: "is not UTF-8".to_owned() });
                continue;
            };
            if text.trim().is_empty() {
                continue;
            }
            match Line::read(number, text, &mut faults) {
                Some(Line::Event(event)) => numbered.push((number, event)),
                Some(Line::Run(found)) if run.is_none() && numbered.is_empty() => run = Some(found),
                Some(Line::Run(_)) => faults.push(Fault {
                    line: number,
                    field: Some("line".to_owned()),
                    problem: "is run, but a run line can only be the first".to_owned(),
                }),
                Some(Line::Decision(_)) | None => {}
            }
        }
        numbered.sort_by_key(|(_, event)| event.at);
        faults.extend(unknown_references(&numbered));
        faults.sort_by_key(|fault| fault.line);
        if faults.is_empty() {
            Ok(Self { run, events: numbered.into_iter().map(|(_, event)| event).collect() })
        } else {
            Err(faults)
        }
    }
}

/// What is used before it exists, or made twice.
fn unknown_references(events: &[(usize, Event)]) -> Vec<Fault> {
    let mut made: BTreeMap<(&'static str, &Label), usize> = BTreeMap::new();
    let mut faults = Vec::new();
    for (line, event) in events {
        if let Some(new) = made_by(&event.what) {
            if let Some(first) = made.get(&new) {
                let problem =
                    format!("is {:?}, which line {first} has made already; each needs a name of its own", new.1.0);
                faults.push(Fault { line: *line, field: Some(new.0.to_owned()), problem });
            } else {
                made.insert(new, *line);
            }
        }
        for used in used_by(&event.what) {
            if !made.contains_key(&(used.1, used.2)) {
                let problem = format!("is {:?}, but no earlier event has made such a {}", used.2.0, used.1);
                faults.push(Fault { line: *line, field: Some(used.0.to_owned()), problem });
            }
        }
    }
    faults
}

/// The kind of thing and its name.
fn made_by(what: &Happening) -> Option<(&'static str, &Label)> {
    match what {
        Happening::MessageSent { message, .. } => Some(("message", message)),
        Happening::SeriesAccepted { series, .. } => Some(("series", series)),
        Happening::ProposalMade { proposal, .. } => Some(("proposal", proposal)),
        Happening::CommentMade { comment, .. } => Some(("comment", comment)),
        _ => None,
    }
}

/// The field, the kind of thing it names, and the name.
fn used_by(what: &Happening) -> Vec<(&'static str, &'static str, &Label)> {
    match what {
        Happening::MessageOpened { message }
        | Happening::MessageRecalled { message }
        | Happening::ReadThanks { message, .. }
        | Happening::LetsTalk { message, .. }
        | Happening::ClockClosed { message, .. }
        | Happening::PromiseMoved { message, .. } => vec![("message", "message", message)],
        Happening::Reply { message, reply_message, .. } => {
            let mut used = vec![("message", "message", message)];
            used.extend(reply_message.as_ref().map(|carrier| ("reply_message", "message", carrier)));
            used
        }
        Happening::SeriesStopped { series } => vec![("series", "series", series)],
        Happening::ProposalAnswered { proposal, .. } | Happening::ProposalWithdrawn { proposal } => {
            vec![("proposal", "proposal", proposal)]
        }
        Happening::CommentHidden { comment } => vec![("comment", "comment", comment)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTED: &str = r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"relationship_started","owner":"Bente","provider":"Kari"}"#;

    fn faults(text: &[u8]) -> String {
        match Scenario::read(text) {
            Ok(_) => String::new(),
            Err(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        }
    }

    #[test]
    fn events_are_put_in_order_and_decisions_left_out() {
        let text = format!(
            "\u{FEFF}{}\n\n{}\r\n{}\n{STARTED}\n",
            r#"{"line":"run","seed":1,"people":1,"days":9,"start":"2026-10-01","zone":"Europe/Oslo","policy_version":1}"#,
            r#"{"line":"event","at":"2026-10-02T09:00:00+02:00","kind":"pause_started","owner":"Bente"}"#,
            r#"{"line":"decision","at":"2026-10-05T08:00:00+02:00","job":"digest","slot":"2026-10-05","recipient":"Kari","recipient_zone":"Europe/Oslo","outcome":"skipped","reason":"nothing_to_say","channels":[],"policy_version":1}"#,
        );
        let scenario = Scenario::read(text.as_bytes()).expect("a sound file");
        assert_eq!(scenario.run.map(|run| run.days), Some(9));
        let kinds: Vec<&str> = scenario.events.iter().map(|event| event.what.kind()).collect();
        assert_eq!(kinds, ["relationship_started", "pause_started"]);
    }

    #[test]
    fn all_faults_are_named_by_line() {
        let text = [
            STARTED.as_bytes(),
            b"\xff\xfe",
            b"{\"line\":\"event\"}",
            br#"{"line":"event","at":"2026-10-02T09:00:00+02:00","kind":"message_opened","message":"m9"}"#,
            br#"{"line":"event","at":"2026-10-02T09:00:00+02:00","kind":"series_accepted","owner":"Bente","provider":"Kari","series":"s","every_days":14}"#,
            br#"{"line":"event","at":"2026-10-03T09:00:00+02:00","kind":"series_accepted","owner":"Bente","provider":"Kari","series":"s","every_days":14}"#,
            br#"{"line":"run","seed":1,"people":1,"days":9,"start":"2026-10-01","zone":"Europe/Oslo","policy_version":1}"#,
            b"not JSON",
        ]
        .join(&b'\n');
        insta::assert_snapshot!(faults(&text), @r###"
        line 2: is not UTF-8
        line 3: `at` is missing; it must be a time with its offset, such as "2026-10-01T09:00:00+02:00"
        line 3: `kind` is missing; it must be a word of 1 to 60 letters, digits and underscores
        line 4: `message` is "m9", but no earlier event has made such a message
        line 6: `series` is "s", which line 5 has made already; each needs a name of its own
        line 7: `line` is run, but a run line can only be the first
        line 8: is not JSON (it cannot be read, column 2); each line must be one JSON object
        "###);
    }

    #[test]
    fn an_empty_file_is_an_empty_scenario() {
        assert_eq!(Scenario::read(b"\n \n"), Ok(Scenario::default()));
    }
}
