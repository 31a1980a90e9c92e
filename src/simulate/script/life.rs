//! What only the owner decides, her plan, and a provider's own hours.

use super::{Act, Stop, owner, provider};
use crate::simulate::line::{Event, Happening};
use crate::simulate::stage::Stage;
use backend::api::answer::etag;
use backend::app::review_prompts::{self, Wanted};
use backend::app::sessions::Caller;
use backend::app::{crisis_plan, grants, notification_settings, owners_life, profile, prompts};
use chrono::NaiveDate;
use domain::ids::{AccountId, SlotId};
use domain::words::{Job, Module, PlanLevel, PlanSection, PromptAnswer};
use mobile_contract::grants::GrantOut;
use mobile_contract::notification_settings::NotificationSettingIn;
use mobile_contract::owners_life::QuietHoursIn;
use mobile_contract::policy::Weekday;
use mobile_contract::profile::{MePatch, WorkingHoursIn};
use storage::{rows, slots};

pub async fn act(stage: &mut Stage, event: &Event) -> Act<Vec<Event>> {
    let app = stage.app.clone();
    match &event.what {
        Happening::SettingChanged { job, on } => {
            let her = owner(stage, event).await?;
            setting(stage, her, *job, *on).await?;
        }
        Happening::PauseStarted {} => {
            owners_life::pause(&app, owner(stage, event).await?, None).await?;
        }
        Happening::PauseEnded {} => owners_life::end_pause(&app, owner(stage, event).await?).await?,
        Happening::HospitalAdmitted {} => {
            owners_life::admitted(&app, owner(stage, event).await?, None).await?;
        }
        Happening::HospitalDischarged {} => owners_life::discharged(&app, owner(stage, event).await?).await?,
        Happening::PlanWritten { triggers } => {
            let her = owner(stage, event).await?;
            write_plan(stage, her, "Det jeg gjør.").await?;
            let wanted = Wanted { on: true, every_days: None, triggers: triggers.clone() };
            review_prompts::set(&app, her, wanted).await?;
        }
        Happening::PlanEdited { proposal: None } => {
            let her = owner(stage, event).await?;
            let words = format!("Det jeg gjør, {}.", event.at.to_rfc3339());
            write_plan(stage, her, &words).await?;
        }
        Happening::PlanUsed {} => {
            let her = owner(stage, event).await?;
            crisis_plan::record_use(&app, her, None, PlanLevel::Harder, None).await?;
        }
        Happening::PromptOpened { slot, job } => {
            let her = owner(stage, event).await?;
            let prompt = prompt(stage, event, her, *slot, *job).await?;
            prompts::open(&app, her, SlotId(prompt.id)).await?;
        }
        Happening::PromptAnswered { slot, answer, job } => {
            let her = owner(stage, event).await?;
            let prompt = prompt(stage, event, her, *slot, *job).await?;
            let about_plan = prompt.job == Job::PlanReview.as_str() && *answer == PromptAnswer::Together;
            let with = if about_plan { Some(somebody_who_sees_the_plan(stage, her).await?) } else { None };
            prompts::answer(&app, her, SlotId(prompt.id), *answer, with).await?;
        }
        Happening::QuietHoursSet { from, to } => {
            let her = owner(stage, event).await?;
            let present = owners_life::get_quiet_hours(&app, her).await?;
            let hours = QuietHoursIn { from: clock(from.0), to: clock(to.0) };
            owners_life::set_quiet_hours(&app, her, &hours, Some(&etag(present.version))).await?;
        }
        Happening::ZoneChanged { zone } => {
            let who = if event.owner.is_some() { owner(stage, event).await? } else { provider(stage, event).await? };
            let present = profile::get(&app, who).await?;
            let patch = MePatch { time_zone: Some(zone.name().to_owned()), ..unchanged() };
            profile::change(&app, who, patch, Some(&etag(present.version))).await?;
        }
        Happening::ProviderHoursSet { days, from, to } => {
            let who = provider(stage, event).await?;
            let present = profile::working_hours(&app, who).await?;
            let wanted = WorkingHoursIn {
                days: days.iter().map(weekday).collect(),
                from: clock(from.0),
                to: clock(to.0),
                check_in_cap: None,
            };
            profile::set_working_hours(&app, who, &wanted, Some(&etag(present.version))).await?;
        }
        _ => {}
    }
    Ok(Vec::new())
}

/// A plan prompt is turned on and off where its series is; the others are settings.
async fn setting(stage: &Stage, her: Caller, job: Job, on: bool) -> Act<()> {
    if job == Job::PlanReview {
        review_prompts::set(&stage.app, her, Wanted { on, ..Wanted::default() }).await?;
        return Ok(());
    }
    let wanted = NotificationSettingIn { job: word(job.as_str())?, on: Some(on), push: None, email: None };
    notification_settings::set(&stage.app, her, &[wanted]).await?;
    Ok(())
}

async fn write_plan(stage: &Stage, her: Caller, words: &str) -> Act<()> {
    let present = crisis_plan::get(&stage.app, her).await?;
    let tag = etag(present.version);
    crisis_plan::write_section(&stage.app, her, PlanSection::WhatIDo, words, Some(&tag)).await?;
    Ok(())
}

/// Whom she looks at her plan with: the first of those she shares it with.
async fn somebody_who_sees_the_plan(stage: &Stage, her: Caller) -> Act<AccountId> {
    let given = grants::list(&stage.app, her, None, Some(100)).await?;
    let of_plan = |subject: &str| subject == Module::CrisisPlan.as_str() || subject.parse::<PlanSection>().is_ok();
    let sees = |grant: &&GrantOut| grant.holds && grant.effect.as_str() == "allow" && of_plan(&grant.subject);
    let readers = given.items.iter().filter(sees).filter_map(|grant| grant.provider.as_ref());
    readers
        .map(|party| AccountId(party.id))
        .min()
        .ok_or_else(|| Stop::Refused("she shares her plan with nobody".into()))
}

/// The prompt an owner got on a date.
async fn prompt(stage: &Stage, event: &Event, her: Caller, on: NaiveDate, job: Option<Job>) -> Act<rows::Slot> {
    let job = job.unwrap_or(Job::PlanReview);
    let provider = event.provider.as_ref().and_then(|label| stage.known(label)).map(|who| who.actor.account.0);
    let rows = slots::sent_to(stage.store().read(), her.actor.account, job, on).await?;
    rows.into_iter()
        .find(|row| job == Job::PlanReview || provider.is_none_or(|provider| row.provider_id == Some(provider)))
        .ok_or_else(|| Stop::Refused(format!("no {job} was sent on {on}")))
}

fn clock(time: chrono::NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

fn weekday(day: chrono::Weekday) -> Weekday {
    match day {
        chrono::Weekday::Mon => Weekday::Mon,
        chrono::Weekday::Tue => Weekday::Tue,
        chrono::Weekday::Wed => Weekday::Wed,
        chrono::Weekday::Thu => Weekday::Thu,
        chrono::Weekday::Fri => Weekday::Fri,
        chrono::Weekday::Sat => Weekday::Sat,
        chrono::Weekday::Sun => Weekday::Sun,
    }
}

fn unchanged() -> MePatch {
    MePatch {
        display_name: None,
        languages: None,
        time_zone: None,
        lock_screen: None,
        read_receipts: None,
        email: poem_openapi::types::MaybeUndefined::Undefined,
    }
}

/// The same word in the contract's vocabulary.
pub(super) fn word<T: std::str::FromStr>(word: &str) -> Act<T> {
    word.parse().map_err(|_| Stop::Refused(format!("{word:?} is not a word of the API")))
}
