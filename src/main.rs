//! The binary `reconnect`: one process, one role.

mod account;
mod backup;
mod cli;
mod config;
mod dead_letters;
mod demo;
mod doctor;
mod hold;
mod http;
mod master_key;
mod metrics;
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
    let (file, role) = (cli.config.clone(), cli.role());
    // A simulation does one thing after the other, and hopping between threads would cost it most.
    let mut runtime = if matches!(role, Role::Simulate(_)) {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let ended = runtime
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(play(file.as_deref(), role)));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reconnect: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn play(file: Option<&Path>, role: Role) -> Done {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return Err("another TLS provider is installed already".into());
    }
    let ended = match role {
        Role::Serve => serve::run(shell(file)?).await,
        Role::Migrate => migrate::run(shell(file)?).await,
        Role::Openapi => openapi::run(),
        Role::Doctor => doctor::run(shell(file)?).await,
        Role::Account(account) => account::run(shell(file)?, account).await,
        Role::Backup(asked) => backup::run(shell(file)?, asked).await,
        Role::DeadLetters(asked) => dead_letters::run(shell(file)?, asked.action).await,
        Role::Hold => hold::hold(shell(file)?).await,
        Role::Resume => hold::resume(shell(file)?).await,
        Role::Up(options) => up::run(shell(file)?, options).await,
        Role::Work => work::run(shell(file)?).await,
        Role::Simulate(asked) => simulate::role::run(asked).await,
    };
    telemetry::end().await;
    ended
}

/// Settings are read and logging starts; a role that needs neither does without.
fn shell(file: Option<&Path>) -> Result<Shell, Box<dyn std::error::Error + Send + Sync>> {
    let config = Config::load(file)?;
    telemetry::start(&config.telemetry)?;
    Ok(Shell::new(config)?)
}
