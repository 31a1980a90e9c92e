//! The account behind the session: name, languages, zone, and a provider's hours.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, bounds, owners_life};
use crate::state::App;
use crate::views;
use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use domain::policy::{OnOwn, Permit};
use domain::wording::FieldFault as Words;
use domain::words::{Language, Role};
use mobile_contract::problem::FieldFault;
use mobile_contract::profile::{MeOut, MePatch, Weekday, WorkingHoursIn, WorkingHoursOut};
use poem_openapi::types::MaybeUndefined;
use storage::profiles::{self, Changes, WorkingHours};
use storage::whose::Whose;
use storage::{WriteTx, accounts, policies, relationships, rows, series};

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

pub async fn get(app: &App, caller: Caller) -> Answer<MeOut> {
    let me = leave(caller, OnOwn::Profile)?.account();
    let found = accounts::with_organisation(app.store.read(), me).await?;
    let (row, organisation) = found.ok_or_else(Refusal::not_found)?;
    let languages = row.languages.split(',').map(views::word).collect::<Answer<_>>()?;
    Ok(MeOut {
        id: row.id,
        role: views::word(&row.role)?,
        login: row.login,
        display_name: row.display_name,
        languages,
        time_zone: row.zone,
        lock_screen: views::word(&row.lock_screen)?,
        read_receipts: row.read_receipts,
        email: row.email,
        organisation_id: row.organisation_id,
        organisation_name: organisation.name,
        version: row.version,
    })
}

pub async fn change(app: &App, caller: Caller, patch: MePatch, if_match: Option<&str>) -> Answer<MeOut> {
    let permit = leave(caller, OnOwn::Profile)?;
    if patch.lock_screen.is_some() {
        leave(caller, OnOwn::OwnersLife)?;
    }
    if !matches!(patch.email, MaybeUndefined::Undefined) {
        leave(caller, OnOwn::ProvidersWork)?;
    }
    let changes = Changes {
        display_name: patch
            .display_name
            .map(|name| bounds::line("/display_name", &name, bounds::MAX_NAME).map(str::to_owned))
            .transpose()?,
        languages: patch.languages.map(|list| languages(&list)).transpose()?,
        zone: patch.time_zone.map(|zone| time_zone(&zone)).transpose()?,
        lock_screen: patch.lock_screen.map(|choice| views::word(choice.as_str())).transpose()?,
        read_receipts: patch.read_receipts,
        email: match patch.email {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(address) => Some(Some(email(&address)?)),
        },
        ..Changes::default()
    };
    let now = app.now();
    let tx = app.store.write().await?;
    let row = account(&*tx, permit.account()).await?;
    views::if_match(if_match, row.version)?;
    let moves = changes.zone.as_ref().is_some_and(|zone| *zone != row.zone);
    profiles::change(&tx, permit, row.version, changes, now).await?;
    if moves {
        look_again(&tx, permit, now).await?;
    }
    tx.commit().await?;
    get(app, caller).await
}

pub async fn working_hours(app: &App, caller: Caller) -> Answer<WorkingHoursOut> {
    let permit = leave(caller, OnOwn::ProvidersWork)?;
    let row = account(app.store.read(), permit.account()).await?;
    let most = cap_max(app, permit).await?;
    let cap = u32::try_from(row.check_in_cap).unwrap_or(0).min(most);
    let days = WEEK.iter().enumerate().filter(|(bit, _)| row.working_days & (1 << bit) != 0);
    Ok(WorkingHoursOut {
        days: days.map(|(_, day)| *day).collect(),
        from: views::clock_time(row.work_from),
        to: views::clock_time(row.work_to),
        time_zone: row.zone,
        check_in_cap: cap,
        check_in_cap_max: most,
        version: row.version,
    })
}

