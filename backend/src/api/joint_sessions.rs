//! Joint sessions, and the owner's notes of them.

use crate::api::answer::{Created, Done, Found, Versioned, created, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::joint_sessions::opened;
use crate::app::{joint_notes, joint_sessions};
use crate::state::App;
use domain::ids::{JointNoteId, JointSessionId, RelationshipId};
use mobile_contract::joint_sessions::{
    JointNoteIn, JointNoteOut, JointNotePutIn, JointNoteVersionOut, JointNoteVersionsOut, JointNotesOut,
    JointOpenedOut, JointPresenceOut, JointSessionIn, JointSessionOut, JointSessionPatch, JointSessionsOut,
};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct JointSessionsApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::JointSessions")]
impl JointSessionsApi {
    /// Begin a joint session
    ///
    /// By either side of an active relationship, one at a time between an owner and a provider. The other one is not
    /// notified: the two are in the same room or in a call. Until she joined she finds only that it was proposed.
    #[oai(path = "/relationships/:id/joint_sessions", method = "post", operation_id = "create_joint_session")]
    async fn create_joint_session(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<JointSessionIn>,
    ) -> Result<Created<JointSessionOut>, Problem> {
        let out = joint_sessions::begin(&app, caller.0, RelationshipId(id.0), body.0).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// List the pair's joint sessions, newest first
    ///
    /// For both parties, those that are over included; a provider finds her own. Of those that are over she finds what
    /// was open only where she still finds it without the session.
    #[oai(path = "/relationships/:id/joint_sessions", method = "get", operation_id = "list_joint_sessions")]
    async fn list_joint_sessions(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<JointSessionsOut>, Problem> {
        let id = RelationshipId(id.0);
        Ok(found(joint_sessions::list(&app, caller.0, id, cursor.as_deref(), limit.0).await?))
    }

    /// Get one joint session
    ///
    /// For its two. It ends by itself when nobody was there for three hours, and when the relationship is paused or
    /// ends.
    #[oai(path = "/joint_sessions/:id", method = "get", operation_id = "get_joint_session")]
    async fn get_joint_session(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<JointSessionOut>, Problem> {
        let out = joint_sessions::get(&app, caller.0, JointSessionId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Join a joint session
    ///
    /// By whom it was proposed to. Joined before: nothing changes. Who does not want to ends it, or lets it lapse.
    #[oai(path = "/joint_sessions/:id/join", method = "post", operation_id = "join_joint_session")]
    async fn join_joint_session(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<JointSessionOut>, Problem> {
        let out = joint_sessions::join(&app, caller.0, JointSessionId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Go on, go back, or open something else
    ///
    /// By either of the two. One stage on, once something is chosen; back to any. The owner chooses among what she
    /// keeps, the provider among what she finds anyway, and either in the library or a link. Neither choosing nor going
    /// on shows the provider anything of the owner's.
    #[oai(path = "/joint_sessions/:id", method = "patch", operation_id = "update_joint_session")]
    async fn update_joint_session(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<JointSessionPatch>,
    ) -> Result<Versioned<JointSessionOut>, Problem> {
        let id = JointSessionId(id.0);
        let out = joint_sessions::update(&app, caller.0, id, body.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// End a joint session
    ///
    /// The owner stops, or the provider leaves: at once, without a reason, whatever was changed meanwhile. What was
    /// revealed is hidden again. Over already: nothing changes.
    #[oai(path = "/joint_sessions/:id", method = "delete", operation_id = "delete_joint_session")]
    async fn delete_joint_session(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Done, Problem> {
        joint_sessions::end(&app, caller.0, JointSessionId(id.0)).await?;
        Ok(Done::Empty)
    }

    /// Show the provider what is open
    ///
    /// For the owner, beyond `choose`, once both are there. The provider finds this one item or section, and nothing
    /// that lies under it, until the session ends, something else is opened, you take it back, or you take back or deny
    /// any sharing it lies in. Where a setting of yours denies it to her, or it is a draft, that stands (409).
    #[oai(path = "/joint_sessions/:id/reveal", method = "put", operation_id = "put_joint_reveal")]
    async fn put_joint_reveal(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Versioned<JointSessionOut>, Problem> {
        let out = joint_sessions::reveal(&app, caller.0, JointSessionId(id.0), if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Take back what was shown
    ///
    /// For the owner, at once, whatever was changed meanwhile. Nothing shown: nothing changes.
    #[oai(path = "/joint_sessions/:id/reveal", method = "delete", operation_id = "delete_joint_reveal")]
    async fn delete_joint_reveal(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Done, Problem> {
        joint_sessions::take_back(&app, caller.0, JointSessionId(id.0)).await?;
        Ok(Done::Empty)
    }

    /// Read what is open
    ///
    /// For both, while the session lasts. The provider finds what is shared with her or revealed at this moment, and the
    /// owner's access log says why. Nothing chosen, or nothing for you to find: 404.
    #[oai(path = "/joint_sessions/:id/opened", method = "get", operation_id = "get_joint_opened")]
    async fn get_joint_opened(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<JointOpenedOut>, Problem> {
        Ok(found(opened::get(&app, caller.0, JointSessionId(id.0)).await?))
    }

    /// Say that I am here
    ///
    /// For both, every 15 seconds or so while the app shows the session. It holds for 30 seconds, and tells whether the
    /// other one is there, and whether the session changed. Nothing of it is kept when the session is over.
    #[oai(path = "/joint_sessions/:id/presence", method = "put", operation_id = "put_joint_presence")]
    async fn put_joint_presence(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<JointPresenceOut>, Problem> {
        Ok(found(joint_sessions::be_here(&app, caller.0, JointSessionId(id.0)).await?))
    }
}

pub struct JointNotesApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::JointSessions")]
impl JointNotesApi {
    /// Write a note
    ///
    /// For the owner, while the session lasts. It is hers, and the provider reads it only while it is shown and the
    /// session is open. The same `id` again answers with what has it.
    #[oai(path = "/joint_sessions/:id/notes", method = "post", operation_id = "create_joint_note")]
    async fn create_joint_note(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<JointNoteIn>,
    ) -> Result<Created<JointNoteOut>, Problem> {
        let out = joint_notes::write(&app, caller.0, JointSessionId(id.0), body.0).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// List the notes of a session, newest first
    ///
    /// For the owner, all of them, afterwards too. For the provider those that are shown, while the session is open;
    /// the owner's access log says that they were read.
    #[oai(path = "/joint_sessions/:id/notes", method = "get", operation_id = "list_joint_notes")]
    async fn list_joint_notes(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<JointNotesOut>, Problem> {
        let id = JointSessionId(id.0);
        Ok(found(joint_notes::list(&app, caller.0, id, cursor.as_deref(), limit.0).await?))
    }

    /// Get one note
    ///
    /// For the owner, and for the provider while it is shown and the session is open.
    #[oai(path = "/joint_sessions/:id/notes/:note", method = "get", operation_id = "get_joint_note")]
    async fn get_joint_note(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        note: Path<Uuid>,
    ) -> Result<Versioned<JointNoteOut>, Problem> {
        let out = joint_notes::get(&app, caller.0, JointSessionId(id.0), JointNoteId(note.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Change a note, or whether it is shown
    ///
    /// For the owner, afterwards too; then nobody else finds it, whatever it says here.
    #[oai(path = "/joint_sessions/:id/notes/:note", method = "put", operation_id = "put_joint_note")]
    async fn put_joint_note(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        note: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<JointNotePutIn>,
    ) -> Result<Versioned<JointNoteOut>, Problem> {
        let (id, note) = (JointSessionId(id.0), JointNoteId(note.0));
        let out = joint_notes::put(&app, caller.0, id, note, body.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// List what a note said, newest first
    ///
    /// For the owner: as it is now among it. What is shown of a note is its present version alone.
    #[oai(path = "/joint_sessions/:id/notes/:note/versions", method = "get", operation_id = "list_joint_note_versions")]
    async fn list_joint_note_versions(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        note: Path<Uuid>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<JointNoteVersionsOut>, Problem> {
        let which = (JointSessionId(id.0), JointNoteId(note.0));
        Ok(found(joint_notes::versions(&app, caller.0, which, cursor.as_deref(), limit.0).await?))
    }

    /// Get one version of a note
    ///
    /// For the owner.
    #[oai(
        path = "/joint_sessions/:id/notes/:note/versions/:number",
        method = "get",
        operation_id = "get_joint_note_version"
    )]
    async fn get_joint_note_version(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        note: Path<Uuid>,
        number: Path<i32>,
    ) -> Result<Found<JointNoteVersionOut>, Problem> {
        let which = (JointSessionId(id.0), JointNoteId(note.0));
        Ok(found(joint_notes::version(&app, caller.0, which, number.0).await?))
    }

    /// Say again what a note said
    ///
    /// For the owner, as a new version. Whether it is shown stays as it is.
    #[oai(
        path = "/joint_sessions/:id/notes/:note/versions/:number/restore",
        method = "post",
        operation_id = "restore_joint_note_version"
    )]
    async fn restore_joint_note_version(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        note: Path<Uuid>,
        number: Path<i32>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Versioned<JointNoteOut>, Problem> {
        let which = (JointSessionId(id.0), JointNoteId(note.0));
        let out = joint_notes::restore(&app, caller.0, which, number.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Delete a note
    ///
    /// For the owner. What it said is gone, and so are its earlier versions.
    #[oai(path = "/joint_sessions/:id/notes/:note", method = "delete", operation_id = "delete_joint_note")]
    async fn delete_joint_note(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        note: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, Problem> {
        let (id, note) = (JointSessionId(id.0), JointNoteId(note.0));
        joint_notes::delete(&app, caller.0, id, note, if_match.as_deref()).await?;
        Ok(Done::Empty)
    }
}
