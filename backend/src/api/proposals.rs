//! What providers propose to what an owner keeps.

use crate::api::answer::{Created, Found, created, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::proposals::Asked;
use crate::app::{Answer, proposals};
use crate::state::App;
use crate::views;
use domain::ids::{AccountId, ProposalId};
use mobile_contract::proposals::{
    ProposalAcceptIn, ProposalDeclineIn, ProposalIn, ProposalOut, ProposalState, ProposalsOut,
};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct ProposalsApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Proposals")]
impl ProposalsApi {
    /// Propose a change
    ///
    /// For providers with whom a goal, a step or a section of the plan is shared up to `propose`. Nothing changes until
    /// the owner takes it in. `stale`: it says something else by now; read it again. `conflict`: another proposal of
    /// yours about the same waits; withdraw it first. What is not shared and what is not there answer alike.
    #[oai(path = "/owners/:owner/proposals", method = "post", operation_id = "create_proposal")]
    async fn create_proposal(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        owner: Path<Uuid>,
        body: Json<ProposalIn>,
    ) -> Result<Created<ProposalOut>, Problem> {
        Ok(created(proposals::make(&app, caller.0, AccountId(owner.0), body.0).await?, 1))
    }

    /// List what I proposed to an owner, newest first
    ///
    /// For providers: where what it is about is shared with you now. The reading stands in the owner's access log, since
    /// there is in it what she wrote.
    #[oai(path = "/owners/:owner/proposals", method = "get", operation_id = "list_made_proposals")]
    async fn list_made_proposals(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        owner: Path<Uuid>,
        state: Query<Option<ProposalState>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<ProposalsOut>, Problem> {
        let asked = Asked { state: word(state.0)?, cursor: cursor.as_deref(), limit: limit.0 };
        Ok(found(proposals::list(&app, caller.0, AccountId(owner.0), asked).await?))
    }

    /// List what was proposed to me, newest first
    ///
    /// For owners. An open one stays, whatever becomes of the share or the relationship through which it came.
    #[oai(path = "/proposals", method = "get", operation_id = "list_proposals")]
    async fn list_proposals(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        state: Query<Option<ProposalState>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<ProposalsOut>, Problem> {
        let asked = Asked { state: word(state.0)?, cursor: cursor.as_deref(), limit: limit.0 };
        Ok(found(proposals::received(&app, caller.0, asked).await?))
    }

    /// See the proposals to me as a provider finds them
    ///
    /// For owners: exactly what this provider would be answered now. Nothing goes to anybody, and nothing is logged.
    #[oai(path = "/proposals/as_seen_by/:provider", method = "get", operation_id = "list_proposals_as_seen_by")]
    async fn list_proposals_as_seen_by(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        provider: Path<Uuid>,
        state: Query<Option<ProposalState>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<ProposalsOut>, Problem> {
        let asked = Asked { state: word(state.0)?, cursor: cursor.as_deref(), limit: limit.0 };
        Ok(found(proposals::as_seen_by(&app, caller.0, AccountId(provider.0), asked).await?))
    }

    /// Get one proposal
    ///
    /// For the owner, who sees what its author had read and what is there now beside it, and for its author, where what it
    /// is about is shared now. Nobody else finds it.
    #[oai(path = "/proposals/:id", method = "get", operation_id = "get_proposal")]
    async fn get_proposal(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<ProposalOut>, Problem> {
        Ok(found(proposals::get(&app, caller.0, ProposalId(id.0)).await?))
    }

    /// Take a proposal in
    ///
    /// For the owner: as it is, or as you would rather have it. It becomes a new version of what you keep. `If-Match` is
    /// of what is there now (`"v{present_version}"`): where you wrote something else since, you see both before.
    #[oai(path = "/proposals/:id/accept", method = "post", operation_id = "accept_proposal")]
    async fn accept_proposal(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<ProposalAcceptIn>,
    ) -> Result<Found<ProposalOut>, Problem> {
        Ok(found(proposals::accept(&app, caller.0, ProposalId(id.0), body.0, if_match.as_deref()).await?))
    }

    /// Decline a proposal
    ///
    /// For the owner. What you keep stays as it is. No reason is needed.
    #[oai(path = "/proposals/:id/decline", method = "post", operation_id = "decline_proposal")]
    async fn decline_proposal(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<ProposalDeclineIn>,
    ) -> Result<Found<ProposalOut>, Problem> {
        Ok(found(proposals::decline(&app, caller.0, ProposalId(id.0), body.0).await?))
    }

    /// Take my proposal back
    ///
    /// For its author, while it waits.
    #[oai(path = "/proposals/:id/withdraw", method = "post", operation_id = "withdraw_proposal")]
    async fn withdraw_proposal(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<ProposalOut>, Problem> {
        Ok(found(proposals::withdraw(&app, caller.0, ProposalId(id.0)).await?))
    }
}

fn word(state: Option<ProposalState>) -> Answer<Option<domain::proposals::ProposalState>> {
    state.map(|state| views::word(state.as_str())).transpose()
}
