//! The whole suite in one binary: linking it once keeps a cold run short.
mod dependencies;
mod gateways;
mod harness;
mod layout;
mod rules;
mod mail_sink;
mod shell;
mod transports;
