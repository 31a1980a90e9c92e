//! `reconnect serve`: the API. Needs a migrated database and a master key that is there already: several
//! replicas that each made their own could not read one another's texts.

use crate::shell::{Done, Shell};
use crate::{http, master_key, open_store};

pub async fn run(shell: Shell) -> Done {
    let master = master_key::read(&shell.config.store.keys.master_key_file)?;
    let store = open_store::migrated(&shell, master).await?;
    tokio::select! {
        served = http::serve(&shell, store.clone()) => served?,
        // For the event streams: a change may be made through another replica.
        () = store.keep_listening() => {}
    }
    Ok(store.close().await?)
}
