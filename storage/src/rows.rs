//! Rows as they are read. Only their shapes are public: finding and changing them is this crate's.

pub use crate::entity::account::Model as Account;
pub use crate::entity::device::Model as Device;
pub use crate::entity::invitation::Model as Invitation;
pub use crate::entity::organisation::Model as Organisation;
pub use crate::entity::relationship::Model as Relationship;
pub use crate::entity::session::Model as Session;
