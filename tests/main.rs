//! The whole suite in one binary: linking it once keeps a cold run short.
mod account;
mod api;
mod bad_input;
mod dependencies;
mod documents;
mod gateways;
mod harness;
mod layout;
mod mail_sink;
mod outages;
mod planning;
mod policy;
mod rules;
mod shell;
mod simulation;
mod stories;
mod transports;
