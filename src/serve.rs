//! `reconnect serve`: the API. Needs a migrated database and a master key that is there already: several
//! replicas that each made their own could not read one another's texts.

use crate::shell::{Done, Shell};
use crate::{http, master_key, open_store};

pub async fn run(shell: Shell) -> Done {
    let master = master_key::read(&shell.config.store.keys.master_key_file)?;
    let store = open_store::migrated(&shell, master).await?;
    http::serve(&shell, store.clone()).await?;
    Ok(store.close().await?)
}
