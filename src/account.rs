//! `reconnect account create`: the first admin of an organisation, and whoever else is let in from
//! the machine itself.

use crate::cli::{Account, AccountAction, AccountCreate};
use crate::shell::{Done, Shell};
use crate::{master_key, open_store};
use backend::app::organisation_accounts::INVITATION_LIFE;
use backend::app::sessions::{hash_password, random_token, token_hash};
use backend::{App, Settings};
use domain::ids::{AccountId, InvitationId, OrganisationId, PersonId};
use domain::words::{Language, Level};
use std::io::Read as _;
use storage::accounts::{self, NewAccount, NewInvitation, NewOrganisation};
use storage::{Store, WriteTx};

/// What `POST /v1/invitations/accept` takes.
const PASSWORD_CHARACTERS: std::ops::RangeInclusive<usize> = 12..=200;

type Failed = Box<dyn std::error::Error + Send + Sync>;

pub async fn run(shell: Shell, account: Account) -> Done {
    let AccountAction::Create(new) = account.action;
    let password = if new.password_stdin { Some(read_password(std::io::stdin().lock())?) } else { None };
    let keys = &shell.config.store.keys;
    // In one process with everything else there is nobody else who could have made the key.
    let master = if keys.master_key_is_ours {
        open_store::master_key(&shell).await?.0
    } else {
        master_key::read(&keys.master_key_file)?
    };
    let store = open_store::migrated(&shell, master).await?;
    for line in create(&shell, &store, new, password).await? {
        say(&line);
    }
    Ok(store.close().await?)
}

async fn create(
    shell: &Shell,
    store: &Store,
    new: AccountCreate,
    password: Option<String>,
) -> Result<Vec<String>, Failed> {
    let password = match password {
        Some(password) => {
            let app = App::new(store.clone(), Settings::default());
            Some(hash_password(&app, password).await.map_err(|_| "the password could not be kept")?)
        }
        None => None,
    };
    let language = new.language.unwrap_or(shell.config.defaults.language);
    let zone = new.zone.unwrap_or(shell.config.defaults.zone).to_string();
    let now = shell.clock.now();
    let tx = store.write().await?;
    if accounts::by_login(&*tx, &new.email).await?.is_some() {
        return Err(format!("{} has an account already", new.email).into());
    }
    let (organisation, mut said) = organisation(shell, store, &tx, new.organisation.as_deref(), &zone).await?;
    let who = format!("{} ({})", new.name, new.role);
    match password {
        Some(hash) => {
            let account = NewAccount {
                id: AccountId(store.new_id()),
                person: PersonId(store.new_id()),
                organisation,
                role: new.role,
                login: new.email.clone(),
                password_hash: Some(hash),
                display_name: new.name,
                email: Some(new.email.clone()),
                language,
                zone,
            };
            accounts::create_account(&tx, account, now).await?;
            said.push(format!("{who} signs in as {}", new.email));
        }
        None => {
            let code = random_token(&*store.entropy);
            let invitation = invitation(store, organisation, new, language, zone, &code);
            said.push(format!("{who} opens her account with this code, once, until {}:", invitation.expires_at));
            said.push(format!("    {code}"));
            said.push(format!(
                "    POST {}/v1/invitations/accept {{\"code\": \"…\", \"password\": \"…\", \"adult\": true}}",
                shell.config.server.public_url
            ));
            accounts::invite(&tx, None, invitation, now).await?;
        }
    }
    tx.commit().await?;
    Ok(said)
}

fn invitation(
    store: &Store,
    organisation: OrganisationId,
    new: AccountCreate,
    language: Language,
    zone: String,
    code: &str,
) -> NewInvitation {
    NewInvitation {
        id: InvitationId(store.new_id()),
        code_hash: token_hash(code),
        organisation,
        role: new.role,
        login: new.email.clone(),
        display_name: new.name,
        email: Some(new.email),
        language,
        zone,
        expires_at: store.clock.now() + INVITATION_LIFE,
    }
}

/// The organisation of this name, made if there is none; without a name the first there is.
async fn organisation(
    shell: &Shell,
    store: &Store,
    tx: &WriteTx,
    name: Option<&str>,
    zone: &str,
) -> Result<(OrganisationId, Vec<String>), Failed> {
    let found = match name {
        Some(name) => accounts::organisation_named(&**tx, name).await?,
        None => accounts::first_organisation(&**tx).await?,
    };
    match (found, name) {
        (Some(row), _) => Ok((OrganisationId(row.id), Vec::new())),
        (None, None) => Err("there is no organisation yet: make its admin first, with --role admin".into()),
        (None, Some(name)) => {
            let new = NewOrganisation {
                id: OrganisationId(store.new_id()),
                name: name.to_owned(),
                level: Level::Primary,
                zone: zone.to_owned(),
                calendar: shell.config.defaults.holiday_calendar.clone(),
            };
            let id = new.id;
            accounts::create_organisation(tx, new, shell.clock.now()).await?;
            Ok((id, vec![format!("made the organisation {name}")]))
        }
    }
}

/// The first line of `from`.
fn read_password(from: impl std::io::Read) -> Result<String, Failed> {
    let mut text = String::new();
    // Four bytes a character, and the end of the line.
    from.take(4 * 201).read_to_string(&mut text).map_err(|_| "the password on standard input is not UTF-8")?;
    let password = text.lines().next().unwrap_or_default();
    if PASSWORD_CHARACTERS.contains(&password.chars().count()) {
        Ok(password.to_owned())
    } else {
        Err("give a password of 12 to 200 characters on standard input".into())
    }
}

/// To the person at the terminal. Not the log: codes are for her alone.
#[expect(clippy::print_stdout, reason = "the code is shown to a person, once")]
fn say(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line_of_a_length_a_person_can_keep() {
        let read = |text: &str| read_password(text.as_bytes()).ok();
        assert_eq!(read("twelve chars\nand more"), Some("twelve chars".to_owned()));
        assert_eq!(read("twelve chars\r\n"), Some("twelve chars".to_owned()));
        assert_eq!(read("too short"), None);
        assert_eq!(read(""), None);
        assert_eq!(read(&"ø".repeat(200)), Some("ø".repeat(200)));
        assert_eq!(read(&"ø".repeat(201)), None);
        assert!(read_password(&b"\xff\xff\xff"[..]).is_err());
    }
}
