//! Demo people for the first start of `reconnect up`. Bente, Kari and the others are invented; their
//! password is printed and known to everybody, so they exist in no other role of the binary.

use crate::shell::Shell;
use backend::app::sessions::{self, Caller, hash_password};
use backend::app::{Refusal, agreements, check_ins, consents, crisis_plan, grants, relationships, review_prompts};
use backend::{App, Settings};
use chrono::{DateTime, Utc};
use domain::agreements::{AbsenceCover, CheckInTerms, Terms, UseInSessions, WhoStarts};
use domain::ids::{AccountId, DeviceId, OrganisationId, PersonId, SessionId};
use domain::ownership::Actor;
use domain::weekdays::Weekdays;
use domain::words::{ConsentKind, Language, Level, PlanSection, Platform, PushEnvironment, Role};
use mobile_contract::grants::{GrantEffect, GrantIn, GrantLevel, SubjectKind};
use std::sync::Arc;
use storage::accounts::{self, NewAccount, NewOrganisation};
use storage::sessions::NewDevice;
use storage::{StorageError, Store};

/// Everybody's password on a demo machine.
const PASSWORD: &str = "demo-demo-demo";

type Failed = Box<dyn std::error::Error + Send + Sync>;

struct Invented {
    name: &'static str,
    login: &'static str,
    role: Role,
    /// A phone that pushes go to; a PC has none.
    phone: Option<Platform>,
}

const PEOPLE: [Invented; 4] = [
    Invented { name: "Bente", login: "bente@example.org", role: Role::ServiceUser, phone: Some(Platform::Apns) },
    Invented { name: "Kari", login: "kari@example.org", role: Role::Provider, phone: Some(Platform::Fcm) },
    Invented { name: "Ada", login: "ada@example.org", role: Role::Admin, phone: None },
    Invented { name: "Dag", login: "dag@example.org", role: Role::Duty, phone: None },
];

/// Lets the demo people settle in, if nobody lives here yet; says what a person should know.
///
/// # Errors
/// The store failed.
pub async fn settle_in(shell: &Shell, store: &Store) -> Result<Vec<String>, Failed> {
    if accounts::any_organisation(store.read()).await? {
        return Ok(Vec::new());
    }
    let app = App::new(store.clone(), Settings::default());
    let hash = hash_password(&app, PASSWORD.to_owned()).await.map_err(told)?;
    let now = app.now();
    let organisation = OrganisationId(store.new_id());
    let zone = shell.config.defaults.zone.name().to_owned();
    let tx = store.write().await?;
    let place = NewOrganisation {
        id: organisation,
        name: "Demo".into(),
        level: Level::Primary,
        zone: zone.clone(),
        calendar: shell.config.defaults.holiday_calendar.clone(),
    };
    accounts::create_organisation(&tx, place, now).await?;
    let mut callers = Vec::new();
    for person in &PEOPLE {
        let caller = caller(store, organisation, person.role);
        let account = NewAccount {
            id: caller.actor.account,
            person: PersonId(store.new_id()),
            organisation,
            role: person.role,
            login: person.login.to_owned(),
            password_hash: Some(hash.clone()),
            display_name: person.name.to_owned(),
            email: (person.role == Role::Provider).then(|| person.login.to_owned()),
            language: shell.config.defaults.language,
            zone: zone.clone(),
        };
        accounts::create_account(&tx, account, now).await?;
        if let Some(platform) = person.phone {
            storage::sessions::register_device(&tx, phone(caller, platform), now).await?;
        }
        callers.push(caller);
    }
    tx.commit().await?;
    let [bente, kari, ..] = callers[..] else { return Err("the demo people are missing".into()) };
    together(&app, bente, kari, now).await.map_err(told)?;
    let mut said = vec!["demo people, invented, for this machine only (password of all: demo-demo-demo):".to_owned()];
    said.extend(
        PEOPLE.iter().map(|person| format!("  {} ({}) signs in as {}", person.name, person.role, person.login)),
    );
    Ok(said)
}

fn told(refusal: Refusal) -> Failed {
    format!("the demo people could not settle in: {} {:?}", refusal.code.as_str(), refusal.fields).into()
}

fn caller(store: &Store, organisation: OrganisationId, role: Role) -> Caller {
    Caller {
        actor: Actor { account: AccountId(store.new_id()), role, organisation },
        session: SessionId(store.new_id()),
        device: DeviceId(store.new_id()),
        language: Language::Nb,
    }
}

fn phone(caller: Caller, platform: Platform) -> NewDevice {
    NewDevice {
        id: caller.device,
        account: caller.actor.account,
        platform,
        environment: PushEnvironment::Production,
        token: Some(sessions::push_token(format!("demo {}", caller.actor.account))),
        app_version: "1.0.0".into(),
    }
}

/// A pair that works together: consents, an agreement in force, check-ins, a shared plan.
async fn together(app: &Arc<App>, bente: Caller, kari: Caller, now: DateTime<Utc>) -> Result<(), Refusal> {
    for caller in [bente, kari] {
        consents::give(app, caller, ConsentKind::NonEmergency, "1").await?;
    }
    let pair = relationships::invite(app, bente, PEOPLE[1].login, Level::Primary).await?;
    relationships::accept(app, kari, pair).await?;
    let terms = terms();
    let hash = terms.hash().map_err(StorageError::from)?;
    let number = agreements::draft(app, bente, pair, None, terms).await?;
    agreements::accept(app, bente, pair, number, &hash).await?;
    agreements::accept(app, kari, pair, number, &hash).await?;
    let series = check_ins::propose(app, bente, pair, None, 14).await?;
    check_ins::accept(app, kari, series).await?;
    let texts = [
        (PlanSection::EarlySignsSelf, "Jeg sover dårlig og svarer ikke på telefonen."),
        (PlanSection::WhatIDo, "Går tur langs elva. Ringer søsteren min."),
        (PlanSection::HowToMeetMe, "Rolig, og uten mange spørsmål."),
    ];
    for (section, text) in texts {
        let version = crisis_plan::get(app, bente).await?.version;
        let tag = backend::api::answer::etag(version);
        crisis_plan::write_section(app, bente, section, text, Some(&tag)).await?;
    }
    review_prompts::set(app, bente, review_prompts::Wanted { on: true, ..Default::default() }).await?;
    let shared = GrantIn {
        id: None,
        provider_id: Some(kari.actor.account.0),
        team_id: None,
        subject_kind: SubjectKind::Section,
        subject: PlanSection::HowToMeetMe.to_string(),
        effect: GrantEffect::Allow,
        level: Some(GrantLevel::See),
        from: Some(now),
        to: None,
    };
    grants::give(app, bente, shared).await?;
    Ok(())
}

fn terms() -> Terms {
    Terms {
        purposes: "Holde kontakten mellom møtene våre.".into(),
        who_starts: WhoStarts::Either,
        content_welcome: "Hverdagen, mål, og det som er vanskelig.".into(),
        content_not_welcome: "Det som haster: da gjelder telefon.".into(),
        reply_window_days: 3,
        reading_days: Weekdays::MONDAY_TO_FRIDAY,
        absence_cover: AbsenceCover::default(),
        length_wishes: "Gjerne en setning om det viktigste når det blir langt.".into(),
        check_ins: CheckInTerms { permitted: true, ..CheckInTerms::default() },
        journal: "Bare det vi blir enige om.".into(),
        alarming_messages: "Kari ringer.".into(),
        silence_clause: None,
        disagreement: "Vi tar det opp i neste møte.".into(),
        language: Language::Nb,
        use_in_sessions: UseInSessions::Both,
        next_review_on: None,
    }
}
