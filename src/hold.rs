//! `reconnect hold` and `reconnect resume`: nothing is sent after a restore until a person says so.

use crate::shell::{Done, Shell};
use crate::{master_key, open_store};
use std::io::Write;
use storage::Store;
use worker::restore;

pub async fn hold(shell: Shell) -> Done {
    let store = open(&shell).await?;
    let swept = restore::declare(&store).await?;
    writeln!(
        std::io::stdout(),
        "dispatch is held; {} deliveries and {} slots that were due are not sent; `reconnect resume` lets it go on",
        swept.deliveries,
        swept.slots
    )?;
    Ok(store.close().await?)
}

pub async fn resume(shell: Shell) -> Done {
    let store = open(&shell).await?;
    let said = if restore::resume(&store).await? { "dispatch goes on" } else { "dispatch was not held" };
    writeln!(std::io::stdout(), "{said}")?;
    Ok(store.close().await?)
}

async fn open(shell: &Shell) -> Result<Store, Box<dyn std::error::Error + Send + Sync>> {
    let master = master_key::read(&shell.config.store.keys.master_key_file)?;
    open_store::migrated(shell, master).await
}
