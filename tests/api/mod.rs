//! The API over an in-process server, resource by resource.

mod agreements;
mod check_ins;
mod digests;
mod fixture;
mod help_now;
mod messages;
mod ledger;
mod machinery;
mod notifications;
mod organisation;
mod policy;
mod templates;
mod upcoming;
