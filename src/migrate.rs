//! `reconnect migrate`: brings the database to this version. Safe to run from several machines at once.

use crate::open_store;
use crate::shell::{Done, Shell};

pub async fn run(shell: Shell) -> Done {
    let database = open_store::database(&shell.config).await?;
    let pending = migrations::pending(&database).await?;
    migrations::run(&database).await?;
    match pending {
        0 => tracing::info!("the database is at this version already"),
        pending => tracing::info!(migrations.run = pending, "the database is at this version now"),
    }
    Ok(database.close().await?)
}
