//! When a provider is away, and who stands in.

use crate::api::answer::{Created, Done, Found, Versioned, created, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::absences;
use crate::state::App;
use domain::ids::{AbsenceId, RelationshipId};
use mobile_contract::absences::{AbsenceIn, AbsenceOut, AbsencePatch, AbsencesOut, PairAbsenceOut, PairAbsencesOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct AbsencesApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Messages")]
impl AbsencesApi {
    /// Say that I will be away
    ///
    /// For providers. Replies promised for days in it get a new date, and the owners are told.
    #[oai(path = "/absences", method = "post", operation_id = "create_absence")]
    async fn create_absence(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<AbsenceIn>,
    ) -> Result<Created<AbsenceOut>, Problem> {
        let body = body.0;
        let id = body.id.map(AbsenceId);
        let login = body.substitute_login.as_deref();
        let out = absences::create(&app, caller.0, id, body.from_on, body.to_on, login).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// List my absences and those I am asked to stand in for, the last written first
    ///
    /// For providers. Those that are over, and those that were cancelled, are there too.
    #[oai(path = "/absences", method = "get", operation_id = "list_absences")]
    async fn list_absences(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<AbsencesOut>, Problem> {
        Ok(found(absences::list(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }

    /// Get one absence
    ///
    /// For the provider who is away and the colleague she asks.
    #[oai(path = "/absences/:id", method = "get", operation_id = "get_absence")]
    async fn get_absence(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<AbsenceOut>, Problem> {
        let out = absences::get(&app, caller.0, AbsenceId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Change dates or substitute
    ///
    /// For the provider who is away, as long as it is not over. A shorter absence keeps the substitute's
    /// answer and the owners' consents; another beginning, a later end or another substitute is asked for
    /// anew. Promises are looked at again.
    #[oai(path = "/absences/:id", method = "patch", operation_id = "update_absence")]
    async fn update_absence(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<AbsencePatch>,
    ) -> Result<Versioned<AbsenceOut>, Problem> {
        let out = absences::change(&app, caller.0, AbsenceId(id.0), body.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Cancel an absence
    ///
    /// Dates that were moved and shown stay.
    #[oai(path = "/absences/:id", method = "delete", operation_id = "delete_absence")]
    async fn delete_absence(&self, app: Data<&Arc<App>>, caller: SignedIn, id: Path<Uuid>) -> Result<Done, Problem> {
        absences::cancel(&app, caller.0, AbsenceId(id.0)).await?;
        Ok(Done::Empty)
    }

    /// Accept to stand in
    ///
    /// For the colleague who is asked. She sees a thread only once its owner has consented too.
    #[oai(path = "/absences/:id/accept", method = "post", operation_id = "accept_absence")]
    async fn accept_absence(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<AbsenceOut>, Problem> {
        let out = absences::answer(&app, caller.0, AbsenceId(id.0), true).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Decline to stand in, also later
    ///
    /// For the colleague who is asked. What she already read stays read; from now on she sees nothing more.
    #[oai(path = "/absences/:id/decline", method = "post", operation_id = "decline_absence")]
    async fn decline_absence(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<AbsenceOut>, Problem> {
        let out = absences::answer(&app, caller.0, AbsenceId(id.0), false).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// List the absences my pair should know of, by date
    ///
    /// For both parties: those that are not over, who stands in, and whether the owner consents.
    #[oai(path = "/relationships/:id/absences", method = "get", operation_id = "list_pair_absences")]
    async fn list_pair_absences(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<PairAbsencesOut>, Problem> {
        Ok(found(absences::of_pair(&app, caller.0, RelationshipId(id.0)).await?))
    }

    /// Let the substitute see what waits for a reply
    ///
    /// For the owner; for this absence only.
    #[oai(
        path = "/relationships/:id/absences/:absence_id/consent",
        method = "put",
        operation_id = "give_absence_consent"
    )]
    async fn give_absence_consent(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        absence_id: Path<Uuid>,
    ) -> Result<Found<PairAbsenceOut>, Problem> {
        let (id, absence) = (RelationshipId(id.0), AbsenceId(absence_id.0));
        Ok(found(absences::consent(&app, caller.0, id, absence, true).await?))
    }

    /// Take that consent back
    ///
    /// For the owner. From now on the substitute sees none of her threads.
    #[oai(
        path = "/relationships/:id/absences/:absence_id/consent",
        method = "delete",
        operation_id = "withdraw_absence_consent"
    )]
    async fn withdraw_absence_consent(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        absence_id: Path<Uuid>,
    ) -> Result<Found<PairAbsenceOut>, Problem> {
        let (id, absence) = (RelationshipId(id.0), AbsenceId(absence_id.0));
        Ok(found(absences::consent(&app, caller.0, id, absence, false).await?))
    }
}
