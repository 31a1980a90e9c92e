//! Absences and substitutes. What they mean for promises that were shown stands in
//! [`crate::app::absence_effects`].

use crate::app::absence_effects::{rearrange, rearrange_pair};
use crate::app::sessions::Caller;
use crate::app::teller::Teller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use chrono::{Days, NaiveDate};
use domain::ids::{AbsenceId, AccountId, RelationshipId};
use domain::ownership::Standing;
use domain::policy::{InRelationship, OnAbsence, OnOwn};
use domain::wording::{FieldFault, Relationship};
use domain::words::{AccountState, Role};
use mobile_contract::absences::{
    AbsenceOut, AbsencePatch, AbsencesOut, PairAbsenceOut, PairAbsencesOut, SubstituteState,
};
use mobile_contract::export::ExportedAbsenceConsentOut;
use mobile_contract::sync::SyncedAbsencesOut;
use poem_openapi::types::MaybeUndefined;
use std::collections::BTreeSet;
use storage::absences::{self, Away};
use storage::relationships::Related;
use storage::whose::Whose;
use storage::{Authorized, StorageError, WriteTx, accounts, calendars, relationships, rows, series};

const LIST: &str = "list_absences";
/// The furthest day back, in days from today.
const FURTHEST_DAYS: u64 = 2 * 366;

