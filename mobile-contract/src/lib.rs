//! What crosses the wire. A leaf: it knows nothing of the rest of the house.

pub mod access_log;
pub mod accounts;
pub mod agreements;
pub mod check_ins;
pub mod counts;
pub mod crisis_plan;
pub mod grants;
pub mod help_now;
pub mod ledger;
pub mod notification_settings;
pub mod owners_life;
pub mod page;
pub mod policy;
pub mod problem;
pub mod profile;
pub mod prompts;
pub mod push;
pub mod relationships;
pub mod sessions;
pub mod templates;
pub mod words;
