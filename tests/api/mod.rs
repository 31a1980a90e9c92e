//! The API over an in-process server, resource by resource.

mod agreements;
mod check_ins;
mod crisis_plan;
mod digests;
mod fixture;
mod help_now;
mod ledger;
mod machinery;
mod messages;
mod notifications;
mod organisation;
mod owners_life;
mod policy;
mod profile;
mod prompts;
mod sharing;
mod templates;
mod upcoming;
