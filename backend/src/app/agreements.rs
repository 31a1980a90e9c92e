//! Drafting, comparing and accepting what the two expect of each other (R24–R26).

mod in_force;
pub mod rounds;
mod terms;

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use domain::agreements::{self as rules_of, Acceptance, Terms, VersionState};
use domain::ids::{AccountId, AgreementVersionId, OrganisationId, RelationshipId};
use domain::ownership::{Relationship, Standing};
use domain::policy::InRelationship;
use domain::words::{AccountState, Role};
use mobile_contract::agreements::{
    AgreementChangeOut, AgreementDiffOut, AgreementTermOut, AgreementVersionOut, AgreementVersionsOut,
};
use mobile_contract::problem::{FieldFault, ProblemCode};
use poem_openapi::types::ParseFromJSON as _;
use storage::agreements::NewVersion;
use storage::relationships::Related;
use storage::sealed::{DataKey, Place, Scope};
use storage::{
    Authorized, StorageError, accounts, agreements, calendars, messages, notices, policies, relationships, rows,
};

pub use terms::from_wire;

const LIST: &str = "list_agreement_versions";

fn place(id: AgreementVersionId) -> Place {
    Place::new("agreement_version.terms", id.0)
}

async fn find(app: &App, caller: Caller, action: InRelationship, id: RelationshipId) -> Answer<Authorized<Related>> {
    Ok(relationships::authorized(app.store.read(), caller.actor, action, id, app.now()).await?)
}

async fn key(app: &App, id: RelationshipId) -> Answer<DataKey> {
    let thread = messages::thread_of(app.store.read(), id).await?;
    Ok(app.store.sealer.key(Scope::Thread(thread)).await?)
}

/// Either side drafts a version. It binds nobody until both accept its text; until then the one in
/// force applies. Answers its number.
pub async fn draft(
    app: &App,
    caller: Caller,
    relationship: RelationshipId,
    id: Option<AgreementVersionId>,
    terms: Terms,
) -> Answer<i32> {
    let related = find(app, caller, InRelationship::DraftAgreement, relationship).await?;
    check(app, &related.view, &terms).await?;
    let (canonical, hash) = (terms.canonical().map_err(StorageError::from)?, terms.hash().map_err(StorageError::from)?);
    let key = key(app, relationship).await?;
    let id = id.unwrap_or_else(|| AgreementVersionId(app.store.new_id()));
    let sealed = key.seal(place(id), canonical.as_bytes())?;
    let now = app.now();
    let tx = app.store.write().await?;
    agreements::take_turn(&tx, relationship).await?;
    let related =
        relationships::authorized(&*tx, caller.actor, InRelationship::DraftAgreement, relationship, now).await?;
    if let Some(made) = agreements::by_id(&*tx, id).await? {
        let same = made.relationship_id == relationship.0
            && made.drafted_by == related.permit().account().0
            && made.hash == hash;
        return if same { Ok(made.number) } else { Err(Refusal::conflict()) };
    }
    let number = agreements::next_number(&tx, &related).await?;
    let new = NewVersion {
        id,
        number,
        hash,
        terms: sealed,
        reply_window_days: i32::from(terms.reply_window_days),
        check_ins: terms.check_ins.permitted,
        check_in_every_days: terms.check_ins.every_days.map(i32::from),
        silence_clause: terms.silence_clause.as_ref().map(|clause| i32::from(clause.after)),
        substitute: terms.absence_cover.substitute,
        language: terms.language,
        next_review_on: terms.next_review_on,
    };
    agreements::draft(&tx, &related, new, now).await?;
    if related.view.standing(caller.actor) != Standing::Owner {
        notices::proposal_for_owner(&tx, &related, id.0, &|| app.store.new_id(), now).await?;
    }
    tx.commit().await?;
    Ok(number)
}

