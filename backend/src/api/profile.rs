//! My account, my hours, my devices, and what reaches me.

use crate::api::answer::{Created, Done, Found, Versioned, created, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::{devices, erasure, notification_settings, profile};
use crate::state::App;
use domain::ids::DeviceId;
use mobile_contract::notification_settings::{NotificationSettingsIn, NotificationSettingsOut};
use mobile_contract::profile::{
    DeviceOut, DevicePatch, DeviceRegisterIn, DevicesOut, ErasureIn, MeOut, MePatch, WorkingHoursIn, WorkingHoursOut,
};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct ProfileApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Profile")]
impl ProfileApi {
    /// Get my account
    ///
    /// Name, languages, time zone and what shows on the lock screen. Its ETag is needed to change them.
    #[oai(path = "/me", method = "get", operation_id = "get_me")]
    async fn get_me(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Versioned<MeOut>, Problem> {
        let out = profile::get(&app, caller.0).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Change my account
    ///
    /// A new time zone counts from the next occurrence of everything planned.
    #[oai(path = "/me", method = "patch", operation_id = "update_me")]
    async fn update_me(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<MePatch>,
    ) -> Result<Versioned<MeOut>, Problem> {
        let out = profile::change(&app, caller.0, body.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Have my account erased, and all that is mine
    ///
    /// For owners; it cannot be undone, so let her take everything away first (`get_export`), and ask again before you call.
    /// Relationships end, nothing that is planned comes, every session ends, and what she kept is unreadable from then on, in
    /// copies of the database too. What she sent and somebody opened stays with that reader, without her name; what
    /// nobody opened goes. A wrong password is `wrong_credentials`, and changes nothing.
    #[oai(path = "/me/erasure", method = "post", operation_id = "create_erasure")]
    async fn create_erasure(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<ErasureIn>,
    ) -> Result<Done, Problem> {
        erasure::erase(&app, caller.0, body.0.password).await?;
        Ok(Done::Empty)
    }

    /// See my working hours
    ///
    /// For providers. They decide when replies are promised and when check-ins are sent in your name.
    #[oai(path = "/working_hours", method = "get", operation_id = "get_working_hours")]
    async fn get_working_hours(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
    ) -> Result<Versioned<WorkingHoursOut>, Problem> {
        let out = profile::working_hours(&app, caller.0).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Set my working hours and my cap
    ///
    /// Dates already promised do not move.
    #[oai(path = "/working_hours", method = "put", operation_id = "put_working_hours")]
    async fn put_working_hours(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<WorkingHoursIn>,
    ) -> Result<Versioned<WorkingHoursOut>, Problem> {
        let out = profile::set_working_hours(&app, caller.0, &body.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// See what reaches me
    ///
    /// One line per job that can reach you, with its channels, and whether it can be switched off.
    #[oai(path = "/notification_settings", method = "get", operation_id = "get_notification_settings")]
    async fn get_notification_settings(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
    ) -> Result<Found<NotificationSettingsOut>, Problem> {
        Ok(found(notification_settings::get(&app, caller.0).await?))
    }

    /// Choose what reaches me
    ///
    /// What is left out stays as it is. Switching a job off cancels what was planned of it.
    #[oai(path = "/notification_settings", method = "put", operation_id = "put_notification_settings")]
    async fn put_notification_settings(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<NotificationSettingsIn>,
    ) -> Result<Found<NotificationSettingsOut>, Problem> {
        Ok(found(notification_settings::set(&app, caller.0, &body.items).await?))
    }

    /// List my devices, newest first
    ///
    /// Each phone, tablet or browser that was registered for you and not let go of.
    #[oai(path = "/devices", method = "get", operation_id = "list_devices")]
    async fn list_devices(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<DevicesOut>, Problem> {
        Ok(found(devices::list(&app, caller.0).await?))
    }

    /// Register a further device
    ///
    /// Signing in registers one already. The newest person on a device owns its token.
    #[oai(path = "/devices", method = "post", operation_id = "create_device")]
    async fn create_device(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<DeviceRegisterIn>,
    ) -> Result<Created<DeviceOut>, Problem> {
        let out = devices::register(&app, caller.0, body.0).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// Get one of my devices
    ///
    /// What is known of it. The gateway's token itself is never shown.
    #[oai(path = "/devices/:id", method = "get", operation_id = "get_device")]
    async fn get_device(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<DeviceOut>, Problem> {
        let out = devices::get(&app, caller.0, DeviceId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Replace a device's token, or tell its app version
    ///
    /// To be called whenever the gateway gives the app another token. What is left out stays.
    #[oai(path = "/devices/:id", method = "patch", operation_id = "update_device")]
    async fn update_device(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<DevicePatch>,
    ) -> Result<Versioned<DeviceOut>, Problem> {
        let out = devices::change(&app, caller.0, DeviceId(id.0), body.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Let go of a device
    ///
    /// No more pushes reach it, and whoever is signed in on it is signed out.
    #[oai(path = "/devices/:id", method = "delete", operation_id = "delete_device")]
    async fn delete_device(&self, app: Data<&Arc<App>>, caller: SignedIn, id: Path<Uuid>) -> Result<Done, Problem> {
        devices::forget(&app, caller.0, DeviceId(id.0)).await?;
        Ok(Done::Empty)
    }
}
