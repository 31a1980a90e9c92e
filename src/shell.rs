//! What surrounds a role: its settings, the time, randomness, and the wish to stop.

use crate::config::Config;
use crate::shutdown;
use crate::system::{SystemClock, SystemEntropy};
use domain::clock::{Clock, Entropy};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// How a role ends. The error is a sentence for the person at the terminal.
pub type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Handed to every role that runs against a configuration.
#[derive(Clone, Debug)]
pub struct Shell {
    pub config: Arc<Config>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Cancelled by SIGTERM and Ctrl-C: stop taking work on, finish what is under way within
    /// `server.drain_seconds`, return Ok.
    pub shutdown: CancellationToken,
}

impl Shell {
    /// With the machine's own clock and randomness. Must be called inside the runtime.
    ///
    /// # Errors
    /// When signals cannot be listened for.
    pub fn new(config: Config) -> std::io::Result<Self> {
        Ok(Self {
            config: Arc::new(config),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            shutdown: shutdown::listen()?,
        })
    }
}
