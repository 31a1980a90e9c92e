//! What reached me, and the owner's start page.

use crate::api::answer::{Done, Found, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::{cards, notifications};
use crate::state::App;
use mobile_contract::cards::CardsOut;
use mobile_contract::notifications::{NotificationOut, NotificationsOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use std::sync::Arc;
use uuid::Uuid;

pub struct NotificationsApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Notifications")]
impl NotificationsApi {
    /// List my notifications
    ///
    /// The unread first, then the read; each newest first.
    #[oai(path = "/notifications", method = "get", operation_id = "list_notifications")]
    async fn list_notifications(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<NotificationsOut>, Problem> {
        Ok(found(notifications::list(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }

    /// Get what a push stands for
    ///
    /// By the opaque id it carried. What was taken back since is not there any more.
    #[oai(path = "/notifications/:id", method = "get", operation_id = "get_notification")]
    async fn get_notification(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<NotificationOut>, Problem> {
        Ok(found(notifications::get(&app, caller.0, id.0).await?))
    }

    /// Mark a notification as read
    ///
    /// It leaves my other devices.
    #[oai(path = "/notifications/:id/read", method = "post", operation_id = "read_notification")]
    async fn read_notification(&self, app: Data<&Arc<App>>, caller: SignedIn, id: Path<Uuid>) -> Result<Done, Problem> {
        notifications::read(&app, caller.0, id.0).await?;
        Ok(Done::Empty)
    }

    /// Get the cards of my start page
    ///
    /// For service users. Nothing here needs an answer.
    #[oai(path = "/cards", method = "get", operation_id = "list_cards")]
    async fn list_cards(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<CardsOut>, Problem> {
        Ok(found(cards::list(&app, caller.0).await?))
    }
}
