//! The people of the first start of `reconnect up`, invented, so that there is something to look at
//! with nothing but curl. They do everything through the same calls as an app would.

mod texts;

use crate::config::store::DatabaseKind;
use crate::shell::Shell;
use backend::app::sessions::{Caller, hash_password, random_token};
use backend::app::{
    Refusal, agreements, check_ins, consents, crisis_plan, grants, messages, relationships, review_prompts,
};
use backend::{App, Settings};
use domain::agreements::{AbsenceCover, CheckInTerms, Terms, UseInSessions, WhoStarts};
use domain::ids::{AccountId, DeviceId, OrganisationId, PersonId, RelationshipId, SessionId};
use domain::ownership::Actor;
use domain::weekdays::Weekdays;
use domain::words::{ConsentKind, Level, MessageKind, PlanSection, Role};
use mobile_contract::grants::{GrantEffect, GrantIn, SubjectKind};
use storage::Store;
use storage::accounts::{self, NewAccount, NewOrganisation};
use texts::Texts;
use uuid::Uuid;

/// Known to everybody who can read: it opens a demo on this machine, and nothing else.
const PASSWORD: &str = "reconnect-demo";

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Makes the demo people where nobody lives yet, and says who they are. Only where everything stays on
/// this machine: elsewhere an account with a printed password would be a hole.
///
/// # Errors
/// The database cannot be written.
pub async fn settle_in(shell: &Shell, store: &Store) -> Result<Vec<String>, Failed> {
    if accounts::any_organisation(store.read()).await? {
        return Ok(Vec::new());
    }
    if shell.config.store.database.kind != DatabaseKind::Sqlite || !shell.config.keeps_everything_here() {
        return Ok(vec!["nobody has an account yet: `reconnect account create --role admin …` makes the first".into()]);
    }
    // Whoever reaches the port from outside has read the same README.
    let listens_here_only = shell.config.server.listen.ip().is_loopback();
    let password = if listens_here_only { PASSWORD.to_owned() } else { random_token(&*shell.entropy) };
    let language = shell.config.defaults.language;
    let app = App::new(store.clone(), Settings { default_language: language, ..Settings::default() });
    let people = People::move_in(shell, &app, &password).await?;
    live(&app, &people, texts::in_language(language)).await.map_err(refused)?;
    Ok(people.introduced(&password))
}

fn refused(refusal: Refusal) -> Failed {
    let fields: Vec<&str> = refusal.fields.iter().map(|(field, _)| field.as_str()).collect();
    format!("the demo people could not settle in: {} {}", refusal.code.as_str(), fields.join(" ")).into()
}

struct Person {
    caller: Caller,
    login: String,
    about: &'static str,
}

struct People {
    owner: Person,
    provider: Person,
    admins: [Person; 2],
    duty: Person,
}

impl People {
    /// One organisation with an owner, a provider, two admins (a wording needs four eyes) and somebody on duty.
    async fn move_in(shell: &Shell, app: &App, password: &str) -> Result<Self, Failed> {
        let defaults = &shell.config.defaults;
        let organisation = NewOrganisation {
            id: OrganisationId(app.store.new_id()),
            name: "Demo".into(),
            level: Level::Primary,
            zone: defaults.zone.to_string(),
            calendar: defaults.holiday_calendar.clone(),
        };
        let of = organisation.id;
        let hash = hash_password(app, password.to_owned()).await.map_err(refused)?;
        let mut new = Vec::new();
        let mut person = |name: &str, role: Role, about: &'static str| {
            let id = AccountId(app.store.new_id());
            let login = format!("{}@example.org", name.to_lowercase());
            new.push(NewAccount {
                id,
                person: PersonId(app.store.new_id()),
                organisation: of,
                role,
                login: login.clone(),
                password_hash: Some(hash.clone()),
                display_name: name.to_owned(),
                email: Some(login.clone()),
                language: defaults.language,
                zone: defaults.zone.to_string(),
            });
            let actor = Actor { account: id, role, organisation: of };
            let (session, device) = (SessionId(Uuid::nil()), DeviceId(Uuid::nil()));
            Person { caller: Caller { actor, session, device, language: defaults.language }, login, about }
        };
        let people = Self {
            owner: person("Bente", Role::ServiceUser, "service user"),
            provider: person("Kari", Role::Provider, "her provider"),
            admins: [
                person("Anne", Role::Admin, "admin"),
                person("Berit", Role::Admin, "admin, the second pair of eyes"),
            ],
            duty: person("Dag", Role::Duty, "on duty: hears of promises that became uncertain"),
        };
        let now = shell.clock.now();
        let tx = app.store.write().await?;
        accounts::create_organisation(&tx, organisation, now).await?;
        for account in new {
            accounts::create_account(&tx, account, now).await?;
        }
        tx.commit().await?;
        Ok(people)
    }

    fn introduced(&self, password: &str) -> Vec<String> {
        let [one, other] = &self.admins;
        let all = [&self.owner, &self.provider, one, other, &self.duty];
        let lines = all.map(|person| format!("    {:<20} {}", person.login, person.about));
        let mut said = vec![format!("demo people, all invented; each signs in with the password {password}")];
        said.extend(lines);
        said
    }
}

