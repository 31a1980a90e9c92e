//! The API over an in-process server, resource by resource.

mod absences;
mod agreement_rounds;
mod agreements;
mod check_ins;
mod crisis_plan;
mod digests;
mod fixture;
mod help_now;
mod idempotency;
mod invitations;
mod ledger;
mod machinery;
mod message_log;
mod messages;
mod notifications;
mod organisation;
mod owners_life;
mod parting;
mod policy;
mod previews;
mod profile;
mod prompts;
mod reply_clocks;
mod sharing;
mod templates;
mod upcoming;
