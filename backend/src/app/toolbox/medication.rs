//! The medication overview (R39). No setting shares it: it reaches a provider as a snapshot in a message of hers.

use super::shown;
use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use domain::ids::MessageId;
use domain::toolbox::{Content, ItemKind};
use mobile_contract::problem::FieldFault;
use mobile_contract::toolbox::MedicineContent;
use storage::sealed::{DataKey, Place};
use storage::{StorageError, toolbox};

/// The caller's medicines as they are, sealed for `message`. There must be one.
pub(crate) async fn for_message(app: &App, caller: Caller, key: &DataKey, message: MessageId) -> Answer<Vec<u8>> {
    let items = toolbox::all(&app.store, app.store.read(), caller.actor, &[ItemKind::Medicine]).await?;
    let medicines: Vec<&Content> = items.iter().filter(|item| !item.draft).map(|item| &item.content).collect();
    if medicines.is_empty() {
        return Err(Refusal::field("/medication", FieldFault::NotInList));
    }
    let json = serde_json::to_vec(&medicines).map_err(StorageError::from)?;
    Ok(key.seal(place(message), &json)?)
}

/// The medicines that were sent with `message`.
pub(crate) fn of_message(key: &DataKey, message: MessageId, sealed: &[u8]) -> Answer<Vec<MedicineContent>> {
    let json = key.open(place(message), sealed)?;
    let contents: Vec<Content> = serde_json::from_slice(&json).map_err(StorageError::from)?;
    let medicines = contents.iter().map(|content| Ok(shown(content)?.medicine));
    Ok(medicines.collect::<Answer<Vec<_>>>()?.into_iter().flatten().collect())
}

const fn place(message: MessageId) -> Place {
    Place::new("message.medication", message.0)
}
