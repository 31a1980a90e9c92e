//! Why did I get this, why not.

use crate::api::answer::{Found, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::ledger;
use crate::state::App;
use crate::views;
use chrono::NaiveDate;
use domain::ids::{RelationshipId, SlotId};
use mobile_contract::ledger::{LedgerJob, LedgerOut, LedgerRowOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use std::sync::Arc;
use storage::ledger::Filter;
use uuid::Uuid;

pub struct LedgerApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Ledger")]
impl LedgerApi {
    /// Read my ledger, newest first
    ///
    /// A service user reads every row about herself, a provider what went to him. Nothing of it can be
    /// changed.
    #[expect(clippy::too_many_arguments, reason = "the query parameters of one operation")]
    #[oai(path = "/ledger", method = "get", operation_id = "list_ledger")]
    async fn list_ledger(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        job: Query<Option<LedgerJob>>,
        #[oai(name = "relationship")] relationship: Query<Option<Uuid>>,
        /// First slot date.
        from: Query<Option<NaiveDate>>,
        /// The slot date before which it ends.
        to: Query<Option<NaiveDate>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<LedgerOut>, Problem> {
        let filter = Filter {
            job: job.0.map(|job| views::word(job.as_str())).transpose()?,
            relationship: relationship.0.map(RelationshipId),
            from: from.0,
            to: to.0,
        };
        Ok(found(ledger::list(&app, caller.0, filter, cursor.as_deref(), limit.0).await?))
    }

    /// Get one row of my ledger
    ///
    /// What one slot came to, every row of the gate that was asked, and the same in words.
    #[oai(path = "/ledger/:id", method = "get", operation_id = "get_ledger_row")]
    async fn get_ledger_row(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<LedgerRowOut>, Problem> {
        Ok(found(ledger::get(&app, caller.0, SlotId(id.0)).await?))
    }
}
