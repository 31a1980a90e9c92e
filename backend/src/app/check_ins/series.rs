//! Asking for check-ins, saying yes or no, stopping, renewing.

use super::{every_days, first_name, people, side};
use crate::app::sessions::Caller;
use crate::app::teller::Teller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::agreements::permits;
use domain::check_ins::{self as rules, Act, Alternative, Outcome, Side, Standing};
use domain::gate::Reason;
use domain::ids::{AccountId, RelationshipId, SeriesId};
use domain::policy::InRelationship;
use domain::schedule::{SERIES_DAYS, SeriesPlan};
use domain::wording::{CheckInCard, Day, Text};
use domain::words::{Job, SeriesState};
use mobile_contract::check_ins::{
    AlternativeOut, CheckInSeriesListOut, CheckInSeriesOut, RestReason, UpcomingCheckInOut,
};
use mobile_contract::problem::ProblemCode;
use mobile_contract::sync::SyncedSeriesOut;
use storage::check_ins::PairHours;
use storage::relationships::Related;
use storage::series::{NewSeries, Party};
use storage::whose::Whose;
use storage::{
    Authorized, StorageError, WriteTx, accounts, agreements, check_ins, facts, notices, relationships, rows, series,
};

const LIST: &str = "list_check_in_series";
/// How many slots ahead are shown.
const SHOWN: usize = 3;

/// The owner asks, or the provider proposes. One series at a time runs between two people.
pub async fn propose(
    app: &App,
    caller: Caller,
    relationship: RelationshipId,
    id: Option<SeriesId>,
    days: i32,
) -> Answer<SeriesId> {
    let now = app.now();
    let id = id.unwrap_or_else(|| SeriesId(app.store.new_id()));
    let tx = app.store.write().await?;
    agreements::take_turn(&tx, relationship).await?;
    let related =
        relationships::authorized(&*tx, caller.actor, InRelationship::ProposeCheckIns, relationship, now).await?;
    let pair = &related.view;
    if let Some(made) = series::by_id(&*tx, id).await? {
        let same = made.relationship_id == Some(relationship.0)
            && made.proposed_by == Some(related.permit().account().0)
            && made.every_days == days;
        return if same { Ok(id) } else { Err(Refusal::conflict()) };
    }
    let hours = check_ins::hours(&*tx, pair.owner, pair.responsible, now).await?;
    every_days(u16::try_from(days).is_ok_and(|days| hours.rules.offers_interval(days)), "/every_days")?;
    let over = [SeriesState::Stopped.as_str(), SeriesState::Completed.as_str()];
    let standing = series::of(&*tx, Whose::Relationship(relationship), Some(Job::CheckIn)).await?;
    if standing.iter().any(|row| !over.contains(&row.state.as_str())) {
        return Err(Refusal::conflict());
    }
    let new = NewSeries {
        id,
        job: Job::CheckIn,
        owner: Some(pair.owner),
        provider: Some(pair.responsible),
        relationship: Some(relationship),
        state: SeriesState::Proposed,
        every_days: days,
        zone: hours.waking.zone.name().to_owned(),
        proposed_by: Some(related.permit().account()),
        accepted_on: None,
    };
    series::open(&tx, new, now).await?;
    let row = series::by_id(&*tx, id).await?.ok_or(StorageError::Hidden)?;
    let by = side(pair, caller.actor);
    series::accept(&tx, &row, party(by), now).await?;
    if by == Side::Provider {
        notices::proposal_for_owner(&tx, &related, id.0, &|| app.store.new_id(), now).await?;
    }
    tx.commit().await?;
    Ok(id)
}

const fn party(side: Side) -> Party {
    match side {
        Side::Owner => Party::Owner,
        Side::Provider => Party::Provider,
    }
}

/// A series held for a change, and what the act comes to.
struct Held {
    tx: WriteTx,
    row: rows::Series,
    related: Authorized<Related>,
    state: SeriesState,
    outcome: Outcome,
    now: DateTime<Utc>,
}

