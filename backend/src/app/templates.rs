//! An organisation's own wording: one admin writes it, another approves it.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::texts::Fault;
use crate::views;
use domain::ids::{AccountId, TemplateId};
use domain::policy::{OnOrganisation, OnTemplate};
use domain::wording::{
    self, ArgumentKind as Kind, ArgumentSpec, Entry, FieldFault, MAX_OVERRIDE_CHARS, TemplateFault, Unit, Wording,
};
use domain::words::Language;
use mobile_contract::problem::ProblemCode;
use mobile_contract::templates::{
    ArgumentKind, ArgumentOut, TemplateOut, TemplateState, TemplatesOut, TextOut, TextsOut, WordingOut,
};
use storage::templates::{self, NewTemplate};
use storage::{StorageError, accounts, for_organisation, rows};
use uuid::Uuid;

const LIST: &str = "list_template_versions";

/// Which version is meant.
#[derive(Clone, Debug)]
pub struct Which {
    pub key: String,
    pub language: Language,
    pub version: i32,
}

/// Every text that may be worded otherwise, with what is said now.
pub async fn catalogue(app: &App, caller: Caller) -> Answer<TextsOut> {
    let permit = for_organisation(caller.actor, OnOrganisation::ReadTemplates)?;
    let standing = templates::standing(app.store.read(), permit).await?;
    let items = wording::catalogue().filter(|text| text.overridable);
    Ok(TextsOut { items: items.map(|text| describe(text, &standing)).collect::<Answer<_>>()? })
}

fn describe(text: &Entry, standing: &[rows::Template]) -> Answer<TextOut> {
    let wordings = Language::ALL.iter().map(|language| {
        let of = |row: &&rows::Template| row.key == text.key.as_str() && row.language == language.as_str();
        let approved = standing.iter().filter(of).rfind(|row| row.approved_at.is_some());
        let draft = standing.iter().filter(of).rfind(|row| row.approved_at.is_none());
        Ok(WordingOut {
            language: views::word(language.as_str())?,
            shipped: Wording::built_in_pattern(text.key, *language),
            approved: approved.map(|row| row.pattern.clone()),
            approved_version: approved.map(|row| row.version),
            draft_version: draft.map(|row| row.version),
        })
    });
    Ok(TextOut {
        key: text.key.to_string(),
        note: text.note.to_owned(),
        arguments: text.arguments.iter().map(argument).collect(),
        wordings: wordings.collect::<Answer<_>>()?,
    })
}

fn argument(spec: &ArgumentSpec) -> ArgumentOut {
    let (kind, choices) = match spec.kind {
        Kind::Words => (ArgumentKind::Words, &[][..]),
        Kind::Day => (ArgumentKind::Day, &[][..]),
        Kind::Time => (ArgumentKind::Time, &[][..]),
        Kind::Number => (ArgumentKind::Number, &[][..]),
        Kind::Choice(choices) => (ArgumentKind::Choice, choices),
    };
    ArgumentOut {
        name: spec.name.to_owned(),
        kind,
        choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
    }
}

