//! The whole suite in one binary: linking it once keeps a cold run short.
mod dependencies;
mod layout;
