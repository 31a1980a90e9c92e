//! Typed identifiers. Every id is a UUIDv7 made from the injected clock and entropy, so that the
//! simulator makes the same ids from the same seed.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A human being; may hold one account per role.
    PersonId;
    /// A person in one role. Owners and providers are named by their account.
    AccountId;
    OrganisationId;
    TeamId;
    InvitationId;
    SessionId;
    DeviceId;
    RelationshipId;
    AgreementVersionId;
    AbsenceId;
    ConcernId;
    ConsultationId;
    GrantId;
    ThreadId;
    MessageId;
    DraftId;
    ReplyClockId;
    /// What recurs: one job for one subject.
    SeriesId;
    /// One occurrence of a schedule on one local date; also its row in the ledger.
    SlotId;
    NotificationId;
    /// One attempt chain to one device or address. Stable across retries.
    DeliveryId;
    PlanId;
    PlanReviewId;
    PlanSectionId;
    PlanVersionId;
    OrgPolicyId;
    TemplateId;
    /// Of an entry that is shipped it is made from its key (UUIDv5), and the same everywhere.
    LibraryEntryId;
    /// One state of an entry's whole content.
    LibraryRevisionId;
    PreviewId;
    /// One thing an owner keeps in her toolbox.
    ItemId;
    /// A change that a provider proposes to what an owner keeps.
    ProposalId;
    CommentId;
    JointSessionId;
    JointNoteId;
}
