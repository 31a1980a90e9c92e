//! Reading the library, and beginning an entry.

use crate::api::answer::{Created, Found, created, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::Answer;
use crate::app::library::{self, Wanted};
use crate::app::library_editing;
use crate::state::App;
use crate::views;
use domain::ids::LibraryEntryId;
use mobile_contract::library::{
    ExerciseKind, Language, LibraryDraftOut, LibraryEntryIn, LibraryEntryOut, LibraryHitsOut, LibraryKind, LibraryOut,
    LibraryPlacesOut, LibraryTheme, LibraryTopic,
};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct LibraryApi;

#[OpenApi(prefix_path = "/v1/library", tag = "ApiTags::Library")]
impl LibraryApi {
    /// List what there is to read, the last published first
    ///
    /// For everybody who is signed in: what is shipped with the service, and what your organisation published. Links
    /// to what there is nearby are listed by `place`.
    #[oai(path = "/", method = "get", operation_id = "list_library_entries")]
    #[expect(clippy::too_many_arguments, reason = "one parameter per filter")]
    async fn list_library_entries(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        language: Query<Option<Language>>,
        kind: Query<Option<LibraryKind>>,
        exercise: Query<Option<ExerciseKind>>,
        theme: Query<Option<LibraryTheme>>,
        topic: Query<Option<LibraryTopic>>,
        place: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<LibraryOut>, Problem> {
        let wanted = wanted(language.0, kind.0, exercise.0, theme.0, topic.0, place.0)?;
        Ok(found(library::list(&app, caller.0, &wanted, cursor.as_deref(), limit.0).await?))
    }

    /// Begin an entry of your organisation's
    ///
    /// For consultants and admins. It is a draft without texts; nobody else sees it before a second of them approved
    /// it.
    #[oai(path = "/", method = "post", operation_id = "create_library_entry")]
    async fn create_library_entry(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<LibraryEntryIn>,
    ) -> Result<Created<LibraryDraftOut>, Problem> {
        let out = library_editing::create(&app, caller.0, body.0).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// Search the library, the best first
    ///
    /// Each word has to be there, in any of its forms or as the beginning of a longer word; signs say nothing. Bokmål,
    /// Nynorsk and English each by their own rules. One answer, without pages.
    #[oai(path = "/search", method = "get", operation_id = "search_library_entries")]
    #[expect(clippy::too_many_arguments, reason = "one parameter per filter")]
    async fn search_library_entries(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        q: Query<String>,
        language: Query<Option<Language>>,
        kind: Query<Option<LibraryKind>>,
        exercise: Query<Option<ExerciseKind>>,
        theme: Query<Option<LibraryTheme>>,
        topic: Query<Option<LibraryTopic>>,
        place: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<LibraryHitsOut>, Problem> {
        let wanted = wanted(language.0, kind.0, exercise.0, theme.0, topic.0, place.0)?;
        Ok(found(library::search(&app, caller.0, &q, &wanted, limit.0).await?))
    }

    /// List the places that links are about
    ///
    /// By name, each with how many entries there are about it.
    #[oai(path = "/places", method = "get", operation_id = "list_library_places")]
    async fn list_library_places(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
    ) -> Result<Found<LibraryPlacesOut>, Problem> {
        Ok(found(library::places(&app, caller.0).await?))
    }

    /// Get an entry as it is published
    ///
    /// Whole, in every language it has.
    #[oai(path = "/:id", method = "get", operation_id = "get_library_entry")]
    async fn get_library_entry(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<LibraryEntryOut>, Problem> {
        Ok(found(library::get(&app, caller.0, LibraryEntryId(id.0)).await?))
    }
}

fn wanted(
    language: Option<Language>,
    kind: Option<LibraryKind>,
    exercise: Option<ExerciseKind>,
    theme: Option<LibraryTheme>,
    topic: Option<LibraryTopic>,
    place: Option<String>,
) -> Answer<Wanted> {
    Ok(Wanted {
        language: language.map(|it| views::word(it.as_str())).transpose()?,
        kind: kind.map(|it| views::word(it.as_str())).transpose()?,
        exercise: exercise.map(|it| views::word(it.as_str())).transpose()?,
        theme: theme.map(|it| views::word(it.as_str())).transpose()?,
        topic: topic.map(|it| views::word(it.as_str())).transpose()?,
        place,
    })
}
