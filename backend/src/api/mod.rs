//! The API: one file and one unit struct per resource. Handlers translate; what is done stands in
//! `app`.

mod absences;
mod agreements;
pub mod answer;
pub mod auth;
mod check_ins;
mod comments;
mod consents;
mod consultations;
mod crisis_plan;
mod digests;
pub mod document;
mod drafts;
mod export;
mod help_now;
mod joint_sessions;
mod ledger;
mod library;
mod library_editing;
mod messages;
mod notifications;
mod organisation;
mod owners_life;
mod policies;
pub mod problem;
mod profile;
mod prompts;
mod proposals;
mod relationships;
mod reply_clocks;
mod sessions;
mod sharing;
mod sync;
mod tags;
mod templates;
mod toolbox;
mod unsubscribe;
mod upcoming;

use poem_openapi::{OpenApi, OpenApiService};

const TITLE: &str = "Reconnect";

/// Every resource, in the order of the document.
fn resources() -> impl OpenApi {
    (
        (sessions::SessionsApi, relationships::RelationshipsApi),
        (crisis_plan::CrisisPlanApi, export::ExportApi, sharing::SharingApi, toolbox::ToolboxApi),
        (comments::CommentsApi, proposals::ProposalsApi),
        (agreements::AgreementsApi, check_ins::CheckInSeriesApi, check_ins::CheckInsApi, help_now::HelpNowApi),
        (owners_life::OwnersLifeApi, profile::ProfileApi),
        (joint_sessions::JointSessionsApi, joint_sessions::JointNotesApi),
        (library::LibraryApi, library_editing::LibraryEditingApi),
        (prompts::PromptsApi, unsubscribe::UnsubscribeApi),
        (consents::ConsentsApi, drafts::DraftsApi, messages::MessagesApi, reply_clocks::ReplyClocksApi),
        (absences::AbsencesApi, consultations::ConsultationsApi),
        (organisation::OrganisationApi, policies::PoliciesApi, templates::TemplatesApi),
        (digests::DigestsApi, ledger::LedgerApi, notifications::NotificationsApi, upcoming::UpcomingApi),
        sync::SyncApi,
    )
}

/// The service; its document needs no database.
pub fn service() -> OpenApiService<impl OpenApi, ()> {
    OpenApiService::new(resources(), TITLE, env!("CARGO_PKG_VERSION")).description(
        "Between meetings: check-ins both agreed to, promised answers, one digest a day, and a ledger in which \
         the owner reads why anything was or was not sent.",
    )
}