/// Every fault of the terms, at once.
async fn check(app: &App, pair: &Relationship, terms: &Terms) -> Answer<()> {
    let db = app.store.read();
    let people = accounts::many(db, &[pair.owner, pair.responsible]).await?;
    let organisation = |id: AccountId| people.iter().find(|row| row.id == id.0).map(|row| row.organisation_id);
    let of_owner = organisation(pair.owner).ok_or_else(Refusal::not_found)?;
    let (_, rules) = policies::in_force(db, OrganisationId(of_owner)).await?;
    let today = calendars::today(db, pair.owner, app.now()).await?;
    let mut fields: Vec<_> = terms
        .faults(&rules, today)
        .into_iter()
        .map(|(pointer, fault)| (format!("/terms{pointer}"), terms::fault(fault)))
        .collect();
    if let Some(substitute) = terms.absence_cover.substitute {
        let named = accounts::for_machinery(db, substitute).await?.filter(|row| {
            row.role == Role::Provider.as_str()
                && row.state == AccountState::Active.as_str()
                && Some(row.organisation_id) == organisation(pair.responsible)
        });
        if named.is_none() || substitute == pair.responsible {
            fields.push(("/terms/absence_cover/substitute".to_owned(), FieldFault::NotInList.into()));
        }
    }
    if fields.is_empty() { Ok(()) } else { Err(Refusal { fields, ..Refusal::new(ProblemCode::Invalid) }) }
}

/// One version, for a party of the relationship.
pub async fn get(app: &App, caller: Caller, id: RelationshipId, number: i32) -> Answer<AgreementVersionOut> {
    let related = find(app, caller, InRelationship::SeeAgreement, id).await?;
    let row = agreements::version(app.store.read(), &related, number).await?;
    present(app, &related, vec![row]).await?.pop().ok_or_else(Refusal::not_found)
}

/// The version that applies now.
pub async fn in_force(app: &App, caller: Caller, id: RelationshipId) -> Answer<AgreementVersionOut> {
    let related = find(app, caller, InRelationship::SeeAgreement, id).await?;
    let row = agreements::in_force(app.store.read(), id).await?.ok_or_else(Refusal::not_found)?;
    present(app, &related, vec![row]).await?.pop().ok_or_else(Refusal::not_found)
}

