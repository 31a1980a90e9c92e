//! Signing in and staying signed in.
//!
//! The refresh token of generation n is derived from (session, n), never stored. Whoever presents
//! the present one gets the next. Presenting the one before is a lost answer as long as nothing was
//! done with its successor: the successor is given again. Once the successor was used, it is a
//! replay, and the whole family ends.

use crate::app::{Answer, Refusal, push_addresses};
use crate::state::App;
use crate::views;
use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Entropy;
use domain::ids::{AccountId, DeviceId, OrganisationId, PersonId, SessionId};
use domain::ownership::Actor;
use domain::words::{AccountState, Language, Platform, PushEnvironment, Role};
use hmac::{Hmac, KeyInit, Mac};
use mobile_contract::export::ExportedSessionOut;
use mobile_contract::problem::{FieldFault, ProblemCode};
use mobile_contract::sessions::PushSubscriptionIn;
use sha2::{Digest, Sha256};
use storage::sessions::{NewDevice, NewSession, PushToken};
use storage::toolbox::shared::Page;
use storage::{StorageError, accounts, rows, sessions};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// Life of an access token.
pub const ACCESS_LIFE: TimeDelta = TimeDelta::minutes(15);
/// Life of a session that is not used.
pub const REFRESH_LIFE: TimeDelta = TimeDelta::days(90);

/// The proven caller.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    pub actor: Actor,
    pub session: SessionId,
    pub device: DeviceId,
    pub language: Language,
}

/// What a phone keeps.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access: String,
    pub access_expires_at: DateTime<Utc>,
    pub refresh: String,
    pub refresh_expires_at: DateTime<Utc>,
    pub session: SessionId,
    pub device: DeviceId,
    pub account: AccountId,
    pub role: Role,
}

/// The device a session is bound to.
#[derive(Clone, Debug)]
pub struct DeviceClaim {
    pub existing: Option<DeviceId>,
    pub platform: Platform,
    pub environment: PushEnvironment,
    pub token: Option<String>,
    pub subscription: Option<PushSubscriptionIn>,
    pub app_version: String,
}

/// The hash a token or code is found by. They are random and long: a plain hash is enough.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

pub fn push_token(token: String) -> PushToken {
    PushToken { hash: token_hash(&token), token }
}

/// 32 random bytes as text.
pub fn random_token(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// argon2id over `password` with the crate's recommended cost.
pub async fn hash_password(app: &App, password: String) -> Answer<String> {
    let mut salt = [0; 16];
    app.store.entropy.fill(&mut salt);
    let _turn = turn(app).await?;
    tokio::task::spawn_blocking(move || {
        let salt = SaltString::encode_b64(&salt).ok()?;
        Argon2::default().hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
    })
    .await
    .ok()
    .flatten()
    .ok_or_else(|| Refusal::new(ProblemCode::Internal))
}

async fn turn(app: &App) -> Answer<tokio::sync::OwnedSemaphorePermit> {
    std::sync::Arc::clone(&app.password_turns).acquire_owned().await.map_err(|_| Refusal::new(ProblemCode::Unavailable))
}

/// Compared against when there is no such login, so that both answers take as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LW5vYm9keQ$\
                      Zv0fXJ0zgBI8wG8bL0oS1u5s1h0cD4nJw0l3X8l9J2E";

/// Whether it is the one that was hashed; as long without a hash.
pub(crate) async fn password_matches(app: &App, hash: Option<String>, password: String) -> Answer<bool> {
    let known = hash.is_some();
    let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
    let _turn = turn(app).await?;
    let verified = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash)
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
    .map_err(|_| Refusal::new(ProblemCode::Internal))?;
    Ok(known && verified)
}

/// Signs in with login and password. Unknown login, wrong password and closed account answer alike.
pub async fn sign_in(app: &App, address: &str, login: &str, password: String, device: DeviceClaim) -> Answer<Tokens> {
    if let Err(wait) = app.limits.sign_in(address, login) {
        return Err(Refusal { retry_after: Some(wait), ..Refusal::new(ProblemCode::TooManyRequests) });
    }
    let account = accounts::by_login(app.store.read(), login).await?;
    let usable = account.filter(|row| row.state == AccountState::Active.as_str());
    let hash = usable.as_ref().and_then(|row| row.password_hash.clone());
    if !password_matches(app, hash, password).await? {
        return Err(Refusal::new(ProblemCode::WrongCredentials));
    }
    let Some(account) = usable else { return Err(Refusal::new(ProblemCode::WrongCredentials)) };
    open(app, &account, device).await
}

