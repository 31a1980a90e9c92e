//! What could be listed in digests: many at once, with as many statements as for one.

use super::lines::Lines;
use super::matter::Matter;
use crate::briefing::Briefing;
use crate::error::Result;
use crate::rows;
use chrono::NaiveDate;
use domain::digest::Candidate;
use domain::ids::AccountId;
use domain::organisation_policy::Rules;
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// A digest that is asked for: what `provider` gets on her date `today`.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub provider: AccountId,
    pub today: NaiveDate,
    pub rules: &'a Rules,
}

/// What could be listed for a provider, and the open clocks behind the waiting lines.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    pub candidates: Vec<Candidate>,
    pub clocks: Vec<rows::ReplyClock>,
}

/// Gathers what could be listed in each of these digests, in their order. The briefing must have the digest of each
/// provider among its subjects; it is of its moment.
pub async fn gather(db: &impl ConnectionTrait, briefing: &Briefing, asked: &[Asked<'_>]) -> Result<Vec<Gathered>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let calendars = asked.iter().map(|one| briefing.calendar(one.provider)).collect::<Result<Vec<_>>>()?;
    let next_days =
        asked.iter().zip(&calendars).filter_map(|(one, calendar)| calendar.next_working_day_after(one.today));
    let next_days: BTreeSet<NaiveDate> = next_days.collect();
    let matter = Matter::of(db, asked, &next_days, briefing.now).await?;
    asked
        .iter()
        .zip(&calendars)
        .map(|(one, calendar)| Lines::of(&matter, briefing.account(one.provider)?, calendar, one, briefing.now)?.all())
        .collect()
}