pub async fn list(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<AgreementVersionsOut> {
    let related = find(app, caller, InRelationship::SeeAgreement, id).await?;
    let limit = views::limit(limit)?;
    let name = format!("{LIST} {id}");
    let before = views::place_by_number(app, caller, &name, cursor)?;
    let mut found = agreements::page(app.store.read(), &related, before, limit + 1).await?;
    let next_cursor = views::cut(&mut found, limit)
        .map(|last| views::cursor_by_number(app, caller, &name, last.number, Some(last.id)));
    Ok(AgreementVersionsOut { items: present(app, &related, found).await?, next_cursor })
}

/// What differs from version `against` to version `number`, term by term.
pub async fn diff(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    number: i32,
    against: i32,
) -> Answer<AgreementDiffOut> {
    let related = find(app, caller, InRelationship::SeeAgreement, id).await?;
    let key = key(app, id).await?;
    let db = app.store.read();
    let before = opened(&key, &agreements::version(db, &related, against).await?)?;
    let after = opened(&key, &agreements::version(db, &related, number).await?)?;
    let changes = rules_of::diff(&before, &after).map_err(StorageError::from)?;
    let changes = changes
        .into_iter()
        .map(|change| {
            Ok(AgreementChangeOut {
                term: views::word(change.term.as_str())?,
                before: change.before.map(|value| one_term(change.term.as_str(), value)).transpose()?,
                after: change.after.map(|value| one_term(change.term.as_str(), value)).transpose()?,
            })
        })
        .collect::<Answer<_>>()?;
    Ok(AgreementDiffOut { against, number, changes })
}

/// A term by itself, as the wire writes it among the others.
fn one_term(term: &str, value: serde_json::Value) -> Answer<AgreementTermOut> {
    let alone = serde_json::Value::Object([(term.to_owned(), value)].into_iter().collect());
    AgreementTermOut::parse_from_json(Some(alone))
        .map_err(|_| StorageError::Corrupt("a term of another shape".into()).into())
}

/// One side accepts the text it read, named by its hash. Once both accepted the same text it is in
/// force, and what depends on it follows in the same commit.
pub async fn accept(app: &App, caller: Caller, id: RelationshipId, number: i32, hash: &str) -> Answer<()> {
    find(app, caller, InRelationship::AcceptAgreement, id).await?;
    let now = app.now();
    let tx = app.store.write().await?;
    agreements::take_turn(&tx, id).await?;
    let related = relationships::authorized(&*tx, caller.actor, InRelationship::AcceptAgreement, id, now).await?;
    let version = agreements::version(&*tx, &related, number).await?;
    let accepted = agreements::acceptances(&*tx, &[version.id]).await?;
    let (owners, providers): (Vec<_>, Vec<_>) = accepted.iter().partition(|row| row.account_id == related.view.owner.0);
    let (mine, theirs) = match related.view.standing(caller.actor) {
        Standing::Owner => (owners, providers),
        _ => (providers, owners),
    };
    let state = state(&version, agreements::latest_in_force(&*tx, id).await?);
    let theirs = theirs.last().map(|row| row.hash.as_str());
    match rules_of::accept(state, hash, &version.hash, !mine.is_empty(), theirs) {
        Acceptance::OtherText => return Err(ProblemCode::OtherText.into()),
        Acceptance::Already => return Err(ProblemCode::AlreadyAnswered.into()),
        Acceptance::Lapsed => return Err(Refusal::conflict()),
        Acceptance::OneSided => agreements::accept(&tx, &related, &version, now).await?,
        Acceptance::InForce => {
            agreements::accept(&tx, &related, &version, now).await?;
            in_force::enter(&tx, &|| app.store.new_id(), &related, &version, now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// The terms in force, opened; `None` while there are none.
pub(crate) async fn terms_in_force(app: &App, id: RelationshipId) -> Answer<Option<Terms>> {
    let Some(row) = agreements::in_force(app.store.read(), id).await? else { return Ok(None) };
    Ok(Some(opened(&key(app, id).await?, &row)?))
}

fn opened(key: &DataKey, row: &rows::AgreementVersion) -> Answer<Terms> {
    let text = key.open(place(AgreementVersionId(row.id)), &row.terms)?;
    Ok(serde_json::from_slice(&text).map_err(StorageError::from)?)
}

fn state(row: &rows::AgreementVersion, latest_in_force: Option<i32>) -> VersionState {
    rules_of::state(row.number, row.in_force_at.is_some(), row.superseded_at.is_some(), latest_in_force)
}

pub(crate) async fn present(
    app: &App,
    related: &Authorized<Related>,
    rows: Vec<rows::AgreementVersion>,
) -> Answer<Vec<AgreementVersionOut>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let db = app.store.read();
    let key = key(app, related.view.id).await?;
    let latest = agreements::latest_in_force(db, related.view.id).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let acceptances = agreements::acceptances(db, &ids).await?;
    let authors: Vec<_> = rows.iter().map(|row| AccountId(row.drafted_by)).collect();
    let people = accounts::many(db, &authors).await?;
    rows.into_iter()
        .map(|row| {
            let accepted = |by_owner: bool| {
                acceptances
                    .iter()
                    .filter(|entry| entry.version_id == row.id)
                    .find(|entry| (entry.account_id == related.view.owner.0) == by_owner)
                    .map(|entry| entry.accepted_at)
            };
            let author = people
                .iter()
                .find(|person| person.id == row.drafted_by)
                .ok_or_else(|| StorageError::Corrupt("agreement without its author".into()))?;
            Ok(AgreementVersionOut {
                id: row.id,
                relationship_id: row.relationship_id,
                number: row.number,
                state: views::word(state(&row, latest).as_str())?,
                hash: row.hash.clone(),
                terms: terms::to_wire(opened(&key, &row)?)?,
                drafted_by: views::party(author),
                created_at: row.created_at,
                accepted_by_owner_at: accepted(true),
                accepted_by_provider_at: accepted(false),
                in_force_at: row.in_force_at,
                superseded_at: row.superseded_at,
            })
        })
        .collect()
}