impl Held {
    async fn begin(app: &App, caller: Caller, leave: InRelationship, act: Act, id: SeriesId) -> Answer<Self> {
        let now = app.now();
        let tx = app.store.write().await?;
        check_ins::hold(&tx, id).await?;
        let (row, related) = check_ins::series(&*tx, caller.actor, leave, id, now).await?;
        let state: SeriesState = row.state.parse().map_err(StorageError::from)?;
        let standing = Standing {
            state,
            proposed_by: proposed_by(&row, &related),
            rests_for_contact: row.rest_reason.as_deref() == Some(Reason::HeavyOpen.as_str()),
        };
        match rules::act(act, side(&related.view, caller.actor), standing) {
            Outcome::NotHers => Err(Refusal::not_allowed()),
            Outcome::NotNow => Err(Refusal::conflict()),
            Outcome::Already => Err(ProblemCode::AlreadyAnswered.into()),
            outcome => Ok(Self { tx, row, related, state, outcome, now }),
        }
    }

    async fn hours(&self) -> Answer<PairHours> {
        let provider = self.row.provider_id.map_or(self.related.view.responsible, AccountId);
        Ok(check_ins::hours(&*self.tx, self.related.view.owner, provider, self.now).await?)
    }

    /// An agreement in force permits this cadence, or the refusal.
    async fn agreed(&self, days: i32) -> Answer<()> {
        let version = agreements::in_force(&*self.tx, self.related.view.id).await?;
        let every = u16::try_from(days).unwrap_or_default();
        let permitted = version.is_some_and(|version| {
            let least = version.check_in_every_days.and_then(|days| u16::try_from(days).ok());
            permits(version.check_ins, least, every)
        });
        if permitted { Ok(()) } else { Err(ProblemCode::NoAgreement.into()) }
    }

    /// The provider has room under her cap, or the refusal.
    async fn room(&self, hours: &PairHours) -> Answer<()> {
        let Some(provider) = self.row.provider_id.map(AccountId) else { return Ok(()) };
        check_ins::take_turn(&self.tx, provider).await?;
        let carried = check_ins::carried_by(&*self.tx, provider, Some(SeriesId(self.row.id))).await?;
        if rules::has_room(carried, hours.cap) { Ok(()) } else { Err(ProblemCode::CapReached.into()) }
    }

    fn plan(&self) -> Answer<SeriesPlan> {
        plan(&self.row).ok_or_else(|| StorageError::Corrupt("series without a date".into()).into())
    }

    async fn start(self, from: NaiveDate) -> Answer<()> {
        series::restart(&self.tx, &self.row, from, twelve_weeks_from(from), self.now).await?;
        self.commit().await
    }

    /// What a provider does about her proposal is an act of his like any other.
    async fn tell_owner(&self, app: &App, caller: Caller) -> Answer<()> {
        if side(&self.related.view, caller.actor) == Side::Provider {
            let new_id = || app.store.new_id();
            notices::proposal_for_owner(&self.tx, &self.related, self.row.id, &new_id, self.now).await?;
        }
        Ok(())
    }

    async fn commit(self) -> Answer<()> {
        self.tx.commit().await?;
        Ok(())
    }
}

fn proposed_by(row: &rows::Series, related: &Related) -> Side {
    if row.proposed_by == Some(related.view.owner.0) { Side::Owner } else { Side::Provider }
}

fn plan(row: &rows::Series) -> Option<SeriesPlan> {
    Some(SeriesPlan { accepted_on: row.accepted_on?, every_days: u16::try_from(row.every_days).ok()? })
}

fn twelve_weeks_from(date: NaiveDate) -> Option<NaiveDate> {
    date.checked_add_days(Days::new(u64::from(SERIES_DAYS)))
}

/// The other side says yes: the series runs from today, the owner's date.
pub async fn accept(app: &App, caller: Caller, id: SeriesId) -> Answer<()> {
    let held = Held::begin(app, caller, InRelationship::AcceptCheckIns, Act::Accept, id).await?;
    held.agreed(held.row.every_days).await?;
    let hours = held.hours().await?;
    held.room(&hours).await?;
    let today = hours.today(held.now);
    if !hours.ever_meet(today) {
        return Err(ProblemCode::NoSharedHours.into());
    }
    series::accept(&held.tx, &held.row, party(side(&held.related.view, caller.actor)), held.now).await?;
    series::activate(&held.tx, &held.row, today, twelve_weeks_from(today), held.now).await?;
    held.commit().await
}

