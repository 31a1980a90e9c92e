//! Who stands in for whom, and on which days: whoever writes in another's place when those days are over is not let in.

use super::Pair;
use crate::simulate::fields::Label;
use crate::simulate::line::{Event, Happening};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default)]
pub(super) struct Absences {
    /// Of each provider, in the order they were told.
    of: BTreeMap<Label, Vec<Absence>>,
}

#[derive(Clone, Debug)]
struct Absence {
    from: NaiveDate,
    /// The first day back.
    to: NaiveDate,
    substitute: Option<Label>,
    /// Owners who said yes to the substitute; every one of the provider's if nobody was named.
    consented: BTreeSet<Option<Label>>,
}

impl Absences {
    /// Whether somebody was asked to stand in who still can.
    pub fn may_accept(&self, provider: Option<&Label>, substitute: &Label, on: NaiveDate) -> bool {
        provider.and_then(|of| self.of.get(of)).into_iter().flatten().any(|absence| absence.asks(substitute, on))
    }

    /// Whether `event` is done by whoever may do it: the provider herself, or who stands in for her that day.
    pub fn allow(&self, event: &Event, pair: Option<&Pair>) -> bool {
        let (Some(by), Some((owner, provider))) = (event.what.by(), pair) else { return true };
        let on = event.at.date_naive();
        by == provider
            || self.of.get(provider).into_iter().flatten().any(|absence| {
                let consented = [None, Some(owner.clone())].iter().any(|who| absence.consented.contains(who));
                absence.asks(by, on) && absence.from <= on && consented
            })
    }

    pub fn note(&mut self, event: &Event) {
        let Some(provider) = &event.provider else { return };
        match &event.what {
            Happening::Absence { from, to, substitute } => {
                let told = Absence { from: *from, to: *to, substitute: substitute.clone(), consented: BTreeSet::new() };
                self.of.entry(provider.clone()).or_default().push(told);
            }
            Happening::SubstituteAccepted { substitute } => {
                let on = event.at.date_naive();
                let asked = self.of.get_mut(provider).into_iter().flatten();
                if let Some(absence) = asked.filter(|it| it.asks(substitute, on)).min_by_key(|it| it.from) {
                    absence.consented.insert(event.owner.clone());
                }
            }
            _ => {}
        }
    }
}

impl Absence {
    fn asks(&self, substitute: &Label, on: NaiveDate) -> bool {
        self.substitute.as_ref() == Some(substitute) && on < self.to
    }
}
