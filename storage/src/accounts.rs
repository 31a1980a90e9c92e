//! Organisations, persons, accounts and the invitations that open them.

use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::{account, invitation, organisation, person};
use crate::error::{Result, StorageError};
use crate::policies;
use crate::rows;
use chrono::{DateTime, NaiveTime, Utc};
use domain::ids::{AccountId, InvitationId, OrganisationId, PersonId};
use domain::ownership::Actor;
use domain::policy::{self, OnAccount, Permit};
use domain::words::{AccountState, Language, Level, LockScreen, Role};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

/// A new organisation.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    pub id: OrganisationId,
    pub name: String,
    pub level: Level,
    /// IANA name.
    pub zone: String,
    /// Code of a holiday calendar.
    pub calendar: String,
}

/// A new account with the settings everybody starts with.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub id: AccountId,
    pub person: PersonId,
    pub organisation: OrganisationId,
    pub role: Role,
    /// Compared without case.
    pub login: String,
    /// PHC string; an account without one cannot sign in.
    pub password_hash: Option<String>,
    pub display_name: String,
    /// Where the digest mail goes.
    pub email: Option<String>,
    pub language: Language,
    pub zone: String,
}

/// Monday is bit 0.
pub const MONDAY_TO_FRIDAY: i32 = 0b1_1111;

fn clock_time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN)
}

/// Logins are compared in this form.
pub fn normal_login(login: &str) -> String {
    login.trim().to_lowercase()
}

