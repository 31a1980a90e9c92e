//! The configuration: committed defaults, `reconnect.toml`, `RECONNECT__SECTION__KEY`.

pub mod channels;
mod layers;
mod parse;
mod problem;
mod reader;
pub mod running;
pub mod server;
pub mod store;
#[cfg(test)]
mod tests;

pub use problem::Problems;

use channels::{Mail, MailTransport, Push};
use reader::Reader;
use running::{Defaults, Telemetry, Worker};
use server::{Limits, Server};
use std::collections::BTreeSet;
use std::path::Path;
use store::Store;

/// A configuration that is right in itself: what it names may still be down or gone (`doctor` finds out).
#[derive(Clone, Debug)]
pub struct Config {
    pub store: Store,
    pub server: Server,
    pub limits: Limits,
    pub push: Push,
    pub mail: Mail,
    pub worker: Worker,
    pub defaults: Defaults,
    pub telemetry: Telemetry,
}

impl Config {
    /// Reads the file (the named one, else `reconnect.toml` if there is one) and the process's environment.
    ///
    /// # Errors
    /// Every wrong value and unknown key, in one [`Problems`].
    pub fn load(file: Option<&Path>) -> Result<Self, Problems> {
        Self::read(layers::collect(file, layers::environment()?)?).1
    }

    /// True when nothing leaves the machine: pushes and mail go to files.
    pub fn keeps_everything_here(&self) -> bool {
        matches!((&self.push, &self.mail.transport), (Push::Files, MailTransport::Files))
    }

    /// The known keys, and the configuration or what is wrong with it.
    fn read(layers: layers::Layers) -> (BTreeSet<String>, Result<Self, Problems>) {
        let mut from = Reader::new(layers);
        let store = Store::read(&mut from);
        let server = Server::read(&mut from);
        let limits = Limits::read(&mut from);
        let push = Push::read(&mut from);
        let mail = Mail::read(&mut from);
        let worker = Worker::read(&mut from);
        let defaults = Defaults::read(&mut from);
        let telemetry = Telemetry::read(&mut from);
        let (known, problems) = from.finish();
        let whole = || {
            Some(Self {
                store: store?,
                server: server?,
                limits: limits?,
                push: push?,
                mail: mail?,
                worker: worker?,
                defaults: defaults?,
                telemetry: telemetry?,
            })
        };
        let config = if problems.0.is_empty() { whole().ok_or(problems) } else { Err(problems) };
        (known, config)
    }
}
