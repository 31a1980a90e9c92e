//! An organisation's own wording: written by one admin, approved by another, used until retired.

use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::template;
use crate::error::{Result, StorageError};
use crate::policies;
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, OrganisationId, TemplateId};
use domain::ownership::Actor;
use domain::policy::{self, OnTemplate, Permit};
use domain::words::Language;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// A wording as it is handed in.
#[derive(Clone, Debug)]
pub struct NewTemplate {
    pub id: TemplateId,
    pub key: String,
    pub language: Language,
    pub pattern: String,
}

/// The approved wordings an organisation uses now, by key and language: one of each, as far as its
/// policy rewords that key.
pub async fn approved(db: &impl ConnectionTrait, of: OrganisationId) -> Result<Vec<rows::Template>> {
    let rows = template::Entity::find()
        .filter(template::Column::OrganisationId.eq(of.0))
        .filter(template::Column::ApprovedAt.is_not_null())
        .filter(template::Column::RetiredAt.is_null())
        .order_by_asc(template::Column::Key)
        .order_by_asc(template::Column::Language)
        .order_by_asc(template::Column::Version)
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(rows);
    }
    let (_, rules) = policies::in_force(db, of).await?;
    Ok(rows.into_iter().filter(|row| rules.rewords(&row.key)).collect())
}

/// Every wording of the permitted actor's organisation that is not retired.
pub async fn standing(db: &impl ConnectionTrait, permit: Permit) -> Result<Vec<rows::Template>> {
    Ok(template::Entity::find()
        .filter(template::Column::OrganisationId.eq(permit.actor().organisation.0))
        .filter(template::Column::RetiredAt.is_null())
        .order_by_asc(template::Column::Key)
        .order_by_asc(template::Column::Language)
        .order_by_asc(template::Column::Version)
        .all(db)
        .await?)
}

/// Versions of one text in one language, newest first, those before `before` only.
pub async fn versions(
    db: &impl ConnectionTrait,
    permit: Permit,
    key: &str,
    language: Language,
    before: Option<i32>,
    limit: u64,
) -> Result<Vec<rows::Template>> {
    let mut query = of_text(permit.actor().organisation, key, language);
    if let Some(before) = before {
        query = query.filter(template::Column::Version.lt(before));
    }
    Ok(query.order_by_desc(template::Column::Version).limit(limit).all(db).await?)
}

/// One version, for what this actor wants to do with it.
pub async fn authorized(
    db: &impl ConnectionTrait,
    actor: Actor,
    action: OnTemplate,
    key: &str,
    language: Language,
    version: i32,
) -> Result<Authorized<rows::Template>> {
    let row = of_text(actor.organisation, key, language)
        .filter(template::Column::Version.eq(version))
        .one(db)
        .await?
        .ok_or(StorageError::Hidden)?;
    let organisation = OrganisationId(row.organisation_id);
    let decision = policy::on_template(actor, action, organisation, AccountId(row.created_by));
    Authorized::by(decision, row)
}

/// Hands in the next version; it says nothing to anybody before it is approved.
pub async fn create(tx: &WriteTx, permit: Permit, new: NewTemplate, now: DateTime<Utc>) -> Result<i32> {
    let of = permit.actor().organisation;
    let last = of_text(of, &new.key, new.language)
        .order_by_desc(template::Column::Version)
        .limit(1)
        .one(&**tx)
        .await?
        .map_or(0, |row| row.version);
    let version = last.checked_add(1).ok_or(StorageError::Stale)?;
    let row = template::ActiveModel {
        id: Set(new.id.0),
        organisation_id: Set(of.0),
        key: Set(new.key),
        language: Set(new.language.to_string()),
        version: Set(version),
        pattern: Set(new.pattern),
        created_by: Set(permit.account().0),
        created_at: Set(now),
        approved_by: Set(None),
        approved_at: Set(None),
        retired_at: Set(None),
    };
    template::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(version)
}

/// Approves a version; the one used so far retires with it.
pub async fn approve(tx: &WriteTx, row: &Authorized<rows::Template>, now: DateTime<Utc>) -> Result<()> {
    template::Entity::update_many()
        .col_expr(template::Column::RetiredAt, Expr::value(now))
        .filter(template::Column::OrganisationId.eq(row.organisation_id))
        .filter(template::Column::Key.eq(row.key.clone()))
        .filter(template::Column::Language.eq(row.language.clone()))
        .filter(template::Column::ApprovedAt.is_not_null())
        .filter(template::Column::RetiredAt.is_null())
        .exec(&**tx)
        .await?;
    let changed = template::Entity::update_many()
        .col_expr(template::Column::ApprovedAt, Expr::value(now))
        .col_expr(template::Column::ApprovedBy, Expr::value(row.permit().account().0))
        .filter(template::Column::Id.eq(row.id))
        .filter(template::Column::ApprovedAt.is_null())
        .filter(template::Column::RetiredAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// Takes a version out of use; what is shipped says it again.
pub async fn retire(tx: &WriteTx, row: &Authorized<rows::Template>, now: DateTime<Utc>) -> Result<()> {
    let changed = template::Entity::update_many()
        .col_expr(template::Column::RetiredAt, Expr::value(now))
        .filter(template::Column::Id.eq(row.id))
        .filter(template::Column::RetiredAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

fn of_text(of: OrganisationId, key: &str, language: Language) -> sea_orm::Select<template::Entity> {
    template::Entity::find()
        .filter(template::Column::OrganisationId.eq(of.0))
        .filter(template::Column::Key.eq(key))
        .filter(template::Column::Language.eq(language.as_str()))
}
