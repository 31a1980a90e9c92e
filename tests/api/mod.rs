//! The API over an in-process server, resource by resource.

mod agreements;
mod check_ins;
mod digests;
mod crisis_plan;
mod fixture;
mod help_now;
mod messages;
mod ledger;
mod machinery;
mod notifications;
mod organisation;
mod owners_life;
mod policy;
mod profile;
mod prompts;
mod sharing;
mod templates;
mod upcoming;