/// The other side says no.
pub async fn decline(app: &App, caller: Caller, id: SeriesId) -> Answer<()> {
    let held = Held::begin(app, caller, InRelationship::AcceptCheckIns, Act::Decline, id).await?;
    series::settle(&held.tx, &held.row, SeriesState::Stopped, Reason::NotAccepted, held.now).await?;
    held.tell_owner(app, caller).await?;
    held.commit().await
}

/// Either side stops it, or takes a proposal back: at once, in one call, without a reason. What was
/// planned for it is cancelled in the same commit.
pub async fn stop(app: &App, caller: Caller, id: SeriesId) -> Answer<()> {
    let held = Held::begin(app, caller, InRelationship::StopCheckIns, Act::Stop, id).await?;
    if let Outcome::To(state) = held.outcome {
        series::settle(&held.tx, &held.row, state, Reason::SeriesStopped, held.now).await?;
    }
    held.commit().await
}

/// The owner wants another twelve weeks. A running series keeps to its days.
pub async fn renew(app: &App, caller: Caller, id: SeriesId) -> Answer<()> {
    let held = Held::begin(app, caller, InRelationship::ProposeCheckIns, Act::Renew, id).await?;
    held.agreed(held.row.every_days).await?;
    let hours = held.hours().await?;
    let completed = held.state == SeriesState::Completed;
    if completed {
        let standing = series::of(&*held.tx, Whose::Relationship(held.related.view.id), Some(Job::CheckIn)).await?;
        let over = [SeriesState::Stopped.as_str(), SeriesState::Completed.as_str()];
        if standing.iter().any(|row| !over.contains(&row.state.as_str())) {
            return Err(Refusal::conflict());
        }
        held.room(&hours).await?;
    }
    let from = rules::renewed_from(held.plan()?, completed, hours.today(held.now));
    held.start(from).await
}

/// The owner takes it up again after a rest.
pub async fn restart(app: &App, caller: Caller, id: SeriesId) -> Answer<()> {
    let held = Held::begin(app, caller, InRelationship::ProposeCheckIns, Act::Restart, id).await?;
    held.agreed(held.row.every_days).await?;
    let today = held.hours().await?.today(held.now);
    held.start(today).await
}

/// The owner wants them more or less often.
pub async fn change_cadence(app: &App, caller: Caller, id: SeriesId, days: i32) -> Answer<()> {
    let held = Held::begin(app, caller, InRelationship::ProposeCheckIns, Act::ChangeCadence, id).await?;
    let hours = held.hours().await?;
    every_days(u16::try_from(days).is_ok_and(|days| hours.rules.offers_interval(days)), "/every_days")?;
    if held.row.every_days == days {
        return Ok(());
    }
    if held.state == SeriesState::Active {
        held.agreed(days).await?;
        let today = hours.today(held.now);
        let ends_on = twelve_weeks_from(today);
        series::restart_every(&held.tx, &held.row, days, today, ends_on, held.now).await?;
    } else {
        series::cadence(&held.tx, &held.row, days).await?;
    }
    held.commit().await
}

/// One series, for a party of its relationship.
pub async fn get_series(app: &App, caller: Caller, id: SeriesId) -> Answer<CheckInSeriesOut> {
    let (row, related) =
        check_ins::series(app.store.read(), caller.actor, InRelationship::SeeCheckIns, id, app.now()).await?;
    present(app, caller, &Teller::to(app, caller).await?, &related, row).await
}

