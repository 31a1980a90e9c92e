//! What reaches a person, per job and channel. The promised date that passed is always told to the
//! owner, and the digest is always in the provider's app: only their pushes and mails can be off.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, owners_life};
use crate::state::App;
use crate::views;
use domain::gate::Reason;
use domain::policy::{OnOwn, Permit};
use domain::words::{Channel, Job, Role};
use mobile_contract::notification_settings::{NotificationSettingIn, NotificationSettingOut, NotificationSettingsOut};
use mobile_contract::problem::FieldFault;
use storage::notification_settings::{self, Settings};
use storage::whose::Whose;
use storage::{StorageError, WriteTx, planned, relationships};

/// One job of a role's settings.
#[derive(Clone, Copy, Debug)]
struct Line {
    job: Job,
    can_switch_off: bool,
    email: bool,
}

const fn line(job: Job, can_switch_off: bool, email: bool) -> Line {
    Line { job, can_switch_off, email }
}

const OWNERS: &[Line] = &[
    line(Job::CheckIn, true, false),
    line(Job::PlanReview, true, false),
    line(Job::AgreementRound, true, false),
    line(Job::MessageNotice, true, false),
    line(Job::OverdueNotice, false, false),
];
const PROVIDERS: &[Line] = &[line(Job::Digest, false, true)];

const fn lines(role: Role) -> &'static [Line] {
    match role {
        Role::ServiceUser => OWNERS,
        Role::Provider => PROVIDERS,
        Role::Consultant | Role::Admin | Role::Duty => &[],
    }
}

pub async fn get(app: &App, caller: Caller) -> Answer<NotificationSettingsOut> {
    let permit = leave(caller)?;
    let settings = notification_settings::of(app.store.read(), permit.account()).await?;
    present(caller.actor.role, &settings)
}

/// Switches what is named. Switching a job off cancels what was planned of it in the same commit;
/// switching it on sends nothing for the past.
pub async fn set(app: &App, caller: Caller, wanted: &[NotificationSettingIn]) -> Answer<NotificationSettingsOut> {
    let permit = leave(caller)?;
    let mut named: Vec<Job> = Vec::new();
    let mut changes = Vec::new();
    for (place, item) in wanted.iter().enumerate() {
        let at = |field: &str| format!("/items/{place}/{field}");
        let job: Job = views::word(item.job.as_str())?;
        let Some(line) = lines(caller.actor.role).iter().find(|line| line.job == job) else {
            return Err(Refusal::field(&at("job"), FieldFault::NotInList));
        };
        if named.contains(&job) {
            return Err(Refusal::field(&at("job"), FieldFault::Duplicate));
        }
        named.push(job);
        if item.on == Some(false) && !line.can_switch_off {
            return Err(Refusal::field(&at("on"), FieldFault::NotInList));
        }
        if item.email.is_some() && !line.email {
            return Err(Refusal::field(&at("email"), FieldFault::UnknownField));
        }
        for (channel, on) in [(Channel::InApp, item.on), (Channel::Push, item.push), (Channel::Email, item.email)] {
            changes.extend(on.map(|on| (job, channel, on)));
        }
    }
    let tx = app.store.write().await?;
    write(&tx, permit, &changes, app.now()).await?;
    tx.commit().await?;
    get(app, caller).await
}

async fn write(
    tx: &WriteTx,
    permit: Permit,
    changes: &[(Job, Channel, bool)],
    now: chrono::DateTime<chrono::Utc>,
) -> Answer<()> {
    for (job, channel, on) in changes {
        notification_settings::set(tx, permit, *job, *channel, *on, now).await?;
    }
    let off: Vec<Job> =
        changes.iter().filter(|(_, channel, on)| *channel == Channel::InApp && !on).map(|(job, _, _)| *job).collect();
    if permit.actor().role == Role::ServiceUser {
        planned::cancel_jobs(tx, Whose::Owner(permit.account()), &off, Reason::SwitchedOff, now).await?;
        owners_life::look_again(tx, permit.account(), now).await?;
    }
    Ok(())
}

fn leave(caller: Caller) -> Result<Permit, StorageError> {
    relationships::leave(caller.actor, OnOwn::Settings, caller.actor.account)
}

fn present(role: Role, settings: &Settings) -> Answer<NotificationSettingsOut> {
    let items = lines(role)
        .iter()
        .map(|line| {
            Ok(NotificationSettingOut {
                job: views::word(line.job.as_str())?,
                on: !line.can_switch_off || settings.is_on(line.job, Channel::InApp),
                can_switch_off: line.can_switch_off,
                push: settings.is_on(line.job, Channel::Push),
                email: line.email.then(|| settings.is_on(line.job, Channel::Email)),
            })
        })
        .collect::<Answer<_>>()?;
    Ok(NotificationSettingsOut { items })
}
