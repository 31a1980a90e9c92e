//! Writing the library. Where an entry is begun stands with the list at the same address, in `library`: the document
//! takes an address from one resource.

use crate::api::answer::{Found, Versioned, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::library_editing;
use crate::state::App;
use crate::views;
use domain::ids::LibraryEntryId;
use mobile_contract::library::{
    Language, LibraryDraftOut, LibraryDraftsOut, LibraryEntryPatch, LibraryReviewIn, LibraryRevisionOut,
    LibraryRevisionState, LibraryRevisionsOut, LibraryTextIn,
};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct LibraryEditingApi;

fn draft(out: LibraryDraftOut) -> Versioned<LibraryDraftOut> {
    let version = out.version;
    versioned(out, version)
}

#[OpenApi(prefix_path = "/v1/library", tag = "ApiTags::Library")]
impl LibraryEditingApi {
    /// List your organisation's entries, the last begun first
    ///
    /// For consultants and admins: drafts, what waits for a second person, what is published and what was retired.
    #[oai(path = "/drafts", method = "get", operation_id = "list_library_drafts")]
    async fn list_library_drafts(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        state: Query<Option<LibraryRevisionState>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<LibraryDraftsOut>, Problem> {
        let state = state.0.map(|state| views::word(state.as_str())).transpose()?;
        Ok(found(library_editing::list(&app, caller.0, state, cursor.as_deref(), limit.0).await?))
    }

    /// Get the newest revision of an entry
    ///
    /// For consultants and admins of its organisation. It may not be what people read yet.
    #[oai(path = "/:id/draft", method = "get", operation_id = "get_library_draft")]
    async fn get_library_draft(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<LibraryDraftOut>, Problem> {
        Ok(draft(library_editing::get(&app, caller.0, LibraryEntryId(id.0)).await?))
    }

    /// Change what is the same in every language
    ///
    /// What is published stays as it is: a change of it begins a draft. What was submitted is a draft again, and has to
    /// be submitted anew.
    #[oai(path = "/:id/draft", method = "patch", operation_id = "update_library_draft")]
    async fn update_library_draft(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<LibraryEntryPatch>,
    ) -> Result<Versioned<LibraryDraftOut>, Problem> {
        let id = LibraryEntryId(id.0);
        Ok(draft(library_editing::update(&app, caller.0, id, body.0, if_match.as_deref()).await?))
    }

    /// Write the draft in one language
    ///
    /// In place of what it said in this language. As with every change, what is published stays as it is.
    #[oai(path = "/:id/draft/texts/:language", method = "put", operation_id = "put_library_entry_text")]
    async fn put_library_entry_text(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        language: Path<Language>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<LibraryTextIn>,
    ) -> Result<Versioned<LibraryDraftOut>, Problem> {
        let (id, language) = (LibraryEntryId(id.0), views::word(language.as_str())?);
        Ok(draft(library_editing::put_text(&app, caller.0, id, language, body.0, if_match.as_deref()).await?))
    }

    /// Take one language out of the draft
    ///
    /// What is published keeps it until the draft is approved.
    #[oai(path = "/:id/draft/texts/:language", method = "delete", operation_id = "delete_library_entry_text")]
    async fn delete_library_entry_text(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        language: Path<Language>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Versioned<LibraryDraftOut>, Problem> {
        let (id, language) = (LibraryEntryId(id.0), views::word(language.as_str())?);
        Ok(draft(library_editing::delete_text(&app, caller.0, id, language, if_match.as_deref()).await?))
    }

    /// Give the draft up
    ///
    /// What is published stays. An entry of which nothing is published yet is retired instead.
    #[oai(path = "/:id/discard", method = "post", operation_id = "discard_library_draft")]
    async fn discard_library_draft(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Versioned<LibraryDraftOut>, Problem> {
        Ok(draft(library_editing::discard(&app, caller.0, LibraryEntryId(id.0), if_match.as_deref()).await?))
    }

    /// Hand the draft in
    ///
    /// A second consultant or admin has to approve it. A draft without a text: 409.
    #[oai(path = "/:id/submit", method = "post", operation_id = "submit_library_entry")]
    async fn submit_library_entry(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Versioned<LibraryDraftOut>, Problem> {
        Ok(draft(library_editing::submit(&app, caller.0, LibraryEntryId(id.0), if_match.as_deref()).await?))
    }

    /// Give back what was submitted
    ///
    /// With a word to those who wrote it. It is a draft again.
    #[oai(path = "/:id/return", method = "post", operation_id = "return_library_entry")]
    async fn return_library_entry(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<LibraryReviewIn>,
    ) -> Result<Versioned<LibraryDraftOut>, Problem> {
        let id = LibraryEntryId(id.0);
        Ok(draft(library_editing::send_back(&app, caller.0, id, &body.note, if_match.as_deref()).await?))
    }

    /// Approve what another submitted
    ///
    /// People read and find it from now on. Nobody approves what she changed last or submitted herself.
    #[oai(path = "/:id/approve", method = "post", operation_id = "approve_library_entry")]
    async fn approve_library_entry(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Versioned<LibraryDraftOut>, Problem> {
        Ok(draft(library_editing::approve(&app, caller.0, LibraryEntryId(id.0), if_match.as_deref()).await?))
    }

    /// Take an entry out of the library
    ///
    /// For good. Nobody reads or finds it any more; its revisions are kept. A shipped entry that it stood in place of
    /// is read again.
    #[oai(path = "/:id/retire", method = "post", operation_id = "retire_library_entry")]
    async fn retire_library_entry(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Versioned<LibraryDraftOut>, Problem> {
        Ok(draft(library_editing::retire(&app, caller.0, LibraryEntryId(id.0), if_match.as_deref()).await?))
    }

    /// List the revisions of an entry, newest first
    ///
    /// For consultants and admins of its organisation: who wrote, submitted and approved each.
    #[oai(path = "/:id/revisions", method = "get", operation_id = "list_library_revisions")]
    async fn list_library_revisions(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<LibraryRevisionsOut>, Problem> {
        let id = LibraryEntryId(id.0);
        Ok(found(library_editing::revisions(&app, caller.0, id, cursor.as_deref(), limit.0).await?))
    }

    /// Get an entry as it was worded once
    ///
    /// For consultants and admins of its organisation. Nothing that was published is ever overwritten.
    #[oai(path = "/:id/revisions/:number", method = "get", operation_id = "get_library_revision")]
    async fn get_library_revision(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        number: Path<i32>,
    ) -> Result<Found<LibraryRevisionOut>, Problem> {
        Ok(found(library_editing::revision(&app, caller.0, LibraryEntryId(id.0), number.0).await?))
    }
}