/// Opens a session for a person whose identity is proven. The seam for strong e-ID (R55): another
/// proof of identity ends here as the password does.
pub async fn open(app: &App, account: &rows::Account, device: DeviceClaim) -> Answer<Tokens> {
    let now = app.now();
    let account_id = AccountId(account.id);
    let known = match device.existing {
        Some(id) => sessions::own_device(app.store.read(), account_id, id).await?.filter(|d| d.gone_at.is_none()),
        None => None,
    };
    let device_id = known.as_ref().map_or_else(|| DeviceId(app.store.new_id()), |row| DeviceId(row.id));
    let token = match known {
        Some(_) => None,
        None => push_addresses::accepted(app, "/device", device.platform, device.token, device.subscription).await?,
    };
    let session = SessionId(app.store.new_id());
    let access = random_token(&*app.store.entropy);
    let tokens = Tokens {
        access_expires_at: now + ACCESS_LIFE,
        refresh: refresh_token(app, session, 0),
        refresh_expires_at: now + REFRESH_LIFE,
        session,
        device: device_id,
        account: account_id,
        role: account.role.parse().map_err(StorageError::from)?,
        access,
    };
    let tx = app.store.write().await?;
    if known.is_none() {
        let new = NewDevice {
            id: device_id,
            account: account_id,
            platform: device.platform,
            environment: device.environment,
            token,
            app_version: device.app_version,
        };
        sessions::register_device(&tx, new, now).await?;
    }
    let new = NewSession {
        id: session,
        account: account_id,
        device: device_id,
        access_hash: token_hash(&tokens.access),
        access_expires_at: tokens.access_expires_at,
        refresh_expires_at: tokens.refresh_expires_at,
    };
    sessions::open_session(&tx, new, now).await?;
    tx.commit().await?;
    Ok(tokens)
}

/// Who presents this access token; `None` if nobody may.
pub async fn caller(app: &App, access: &str) -> Result<Option<Caller>, StorageError> {
    let now = app.now();
    let Some((session, account)) = sessions::by_access_hash(app.store.read(), &token_hash(access), now).await? else {
        return Ok(None);
    };
    if account.state != AccountState::Active.as_str() {
        return Ok(None);
    }
    if session.confirmed_generation < session.generation {
        let tx = app.store.write().await?;
        sessions::confirm(&tx, SessionId(session.id), session.generation, now).await?;
        tx.commit().await?;
    }
    Ok(Some(Caller {
        actor: Actor {
            account: AccountId(account.id),
            role: account.role.parse()?,
            organisation: OrganisationId(account.organisation_id),
        },
        session: SessionId(session.id),
        device: DeviceId(session.device_id),
        language: first_language(&account),
    }))
}

/// Whether the caller could still call: her session was not ended, and its access token, or a later one, still holds.
pub async fn stands(app: &App, caller: Caller) -> Result<bool, StorageError> {
    let db = app.store.read();
    let session = sessions::by_id(db, caller.session).await?;
    let account = accounts::for_machinery(db, caller.actor.account).await?;
    let active = account.is_some_and(|account| account.state == AccountState::Active.as_str());
    Ok(active && session.is_some_and(|row| row.revoked_at.is_none() && row.access_expires_at > app.now()))
}

/// The language an account prefers most.
pub fn first_language(account: &rows::Account) -> Language {
    account.languages.split(',').find_map(|word| word.trim().parse().ok()).unwrap_or(Language::Nb)
}

/// `session id ‖ generation ‖ HMAC` as text.
fn refresh_token(app: &App, session: SessionId, generation: i32) -> String {
    let mut bytes = session.0.as_bytes().to_vec();
    bytes.extend_from_slice(&generation.to_be_bytes());
    // HMAC takes keys of any length.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*app.refresh_key) {
        mac.update(&bytes);
        bytes.extend_from_slice(&mac.finalize().into_bytes());
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Session and generation of a token that we made.
fn read_refresh_token(app: &App, token: &str) -> Option<(SessionId, i32)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let id = Uuid::from_slice(bytes.get(..16)?).ok()?;
    let generation = i32::from_be_bytes(bytes.get(16..20)?.try_into().ok()?);
    let genuine = refresh_token(app, SessionId(id), generation);
    bool::from(genuine.as_bytes().ct_eq(token.as_bytes())).then_some((SessionId(id), generation))
}

