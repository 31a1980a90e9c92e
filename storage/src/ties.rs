//! What holds an installation together: its database, its wrapped keys and its master key. Each is told apart from
//! another installation's, or an empty one, before anything is read or sealed with it.

use crate::connect::Store;
use crate::error::{Result, StorageError};
use crate::instance;
use crate::sealed::{Scope, stored_id, wrapped_otherwise};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const TIE: &str = "wrapped_keys";
const OTHER_MASTER: &str = "the wrapped keys belong to another master key; bring that one back";
const OTHER_KEYS: &str = "the wrapped keys are not those that the database was written with; bring them back";

/// The installation's own data key, by which its key store is known again. Its id stays when it is wrapped anew.
#[derive(Serialize, Deserialize)]
struct Tie {
    instance_key: Uuid,
}

/// Ties them at the first start, before there is any text, and makes sure at each later one. Changes nothing where they
/// do not belong together.
///
/// # Errors
/// `Sealed`: another master key wrapped some of the keys, or the database was written with other keys.
pub async fn tie(store: &Store) -> Result<()> {
    let sealer = &store.sealer;
    if wrapped_otherwise(sealer.keys(), sealer.master()).await? > 0 {
        return Err(StorageError::Sealed(OTHER_MASTER));
    }
    let known = instance::value::<Tie>(store.read(), TIE).await?;
    if let Some(Tie { instance_key }) = known {
        return match stored_id(sealer.keys(), Scope::Instance).await? {
            Some(found) if found == instance_key => Ok(()),
            _ => Err(StorageError::Sealed(OTHER_KEYS)),
        };
    }
    let tie = Tie { instance_key: sealer.key(Scope::Instance).await?.id() };
    let tx = store.write().await?;
    instance::put(&tx, TIE, &tie, store.clock.now()).await?;
    tx.commit().await
}

/// Whether `database` was ever tied to keys.
///
/// # Errors
/// It failed.
pub async fn knows_keys(database: &impl ConnectionTrait) -> Result<bool> {
    Ok(instance::value::<Tie>(database, TIE).await?.is_some())
}

/// Whether these keys are those that `database` was written with, as far as it knows. Only reads.
///
/// # Errors
/// One of the two failed.
pub async fn fits(database: &impl ConnectionTrait, keys: &DatabaseConnection) -> Result<bool> {
    match instance::value::<Tie>(database, TIE).await? {
        Some(Tie { instance_key }) => Ok(stored_id(keys, Scope::Instance).await? == Some(instance_key)),
        None => Ok(true),
    }
}
