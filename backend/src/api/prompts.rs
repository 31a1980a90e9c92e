//! Being asked to look again, and answering.

use crate::api::answer::{Done, Found, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::prompts;
use crate::app::review_prompts::{self, Wanted};
use crate::state::App;
use crate::views;
use domain::ids::{AccountId, RelationshipId, SeriesId, SlotId};
use mobile_contract::prompts::{PromptAnswerIn, PromptOut, PromptsOut, ReviewPromptsIn, ReviewPromptsOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct PromptsApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Prompts")]
impl PromptsApi {
    /// See whether and when I am asked to look at my plan
    ///
    /// For owners, with what the organisation offers and what providers suggested.
    #[oai(path = "/plan/review_prompts", method = "get", operation_id = "get_review_prompts")]
    async fn get_review_prompts(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
    ) -> Result<Found<ReviewPromptsOut>, Problem> {
        Ok(found(review_prompts::get(&app, caller.0).await?))
    }

    /// Choose whether and when I am asked to look at my plan
    ///
    /// Turning it on sends nothing for the past.
    #[oai(path = "/plan/review_prompts", method = "put", operation_id = "put_review_prompts")]
    async fn put_review_prompts(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<ReviewPromptsIn>,
    ) -> Result<Found<ReviewPromptsOut>, Problem> {
        let body = body.0;
        let triggers = body
            .triggers
            .map(|list| list.into_iter().map(|trigger| views::word(trigger.as_str())).collect::<Result<_, _>>())
            .transpose()?;
        let wanted = Wanted { on: body.on, every_days: body.every_days, triggers };
        Ok(found(review_prompts::set(&app, caller.0, wanted).await?))
    }

    /// Suggest that the owner lets herself be asked about her plan
    ///
    /// Once, by a provider with whom something of the plan is shared. It changes nothing until the
    /// owner accepts.
    #[oai(path = "/relationships/:id/suggest_plan_review", method = "post", operation_id = "create_review_suggestion")]
    async fn create_review_suggestion(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Done, Problem> {
        review_prompts::suggest(&app, caller.0, RelationshipId(id.0)).await?;
        Ok(Done::Empty)
    }

    /// Take a suggestion up
    ///
    /// For owners. The prompts are switched on with the organisation's first interval.
    #[oai(path = "/plan/review_suggestions/:id/accept", method = "post", operation_id = "accept_review_suggestion")]
    async fn accept_review_suggestion(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<ReviewPromptsOut>, Problem> {
        Ok(found(review_prompts::accept(&app, caller.0, SeriesId(id.0)).await?))
    }

    /// Decline a suggestion
    ///
    /// Without a reason; nobody is told.
    #[oai(path = "/plan/review_suggestions/:id", method = "delete", operation_id = "delete_review_suggestion")]
    async fn delete_review_suggestion(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Done, Problem> {
        review_prompts::decline(&app, caller.0, SeriesId(id.0)).await?;
        Ok(Done::Empty)
    }

    /// List the prompts I have not answered
    ///
    /// For owners. Leaving one unanswered is fine.
    #[oai(path = "/prompts", method = "get", operation_id = "list_prompts")]
    async fn list_prompts(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<PromptsOut>, Problem> {
        Ok(found(prompts::list(&app, caller.0).await?))
    }

    /// Get one prompt
    ///
    /// For the owner who was asked, with what she can answer.
    #[oai(path = "/prompts/:slot", method = "get", operation_id = "get_prompt")]
    async fn get_prompt(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        slot: Path<Uuid>,
    ) -> Result<Found<PromptOut>, Problem> {
        Ok(found(prompts::get(&app, caller.0, SlotId(slot.0)).await?))
    }

    /// Say that I opened a prompt
    ///
    /// It leaves my other devices.
    #[oai(path = "/prompts/:slot/open", method = "post", operation_id = "open_prompt")]
    async fn open_prompt(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        slot: Path<Uuid>,
    ) -> Result<Found<PromptOut>, Problem> {
        Ok(found(prompts::open(&app, caller.0, SlotId(slot.0)).await?))
    }

    /// Answer a prompt
    ///
    /// About the plan, `together` names a provider with whom something of it is shared; she sees the
    /// wish to look together and nothing else.
    #[oai(path = "/prompts/:slot/answer", method = "post", operation_id = "answer_prompt")]
    async fn answer_prompt(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        slot: Path<Uuid>,
        body: Json<PromptAnswerIn>,
    ) -> Result<Found<PromptOut>, Problem> {
        let answer = views::word(body.answer.as_str())?;
        let with = body.with_provider_id.map(AccountId);
        Ok(found(prompts::answer(&app, caller.0, SlotId(slot.0), answer, with).await?))
    }
}
