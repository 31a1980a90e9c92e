//! The whole suite in one binary: linking it once keeps a cold run short.
mod account;
mod api;
mod dependencies;
mod documents;
mod gateways;
mod harness;
mod layout;
mod mail_sink;
mod policy;
mod rules;
mod shell;
mod simulation;
mod stories;
mod transports;
