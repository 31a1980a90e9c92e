//! What owner and provider expect of each other.

use crate::api::answer::{Created, Found, created, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::agreements;
use crate::state::App;
use domain::ids::{AgreementVersionId, RelationshipId};
use mobile_contract::agreements::{
    AcceptAgreementIn, AgreementDiffOut, AgreementRoundOut, AgreementVersionIn, AgreementVersionOut,
    AgreementVersionsOut,
};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct AgreementsApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Agreements")]
impl AgreementsApi {
    /// Draft a version of the agreement
    ///
    /// Either side may. It applies once both have accepted its text; until then the one in force
    /// does. Without an agreement there are no check-ins; everything else works.
    #[oai(path = "/relationships/:id/agreement_versions", method = "post", operation_id = "create_agreement_version")]
    async fn create_agreement_version(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<AgreementVersionIn>,
    ) -> Result<Created<AgreementVersionOut>, Problem> {
        let (relationship, body) = (RelationshipId(id.0), body.0);
        let terms = agreements::from_wire(body.terms)?;
        let number = agreements::draft(&app, caller.0, relationship, body.id.map(AgreementVersionId), terms).await?;
        Ok(created(agreements::get(&app, caller.0, relationship, number).await?, number))
    }

    /// List the versions, newest first
    ///
    /// For both parties: drafts, the version in force, and those before it.
    #[oai(path = "/relationships/:id/agreement_versions", method = "get", operation_id = "list_agreement_versions")]
    async fn list_agreement_versions(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<AgreementVersionsOut>, Problem> {
        Ok(found(agreements::list(&app, caller.0, RelationshipId(id.0), cursor.as_deref(), limit.0).await?))
    }

    /// Get the version in force
    ///
    /// For both parties: the version both accepted last. 404 as long as there is none.
    #[oai(path = "/relationships/:id/agreement", method = "get", operation_id = "get_agreement")]
    async fn get_agreement(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<AgreementVersionOut>, Problem> {
        Ok(found(agreements::in_force(&app, caller.0, RelationshipId(id.0)).await?))
    }

    /// Get one version
    ///
    /// For both parties, with the `hash` that accepting it names.
    #[oai(
        path = "/relationships/:id/agreement_versions/:number",
        method = "get",
        operation_id = "get_agreement_version"
    )]
    async fn get_agreement_version(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        number: Path<i32>,
    ) -> Result<Found<AgreementVersionOut>, Problem> {
        Ok(found(agreements::get(&app, caller.0, RelationshipId(id.0), number.0).await?))
    }

    /// Compare two versions, term by term
    ///
    /// For both parties: what differs from version `against` to this one.
    #[oai(
        path = "/relationships/:id/agreement_versions/:number/diff",
        method = "get",
        operation_id = "get_agreement_version_diff"
    )]
    async fn get_agreement_version_diff(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        number: Path<i32>,
        /// Number of the version to compare with.
        against: Query<i32>,
    ) -> Result<Found<AgreementDiffOut>, Problem> {
        Ok(found(agreements::diff(&app, caller.0, RelationshipId(id.0), number.0, against.0).await?))
    }

    /// Accept the text of a version
    ///
    /// The hash names the text that was read; another one is answered with `other_text`. Once both
    /// sides accepted the same text it is in force.
    #[oai(
        path = "/relationships/:id/agreement_versions/:number/accept",
        method = "post",
        operation_id = "accept_agreement_version"
    )]
    async fn accept_agreement_version(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        number: Path<i32>,
        body: Json<AcceptAgreementIn>,
    ) -> Result<Found<AgreementVersionOut>, Problem> {
        let relationship = RelationshipId(id.0);
        agreements::accept(&app, caller.0, relationship, number.0, &body.hash).await?;
        Ok(found(agreements::get(&app, caller.0, relationship, number.0).await?))
    }
    /// See whether a round of the agreement waits
    ///
    /// One that either asked for, or that something brought about: another share, another provider,
    /// two replies overdue, check-ins at rest.
    #[oai(path = "/relationships/:id/agreement_round", method = "get", operation_id = "get_agreement_round")]
    async fn get_agreement_round(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<AgreementRoundOut>, Problem> {
        Ok(found(agreements::rounds::get(&app, caller.0, RelationshipId(id.0)).await?))
    }

    /// Ask for a round of the agreement
    ///
    /// Either side may, while an agreement is in force. The owner is asked to take it on a day after
    /// this one, when nothing speaks for leaving her in peace. While one waits, asking again changes
    /// nothing.
    #[oai(path = "/relationships/:id/agreement_round", method = "post", operation_id = "create_agreement_round")]
    async fn create_agreement_round(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<AgreementRoundOut>, Problem> {
        Ok(found(agreements::rounds::ask(&app, caller.0, RelationshipId(id.0)).await?))
    }
}
