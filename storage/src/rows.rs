//! Rows as they are read. Only their shapes are public: finding and changing them is this crate's.

pub use crate::entity::account::Model as Account;
pub use crate::entity::agreement_version::Model as AgreementVersion;
pub use crate::entity::audit::Model as Audit;
pub use crate::entity::concern::Model as Concern;
pub use crate::entity::contact::Model as Contact;
pub use crate::entity::delivery::Model as Delivery;
pub use crate::entity::device::Model as Device;
pub use crate::entity::digest_line::Model as DigestLine;
pub use crate::entity::digest_run::Model as DigestRun;
pub use crate::entity::invitation::Model as Invitation;
pub use crate::entity::notification::Model as Notification;
pub use crate::entity::org_policy::Model as OrgPolicy;
pub use crate::entity::organisation::Model as Organisation;
pub use crate::entity::period::Model as Period;
pub use crate::entity::plan::Model as Plan;
pub use crate::entity::plan_review::Model as PlanReview;
pub use crate::entity::plan_section::Model as PlanSection;
pub use crate::entity::preview::Model as Preview;
pub use crate::entity::relationship::Model as Relationship;
pub use crate::entity::reply_clock::Model as ReplyClock;
pub use crate::entity::series::Model as Series;
pub use crate::entity::session::Model as Session;
pub use crate::entity::share_grant::Model as ShareGrant;
pub use crate::entity::slot::Model as Slot;
pub use crate::entity::slot_override::Model as SlotOverride;
pub use crate::entity::template::Model as Template;
