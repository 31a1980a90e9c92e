//! Meetings and calls of the pair.

use crate::api::answer::{Created, Done, Found, Versioned, created, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::{consultations, contacts};
use crate::state::App;
use domain::ids::{ConsultationId, RelationshipId};
use mobile_contract::consultations::{ConsultationIn, ConsultationOut, ConsultationPatch, ConsultationsOut};
use mobile_contract::contacts::{ContactIn, ContactOut, ContactsOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct ConsultationsApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Messages")]
impl ConsultationsApi {
    /// Plan a consultation
    ///
    /// By either side.
    #[oai(path = "/relationships/:id/consultations", method = "post", operation_id = "create_consultation")]
    async fn create_consultation(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<ConsultationIn>,
    ) -> Result<Created<ConsultationOut>, Problem> {
        let (relationship, consultation) = (RelationshipId(id.0), body.id.map(ConsultationId));
        let out = consultations::plan(&app, caller.0, relationship, consultation, body.starts_at).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// List the pair's consultations, the latest first
    ///
    /// For both parties: planned, held and cancelled.
    #[oai(path = "/relationships/:id/consultations", method = "get", operation_id = "list_consultations")]
    async fn list_consultations(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<ConsultationsOut>, Problem> {
        let id = RelationshipId(id.0);
        Ok(found(consultations::list(&app, caller.0, id, cursor.as_deref(), limit.0).await?))
    }

    /// Get one consultation
    ///
    /// For both parties of its relationship.
    #[oai(path = "/consultations/:id", method = "get", operation_id = "get_consultation")]
    async fn get_consultation(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<ConsultationOut>, Problem> {
        let out = consultations::get(&app, caller.0, ConsultationId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Move a consultation
    ///
    /// By either side, as long as it is planned. Check-ins keep away from the new time.
    #[oai(path = "/consultations/:id", method = "patch", operation_id = "update_consultation")]
    async fn update_consultation(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<ConsultationPatch>,
    ) -> Result<Versioned<ConsultationOut>, Problem> {
        let id = ConsultationId(id.0);
        let out = consultations::reschedule(&app, caller.0, id, body.starts_at, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Cancel a consultation
    ///
    /// By either side. What was held back because of it is looked at again. Cancelled before: nothing
    /// changes.
    #[oai(path = "/consultations/:id", method = "delete", operation_id = "delete_consultation")]
    async fn delete_consultation(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Done, Problem> {
        consultations::cancel(&app, caller.0, ConsultationId(id.0)).await?;
        Ok(Done::Empty)
    }

    /// Say that it was held
    ///
    /// For providers, once it has begun. It is personal contact.
    #[oai(path = "/consultations/:id/held", method = "post", operation_id = "hold_consultation")]
    async fn hold_consultation(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<ConsultationOut>, Problem> {
        let out = consultations::held(&app, caller.0, ConsultationId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Log a call
    ///
    /// For providers. It closes the reply clocks that ran by then and is personal contact.
    #[oai(path = "/relationships/:id/contacts", method = "post", operation_id = "create_contact")]
    async fn create_contact(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<ContactIn>,
    ) -> Result<Created<ContactOut>, Problem> {
        let out = contacts::log(&app, caller.0, RelationshipId(id.0), body.id, body.at).await?;
        Ok(created(out, 1))
    }

    /// List calls, days to talk and consultations held, newest first
    ///
    /// For both parties: the personal contact that ends what waited for it.
    #[oai(path = "/relationships/:id/contacts", method = "get", operation_id = "list_contacts")]
    async fn list_contacts(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<ContactsOut>, Problem> {
        let id = RelationshipId(id.0);
        Ok(found(contacts::list(&app, caller.0, id, cursor.as_deref(), limit.0).await?))
    }
}
