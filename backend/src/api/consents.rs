//! What people agree to.

use crate::api::answer::{Created, Found, created, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::consents;
use crate::state::App;
use crate::views;
use mobile_contract::consents::{ConsentIn, ConsentOut, ConsentsOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct ConsentsApi;

#[OpenApi(prefix_path = "/v1/consents", tag = "ApiTags::Messages")]
impl ConsentsApi {
    /// Give a consent
    ///
    /// `non_emergency` comes before one's first message. Given again to the same text while it
    /// stands, the first one is answered.
    #[oai(path = "/", method = "post", operation_id = "create_consent")]
    async fn create_consent(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<ConsentIn>,
    ) -> Result<Created<ConsentOut>, Problem> {
        let kind = views::word(body.kind.as_str())?;
        Ok(created(consents::give(&app, caller.0, kind, &body.text_version).await?, 1))
    }

    /// List my consents, newest first
    ///
    /// What you agreed to, and what you withdrew.
    #[oai(path = "/", method = "get", operation_id = "list_consents")]
    async fn list_consents(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<ConsentsOut>, Problem> {
        Ok(found(consents::list(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }

    /// Withdraw a consent
    ///
    /// From now on; what was done under it stays done.
    #[oai(path = "/:id/withdraw", method = "post", operation_id = "withdraw_consent")]
    async fn withdraw_consent(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<ConsentOut>, Problem> {
        Ok(found(consents::withdraw(&app, caller.0, id.0).await?))
    }
}
