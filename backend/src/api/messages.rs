//! Writing to each other.

use crate::api::answer::{Created, Found, created, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::messages::Writing;
use crate::app::{message_acts, messages, promises};
use crate::state::App;
use crate::views;
use domain::ids::{DraftId, MessageId, RelationshipId};
use mobile_contract::drafts::DraftOut;
use mobile_contract::messages::{MessageIn, MessageOut, MessagesOut, PromiseOut, TalkIn, UnreadCountsOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct MessagesApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Messages")]
impl MessagesApi {
    /// List the messages of a relationship, newest first
    ///
    /// A provider sees an owner's message from half a minute after sending; a substitute sees only
    /// messages that wait for a reply. What you have not opened comes without its text.
    #[oai(path = "/relationships/:id/messages", method = "get", operation_id = "list_messages")]
    async fn list_messages(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<MessagesOut>, Problem> {
        let id = RelationshipId(id.0);
        Ok(found(messages::list(&app, caller.0, id, cursor.as_deref(), limit.0).await?))
    }

    /// Send a message
    ///
    /// It can be undone for 30 seconds. The answer carries the receipt and the promised date. A
    /// provider's message closes the clock of the message it answers, or, where it names none that
    /// waits, every clock of the relationship.
    #[oai(path = "/relationships/:id/messages", method = "post", operation_id = "create_message")]
    async fn create_message(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<MessageIn>,
    ) -> Result<Created<MessageOut>, Problem> {
        let body = body.0;
        let writing = Writing {
            id: body.id.map(MessageId),
            kind: views::word(body.kind.as_str())?,
            body: body.body,
            gist: body.gist,
            important: body.important,
            preview_allowed: body.preview_allowed,
            in_reply_to: body.in_reply_to.map(MessageId),
            medication: body.medication,
            draft: body.draft_id.map(DraftId),
        };
        let out = messages::send(&app, caller.0, RelationshipId(id.0), writing).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// See what would be promised
    ///
    /// The date a reply would be promised if a message were sent now, and when it would be read.
    #[oai(path = "/relationships/:id/promise", method = "get", operation_id = "get_promise")]
    async fn get_promise(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<PromiseOut>, Problem> {
        Ok(found(promises::get(&app, caller.0, RelationshipId(id.0)).await?))
    }

    /// Count my unread messages
    ///
    /// By relationship; those without unread messages are left out, and vault texts are never counted.
    #[oai(path = "/unread", method = "get", operation_id = "get_unread")]
    async fn get_unread(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<UnreadCountsOut>, Problem> {
        Ok(found(messages::unread(&app, caller.0).await?))
    }

    /// Get one message, without opening it
    ///
    /// Its text is there only where you wrote or opened it.
    #[oai(path = "/messages/:id", method = "get", operation_id = "get_message")]
    async fn get_message(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<MessageOut>, Problem> {
        Ok(found(messages::get(&app, caller.0, MessageId(id.0)).await?))
    }

    /// Open a message
    ///
    /// Gives its text. From now on it cannot be recalled.
    #[oai(path = "/messages/:id/open", method = "post", operation_id = "open_message")]
    async fn open_message(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<MessageOut>, Problem> {
        Ok(found(messages::open(&app, caller.0, MessageId(id.0)).await?))
    }

    /// Undo sending
    ///
    /// Within 30 seconds; gives the text back as a draft. What a provider's message closed is open
    /// again.
    #[oai(path = "/messages/:id/undo", method = "post", operation_id = "undo_message")]
    async fn undo_message(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<DraftOut>, Problem> {
        Ok(found(message_acts::undo(&app, caller.0, MessageId(id.0)).await?))
    }

    /// Take back what nobody has opened
    ///
    /// For its author, with no time limit. It disappears from the other side, a clock it started is released,
    /// and what it answered is open again. Taken back before: nothing changes.
    ///
    /// For its author, with no time limit. It disappears from the other side, a clock it started is released,
    /// and what it answered is open again. Taken back before: nothing changes.
    #[oai(path = "/messages/:id/recall", method = "post", operation_id = "recall_message")]
    async fn recall_message(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<MessageOut>, Problem> {
        Ok(found(message_acts::recall(&app, caller.0, MessageId(id.0)).await?))
    }

    /// Say "read it, thanks"
    ///
    /// From a provider it closes the clock. From an owner it is silent: nobody is told.
    #[oai(path = "/messages/:id/read_thanks", method = "post", operation_id = "thank_message")]
    async fn thank_message(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<MessageOut>, Problem> {
        Ok(found(message_acts::thank(&app, caller.0, MessageId(id.0)).await?))
    }

    /// Say "let's talk about it", with a day
    ///
    /// For providers: a whole answer, which closes the clock.
    #[oai(path = "/messages/:id/lets_talk", method = "post", operation_id = "talk_message")]
    async fn talk_message(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<TalkIn>,
    ) -> Result<Found<MessageOut>, Problem> {
        Ok(found(message_acts::talk(&app, caller.0, MessageId(id.0), body.day).await?))
    }
}
