//! What an installation knows, what has left it, and what of both is gone or comes again.

use super::report::Report;
use crate::stories::World;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use std::collections::{BTreeMap, BTreeSet};

/// At one moment.
pub struct Known {
    /// Ids of all messages.
    pub messages: BTreeSet<String>,
    /// Phone or mailbox, with what it folds on: how often it came.
    came: BTreeMap<(String, String), usize>,
}

impl Known {
    pub async fn by(world: &World) -> Self {
        let mut came = BTreeMap::new();
        let pushes = world.pushes().into_iter().map(|push| (push.token, push.collapse_id));
        let letters = world.letters().into_iter().map(|letter| (letter.to, letter.message_id));
        for identity in pushes.chain(letters) {
            *came.entry(identity).or_default() += 1;
        }
        Self { messages: messages(&world.database).await, came }
    }

    /// How much has left it.
    pub fn sent(&self) -> usize {
        self.came.values().sum()
    }

    /// Nothing of what was there, or was said to be stored, before the copy began is missing.
    pub fn holds_all_of(&self, copied: &Self, acknowledged: &[String], report: &mut Report) {
        let acknowledged: BTreeSet<String> = acknowledged.iter().map(|id| id.replace('-', "")).collect();
        for (what, ids) in [("stored", &copied.messages), ("acknowledged", &acknowledged)] {
            let missing = ids.difference(&self.messages).count();
            report.check(missing == 0, &format!("{missing} messages are missing that were {what} before the copy"));
        }
        report.figure("written before the copy, and there again", copied.messages.len() as f64, "messages");
        report.figure("of these acknowledged by the API", acknowledged.len() as f64, "messages");
    }
}

/// Since the end only these phones were told anything, each once.
pub fn nothing_again(at_end: &Known, now: &Known, phones: &BTreeSet<String>, report: &mut Report) {
    let (mut told, mut repeated) = (BTreeSet::new(), 0);
    for (identity, count) in &now.came {
        let (to, folds_on) = identity;
        match (count - at_end.came.get(identity).copied().unwrap_or(0), phones.contains(to)) {
            (0, _) => {}
            (1, true) => drop(told.insert(to.clone())),
            (again, _) => {
                repeated += again;
                report.check(false, &format!("{to} was told {again} times after the restore: {folds_on}"));
            }
        }
    }
    report.check(told == *phones, &format!("{} of {} phones were told what came later", told.len(), phones.len()));
    report.figure("sent that was due before the restore", repeated as f64, "pushes and mails");
}

/// The ids of all messages, in hexadecimal digits.
pub async fn messages(database: &DatabaseConnection) -> BTreeSet<String> {
    let question = Statement::from_string(database.get_database_backend(), "select id from message");
    let rows = database.query_all_raw(question).await.expect("the messages");
    rows.iter().map(|row| row.try_get::<uuid::Uuid>("", "id").expect("an id").simple().to_string()).collect()
}
