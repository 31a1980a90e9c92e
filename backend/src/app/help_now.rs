//! Help now (R23). It must be there when nothing else is: an outage of the database leaves the
//! numbers this version was built with.

use crate::app::{Answer, Refusal};
use crate::call;
use crate::state::App;
use crate::views;
use domain::ids::{AccountId, OrganisationId};
use domain::organisation_policy::{HelpPurpose, Rules};
use domain::wording::{self, Wording};
use mobile_contract::help_now::{HelpLineOut, HelpNowOut};
use storage::{StorageError, accounts, policies};

/// Where nothing else is said.
const HOME: &str = "NO";

/// The numbers of a country, out of the named organisation's policy or this installation's own.
pub async fn get(app: &App, country: Option<&str>, organisation: Option<OrganisationId>) -> Answer<HelpNowOut> {
    let rules = rules(app, organisation).await;
    let country = country.unwrap_or(HOME).to_ascii_uppercase();
    present(&rules, &country)?.ok_or_else(Refusal::not_found)
}

/// The numbers where an owner lives, as far as her organisation knows.
pub async fn of_owner(app: &App, owner: AccountId) -> Answer<Option<HelpNowOut>> {
    let account = accounts::for_machinery(app.store.read(), owner).await?;
    let rules = rules(app, account.map(|row| OrganisationId(row.organisation_id))).await;
    let country = rules.holiday_calendar.split('-').next().unwrap_or(HOME).to_owned();
    match present(&rules, &country)? {
        Some(found) => Ok(Some(found)),
        None => present(&rules, HOME),
    }
}

async fn rules(app: &App, organisation: Option<OrganisationId>) -> Rules {
    let found = async {
        let db = app.store.read();
        let id = match organisation {
            Some(id) => Some(id),
            None => accounts::first_organisation(db).await?.map(|row| OrganisationId(row.id)),
        };
        match id {
            Some(id) => Ok(Some(policies::in_force(db, id).await?.1)),
            None => Ok::<_, StorageError>(None),
        }
    };
    match found.await {
        Ok(found) => found.unwrap_or_default(),
        Err(StorageError::Hidden) => Rules::default(),
        Err(error) => {
            tracing::warn!(error = %error, "help_now.built_in_numbers");
            Rules::default()
        }
    }
}

fn present(rules: &Rules, country: &str) -> Answer<Option<HelpNowOut>> {
    let numbers = rules.help_now_in(country);
    if numbers.is_empty() {
        return Ok(None);
    }
    let (language, wording) = (call::language(), Wording::built_in());
    let lines = numbers
        .iter()
        .map(|line| {
            let label = match line.purpose {
                HelpPurpose::LifeInDanger => wording::HelpNow::LifeInDanger,
                HelpPurpose::Urgent => wording::HelpNow::Urgent,
                HelpPurpose::SomeoneToTalkTo => wording::HelpNow::SomeoneToTalkTo,
            };
            Ok(HelpLineOut {
                purpose: views::word(line.purpose.as_str())?,
                number: line.number.clone(),
                label: wording.say(language, &label),
            })
        })
        .collect::<Answer<_>>()?;
    Ok(Some(HelpNowOut {
        country: country.to_owned(),
        title: wording.say(language, &wording::HelpNow::Title),
        notice: wording.say(language, &wording::HelpNow::NotWatched),
        lines,
    }))
}
