//! Check-ins both agreed to.

use crate::api::answer::{Created, Found, Versioned, created, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::check_ins::{self, Reply};
use crate::app::sessions::Caller;
use crate::state::App;
use crate::views;
use chrono::NaiveDate;
use domain::ids::{ItemId, RelationshipId, SeriesId, SlotId};
use mobile_contract::check_ins::{
    CheckInAnswerIn, CheckInCadenceIn, CheckInOut, CheckInSeriesIn, CheckInSeriesListOut, CheckInSeriesOut,
    CheckInsOut, PostponeCheckInIn, SkipCheckInIn, SlateItemOut, SlateOut,
};
use mobile_contract::messages::TalkIn;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct CheckInSeriesApi;
pub struct CheckInsApi;

async fn series(app: &App, caller: Caller, id: SeriesId) -> Result<Versioned<CheckInSeriesOut>, Problem> {
    let out = check_ins::get_series(app, caller, id).await?;
    let version = out.version;
    Ok(versioned(out, version))
}

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::CheckIns")]
impl CheckInSeriesApi {
    /// Ask for check-ins, or propose them
    ///
    /// The owner asks or the provider proposes; nothing comes before the other has said yes.
    #[oai(path = "/relationships/:id/check_ins", method = "post", operation_id = "create_check_in_series")]
    async fn create_check_in_series(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<CheckInSeriesIn>,
    ) -> Result<Created<CheckInSeriesOut>, Problem> {
        let made = body.id.map(SeriesId);
        let made = check_ins::propose(&app, caller.0, RelationshipId(id.0), made, body.every_days).await?;
        let out = check_ins::get_series(&app, caller.0, made).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// List the series of a relationship, newest first
    ///
    /// For both parties, with those that are over.
    #[oai(path = "/relationships/:id/check_ins", method = "get", operation_id = "list_check_in_series")]
    async fn list_check_in_series(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<CheckInSeriesListOut>, Problem> {
        Ok(found(check_ins::list_series(&app, caller.0, RelationshipId(id.0), cursor.as_deref(), limit.0).await?))
    }

    /// Get one series, with its next slots
    ///
    /// For both parties of its relationship.
    #[oai(path = "/check_ins/series/:id", method = "get", operation_id = "get_check_in_series")]
    async fn get_check_in_series(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<CheckInSeriesOut>, Problem> {
        series(&app, caller.0, SeriesId(id.0)).await
    }

    /// Say yes
    ///
    /// Needs an agreement in force that permits it (`no_agreement`), room under the provider's own
    /// cap (`cap_reached`; the owner is then shown alternatives) and hours that meet
    /// (`no_shared_hours`).
    #[oai(path = "/check_ins/series/:id/accept", method = "post", operation_id = "accept_check_in_series")]
    async fn accept_check_in_series(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<CheckInSeriesOut>, Problem> {
        check_ins::accept(&app, caller.0, SeriesId(id.0)).await?;
        series(&app, caller.0, SeriesId(id.0)).await
    }

    /// Say no
    ///
    /// Without a reason.
    #[oai(path = "/check_ins/series/:id/decline", method = "post", operation_id = "decline_check_in_series")]
    async fn decline_check_in_series(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<CheckInSeriesOut>, Problem> {
        check_ins::decline(&app, caller.0, SeriesId(id.0)).await?;
        series(&app, caller.0, SeriesId(id.0)).await
    }

    /// Stop a series, or take a proposal back
    ///
    /// Either side, at once, without a reason.
    #[oai(path = "/check_ins/series/:id/stop", method = "post", operation_id = "stop_check_in_series")]
    async fn stop_check_in_series(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<CheckInSeriesOut>, Problem> {
        check_ins::stop(&app, caller.0, SeriesId(id.0)).await?;
        series(&app, caller.0, SeriesId(id.0)).await
    }

    /// Renew for another twelve weeks
    ///
    /// The owner's alone.
    #[oai(path = "/check_ins/series/:id/renew", method = "post", operation_id = "renew_check_in_series")]
    async fn renew_check_in_series(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<CheckInSeriesOut>, Problem> {
        check_ins::renew(&app, caller.0, SeriesId(id.0)).await?;
        series(&app, caller.0, SeriesId(id.0)).await
    }

    /// Restart after a rest
    ///
    /// The owner's alone. After a heavy reply the series goes on by itself once the two have spoken.
    #[oai(path = "/check_ins/series/:id/restart", method = "post", operation_id = "restart_check_in_series")]
    async fn restart_check_in_series(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<CheckInSeriesOut>, Problem> {
        check_ins::restart(&app, caller.0, SeriesId(id.0)).await?;
        series(&app, caller.0, SeriesId(id.0)).await
    }

    /// Change how often they come
    ///
    /// The owner's alone.
    #[oai(path = "/check_ins/series/:id/cadence", method = "post", operation_id = "update_check_in_cadence")]
    async fn update_check_in_cadence(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<CheckInCadenceIn>,
    ) -> Result<Versioned<CheckInSeriesOut>, Problem> {
        check_ins::change_cadence(&app, caller.0, SeriesId(id.0), body.every_days).await?;
        series(&app, caller.0, SeriesId(id.0)).await
    }

    /// Skip the slot planned on a day
    ///
    /// By the provider. Nothing comes for that slot, now or later; the ledger says why.
    #[oai(path = "/check_ins/series/:id/skip", method = "post", operation_id = "skip_check_in")]
    async fn skip_check_in(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<SkipCheckInIn>,
    ) -> Result<Found<SlateItemOut>, Problem> {
        Ok(found(check_ins::skip(&app, caller.0, SeriesId(id.0), body.date).await?))
    }

    /// Move the slot planned on a day
    ///
    /// By the provider. It comes once, on the other day; the rest of the series keeps to its days.
    #[oai(path = "/check_ins/series/:id/postpone", method = "post", operation_id = "postpone_check_in")]
    async fn postpone_check_in(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<PostponeCheckInIn>,
    ) -> Result<Found<SlateItemOut>, Problem> {
        Ok(found(check_ins::postpone(&app, caller.0, SeriesId(id.0), body.date, body.to).await?))
    }

    /// Get the slate of a coming day
    ///
    /// For the provider, whose next working day it is by default. Doing nothing sends what is on it.
    #[oai(path = "/slate", method = "get", operation_id = "get_slate")]
    async fn get_slate(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        day: Query<Option<NaiveDate>>,
    ) -> Result<Found<SlateOut>, Problem> {
        Ok(found(check_ins::slate(&app, caller.0, day.0).await?))
    }
}

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::CheckIns")]
impl CheckInsApi {
    /// List the check-ins that came, newest first
    ///
    /// The provider is shown those that were answered.
    #[oai(path = "/relationships/:id/check_in_cards", method = "get", operation_id = "list_check_ins")]
    async fn list_check_ins(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<CheckInsOut>, Problem> {
        Ok(found(check_ins::list(&app, caller.0, RelationshipId(id.0), cursor.as_deref(), limit.0).await?))
    }

    /// Get one check-in
    ///
    /// The provider gets one that was answered; until then it does not exist for her.
    #[oai(path = "/check_ins/:id", method = "get", operation_id = "get_check_in")]
    async fn get_check_in(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<CheckInOut>, Problem> {
        Ok(found(check_ins::get(&app, caller.0, SlotId(id.0)).await?))
    }

    /// Say that it was opened
    ///
    /// For the owner. It leaves her other devices.
    #[oai(path = "/check_ins/:id/open", method = "post", operation_id = "open_check_in")]
    async fn open_check_in(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<CheckInOut>, Problem> {
        Ok(found(check_ins::open(&app, caller.0, SlotId(id.0)).await?))
    }

    /// Answer with one tap, a few words, or both
    ///
    /// Nobody has to. The first answer stays. `heavy` and `want_to_talk` rest the series until
    /// personal contact and promise an answer; the receipt says by when, and where help is now.
    #[oai(path = "/check_ins/:id/answer", method = "post", operation_id = "answer_check_in")]
    async fn answer_check_in(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<CheckInAnswerIn>,
    ) -> Result<Found<CheckInOut>, Problem> {
        let body = body.0;
        let answer = body.answer.map(|answer| views::word(answer.as_str())).transpose()?;
        let reply = Reply { answer, note: body.note, item: body.item_id.map(ItemId) };
        Ok(found(check_ins::answer(&app, caller.0, SlotId(id.0), reply).await?))
    }

    /// Say that the answer was read, with thanks
    ///
    /// By the provider. It closes the promise of a heavy answer and the owner is told; what waits for
    /// personal contact goes on waiting.
    #[oai(path = "/check_ins/:id/read_thanks", method = "post", operation_id = "thank_check_in")]
    async fn thank_check_in(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<CheckInOut>, Problem> {
        Ok(found(check_ins::thank(&app, caller.0, SlotId(id.0)).await?))
    }

    /// Name a day to talk about the answer
    ///
    /// By the provider: a whole answer, of which the owner is told.
    #[oai(path = "/check_ins/:id/lets_talk", method = "post", operation_id = "talk_check_in")]
    async fn talk_check_in(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<TalkIn>,
    ) -> Result<Found<CheckInOut>, Problem> {
        Ok(found(check_ins::talk(&app, caller.0, SlotId(id.0), body.day).await?))
    }
}