/// The series of a relationship, newest first.
pub async fn list_series(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<CheckInSeriesListOut> {
    let related =
        relationships::authorized(app.store.read(), caller.actor, InRelationship::SeeCheckIns, id, app.now()).await?;
    let limit = views::limit(limit)?;
    let name = format!("{LIST} {id}");
    let after = views::place_by_id(app, caller, &name, cursor)?.map(SeriesId);
    let mut found = check_ins::series_page(app.store.read(), &related, after, limit + 1).await?;
    let next_cursor = views::cut(&mut found, limit).map(|last| views::cursor_by_id(app, caller, &name, last.id));
    let teller = Teller::to(app, caller).await?;
    let mut items = Vec::with_capacity(found.len());
    for row in found {
        items.push(present(app, caller, &teller, &related, row).await?);
    }
    Ok(CheckInSeriesListOut { items, next_cursor })
}

async fn present(
    app: &App,
    caller: Caller,
    teller: &Teller,
    related: &Authorized<Related>,
    row: rows::Series,
) -> Answer<CheckInSeriesOut> {
    let db = app.store.read();
    let (pair, now) = (&related.view, app.now());
    let provider = row.provider_id.map_or(pair.responsible, AccountId);
    let people = people(app, pair.owner, provider).await?;
    let state: SeriesState = row.state.parse().map_err(StorageError::from)?;
    let me = side(pair, caller.actor);
    let mine = proposed_by(&row, related) == me;
    let mut upcoming = Vec::new();
    let mut no_room = false;
    match state {
        SeriesState::Active => {
            let hours = check_ins::hours(db, pair.owner, provider, now).await?;
            upcoming = to_come(app, &row, &hours, now).await?;
        }
        SeriesState::Proposed if me == Side::Owner => {
            let hours = check_ins::hours(db, pair.owner, provider, now).await?;
            no_room = !rules::has_room(check_ins::carried_by(db, provider, None).await?, hours.cap);
        }
        _ => {}
    }
    let declined = state == SeriesState::Stopped && row.owner_accepted_at.is_some() && row.accepted_on.is_none();
    let said_no = declined && me == Side::Owner && row.provider_accepted_at.is_none();
    let names = Names { owner: first_name(&people.owner), provider: first_name(&people.provider) };
    let say = |text: &dyn Text| teller.say(text);
    let alternatives = if no_room || said_no { alternatives(&names.provider, say)? } else { Vec::new() };
    let text = say(&card(&row, state, me, mine, said_no || no_room, &names, upcoming.first()));
    let resting = state == SeriesState::Resting;
    Ok(CheckInSeriesOut {
        id: row.id,
        relationship_id: pair.id.0,
        owner: views::party(&people.owner),
        provider: views::party(&people.provider),
        state: views::word(state.as_str())?,
        every_days: row.every_days,
        proposed_by_me: mine,
        text,
        accepted_on: row.accepted_on,
        ends_on: row.ends_on,
        upcoming,
        rests_since: row.rested_at.filter(|_| resting),
        rest_reason: rest_reason(&row, state),
        alternatives,
        created_at: row.created_at,
        stopped_at: row.stopped_at,
        version: row.version,
    })
}

/// Series of several relationships as they are kept: nothing is reckoned.
pub(crate) async fn kept(
    app: &App,
    caller: Caller,
    related: &[Authorized<Related>],
    rows: &[rows::Series],
) -> Answer<Vec<SyncedSeriesOut>> {
    let pair = |row: &rows::Series| related.iter().find(|pair| Some(pair.row.id) == row.relationship_id);
    let ids: Vec<AccountId> = rows
        .iter()
        .filter_map(|row| Some((row, pair(row)?)))
        .flat_map(|(row, pair)| [pair.view.owner, row.provider_id.map_or(pair.view.responsible, AccountId)])
        .collect();
    let people = accounts::many(app.store.read(), &ids).await?;
    let party = |id: AccountId| {
        let row = people.iter().find(|row| row.id == id.0).map(views::party);
        row.ok_or_else(|| Refusal::from(StorageError::Corrupt("a series without its parties".into())))
    };
    rows.iter()
        .filter_map(|row| Some((row, pair(row)?)))
        .map(|(row, pair)| {
            let state: SeriesState = row.state.parse().map_err(StorageError::from)?;
            Ok(SyncedSeriesOut {
                id: row.id,
                relationship_id: pair.row.id,
                owner: party(pair.view.owner)?,
                provider: party(row.provider_id.map_or(pair.view.responsible, AccountId))?,
                state: views::word(state.as_str())?,
                every_days: row.every_days,
                proposed_by_me: proposed_by(row, pair) == side(&pair.view, caller.actor),
                accepted_on: row.accepted_on,
                ends_on: row.ends_on,
                rests_since: row.rested_at.filter(|_| state == SeriesState::Resting),
                rest_reason: rest_reason(row, state),
                created_at: row.created_at,
                stopped_at: row.stopped_at,
                version: row.version,
            })
        })
        .collect()
}

fn rest_reason(row: &rows::Series, state: SeriesState) -> Option<RestReason> {
    let for_contact = row.rest_reason.as_deref() == Some(Reason::HeavyOpen.as_str());
    let reason = if for_contact { RestReason::UntilContact } else { RestReason::Unanswered };
    (state == SeriesState::Resting).then_some(reason)
}

async fn to_come(
    app: &App,
    row: &rows::Series,
    hours: &PairHours,
    now: DateTime<Utc>,
) -> Answer<Vec<UpcomingCheckInOut>> {
    let Some(plan) = plan(row) else { return Ok(Vec::new()) };
    let planned = row.slot_on.and_then(|on| Some((u32::try_from(row.number).ok()?, on)));
    let silence = facts::silence(app.store.read(), row).await?;
    rules::upcoming(plan, planned, silence, hours.today(now), SHOWN, |date| hours.eligible(date))
        .into_iter()
        .map(|slot| {
            Ok(UpcomingCheckInOut {
                on: slot.on,
                number: i32::try_from(slot.number).unwrap_or(i32::MAX),
                position: views::word(slot.position.as_str())?,
            })
        })
        .collect()
}

fn alternatives(provider: &str, say: impl Fn(&dyn Text) -> String) -> Answer<Vec<AlternativeOut>> {
    let provider = || provider.to_owned();
    Alternative::ALL
        .iter()
        .map(|alternative| {
            let text = match alternative {
                Alternative::NextConsultation => CheckInCard::InsteadConsultation { provider: provider() },
                Alternative::LongerInterval => CheckInCard::InsteadLongerInterval,
                Alternative::MessageWithReply => CheckInCard::InsteadMessage { provider: provider() },
            };
            Ok(AlternativeOut { alternative: views::word(alternative.as_str())?, text: say(&text) })
        })
        .collect()
}

struct Names {
    owner: String,
    provider: String,
}

fn card(
    row: &rows::Series,
    state: SeriesState,
    me: Side,
    mine: bool,
    no_room: bool,
    names: &Names,
    next: Option<&UpcomingCheckInOut>,
) -> CheckInCard {
    let (owner, provider) = (names.owner.clone(), names.provider.clone());
    let days = u32::try_from(row.every_days).unwrap_or_default();
    match (state, me) {
        (SeriesState::Proposed | SeriesState::Stopped, Side::Owner) if no_room => CheckInCard::Declined { provider },
        (SeriesState::Proposed, Side::Owner) if mine => CheckInCard::Waiting { other: provider },
        (SeriesState::Proposed, Side::Provider) if mine => CheckInCard::Waiting { other: owner },
        (SeriesState::Proposed, Side::Owner) => CheckInCard::ProposedByProvider { provider, days },
        (SeriesState::Proposed, Side::Provider) => CheckInCard::AskedByOwner { owner, days },
        (SeriesState::Active, Side::Owner) => match (next, row.accepted_on) {
            (Some(next), Some(today)) => CheckInCard::Accepted { provider, first: Day::seen_from(next.on, today) },
            _ => CheckInCard::Ended { provider },
        },
        (SeriesState::Active, Side::Provider) => CheckInCard::Runs { owner },
        (SeriesState::Resting, Side::Provider) => CheckInCard::Rests { owner },
        (SeriesState::Resting, Side::Owner) => match row.rest_reason.as_deref() {
            Some(reason) if reason == Reason::HeavyOpen.as_str() => CheckInCard::RestingUntilContact { provider },
            _ => CheckInCard::Resting { provider },
        },
        (SeriesState::Completed, Side::Owner) => CheckInCard::Ended { provider },
        (SeriesState::Completed, Side::Provider) => CheckInCard::Over { owner },
        (SeriesState::Stopped, _) => CheckInCard::Stopped,
    }
}
