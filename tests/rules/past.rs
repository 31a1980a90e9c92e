//! What had happened before a line: states worked out from the event lines that stand above it.

use super::output::{Decision, Event, Line, Run, read};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// A whole output. Every question takes the number of the line it is asked at; what stands on that
/// line or below has not happened yet.
pub struct Past {
    pub run: Run,
    pub events: Vec<Event>,
    pub decisions: Vec<Decision>,
    pub messages: BTreeMap<String, Message>,
    pub series: BTreeMap<String, Series>,
    pub proposals: BTreeMap<String, Proposal>,
    /// What owners keep and what is said beside it, by name.
    pub kept: BTreeSet<String>,
    /// Numbers of `events` by the person who is their owner or provider.
    by_person: BTreeMap<String, Vec<usize>>,
    /// Numbers of the `events` that name nobody, and of those that suspend somebody.
    of_nobody: Vec<usize>,
    suspensions: Vec<usize>,
    /// Numbers of `decisions` by owner or, without one, by recipient.
    decided: BTreeMap<String, Vec<usize>>,
    times: Vec<(usize, DateTime<Utc>)>,
}

#[derive(Clone, Debug)]
pub struct Message {
    pub line: usize,
    pub at: DateTime<Utc>,
    pub owner: String,
    pub provider: String,
    pub from_owner: bool,
    pub kind: String,
    pub chars: i64,
}

#[derive(Clone, Debug)]
pub struct Series {
    pub label: String,
    pub line: usize,
    pub at: DateTime<Utc>,
    pub owner: String,
    pub provider: String,
    pub every: i64,
}

/// A change that a provider proposes.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub line: usize,
    pub owner: String,
    pub provider: String,
    pub item: String,
}