/// Gives the next pair of tokens, or ends the family at a replay.
pub async fn refresh(app: &App, token: &str) -> Answer<Tokens> {
    let refused = || Refusal::new(ProblemCode::NotSignedIn);
    let (id, presented) = read_refresh_token(app, token).ok_or_else(refused)?;
    let now = app.now();
    let row = sessions::by_id(app.store.read(), id).await?.ok_or_else(refused)?;
    if row.revoked_at.is_some() || row.refresh_expires_at <= now {
        return Err(refused());
    }
    let account = accounts::for_machinery(app.store.read(), AccountId(row.account_id)).await?.ok_or_else(refused)?;
    if account.state != AccountState::Active.as_str() {
        return Err(refused());
    }
    let lost_answer = presented == row.generation - 1 && row.confirmed_generation < row.generation;
    if presented != row.generation && !lost_answer {
        let tx = app.store.write().await?;
        sessions::revoke(&tx, &row, now).await?;
        tx.commit().await?;
        tracing::warn!(session.id = %row.id, "session.refresh_replayed");
        return Err(refused());
    }
    let next = presented + 1;
    let access = random_token(&*app.store.entropy);
    let tx = app.store.write().await?;
    sessions::rotate(&tx, id, row.generation, next, token_hash(&access), now + ACCESS_LIFE, now).await.map_err(
        |error| match error {
            StorageError::Stale => Refusal::conflict(),
            other => other.into(),
        },
    )?;
    tx.commit().await?;
    Ok(Tokens {
        access,
        access_expires_at: now + ACCESS_LIFE,
        refresh: refresh_token(app, id, next),
        refresh_expires_at: row.refresh_expires_at,
        session: id,
        device: DeviceId(row.device_id),
        account: AccountId(row.account_id),
        role: account.role.parse().map_err(StorageError::from)?,
    })
}

/// Ends one of the caller's own sessions.
pub async fn revoke(app: &App, caller: Caller, id: SessionId) -> Answer<()> {
    let row = sessions::by_id(app.store.read(), id).await?.ok_or_else(Refusal::not_found)?;
    storage::relationships::leave(caller.actor, domain::policy::OnOwn::Sessions, AccountId(row.account_id))?;
    let tx = app.store.write().await?;
    sessions::revoke(&tx, &row, app.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Every session there ever was of the caller's, newest first.
pub async fn history(
    app: &App,
    caller: Caller,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<views::Page<ExportedSessionOut>> {
    const LIST: &str = "sessions_of_all_time";
    let permit = storage::relationships::leave(caller.actor, domain::policy::OnOwn::Sessions, caller.actor.account)?;
    let limit = views::limit(limit)?;
    let page = Page { after: views::place(app, caller, LIST, cursor)?, limit: limit + 1 };
    let mut rows = sessions::history(app.store.read(), permit, page).await?;
    let next_cursor =
        views::cut(&mut rows, limit).map(|(last, _)| views::cursor(app, caller, LIST, (last.created_at, last.id)));
    let items = rows
        .into_iter()
        .map(|(row, device)| {
            Ok(ExportedSessionOut {
                id: row.id,
                device_id: row.device_id,
                platform: device.as_ref().map(|device| views::word(&device.platform)).transpose()?,
                app_version: device.map(|device| device.app_version),
                created_at: row.created_at,
                last_seen_at: row.last_seen_at,
                expires_at: row.refresh_expires_at,
                ended_at: row.revoked_at,
            })
        })
        .collect::<Answer<_>>()?;
    Ok(views::Page { items, next_cursor })
}

/// Opens the account an invitation was made for.
pub async fn accept_invitation(
    app: &App,
    code: &str,
    password: String,
    adult: bool,
) -> Answer<(AccountId, String, Role)> {
    if !adult {
        return Err(Refusal::field("/adult", FieldFault::Required));
    }
    let hash = hash_password(app, password).await?;
    let now = app.now();
    let (account, person) = (AccountId(app.store.new_id()), PersonId(app.store.new_id()));
    let tx = app.store.write().await?;
    let Some(row) = accounts::take_invitation(&tx, &token_hash(code), now).await? else {
        return Err(Refusal::new(ProblemCode::Expired));
    };
    let role = row.role.parse().map_err(StorageError::from)?;
    let new = accounts::NewAccount {
        id: account,
        person,
        organisation: OrganisationId(row.organisation_id),
        role,
        login: row.login.clone(),
        password_hash: Some(hash),
        display_name: row.display_name.clone(),
        email: row.email.clone(),
        language: row.language.parse().map_err(StorageError::from)?,
        zone: row.zone.clone(),
    };
    // Two invitations may name one login; whoever opens hers first has it, the other learns nothing.
    accounts::create_account(&tx, new, now).await.map_err(|error| match error {
        StorageError::Duplicate(_) => Refusal::new(ProblemCode::Expired),
        other => other.into(),
    })?;
    tx.commit().await?;
    Ok((account, row.login, role))
}
