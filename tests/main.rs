//! The whole suite in one binary: linking it once keeps a cold run short.
#![expect(clippy::duplicate_mod, reason = "a bench is a program with modules of its own, and here all of them are run")]
mod account;
mod api;
mod bad_input;
mod benches;
mod contract;
mod data_dictionary;
mod dependencies;
mod documents;
mod gateways;
mod harness;
mod kill_test;
mod layout;
mod mail_sink;
mod monitoring;
mod operations;
mod outages;
mod planning;
mod policy;
mod races;
mod rehearsal;
mod rules;
mod shell;
mod simulation;
mod stories;
mod transports;