impl Past {
    pub fn read(output: &str) -> Self {
        let (mut run, mut events, mut decisions) = (None, Vec::new(), Vec::new());
        let mut times = Vec::new();
        for (index, text) in output.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            let line = index + 1;
            match read(line, text) {
                Line::Run(found) => run = run.or(Some(found)),
                Line::Event(event) => {
                    times.push((line, event.at));
                    events.push(event);
                }
                Line::Decision(decision) => {
                    times.push((line, decision.at));
                    decisions.push(*decision);
                }
            }
        }
        let mut past = Self {
            run: run.expect("the first line is the run"),
            events,
            decisions,
            messages: BTreeMap::new(),
            series: BTreeMap::new(),
            proposals: BTreeMap::new(),
            kept: BTreeSet::new(),
            by_person: BTreeMap::new(),
            of_nobody: Vec::new(),
            suspensions: Vec::new(),
            decided: BTreeMap::new(),
            times,
        };
        past.index();
        past
    }

    fn index(&mut self) {
        for event in &mut self.events {
            match event.kind.as_str() {
                "message_sent" => {
                    let message = Message {
                        line: event.line,
                        at: event.at,
                        owner: event.owner.clone().expect("an owner"),
                        provider: event.provider.clone().expect("a provider"),
                        from_owner: event.required("from") == "owner",
                        kind: event.required("message_kind").to_owned(),
                        chars: event.number("chars"),
                    };
                    self.messages.insert(event.required("message").to_owned(), message);
                }
                "series_accepted" => {
                    let series = Series {
                        label: event.required("series").to_owned(),
                        line: event.line,
                        at: event.at,
                        owner: event.owner.clone().expect("an owner"),
                        provider: event.provider.clone().expect("a provider"),
                        every: event.number("every_days"),
                    };
                    self.series.insert(series.label.clone(), series);
                }
                "proposal_made" => {
                    let proposal = Proposal {
                        line: event.line,
                        owner: event.owner.clone().expect("an owner"),
                        provider: event.provider.clone().expect("a provider"),
                        item: event.required("item").to_owned(),
                    };
                    self.proposals.insert(event.required("proposal").to_owned(), proposal);
                }
                "item_changed" => {
                    self.kept.insert(event.required("item").to_owned());
                }
                "comment_made" => {
                    self.kept.insert(event.required("comment").to_owned());
                }
                // A message, series or proposal names its two people, whether the line repeats them or not.
                _ => {
                    let known = event.text("message").and_then(|label| self.messages.get(label));
                    let known = known.map(|message| (message.owner.clone(), message.provider.clone()));
                    let series = event.text("series").and_then(|label| self.series.get(label));
                    let series = series.map(|series| (series.owner.clone(), series.provider.clone()));
                    let proposal = event.text("proposal").and_then(|label| self.proposals.get(label));
                    let proposal = proposal.map(|proposal| (proposal.owner.clone(), proposal.provider.clone()));
                    if let Some((owner, provider)) = known.or(series).or(proposal) {
                        event.owner.get_or_insert(owner);
                        event.provider.get_or_insert(provider);
                    }
                }
            }
        }
        // An answer may leave out whose check-in it was; the one that was sent that day tells.
        for event in self.events.iter_mut().filter(|event| event.provider.is_none()) {
            if matches!(event.kind.as_str(), "check_in_opened" | "check_in_answered") {
                let slot = event.date("slot");
                let sent = self.decisions.iter().find(|decision| {
                    decision.is("check_in", "sent") && decision.slot == slot && decision.owner == event.owner
                });
                event.provider = sent.and_then(|decision| decision.provider.clone());
            }
        }
        for (number, event) in self.events.iter().enumerate() {
            for person in [&event.owner, &event.provider].into_iter().flatten() {
                self.by_person.entry(person.clone()).or_default().push(number);
            }
            if event.owner.is_none() && event.provider.is_none() {
                self.of_nobody.push(number);
            }
            if event.kind == "account_suspended" {
                self.suspensions.push(number);
            }
        }
        for (number, decision) in self.decisions.iter().enumerate() {
            let person = decision.owner.clone().unwrap_or(decision.recipient.clone());
            self.decided.entry(person).or_default().push(number);
        }
    }

    /// The lines in their order, with their instants.
    pub fn times(&self) -> &[(usize, DateTime<Utc>)] {
        &self.times
    }

    /// Events that name a person and stand above a line, in order.
    pub fn of(&self, person: &str, line: usize) -> impl DoubleEndedIterator<Item = &Event> {
        let numbers = self.by_person.get(person).map(Vec::as_slice).unwrap_or_default();
        let events = numbers.iter().map(|number| &self.events[*number]);
        let above = numbers.partition_point(|number| self.events[*number].line < line);
        events.take(above)
    }

    /// Events between two people above a line, in order.
    pub fn between(&self, owner: &str, provider: &str, line: usize) -> impl DoubleEndedIterator<Item = &Event> {
        self.of(owner, line).filter(move |event| event.is_between(owner, provider))
    }

    /// Events that name nobody.
    pub fn of_nobody(&self, line: usize) -> impl DoubleEndedIterator<Item = &Event> {
        self.of_nobody.iter().map(|number| &self.events[*number]).filter(move |event| event.line < line)
    }

    /// Events that suspend somebody.
    pub fn suspensions(&self, line: usize) -> impl Iterator<Item = &Event> {
        self.suspensions.iter().map(|number| &self.events[*number]).filter(move |event| event.line < line)
    }

    /// Decisions that concern an owner, or a provider's digests, above a line.
    pub fn decided_for(&self, person: &str, line: usize) -> impl DoubleEndedIterator<Item = &Decision> {
        let numbers = self.decided.get(person).map(Vec::as_slice).unwrap_or_default();
        let above = numbers.partition_point(|number| self.decisions[*number].line < line);
        numbers.iter().take(above).map(|number| &self.decisions[*number])
    }

    /// The check-ins of a pair that were sent above a line, in order.
    pub fn check_ins_sent(&self, owner: &str, provider: &str, line: usize) -> Vec<&Decision> {
        self.decided_for(owner, line)
            .filter(|decision| decision.is("check_in", "sent") && decision.provider.as_deref() == Some(provider))
            .collect()
    }

    /// Whether a check-in of that day was opened (answering opens) above a line.
    pub fn check_in_opened(&self, owner: &str, provider: &str, slot: NaiveDate, line: usize) -> bool {
        self.of(owner, line).any(|event| {
            matches!(event.kind.as_str(), "check_in_opened" | "check_in_answered")
                && event.provider.as_deref().is_none_or(|named| named == provider)
                && event.date("slot") == slot
        })
    }

    /// Whether a prompt of that day was opened (answering opens) above a line. The job is named by
    /// the event, or it is about the plan.
    pub fn prompt_opened(&self, job: &str, owner: &str, slot: NaiveDate, line: usize) -> bool {
        self.of(owner, line).any(|event| {
            matches!(event.kind.as_str(), "prompt_opened" | "prompt_answered")
                && event.text("job").is_none_or(|named| named == job)
                && event.date("slot") == slot
        })
    }

    pub fn is_opened(&self, message: &str, line: usize) -> bool {
        self.about(message, line).any(|event| matches!(event.kind.as_str(), "message_opened" | "read_thanks" | "reply"))
    }

    pub fn is_recalled(&self, message: &str, line: usize) -> bool {
        self.about(message, line).any(|event| event.kind == "message_recalled")
    }

    /// Events above a line that name a message, without its being sent.
    pub fn about(&self, message: &str, line: usize) -> impl DoubleEndedIterator<Item = &Event> {
        let owner = self.messages.get(message).map_or("", |message| message.owner.as_str());
        self.of(owner, line).filter(move |event| event.kind != "message_sent" && event.text("message") == Some(message))
    }

    /// The line on which the reply clock of a message was closed, if one was open and is closed above `line`.
    pub fn clock_closed(&self, message: &str, line: usize) -> Option<usize> {
        let sent = self.messages.get(message)?;
        let (owner, provider) = (sent.owner.as_str(), sent.provider.as_str());
        self.of(owner, line)
            .chain(self.of(provider, line).filter(|event| event.owner.is_none()))
            .filter(|event| event.line > sent.line)
            .filter(|event| match event.kind.as_str() {
                "reply" | "lets_talk" | "clock_closed" | "message_recalled" => event.text("message") == Some(message),
                "read_thanks" => event.text("message") == Some(message) && event.text("from") == Some("provider"),
                "call_logged" | "relationship_ended" => event.is_between(owner, provider),
                "provider_left" => event.provider.as_deref() == Some(provider),
                _ => false,
            })
            .map(|event| event.line)
            .min()
    }

    /// Messages that ask for a reply and have none above a line, oldest first.
    pub fn open_clocks(&self, owner: &str, provider: &str, line: usize) -> Vec<&str> {
        self.messages_of(owner, provider, line)
            .into_iter()
            .filter(|(_, message)| message.from_owner && message.kind == "reply_wanted")
            .map(|(label, _)| label)
            .filter(|label| self.clock_closed(label, line).is_none())
            .collect()
    }

    /// Messages between two people above a line, oldest first.
    pub fn messages_of(&self, owner: &str, provider: &str, line: usize) -> Vec<(&str, &Message)> {
        self.between(owner, provider, line)
            .filter(|event| event.kind == "message_sent")
            .filter_map(|event| event.text("message"))
            .filter_map(|label| self.messages.get_key_value(label))
            .map(|(label, message)| (label.as_str(), message))
            .collect()
    }
}
