//! The whole suite in one binary: linking it once keeps a cold run short.
mod dependencies;
mod gateways;
mod layout;
mod rules;
mod transports;
