//! In which words the caller is told: the built-in texts under her organisation's approved ones, in
//! her language, with dates as seen from her own today.

use crate::app::Answer;
use crate::app::sessions::Caller;
use crate::call;
use crate::state::App;
use chrono::NaiveDate;
use domain::wording::{AnswerReceipt, Day, Greeting, Text, Wording};
use domain::words::Language;
use storage::{StorageError, calendars, rows, templates};

/// Says texts to one caller.
#[derive(Debug)]
pub struct Teller {
    wording: Wording,
    language: Language,
    today: NaiveDate,
}

impl Teller {
    /// What the caller's organisation rewords is read once, here.
    pub async fn to(app: &App, caller: Caller) -> Answer<Self> {
        let db = app.store.read();
        let own = templates::approved(db, caller.actor.organisation).await?;
        let wording = if own.is_empty() { Wording::built_in() } else { reworded(&own)? };
        let today = calendars::today(db, caller.actor.account, app.now()).await?;
        Ok(Self { wording, language: call::language(), today })
    }

    pub fn say(&self, text: &dyn Text) -> String {
        self.wording.say(self.language, text)
    }

    /// What follows from an answer: the same for every organisation.
    pub fn check_in_answered(&self, receipt: &AnswerReceipt) -> String {
        self.wording.check_in_answered(self.language, receipt)
    }

    /// The scheduled greeting, with who reads an answer and when.
    pub fn check_in(&self, greeting: &Greeting) -> String {
        self.wording.check_in(self.language, greeting)
    }

    pub fn day(&self, date: NaiveDate) -> Day {
        Day::seen_from(date, self.today)
    }
}

fn reworded(own: &[rows::Template]) -> Answer<Wording> {
    let own: Vec<(&str, Language, &str)> = own
        .iter()
        .map(|row| Ok((row.key.as_str(), row.language.parse().map_err(StorageError::from)?, row.pattern.as_str())))
        .collect::<Answer<_>>()?;
    let (wording, passed_over) = Wording::with_overrides(own);
    for text in passed_over {
        tracing::warn!(text.key = text.key, text.language = %text.language, "wording.passed_over");
    }
    Ok(wording)
}
