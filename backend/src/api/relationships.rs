//! Who works with whom.

use crate::api::answer::{Created, Done, Found, Versioned, created, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::{Problem, too_many};
use crate::api::tags::ApiTags;
use crate::app::{parting, relationships};
use crate::state::App;
use crate::views;
use domain::ids::RelationshipId;
use mobile_contract::relationships::{RelationshipIn, RelationshipOut, RelationshipPatch, RelationshipsOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct RelationshipsApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Relationships")]
impl RelationshipsApi {
    /// Invite the other side
    ///
    /// A service user invites a provider, or a provider a service user. Nothing is visible before
    /// both accepted: not even whether anybody has the login that was invited.
    #[oai(path = "/relationships", method = "post", operation_id = "create_relationship")]
    async fn create_relationship(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<RelationshipIn>,
    ) -> Result<Created<RelationshipOut>, Problem> {
        let level = views::word(body.level.as_str())?;
        app.limits.invitation(&caller.0.actor.account.to_string()).map_err(too_many)?;
        let id = relationships::invite(&app, caller.0, &body.invitee_login, level).await?;
        let out = relationships::get(&app, caller.0, id).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// List my relationships, newest first
    ///
    /// Those that ended are there too.
    #[oai(path = "/relationships", method = "get", operation_id = "list_relationships")]
    async fn list_relationships(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<RelationshipsOut>, Problem> {
        Ok(found(relationships::list(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }

    /// Get one relationship
    ///
    /// For both parties: who is in it, who is responsible, and its state.
    #[oai(path = "/relationships/:id", method = "get", operation_id = "get_relationship")]
    async fn get_relationship(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<RelationshipOut>, Problem> {
        let out = relationships::get(&app, caller.0, RelationshipId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Accept an invitation
    ///
    /// For the side that was invited. From now on each sees what the other shows.
    #[oai(path = "/relationships/:id/accept", method = "post", operation_id = "accept_relationship")]
    async fn accept_relationship(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<RelationshipOut>, Problem> {
        let out = relationships::accept(&app, caller.0, RelationshipId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Pause or resume
    ///
    /// The owner's alone.
    #[oai(path = "/relationships/:id", method = "patch", operation_id = "update_relationship")]
    async fn update_relationship(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<RelationshipPatch>,
    ) -> Result<Versioned<RelationshipOut>, Problem> {
        let to = views::word(body.state.as_str())?;
        let out = relationships::set_state(&app, caller.0, RelationshipId(id.0), to, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// End it, decline it or withdraw the invitation
    ///
    /// At once, by either side, without a reason.
    #[oai(path = "/relationships/:id", method = "delete", operation_id = "delete_relationship")]
    async fn delete_relationship(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Done, Problem> {
        parting::end(&app, caller.0, RelationshipId(id.0)).await?;
        Ok(Done::Empty)
    }

    /// Take part no longer
    ///
    /// For providers. Where colleagues stay, one of them becomes responsible and keeps what was
    /// promised; otherwise open promises are released and the relationship ends.
    #[oai(path = "/relationships/:id/leave", method = "post", operation_id = "leave_relationship")]
    async fn leave_relationship(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Done, Problem> {
        parting::leave(&app, caller.0, RelationshipId(id.0)).await?;
        Ok(Done::Empty)
    }
}
