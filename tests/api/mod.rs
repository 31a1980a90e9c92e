//! The API over an in-process server, resource by resource.

mod agreements;
mod check_ins;
mod fixture;
mod help_now;
mod messages;
mod organisation;
mod policy;
mod templates;