pub async fn create_organisation(tx: &WriteTx, new: NewOrganisation, now: DateTime<Utc>) -> Result<()> {
    let row = organisation::ActiveModel {
        id: Set(new.id.0),
        name: Set(new.name),
        level: Set(new.level.to_string()),
        zone: Set(new.zone),
        calendar: Set(new.calendar),
        version: Set(1),
        created_at: Set(now),
    };
    organisation::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Makes the account, and the person where this is her first. Her quiet hours begin as her
/// organisation's policy proposes.
pub async fn create_account(tx: &WriteTx, new: NewAccount, now: DateTime<Utc>) -> Result<()> {
    let quiet = policies::in_force(&**tx, new.organisation).await?.1.quiet_hours_default;
    let person = person::ActiveModel { id: Set(new.person.0), adult_confirmed_at: Set(now), created_at: Set(now) };
    person::Entity::insert(person)
        .on_conflict(OnConflict::column(person::Column::Id).do_nothing().to_owned())
        .exec_without_returning(&**tx)
        .await?;
    let row = account::ActiveModel {
        id: Set(new.id.0),
        person_id: Set(new.person.0),
        organisation_id: Set(new.organisation.0),
        role: Set(new.role.to_string()),
        state: Set(AccountState::Active.to_string()),
        login: Set(normal_login(&new.login)),
        password_hash: Set(new.password_hash),
        display_name: Set(new.display_name),
        email: Set(new.email),
        languages: Set(new.language.to_string()),
        zone: Set(new.zone),
        lock_screen: Set(LockScreen::Something.to_string()),
        read_receipts: Set(true),
        quiet_from: Set(quiet.from),
        quiet_to: Set(quiet.to),
        working_days: Set(MONDAY_TO_FRIDAY),
        work_from: Set(clock_time(8, 0)),
        work_to: Set(clock_time(15, 30)),
        check_in_cap: Set(10),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    };
    account::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// For signing in: nobody is signed in yet, so there is nobody to authorise.
pub async fn by_login(db: &impl ConnectionTrait, login: &str) -> Result<Option<rows::Account>> {
    Ok(account::Entity::find().filter(account::Column::Login.eq(normal_login(login))).one(db).await?)
}

/// The account as the machinery needs it (language, zone, hours), whoever asks.
pub async fn for_machinery(db: &impl ConnectionTrait, id: AccountId) -> Result<Option<rows::Account>> {
    Ok(account::Entity::find_by_id(id.0).one(db).await?)
}

/// Several accounts by id, for the machinery and for names in views of relationships.
pub async fn many(db: &impl ConnectionTrait, ids: &[AccountId]) -> Result<Vec<rows::Account>> {
    Ok(account::Entity::find()
        .filter(account::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .order_by_asc(account::Column::Id)
        .all(db)
        .await?)
}

pub async fn organisation(db: &impl ConnectionTrait, id: OrganisationId) -> Result<Option<rows::Organisation>> {
    Ok(organisation::Entity::find_by_id(id.0).one(db).await?)
}

/// An account and its organisation, by one question.
pub async fn with_organisation(
    db: &impl ConnectionTrait,
    id: AccountId,
) -> Result<Option<(rows::Account, rows::Organisation)>> {
    let found = account::Entity::find_by_id(id.0).find_also_related(organisation::Entity).one(db).await?;
    Ok(found.and_then(|(account, organisation)| Some((account, organisation?))))
}

/// Whether anything lives in this database yet.
pub async fn any_organisation(db: &impl ConnectionTrait) -> Result<bool> {
    Ok(organisation::Entity::find().limit(1).count(db).await? > 0)
}

/// One account, for what this actor wants to do with it on behalf of her organisation.
pub async fn authorized(
    db: &impl ConnectionTrait,
    actor: Actor,
    action: OnAccount,
    id: AccountId,
) -> Result<Authorized<rows::Account>> {
    let row = account::Entity::find_by_id(id.0).one(db).await?.ok_or(StorageError::Hidden)?;
    let organisation = OrganisationId(row.organisation_id);
    Authorized::by(policy::on_account(actor, action, organisation, id), row)
}

/// A page of the accounts of the permitted actor's organisation, newest first. `after` is the last
/// one of the page before.
pub async fn page(
    db: &impl ConnectionTrait,
    permit: Permit,
    after: Option<AccountId>,
    limit: u64,
) -> Result<Vec<rows::Account>> {
    let mut query = account::Entity::find().filter(account::Column::OrganisationId.eq(permit.actor().organisation.0));
    if let Some(after) = after {
        query = query.filter(account::Column::Id.lt(after.0));
    }
    Ok(query.order_by_desc(account::Column::Id).limit(limit).all(db).await?)
}

/// Moves an account from the state it was seen in; `Stale` if somebody was faster.
pub async fn set_state(
    tx: &WriteTx,
    row: &Authorized<rows::Account>,
    to: AccountState,
    now: DateTime<Utc>,
) -> Result<()> {
    let changed = account::Entity::update_many()
        .col_expr(account::Column::State, Expr::value(to.as_str()))
        .col_expr(account::Column::UpdatedAt, Expr::value(now))
        .col_expr(account::Column::Version, Expr::col(account::Column::Version).add(1))
        .filter(account::Column::Id.eq(row.id))
        .filter(account::Column::Version.eq(row.version))
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// The organisation of this name, for the command line.
pub async fn organisation_named(db: &impl ConnectionTrait, name: &str) -> Result<Option<rows::Organisation>> {
    Ok(organisation::Entity::find()
        .filter(organisation::Column::Name.eq(name))
        .order_by_asc(organisation::Column::Id)
        .limit(1)
        .one(db)
        .await?)
}

/// The first organisation there is, for the command line.
pub async fn first_organisation(db: &impl ConnectionTrait) -> Result<Option<rows::Organisation>> {
    Ok(organisation::Entity::find().order_by_asc(organisation::Column::Id).limit(1).one(db).await?)
}

/// An account that waits for its person.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    pub id: InvitationId,
    pub code_hash: Vec<u8>,
    pub organisation: OrganisationId,
    pub role: Role,
    pub login: String,
    pub display_name: String,
    /// Where her mail will go.
    pub email: Option<String>,
    pub language: Language,
    pub zone: String,
    pub expires_at: DateTime<Utc>,
}

/// Writes an invitation; `permit` is the policy's leave to invite for this organisation, which only
/// the command line does without.
pub async fn invite(tx: &WriteTx, permit: Option<Permit>, new: NewInvitation, now: DateTime<Utc>) -> Result<()> {
    let row = invitation::ActiveModel {
        id: Set(new.id.0),
        code_hash: Set(new.code_hash),
        organisation_id: Set(new.organisation.0),
        role: Set(new.role.to_string()),
        login: Set(normal_login(&new.login)),
        display_name: Set(new.display_name),
        email: Set(new.email),
        language: Set(new.language.to_string()),
        zone: Set(new.zone),
        invited_by: Set(permit.map(|permit| permit.account().0)),
        created_at: Set(now),
        expires_at: Set(new.expires_at),
        used_at: Set(None),
    };
    invitation::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Takes an unused, unexpired invitation by the hash of its code; it can be taken once.
pub async fn take_invitation(tx: &WriteTx, code_hash: &[u8], now: DateTime<Utc>) -> Result<Option<rows::Invitation>> {
    let Some(row) = invitation::Entity::find()
        .filter(invitation::Column::CodeHash.eq(code_hash.to_vec()))
        .filter(invitation::Column::UsedAt.is_null())
        .filter(invitation::Column::ExpiresAt.gt(now))
        .one(&**tx)
        .await?
    else {
        return Ok(None);
    };
    let taken = invitation::Entity::update_many()
        .col_expr(invitation::Column::UsedAt, now.into())
        .filter(invitation::Column::Id.eq(row.id))
        .filter(invitation::Column::UsedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok((taken.rows_affected == 1).then_some(row))
}
