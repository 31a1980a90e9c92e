//! The ledger as admins see it: counts of whole months, never of fewer than five people.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use chrono::{Datelike, NaiveDate};
use domain::organisation_policy::tally::{self, Tally};
use domain::policy::OnOrganisation;
use domain::wording::FieldFault;
use mobile_contract::counts::{CountsOut, TallyOut};
use storage::{for_organisation, tallies};

/// Longest period, in days.
const LONGEST: i64 = 3 * 366;

/// What the months that hold [from, to) came to, by job and outcome.
pub async fn of_period(app: &App, caller: Caller, from: NaiveDate, to: NaiveDate) -> Answer<CountsOut> {
    let permit = for_organisation(caller.actor, OnOrganisation::Counts)?;
    for (name, date) in [("from", from), ("to", to)] {
        if !(1970..=9998).contains(&date.year()) {
            return Err(Refusal::field(name, FieldFault::BeyondBounds));
        }
    }
    if from >= to || (to - from).num_days() > LONGEST {
        return Err(Refusal::field("to", FieldFault::BeyondBounds));
    }
    let (from, to) = tally::whole_months(from, to);
    let raw = tallies::of_period(app.store.read(), permit, from, to).await?;
    Ok(CountsOut { from, to, items: present(tally::shown(raw))? })
}

pub(super) fn present(tallies: Vec<Tally>) -> Answer<Vec<TallyOut>> {
    tallies
        .into_iter()
        .map(|tally| {
            Ok(TallyOut {
                job: views::word(tally.job.as_str())?,
                outcome: views::word(tally.outcome.as_str())?,
                count: tally.count,
            })
        })
        .collect()
}
