//! What is going to happen, in order.

use super::line::Event;
use chrono::{DateTime, Utc};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// A queue of events ordered by instant; what happens at the same instant keeps the order in which
/// it was entered, so that a run can be repeated to the byte.
#[derive(Debug, Default)]
pub struct Agenda {
    order: BinaryHeap<Reverse<(DateTime<Utc>, u64)>>,
    events: BTreeMap<u64, Event>,
    entered: u64,
}

impl Agenda {
    pub fn push(&mut self, event: Event) {
        self.order.push(Reverse((event.at.to_utc(), self.entered)));
        self.events.insert(self.entered, event);
        self.entered += 1;
    }

    /// When the next event happens.
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        self.order.peek().map(|Reverse((at, _))| *at)
    }

    pub fn pop(&mut self) -> Option<Event> {
        let Reverse((_, number)) = self.order.pop()?;
        self.events.remove(&number)
    }
}

impl Extend<Event> for Agenda {
    fn extend<I: IntoIterator<Item = Event>>(&mut self, events: I) {
        for event in events {
            self.push(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::Happening;
    use super::*;
    use chrono::DateTime;

    fn event(at: &str, label: &str) -> Event {
        let at = DateTime::parse_from_rfc3339(at).expect("a time");
        Event::new(at, Some(&label.into()), None, Happening::PauseStarted {})
    }

    #[test]
    fn earliest_first_and_first_come_first() {
        let mut agenda = Agenda::default();
        agenda.extend([
            event("2026-10-25T02:30:00+01:00", "after the clocks went back"),
            event("2026-10-25T02:30:00+02:00", "before"),
            event("2026-10-25T00:30:00+00:00", "before, entered later"),
        ]);
        assert_eq!(agenda.next_at().map(|at| at.to_rfc3339()).as_deref(), Some("2026-10-25T00:30:00+00:00"));
        let order: Vec<String> =
            std::iter::from_fn(|| agenda.pop()).filter_map(|event| Some(event.owner?.to_string())).collect();
        assert_eq!(order, ["before", "before, entered later", "after the clocks went back"]);
        assert_eq!(agenda.next_at(), None);
    }
}
