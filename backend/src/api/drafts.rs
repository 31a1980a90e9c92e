//! Unsent texts.

use crate::api::answer::{Created, Done, Found, Versioned, created, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::drafts::{self, Unsent};
use crate::state::App;
use crate::views;
use domain::ids::{DraftId, MessageId, RelationshipId};
use mobile_contract::drafts::{DraftIn, DraftOut, DraftPatch, DraftsOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct DraftsApi;

#[OpenApi(prefix_path = "/v1/drafts", tag = "ApiTags::Messages")]
impl DraftsApi {
    /// Begin a draft
    ///
    /// Nobody but you ever sees it.
    #[oai(path = "/", method = "post", operation_id = "create_draft")]
    async fn create_draft(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<DraftIn>,
    ) -> Result<Created<DraftOut>, Problem> {
        let body = body.0;
        let unsent = Unsent {
            kind: views::word(body.kind.as_str())?,
            body: body.body,
            gist: body.gist,
            important: body.important,
            preview_allowed: body.preview_allowed,
            in_reply_to: body.in_reply_to.map(MessageId),
        };
        let relationship = RelationshipId(body.relationship_id);
        let out = drafts::create(&app, caller.0, relationship, body.id.map(DraftId), unsent).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// List my drafts, the last begun first
    ///
    /// Yours alone. Nobody else ever sees one.
    #[oai(path = "/", method = "get", operation_id = "list_drafts")]
    async fn list_drafts(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<DraftsOut>, Problem> {
        Ok(found(drafts::list(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }

    /// Get one of my drafts
    ///
    /// Yours alone, as you left it.
    #[oai(path = "/:id", method = "get", operation_id = "get_draft")]
    async fn get_draft(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<DraftOut>, Problem> {
        let out = drafts::get(&app, caller.0, DraftId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Go on with a draft
    ///
    /// What is left out stays. The ETag keeps two phones from writing over each other.
    #[oai(path = "/:id", method = "patch", operation_id = "update_draft")]
    async fn update_draft(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<DraftPatch>,
    ) -> Result<Versioned<DraftOut>, Problem> {
        let out = drafts::update(&app, caller.0, DraftId(id.0), body.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Throw a draft away
    ///
    /// For good, with its text. Already thrown away: 404.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_draft")]
    async fn delete_draft(&self, app: Data<&Arc<App>>, caller: SignedIn, id: Path<Uuid>) -> Result<Done, Problem> {
        drafts::delete(&app, caller.0, DraftId(id.0)).await?;
        Ok(Done::Empty)
    }
}