/// What the two have between them: an agreement that both accepted, check-ins, her plan, a long message.
async fn live(app: &App, people: &People, texts: &Texts) -> Result<(), Refusal> {
    let (owner, provider) = (people.owner.caller, people.provider.caller);
    for caller in [owner, provider] {
        consents::give(app, caller, ConsentKind::NonEmergency, "1").await?;
    }
    let pair = relationships::invite(app, owner, &people.provider.login, Level::Primary).await?;
    relationships::accept(app, provider, pair).await?;
    agree(app, people, pair, texts).await?;
    let series = check_ins::propose(app, owner, pair, None, 14).await?;
    check_ins::accept(app, provider, series).await?;
    plan(app, people, texts).await?;
    let writing = messages::Writing {
        id: None,
        kind: MessageKind::ReplyWanted,
        body: texts.message.to_owned(),
        gist: Some(texts.gist.to_owned()),
        important: false,
        preview_allowed: false,
        in_reply_to: None,
        medication: false,
        draft: None,
    };
    messages::send(app, owner, pair, writing).await?;
    Ok(())
}

async fn agree(app: &App, people: &People, pair: RelationshipId, texts: &Texts) -> Result<(), Refusal> {
    let text = str::to_owned;
    let terms = Terms {
        purposes: text(texts.purposes),
        who_starts: WhoStarts::Either,
        content_welcome: text(texts.welcome),
        content_not_welcome: text(texts.not_welcome),
        reply_window_days: 3,
        reading_days: Weekdays::MONDAY_TO_FRIDAY,
        absence_cover: AbsenceCover { how: text(texts.absence), substitute: None },
        length_wishes: text(texts.length),
        check_ins: CheckInTerms { permitted: true, every_days: None, wishes: text(texts.check_ins) },
        journal: text(texts.journal),
        alarming_messages: text(texts.alarming),
        silence_clause: None,
        disagreement: text(texts.disagreement),
        language: people.owner.caller.language,
        use_in_sessions: UseInSessions::Both,
        next_review_on: None,
    };
    let hash = terms.hash().map_err(storage::StorageError::from)?;
    let number = agreements::draft(app, people.owner.caller, pair, None, terms).await?;
    for caller in [people.owner.caller, people.provider.caller] {
        agreements::accept(app, caller, pair, number, &hash).await?;
    }
    Ok(())
}

/// A few sections; Kari sees the one that tells how to meet her.
async fn plan(app: &App, people: &People, texts: &Texts) -> Result<(), Refusal> {
    let owner = people.owner.caller;
    for (section, text) in [
        (PlanSection::MeWhenWell, texts.me_when_well),
        (PlanSection::EarlySignsSelf, texts.early_signs),
        (PlanSection::WhatIDo, texts.what_i_do),
        (PlanSection::HowToMeetMe, texts.how_to_meet_me),
    ] {
        crisis_plan::write_section(app, owner, section, text, Some("*")).await?;
    }
    let shared = GrantIn {
        id: None,
        provider_id: Some(people.provider.caller.actor.account.0),
        team_id: None,
        subject_kind: SubjectKind::Section,
        subject: PlanSection::HowToMeetMe.to_string(),
        effect: GrantEffect::Allow,
        level: None,
        from: None,
        to: None,
    };
    grants::give(app, owner, shared).await?;
    let wanted = review_prompts::Wanted { on: true, every_days: None, triggers: None };
    review_prompts::set(app, owner, wanted).await?;
    Ok(())
}
