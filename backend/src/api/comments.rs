//! What is said beside what an owner keeps.

use crate::api::answer::{Created, Done, Found, created, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::comments::{self, Asked};
use crate::state::App;
use domain::ids::{AccountId, CommentId};
use mobile_contract::crisis_plan::PlanSection;
use mobile_contract::proposals::{CommentIn, CommentOut, CommentsOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct CommentsApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Proposals")]
impl CommentsApi {
    /// Say something beside what an owner keeps
    ///
    /// For the owner herself, and for providers with whom it is shared up to `comment`. Everybody who sees an item or a
    /// section sees what is said beside it.
    #[oai(path = "/owners/:owner/comments", method = "post", operation_id = "create_comment")]
    async fn create_comment(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        owner: Path<Uuid>,
        body: Json<CommentIn>,
    ) -> Result<Created<CommentOut>, Problem> {
        Ok(created(comments::make(&app, caller.0, AccountId(owner.0), body.0).await?, 1))
    }

    /// List what is said beside what an owner keeps, newest first
    ///
    /// For the owner, and for providers: beside what is shared with you now, whoever said it. A provider's reading stands
    /// in the owner's access log. Beside what is not shared and beside what is not there stands nothing.
    #[oai(path = "/owners/:owner/comments", method = "get", operation_id = "list_comments")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query")]
    async fn list_comments(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        owner: Path<Uuid>,
        item_id: Query<Option<Uuid>>,
        section: Query<Option<PlanSection>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<CommentsOut>, Problem> {
        let section = section.0.map(|section| section.as_str());
        let asked = Asked { item: item_id.0, section, cursor: cursor.as_deref(), limit: limit.0 };
        Ok(found(comments::list(&app, caller.0, AccountId(owner.0), asked).await?))
    }

    /// See the comments beside what I keep as a provider finds them
    ///
    /// For owners: exactly what this provider would be answered now. Nothing goes to anybody, and nothing is logged.
    #[oai(path = "/comments/as_seen_by/:provider", method = "get", operation_id = "list_comments_as_seen_by")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query")]
    async fn list_comments_as_seen_by(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        provider: Path<Uuid>,
        item_id: Query<Option<Uuid>>,
        section: Query<Option<PlanSection>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<CommentsOut>, Problem> {
        let section = section.0.map(|section| section.as_str());
        let asked = Asked { item: item_id.0, section, cursor: cursor.as_deref(), limit: limit.0 };
        Ok(found(comments::as_seen_by(&app, caller.0, AccountId(provider.0), asked).await?))
    }

    /// Keep a comment to myself
    ///
    /// For the owner. Nobody else finds it from now on, its author neither, and nobody is told.
    #[oai(path = "/comments/:id/hide", method = "post", operation_id = "hide_comment")]
    async fn hide_comment(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<CommentOut>, Problem> {
        Ok(found(comments::hide(&app, caller.0, CommentId(id.0), true).await?))
    }

    /// Show a comment again
    ///
    /// For the owner.
    #[oai(path = "/comments/:id/unhide", method = "post", operation_id = "unhide_comment")]
    async fn unhide_comment(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<CommentOut>, Problem> {
        Ok(found(comments::hide(&app, caller.0, CommentId(id.0), false).await?))
    }

    /// Take my comment back
    ///
    /// For whoever said it, and for good.
    #[oai(path = "/comments/:id", method = "delete", operation_id = "delete_comment")]
    async fn delete_comment(&self, app: Data<&Arc<App>>, caller: SignedIn, id: Path<Uuid>) -> Result<Done, Problem> {
        comments::take_back(&app, caller.0, CommentId(id.0)).await?;
        Ok(Done::Empty)
    }
}