/// A provider will be away. Promises that fall due meanwhile get a new date at once.
pub async fn create(
    app: &App,
    caller: Caller,
    id: Option<AbsenceId>,
    from_on: NaiveDate,
    to_on: NaiveDate,
    substitute_login: Option<&str>,
) -> Answer<AbsenceOut> {
    let now = app.now();
    let permit = relationships::leave(caller.actor, OnOwn::ProvidersWork, caller.actor.account)?;
    let tx = app.store.write().await?;
    if let Some(repeated) = id {
        match absences::authorized(&*tx, caller.actor, OnAbsence::Change, repeated).await {
            Ok(first) => {
                drop(tx);
                return present(app, &first).await;
            }
            Err(StorageError::Hidden) => {}
            Err(StorageError::Denied) => return Err(Refusal::conflict()),
            Err(other) => return Err(other.into()),
        }
    }
    let today = calendars::today(&*tx, caller.actor.account, now).await?;
    if from_on < today {
        return Err(Refusal::field("/from_on", FieldFault::DateInPast));
    }
    let substitute = match substitute_login {
        Some(login) => Some(colleague(&tx, caller, login).await?),
        None => None,
    };
    let away = Away { from_on, to_on, substitute };
    check(&tx, caller, away, today, None).await?;
    let id = id.unwrap_or_else(|| AbsenceId(app.store.new_id()));
    absences::create(&tx, permit, id, away, now).await?;
    settle(app, &tx, caller.actor.account).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// Dates that make an absence, and that no other of hers covers.
async fn check(tx: &WriteTx, caller: Caller, away: Away, today: NaiveDate, except: Option<AbsenceId>) -> Answer<()> {
    if away.to_on <= away.from_on || today.checked_add_days(Days::new(FURTHEST_DAYS)).is_none_or(|far| away.to_on > far)
    {
        return Err(Refusal::field("/to_on", FieldFault::BeyondBounds));
    }
    if absences::overlaps(&**tx, caller.actor.account, away, except).await? {
        return Err(Refusal::field("/from_on", FieldFault::Duplicate));
    }
    Ok(())
}

/// An active provider of the caller's organisation by her login.
async fn colleague(tx: &WriteTx, caller: Caller, login: &str) -> Answer<AccountId> {
    accounts::by_login(&**tx, login)
        .await?
        .filter(|row| {
            row.role == Role::Provider.as_str()
                && row.state == AccountState::Active.as_str()
                && row.organisation_id == caller.actor.organisation.0
                && row.id != caller.actor.account.0
        })
        .map(|row| AccountId(row.id))
        .ok_or_else(|| Refusal::field("/substitute_login", FieldFault::NotInList))
}

/// After any change: promises are looked at again, and so is everything planned for the provider.
async fn settle(app: &App, tx: &WriteTx, provider: AccountId) -> Answer<()> {
    rearrange(app, tx, provider).await?;
    Ok(series::reconsider(tx, Whose::Provider(provider), app.now()).await?)
}

pub async fn get(app: &App, caller: Caller, id: AbsenceId) -> Answer<AbsenceOut> {
    let row = absences::authorized(app.store.read(), caller.actor, OnAbsence::See, id).await?;
    present(app, &row).await
}

/// The caller's absences, and those she is asked to stand in for.
pub async fn list(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<AbsencesOut> {
    relationships::leave(caller.actor, OnOwn::ProvidersWork, caller.actor.account)?;
    let limit = views::limit(limit)?;
    let after = views::place(app, caller, LIST, cursor)?;
    let mut found = absences::page(app.store.read(), caller.actor, after, limit + 1).await?;
    let last = views::cut(&mut found, limit).map(|row| (row.created_at, row.id));
    let items = present_all(app, &found.iter().map(|row| &**row).collect::<Vec<_>>()).await?;
    Ok(AbsencesOut { items, next_cursor: last.map(|last| views::cursor(app, caller, LIST, last)) })
}

/// Other dates, or another substitute. A shorter absence keeps the substitute's answer and the
/// owners' consents; anything else is asked anew.
pub async fn change(
    app: &App,
    caller: Caller,
    id: AbsenceId,
    patch: AbsencePatch,
    if_match: Option<&str>,
) -> Answer<AbsenceOut> {
    let tx = app.store.write().await?;
    let row = absences::authorized(&*tx, caller.actor, OnAbsence::Change, id).await?;
    views::if_match(if_match, row.version)?;
    let today = calendars::today(&*tx, caller.actor.account, app.now()).await?;
    let before = still_ahead(&row, today)?;
    let substitute = match patch.substitute_login {
        MaybeUndefined::Undefined => before.substitute,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(login) => Some(colleague(&tx, caller, &login).await?),
    };
    let away = Away {
        from_on: patch.from_on.unwrap_or(before.from_on),
        to_on: patch.to_on.unwrap_or(before.to_on),
        substitute,
    };
    if away.from_on != before.from_on && away.from_on < today {
        return Err(Refusal::field("/from_on", FieldFault::DateInPast));
    }
    if away.to_on < today {
        return Err(Refusal::field("/to_on", FieldFault::DateInPast));
    }
    check(&tx, caller, away, today, Some(id)).await?;
    let answer_stands =
        away.substitute == before.substitute && away.from_on >= before.from_on && away.to_on <= before.to_on;
    absences::change(&tx, &row, away, answer_stands).await?;
    settle(app, &tx, caller.actor.account).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// She will not be away after all. Dates that were moved and shown stay. Cancelled before: nothing
/// changes.
pub async fn cancel(app: &App, caller: Caller, id: AbsenceId) -> Answer<()> {
    let tx = app.store.write().await?;
    let row = absences::authorized(&*tx, caller.actor, OnAbsence::Change, id).await?;
    if row.cancelled_at.is_some() {
        return Ok(());
    }
    still_ahead(&row, calendars::today(&*tx, caller.actor.account, app.now()).await?)?;
    absences::cancel(&tx, &row, app.now()).await?;
    settle(app, &tx, caller.actor.account).await?;
    tx.commit().await?;
    Ok(())
}

/// The substitute's yes or no.
pub async fn answer(app: &App, caller: Caller, id: AbsenceId, accepted: bool) -> Answer<AbsenceOut> {
    let tx = app.store.write().await?;
    let row = absences::authorized(&*tx, caller.actor, OnAbsence::Answer, id).await?;
    let provider = AccountId(row.provider_id);
    still_ahead(&row, calendars::today(&*tx, provider, app.now()).await?)?;
    absences::answer(&tx, &row, accepted, app.now()).await?;
    settle(app, &tx, provider).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

fn still_ahead(row: &rows::Absence, today: NaiveDate) -> Answer<Away> {
    if row.cancelled_at.is_some() || row.to_on <= today { Err(Refusal::conflict()) } else { Ok(Away::of(row)) }
}

/// The absences of the responsible provider that a pair should know of, by date.
pub async fn of_pair(app: &App, caller: Caller, id: RelationshipId) -> Answer<PairAbsencesOut> {
    let (now, db) = (app.now(), app.store.read());
    let related = relationships::authorized(db, caller.actor, InRelationship::SeeConsultations, id, now).await?;
    let today = calendars::today(db, related.view.responsible, now).await?;
    let rows = absences::coming(db, &related, today).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        items.push(for_pair(app, caller, &related, row).await?);
    }
    Ok(PairAbsencesOut { items })
}

/// The owner lets the substitute of one absence see the threads in which she waits for a reply, or
/// takes that back.
pub async fn consent(
    app: &App,
    caller: Caller,
    relationship: RelationshipId,
    id: AbsenceId,
    given: bool,
) -> Answer<PairAbsenceOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let action = InRelationship::ConsentToSubstitute;
    let related = relationships::authorized(&*tx, caller.actor, action, relationship, now).await?;
    let row = absences::by_id(&*tx, id)
        .await?
        .filter(|row| row.provider_id == related.view.responsible.0)
        .ok_or_else(Refusal::not_found)?;
    let away = still_ahead(&row, calendars::today(&*tx, related.view.responsible, now).await?)?;
    if given && (away.substitute.is_none() || row.substitute_declined_at.is_some()) {
        return Err(Refusal::conflict());
    }
    if given {
        absences::consent(&tx, &related, id, now).await?;
    } else {
        absences::withdraw_consent(&tx, &related, id).await?;
    }
    rearrange_pair(app, &tx, &related).await?;
    series::reconsider(&tx, Whose::Relationship(relationship), now).await?;
    tx.commit().await?;
    for_pair(app, caller, &related, &row).await
}

/// The substitutes whom the owner of a relationship let see her threads, the latest first.
pub async fn consents_given(app: &App, caller: Caller, id: RelationshipId) -> Answer<Vec<ExportedAbsenceConsentOut>> {
    let (now, db) = (app.now(), app.store.read());
    let related = relationships::authorized(db, caller.actor, InRelationship::SeeConsultations, id, now).await?;
    let given = absences::consents(db, &related).await?;
    let present = |row: rows::AbsenceConsent| ExportedAbsenceConsentOut {
        relationship_id: row.relationship_id,
        absence_id: row.absence_id,
        given_at: row.given_at,
    };
    Ok(given.into_iter().map(present).collect())
}

async fn for_pair(
    app: &App,
    caller: Caller,
    related: &Authorized<Related>,
    row: &rows::Absence,
) -> Answer<PairAbsenceOut> {
    let consented = absences::consented(app.store.read(), related.view.id).await?.contains(&AbsenceId(row.id));
    let absence = present(app, row).await?;
    let teller = Teller::to(app, caller).await?;
    Ok(as_the_pair_sees_it(&teller, caller, related, row, absence, consented))
}

fn as_the_pair_sees_it(
    teller: &Teller,
    caller: Caller,
    related: &Related,
    row: &rows::Absence,
    absence: AbsenceOut,
    consented: bool,
) -> PairAbsenceOut {
    let provider = absence.provider.display_name.clone();
    let (from, back) = (teller.day(row.from_on), teller.day(row.to_on));
    let asks = related.view.standing(caller.actor) == Standing::Owner && !consented;
    let open = matches!(absence.substitute_state, SubstituteState::Asked | SubstituteState::Accepted);
    let text = match &absence.substitute {
        Some(substitute) if asks && open => teller.say(&Relationship::SubstituteAsks {
            provider,
            substitute: substitute.display_name.clone(),
            from,
            back,
        }),
        _ => teller.say(&Relationship::Absence { provider, from, back }),
    };
    PairAbsenceOut { absence, owner_consents: consented, text }
}

/// What several pairs should know of, each by date.
pub(crate) async fn of_pairs(app: &App, caller: Caller, all: &[OfPair<'_>]) -> Answer<Vec<SyncedAbsencesOut>> {
    let teller = Teller::to(app, caller).await?;
    let rows: Vec<&rows::Absence> = all.iter().flat_map(|pair| pair.absences.iter().map(|(row, _)| row)).collect();
    let mut shown = present_all(app, &rows).await?.into_iter();
    let mut out = Vec::with_capacity(all.len());
    for pair in all {
        let items = pair
            .absences
            .iter()
            .zip(shown.by_ref())
            .map(|((row, consented), absence)| {
                as_the_pair_sees_it(&teller, caller, pair.related, row, absence, *consented)
            })
            .collect();
        out.push(SyncedAbsencesOut { relationship_id: pair.related.row.id, items });
    }
    Ok(out)
}

/// Absences of the responsible provider of a pair, each with whether the owner consents to the substitute.
pub(crate) struct OfPair<'a> {
    pub related: &'a Related,
    pub absences: &'a [(rows::Absence, bool)],
}

async fn present(app: &App, row: &rows::Absence) -> Answer<AbsenceOut> {
    present_all(app, &[row]).await?.pop().ok_or_else(Refusal::not_found)
}

pub(crate) async fn present_all(app: &App, rows: &[&rows::Absence]) -> Answer<Vec<AbsenceOut>> {
    let ids: BTreeSet<AccountId> =
        rows.iter().flat_map(|row| [Some(row.provider_id), row.substitute_id]).flatten().map(AccountId).collect();
    let people = accounts::many(app.store.read(), &ids.into_iter().collect::<Vec<_>>()).await?;
    rows.iter().map(|row| shown(&people, row)).collect()
}

fn shown(people: &[rows::Account], row: &rows::Absence) -> Answer<AbsenceOut> {
    let party = |id| people.iter().find(|person| person.id == id).map(views::party);
    let substitute_state = match (row.substitute_id, row.substitute_accepted_at, row.substitute_declined_at) {
        (None, ..) => SubstituteState::None,
        (Some(_), Some(_), _) => SubstituteState::Accepted,
        (Some(_), None, Some(_)) => SubstituteState::Declined,
        (Some(_), None, None) => SubstituteState::Asked,
    };
    Ok(AbsenceOut {
        id: row.id,
        provider: party(row.provider_id)
            .ok_or_else(|| Refusal::from(StorageError::Corrupt("absence without its provider".into())))?,
        from_on: row.from_on,
        to_on: row.to_on,
        substitute: row.substitute_id.and_then(party),
        substitute_state,
        cancelled_at: row.cancelled_at,
        version: row.version,
    })
}
