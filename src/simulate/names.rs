//! Names for what is made during a generated run.

use super::fields::Label;
use std::collections::BTreeMap;

/// Counts what is made by owner: `message-07-012`, `series-07-02`, `goal-07-01`, `proposal-07-03`.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<(&'static str, Label), u32>);

impl Names {
    pub fn message(&mut self, owner: &Label) -> Label {
        let n = self.next("message", owner);
        Label(format!("message-{}-{n:03}", number_of(owner)))
    }

    pub fn series(&mut self, owner: &Label) -> Label {
        let n = self.next("series", owner);
        Label(format!("series-{}-{n:02}", number_of(owner)))
    }

    /// Something of her toolbox, a proposal or a comment.
    pub fn of(&mut self, what: &'static str, owner: &Label) -> Label {
        let n = self.next(what, owner);
        Label(format!("{what}-{}-{n:02}", number_of(owner)).replace('_', "-"))
    }

    fn next(&mut self, what: &'static str, owner: &Label) -> u32 {
        let count = self.0.entry((what, owner.clone())).or_default();
        *count += 1;
        *count
    }
}

fn number_of(owner: &Label) -> &str {
    owner.as_str().rsplit_once('-').map_or(owner.as_str(), |(_, number)| number)
}
