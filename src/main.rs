//! The binary `reconnect`: one process, one role.

mod account;
mod cli;
mod config;
mod demo;
mod doctor;
mod http;
mod master_key;
mod migrate;
mod open_store;
mod openapi;
mod serve;
mod shell;
mod shutdown;
mod simulate;
mod system;
mod telemetry;
mod transports;
mod up;
mod work;

use clap::Parser;
use cli::{Cli, Role};
use config::Config;
use shell::{Done, Shell};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(play(cli)));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reconnect: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn play(cli: Cli) -> Done {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return Err("another TLS provider is installed already".into());
    }
    let file = cli.config.clone();
    match cli.role() {
        Role::Serve => serve::run(shell(file.as_deref())?).await,
        Role::Migrate => migrate::run(shell(file.as_deref())?).await,
        Role::Openapi => openapi::run(),
        Role::Doctor => doctor::run(shell(file.as_deref())?).await,
        Role::Account(account) => account::run(shell(file.as_deref())?, account).await,
        Role::Up(options) => up::run(shell(file.as_deref())?, options).await,
        Role::Work => work::run(shell(file.as_deref())?).await,
        Role::Simulate(asked) => simulate::role::run(asked).await,
    }
}

/// Settings are read and logging starts; a role that needs neither does without.
fn shell(file: Option<&Path>) -> Result<Shell, Box<dyn std::error::Error + Send + Sync>> {
    let config = Config::load(file)?;
    telemetry::start(&config.telemetry)?;
    Ok(Shell::new(config)?)
}
