//! What each call does: look up (which authorises), decide (domain), write (one commit). Nothing
//! here knows HTTP; the simulator drives the same functions.

pub(crate) mod absence_effects;
pub mod absences;
pub mod access_log;
pub mod agreements;
pub mod bounds;
pub mod cards;
pub mod check_ins;
pub mod consents;
pub mod consultations;
pub mod contacts;
pub mod counts;
pub mod crisis_plan;
pub mod devices;
pub mod digests;
pub mod drafts;
pub mod grants;
pub mod help_now;
pub mod kill_switch;
pub mod ledger;
pub mod message_acts;
pub mod messages;
pub mod notification_settings;
pub mod notifications;
pub mod organisation_accounts;
pub mod owners_life;
pub mod parting;
pub mod policies;
pub mod policy_previews;
pub mod profile;
pub mod promises;
pub mod prompt_texts;
pub mod prompts;
pub(crate) mod receipts;
pub mod refusal;
pub mod relationships;
pub mod reply_clocks;
pub mod review_prompts;
pub mod sessions;
pub mod shared_plan;
pub mod teller;
pub mod templates;
pub mod uncertain_promises;
pub mod unsubscribe;
pub mod upcoming;

pub use refusal::{Answer, Refusal};
