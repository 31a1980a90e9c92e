//! The devices a person signed in on, and the tokens that reach them.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, bounds, push_addresses};
use crate::state::App;
use crate::views;
use domain::ids::DeviceId;
use domain::policy::{OnOwn, Permit};
use domain::words::{Platform, PushEnvironment};
use mobile_contract::profile::{DeviceOut, DevicePatch, DeviceRegisterIn, DevicesOut};
use poem_openapi::types::MaybeUndefined;
use storage::sessions::{DeviceChanges, NewDevice};
use storage::{StorageError, relationships, rows};

pub async fn list(app: &App, caller: Caller) -> Answer<DevicesOut> {
    let rows = storage::sessions::devices(app.store.read(), leave(caller)?).await?;
    Ok(DevicesOut { items: rows.into_iter().map(|row| present(row, caller)).collect::<Answer<_>>()? })
}

pub async fn get(app: &App, caller: Caller, id: DeviceId) -> Answer<DeviceOut> {
    present(own(app, caller, id).await?, caller)
}

/// Registers a device without a session of its own (a browser's push subscription, a watch).
pub async fn register(app: &App, caller: Caller, body: DeviceRegisterIn) -> Answer<DeviceOut> {
    let permit = leave(caller)?;
    let platform: Platform = views::word(body.platform.as_str())?;
    let environment = match body.environment {
        Some(environment) => views::word(environment.as_str())?,
        None => PushEnvironment::Production,
    };
    let token = push_addresses::accepted(app, "", platform, body.push_token, body.subscription).await?;
    let new = NewDevice {
        id: DeviceId(app.store.new_id()),
        account: permit.account(),
        platform,
        environment,
        token,
        app_version: bounds::line("/app_version", &body.app_version, bounds::MAX_APP_VERSION)?.to_owned(),
    };
    let id = new.id;
    let tx = app.store.write().await?;
    storage::sessions::register_device(&tx, new, app.now()).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

pub async fn change(
    app: &App,
    caller: Caller,
    id: DeviceId,
    patch: DevicePatch,
    if_match: Option<&str>,
) -> Answer<DeviceOut> {
    let permit = leave(caller)?;
    let row = own(app, caller, id).await?;
    views::if_match(if_match, row.version)?;
    let platform: Platform = row.platform.parse().map_err(StorageError::from)?;
    let changes = DeviceChanges {
        token: match (patch.push_token, patch.subscription) {
            (MaybeUndefined::Undefined, MaybeUndefined::Undefined) => None,
            (token, subscription) => {
                let (token, subscription) = (Option::<Option<_>>::from(token), Option::<Option<_>>::from(subscription));
                Some(push_addresses::accepted(app, "", platform, token.flatten(), subscription.flatten()).await?)
            }
        },
        environment: patch.environment.map(|environment| views::word(environment.as_str())).transpose()?,
        app_version: patch
            .app_version
            .map(|version| bounds::line("/app_version", &version, bounds::MAX_APP_VERSION).map(str::to_owned))
            .transpose()?,
    };
    let tx = app.store.write().await?;
    storage::sessions::change_device(&tx, permit, &row, changes, app.now()).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// Lets go of a device: no more pushes, and whoever is signed in on it is signed out.
pub async fn forget(app: &App, caller: Caller, id: DeviceId) -> Answer<()> {
    let permit = leave(caller)?;
    let row = own(app, caller, id).await?;
    let now = app.now();
    let sessions = storage::sessions::of_account(app.store.read(), permit.account(), now).await?;
    let tx = app.store.write().await?;
    for (session, _) in sessions.iter().filter(|(session, _)| session.device_id == row.id) {
        storage::sessions::revoke(&tx, session, now).await?;
    }
    storage::sessions::forget_device(&tx, id, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn own(app: &App, caller: Caller, id: DeviceId) -> Answer<rows::Device> {
    storage::sessions::own_device(app.store.read(), leave(caller)?.account(), id)
        .await?
        .filter(|row| row.gone_at.is_none())
        .ok_or_else(Refusal::not_found)
}

fn leave(caller: Caller) -> Result<Permit, StorageError> {
    relationships::leave(caller.actor, OnOwn::Devices, caller.actor.account)
}

fn present(row: rows::Device, caller: Caller) -> Answer<DeviceOut> {
    Ok(DeviceOut {
        id: row.id,
        platform: views::word(&row.platform)?,
        environment: views::word(&row.environment)?,
        has_push_token: row.token.is_some(),
        app_version: row.app_version,
        registered_at: row.registered_at,
        last_seen_at: row.last_seen_at,
        current: row.id == caller.device.0,
        version: row.version,
    })
}
