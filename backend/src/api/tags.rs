//! The chapters of the document.

use poem_openapi::Tags;

#[derive(Tags)]
pub enum ApiTags {
    /// Signing in, sessions and devices.
    Sessions,
    /// Who works with whom.
    Relationships,
    /// Messages, promised replies, absences and consultations.
    Messages,
    /// What an organisation tunes, words and counts.
    Organisation,
    /// The owner's crisis plan, its versions, uses and reviews.
    Plan,
    /// What the owner keeps in her own words, and what of it is shared.
    Toolbox,
    /// What others propose to it and say beside it; neither touches it.
    Proposals,
    /// Everything that is mine, to take away.
    Export,
    /// Who sees what, and who read what.
    Sharing,
    /// What the two expect of each other.
    Agreements,
    /// Regular check-ins both agreed to.
    CheckIns,
    /// Where acute needs are met.
    HelpNow,
    /// Pause, hospital stay and quiet hours.
    OwnersLife,
    /// Being asked to look at the plan or the agreement again.
    Prompts,
    /// My account, my hours, my devices, and what reaches me.
    Profile,
    /// The link in the digest mail.
    Unsubscribe,
    /// What was sent, what was not, and why.
    Ledger,
    /// What reached me, and the start page.
    Notifications,
    /// Looking at something together, in the same room or in a call.
    JointSessions,
    /// Articles, stories, exercises, and links to what there is nearby.
    Library,
    /// The provider's daily digest.
    Digests,
    /// Keeping a phone up to date, and telling it when there is something to fetch.
    Sync,
}