/// Sets hours and cap. A date already promised does not move; the planner looks again at everything
/// that rests on the hours.
pub async fn set_working_hours(
    app: &App,
    caller: Caller,
    wanted: &WorkingHoursIn,
    if_match: Option<&str>,
) -> Answer<WorkingHoursOut> {
    let permit = leave(caller, OnOwn::ProvidersWork)?;
    let mut days = 0;
    for (place, day) in wanted.days.iter().enumerate() {
        let bit = WEEK.iter().position(|known| known == day).map_or(0, |bit| 1 << bit);
        if days & bit != 0 {
            return Err(Refusal::field(&format!("/days/{place}"), FieldFault::Duplicate));
        }
        days |= bit;
    }
    // Without a working day no promise could ever be counted.
    if days == 0 {
        return Err(Refusal::field("/days", FieldFault::Required));
    }
    let from = bounds::clock_time("/from", &wanted.from)?;
    let to = bounds::clock_time("/to", &wanted.to)?;
    if from >= to {
        return Err(Refusal::field("/to", FieldFault::OutsideBounds));
    }
    let most = cap_max(app, permit).await?;
    if wanted.check_in_cap.is_some_and(|cap| cap > most) {
        let bounds = Words::OutsideBounds { min: "0".to_owned(), max: most.to_string() };
        return Err(Refusal::field("/check_in_cap", bounds));
    }
    let now = app.now();
    let tx = app.store.write().await?;
    let row = account(&*tx, permit.account()).await?;
    views::if_match(if_match, row.version)?;
    let check_in_cap = match wanted.check_in_cap {
        Some(cap) => i32::try_from(cap).unwrap_or(i32::MAX),
        None => row.check_in_cap,
    };
    let hours = WorkingHours { days, from, to, check_in_cap };
    let changes = Changes { working_hours: Some(hours), ..Changes::default() };
    profiles::change(&tx, permit, row.version, changes, now).await?;
    look_again(&tx, permit, now).await?;
    tx.commit().await?;
    working_hours(app, caller).await
}

async fn cap_max(app: &App, permit: Permit) -> Answer<u32> {
    Ok(policies::in_force(app.store.read(), permit.actor().organisation).await?.1.check_in_cap)
}

/// The planner looks again at everything that rests on this person's clock.
async fn look_again(tx: &WriteTx, permit: Permit, now: DateTime<Utc>) -> Answer<()> {
    if permit.actor().role == Role::ServiceUser {
        return owners_life::look_again(tx, permit.account(), now).await;
    }
    Ok(series::reconsider(tx, Whose::Provider(permit.account()), now).await?)
}

fn languages(wanted: &[mobile_contract::profile::Language]) -> Answer<Vec<Language>> {
    let mut list: Vec<Language> = Vec::new();
    for (place, language) in wanted.iter().enumerate() {
        let language = views::word(language.as_str())?;
        if list.contains(&language) {
            return Err(Refusal::field(&format!("/languages/{place}"), FieldFault::Duplicate));
        }
        list.push(language);
    }
    if list.is_empty() { Err(Refusal::field("/languages", FieldFault::Required)) } else { Ok(list) }
}

/// The zone by the name IANA writes it.
fn time_zone(name: &str) -> Answer<String> {
    let zone: chrono_tz::Tz = name.parse().map_err(|_| Refusal::field("/time_zone", FieldFault::UnknownTimeZone))?;
    Ok(zone.name().to_owned())
}

/// One address with a domain, in printable ASCII: what every mail server takes.
pub(super) fn email(address: &str) -> Answer<String> {
    let address = bounds::line("/email", address, bounds::MAX_EMAIL)?;
    let shaped = address.rsplit_once('@').is_some_and(|(local, domain)| {
        let local_fits = !local.is_empty()
            && local.len() <= 64
            && local.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>[],;:\\\"@".contains(&byte))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        local_fits && domain.split('.').all(label)
    });
    if shaped { Ok(address.to_owned()) } else { Err(Refusal::field("/email", FieldFault::Format)) }
}

async fn account(db: &impl storage::Connection, id: AccountId) -> Answer<rows::Account> {
    accounts::for_machinery(db, id).await?.ok_or_else(Refusal::not_found)
}

fn leave(caller: Caller, action: OnOwn) -> Result<Permit, storage::StorageError> {
    relationships::leave(caller.actor, action, caller.actor.account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_address_and_nothing_more() {
        for good in ["kari@nordre.example", "k.n+digest@a-b.no", "x@localhost"] {
            assert_eq!(email(good).ok().as_deref(), Some(good));
        }
        for bad in [
            "",
            "kari",
            "@nordre.no",
            "kari@",
            "kari@@x.no",
            "a b@x.no",
            "a@x.no\r\nBcc: b@y.no",
            "<a@x.no>",
            "a@x..no",
            "a@-x.no",
            ".a@x.no",
            "a@x.no, b@y.no",
            "å@x.no",
        ] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn zones_are_iana_names() {
        assert_eq!(time_zone("Europe/Oslo").ok().as_deref(), Some("Europe/Oslo"));
        for bad in ["", "Oslo", "europe/oslo", "CEST", "+02:00", "Europe/Oslo "] {
            assert!(time_zone(bad).is_err(), "{bad:?}");
        }
    }
}