/// Versions of one text in one language, newest first.
pub async fn versions(
    app: &App,
    caller: Caller,
    key: &str,
    language: Language,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<TemplatesOut> {
    let permit = for_organisation(caller.actor, OnOrganisation::EditTemplates)?;
    reworded(key)?;
    let limit = views::limit(limit)?;
    let list = format!("{LIST} {key} {language}");
    let before = views::place_by_number(app, caller, &list, cursor)?;
    let mut found = templates::versions(app.store.read(), permit, key, language, before, limit + 1).await?;
    let next_cursor =
        views::cut(&mut found, limit).map(|last| views::cursor_by_number(app, caller, &list, last.version, None));
    Ok(TemplatesOut { items: present(app, found).await?, next_cursor })
}

/// Hands in another wording; a second admin has to approve it.
pub async fn hand_in(app: &App, caller: Caller, key: &str, language: Language, pattern: &str) -> Answer<TemplateOut> {
    let permit = for_organisation(caller.actor, OnOrganisation::EditTemplates)?;
    reworded(key)?;
    Wording::check_override(key, language, pattern).map_err(|faults| Refusal {
        fields: faults.into_iter().map(|fault| ("/pattern".to_owned(), Fault::from(worded(&fault)))).collect(),
        ..Refusal::new(ProblemCode::Invalid)
    })?;
    let new = NewTemplate {
        id: TemplateId(app.store.new_id()),
        key: key.to_owned(),
        language,
        pattern: pattern.trim().to_owned(),
    };
    let tx = app.store.write().await?;
    let version = templates::create(&tx, permit, new, app.now()).await?;
    tx.commit().await?;
    get(app, caller, &Which { key: key.to_owned(), language, version }).await
}

/// A second admin approves: people read it from now on.
pub async fn approve(app: &App, caller: Caller, which: &Which) -> Answer<TemplateOut> {
    let row = find(app, caller, OnTemplate::Approve, which).await?;
    if row.approved_at.is_some() || row.retired_at.is_some() {
        return Err(Refusal::conflict());
    }
    let tx = app.store.write().await?;
    templates::approve(&tx, &row, app.now()).await?;
    tx.commit().await?;
    get(app, caller, which).await
}

/// Takes it out of use, or a draft back.
pub async fn retire(app: &App, caller: Caller, which: &Which) -> Answer<TemplateOut> {
    let row = find(app, caller, OnTemplate::Retire, which).await?;
    if row.retired_at.is_none() {
        let tx = app.store.write().await?;
        templates::retire(&tx, &row, app.now()).await?;
        tx.commit().await?;
    }
    get(app, caller, which).await
}

async fn get(app: &App, caller: Caller, which: &Which) -> Answer<TemplateOut> {
    let row = find(app, caller, OnTemplate::See, which).await?.into_inner();
    present(app, vec![row]).await?.pop().ok_or_else(Refusal::not_found)
}

async fn find(
    app: &App,
    caller: Caller,
    action: OnTemplate,
    which: &Which,
) -> Answer<storage::Authorized<rows::Template>> {
    let Which { key, language, version } = which;
    Ok(templates::authorized(app.store.read(), caller.actor, action, key, *language, *version).await?)
}

/// Texts that may not be reworded do not exist here.
fn reworded(key: &str) -> Answer<()> {
    let known = wording::catalogue().any(|text| text.overridable && text.key.as_str() == key);
    if known { Ok(()) } else { Err(Refusal::not_found()) }
}

fn worded(fault: &TemplateFault) -> FieldFault {
    match fault {
        TemplateFault::Empty | TemplateFault::MissingArgument(_) => FieldFault::Required,
        TemplateFault::TooLong => {
            FieldFault::TooLong { max: u32::try_from(MAX_OVERRIDE_CHARS).unwrap_or(u32::MAX), unit: Unit::Characters }
        }
        TemplateFault::UnknownArgument(_) => FieldFault::UnknownField,
        TemplateFault::UnknownKey
        | TemplateFault::NotOverridable
        | TemplateFault::TooDeep
        | TemplateFault::Unshowable
        | TemplateFault::Syntax
        | TemplateFault::NotASelector(_)
        | TemplateFault::OnlyArguments => FieldFault::Format,
    }
}

async fn present(app: &App, found: Vec<rows::Template>) -> Answer<Vec<TemplateOut>> {
    let people: Vec<AccountId> =
        found.iter().flat_map(|row| [Some(row.created_by), row.approved_by]).flatten().map(AccountId).collect();
    let people = accounts::many(app.store.read(), &people).await?;
    let party = |id: Uuid| people.iter().find(|account| account.id == id).map(views::party);
    found
        .into_iter()
        .map(|row| {
            let state = match (row.approved_at, row.retired_at) {
                (_, Some(_)) => TemplateState::Retired,
                (Some(_), None) => TemplateState::Approved,
                (None, None) => TemplateState::Draft,
            };
            Ok(TemplateOut {
                language: views::word(&row.language)?,
                version: row.version,
                state,
                created_by: party(row.created_by)
                    .ok_or_else(|| Refusal::from(StorageError::Corrupt("template without its author".into())))?,
                created_at: row.created_at,
                approved_by: row.approved_by.and_then(party),
                approved_at: row.approved_at,
                retired_at: row.retired_at,
                key: row.key,
                pattern: row.pattern,
            })
        })
        .collect()
}
