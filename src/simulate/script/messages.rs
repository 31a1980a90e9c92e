//! Messages, the promises to answer them, and who is away.

use super::{Act, Stop, pair, provider, somebody};
use crate::simulate::fields::{Label, Side};
use crate::simulate::line::{Event, Happening};
use crate::simulate::span::in_zone;
use crate::simulate::stage::{Absent, Stage};
use backend::app::absences;
use backend::app::messages::{self, Writing};
use backend::app::sessions::Caller;
use backend::app::{consultations, contacts, message_acts, reply_clocks};
use chrono::NaiveDate;
use domain::ids::{AbsenceId, AccountId, MessageId, RelationshipId, ReplyClockId};
use domain::replies::promise_later;
use domain::words::{MessageKind, Role};
use storage::{calendars, clocks, rows};

pub async fn act(stage: &mut Stage, event: &Event) -> Act<Vec<Event>> {
    let app = stage.app.clone();
    match &event.what {
        Happening::MessageSent { message, from, message_kind, chars, gist, preview_allowed, important, by } => {
            let (id, first, second) = pair(stage, event)?;
            let author = match (from, by) {
                (Side::Owner, _) => first,
                (Side::Provider, Some(by)) => somebody(stage, by)?,
                (Side::Provider, None) => second,
            };
            let writing = Writing {
                id: None,
                kind: *message_kind,
                body: "x".repeat(usize::try_from(chars.0).unwrap_or(usize::MAX)),
                gist: gist.then(|| "Det viktigste.".to_owned()).filter(|_| *from == Side::Owner),
                important: important.unwrap_or(false) && *from == Side::Owner,
                preview_allowed: *preview_allowed,
                in_reply_to: None,
                medication: false,
                draft: None,
            };
            let before = clocks::open_of(stage.store().read(), id).await?;
            let sent = messages::send(&app, author, id, writing).await?;
            stage.name(sent.id, message);
            stage.messages.insert(message.clone(), MessageId(sent.id));
            if *from == Side::Provider {
                return answered(stage, id, &before, message, by.as_ref(), event).await;
            }
        }
        Happening::MessageOpened { message } => {
            let written = written(stage, message).await?;
            let reader =
                if written.from_owner { second(stage, &written).await? } else { first(stage, &written).await? };
            messages::open(&app, reader, MessageId(written.id)).await?;
        }
        Happening::MessageRecalled { message } => {
            let written = written(stage, message).await?;
            let author = stage.caller(AccountId(written.author_id)).ok_or_else(gone)?;
            message_acts::recall(&app, author, MessageId(written.id)).await?;
        }
        Happening::Reply { message, reply_message, by } => {
            let written = written(stage, message).await?;
            // Its own line says when the answer was written.
            if reply_message.is_some() {
                clock(stage, &written).await?;
            } else {
                let author = answerer(stage, &written, by.as_ref()).await?;
                let writing = Writing {
                    id: None,
                    kind: MessageKind::Info,
                    body: "Takk for meldingen.".into(),
                    gist: None,
                    important: false,
                    preview_allowed: false,
                    in_reply_to: Some(MessageId(written.id)),
                    medication: false,
                    draft: None,
                };
                let sent = messages::send(&app, author, RelationshipId(written.relationship_id), writing).await?;
                stage.name(sent.id, &Label(format!("reply/{message}")));
            }
        }
        Happening::ReadThanks { message, from, by } => {
            let written = written(stage, message).await?;
            let who = match from {
                Side::Owner => first(stage, &written).await?,
                Side::Provider => answerer(stage, &written, by.as_ref()).await?,
            };
            message_acts::thank(&app, who, MessageId(written.id)).await?;
        }
        Happening::LetsTalk { message, day, by } => {
            let written = written(stage, message).await?;
            let who = answerer(stage, &written, by.as_ref()).await?;
            message_acts::talk(&app, who, MessageId(written.id), *day).await?;
        }
        Happening::CallLogged { by } => {
            let (id, _, mut who) = pair(stage, event)?;
            if let Some(by) = by {
                who = somebody(stage, by)?;
            }
            contacts::log(&app, who, id, None, None).await?;
        }
        Happening::ClockClosed { message, .. } => {
            let written = written(stage, message).await?;
            let her = first(stage, &written).await?;
            let clock = clock(stage, &written).await?;
            reply_clocks::close(&app, her, ReplyClockId(clock.id)).await?;
        }
        Happening::PromiseMoved { message, to } => {
            let written = written(stage, message).await?;
            let clock = clock(stage, &written).await?;
            // An absence in the same file may have moved it there already.
            if clock.promised_on != *to {
                let who = second(stage, &written).await?;
                let tag = backend::api::answer::etag(clock.version);
                reply_clocks::promise(&app, who, ReplyClockId(clock.id), *to, Some(&tag)).await?;
            }
        }
        Happening::Consultation { at_time } => {
            let (id, first, _) = pair(stage, event)?;
            consultations::plan(&app, first, id, None, at_time.to_utc()).await?;
        }
        Happening::Absence { from, to, substitute } => {
            return absence(stage, event, *from, *to, substitute.as_ref()).await;
        }
        Happening::SubstituteAccepted { substitute } => return stand_in(stage, event, substitute).await,
        _ => {}
    }
    Ok(Vec::new())
}

/// The days to which the promise of a message can be moved now.
pub(super) async fn offered(stage: &Stage, message: &Label) -> Act<Vec<NaiveDate>> {
    const FURTHEST: usize = 60;
    let written = written(stage, message).await?;
    let clock = clock(stage, &written).await?;
    let (provider, pair) = (AccountId(clock.provider_id), RelationshipId(clock.relationship_id));
    let now = stage.app.now();
    let calendar = calendars::provider_towards(stage.store().read(), provider, pair, now).await?;
    let later = clock.promised_on.iter_days().take(FURTHEST);
    Ok(later.filter(|day| promise_later(&calendar, clock.promised_on, *day, now).is_ok()).collect())
}

/// What a provider's message answered, as events of their own: it is seen, not guessed.
async fn answered(
    stage: &Stage,
    id: RelationshipId,
    before: &[rows::ReplyClock],
    carrier: &Label,
    by: Option<&Label>,
    event: &Event,
) -> Act<Vec<Event>> {
    let open = clocks::open_of(stage.store().read(), id).await?;
    let closed = before.iter().filter(|clock| !open.iter().any(|other| other.id == clock.id));
    let what = |message| Happening::Reply { message, reply_message: Some(carrier.clone()), by: by.cloned() };
    Ok(closed
        .filter_map(|clock| clock.message_id)
        .map(|message| Event { what: what(stage.label(message)), ..event.clone() })
        .collect())
}

fn gone() -> Stop {
    Stop::Refused("nobody is there to do it".into())
}

async fn written(stage: &Stage, label: &Label) -> Act<rows::Message> {
    let id = stage.messages.get(label).ok_or_else(|| Stop::Refused(format!("no message is called {label}")))?;
    let row = storage::messages::for_machinery(stage.store().read(), *id).await?;
    row.ok_or_else(|| Stop::Refused(format!("{label} is no longer there")))
}

async fn related(stage: &Stage, written: &rows::Message) -> Act<storage::relationships::Related> {
    let id = RelationshipId(written.relationship_id);
    let related = storage::relationships::for_machinery(stage.store().read(), id, stage.app.now()).await?;
    related.ok_or_else(gone)
}

/// The owner of a message's thread.
async fn first(stage: &Stage, written: &rows::Message) -> Act<Caller> {
    let owner = related(stage, written).await?.view.owner;
    stage.caller(owner).ok_or_else(gone)
}

/// Its responsible provider.
async fn second(stage: &Stage, written: &rows::Message) -> Act<Caller> {
    let provider = related(stage, written).await?.view.responsible;
    stage.caller(provider).ok_or_else(gone)
}

/// Who answers it: the substitute who is named, or the provider.
async fn answerer(stage: &Stage, written: &rows::Message, by: Option<&Label>) -> Act<Caller> {
    match by {
        Some(label) => somebody(stage, label),
        None => second(stage, written).await,
    }
}

async fn clock(stage: &Stage, written: &rows::Message) -> Act<rows::ReplyClock> {
    let clocks = clocks::of_messages(stage.store().read(), &[MessageId(written.id)]).await?;
    clocks.into_iter().find(|clock| clock.closed_at.is_none()).ok_or_else(|| Stop::Refused("no clock is open".into()))
}

async fn absence(
    stage: &mut Stage,
    event: &Event,
    from: chrono::NaiveDate,
    to: chrono::NaiveDate,
    substitute: Option<&Label>,
) -> Act<Vec<Event>> {
    let who = provider(stage, event).await?;
    let substitute_login = match substitute {
        Some(label) => {
            let account = stage.person(label, Role::Provider).await?.actor.account;
            storage::accounts::for_machinery(stage.store().read(), account).await?.map(|row| row.login)
        }
        None => None,
    };
    let before = clocks::open_of_provider(stage.store().read(), who.actor.account).await?;
    let made = absences::create(&stage.app, who, None, from, to, substitute_login.as_deref()).await?;
    if let Some(label) = &event.provider {
        let absent = Absent { id: AbsenceId(made.id), from, to, substitute: substitute.cloned() };
        stage.absences.entry(label.clone()).or_default().push(absent);
    }
    moved(stage, who, &before, event).await
}

/// The substitute accepts; the owner who is named consents, and without one every owner does.
async fn stand_in(stage: &mut Stage, event: &Event, substitute: &Label) -> Act<Vec<Event>> {
    let away = provider(stage, event).await?;
    let stands_in = stage.person(substitute, Role::Provider).await?;
    let label = event.provider.clone().ok_or_else(gone)?;
    let on = event.at.date_naive();
    let asked = stage.absences.get(&label).into_iter().flatten();
    let id = asked
        .filter(|absent| absent.substitute.as_ref() == Some(substitute) && on < absent.to)
        .min_by_key(|absent| absent.from)
        .map(|absent| absent.id)
        .ok_or_else(|| Stop::Refused(format!("{label} has no absence that asks {substitute}")))?;
    let before = clocks::open_of_provider(stage.store().read(), away.actor.account).await?;
    let row = storage::absences::by_id(stage.store().read(), id).await?.ok_or_else(gone)?;
    if row.substitute_accepted_at.is_none() {
        absences::answer(&stage.app, stands_in, id, true).await?;
    }
    let owners: Vec<(Label, RelationshipId)> = stage
        .pairs
        .iter()
        .filter(|((owner, provider), _)| *provider == label && event.owner.as_ref().is_none_or(|only| only == owner))
        .map(|((owner, _), pair)| (owner.clone(), *pair))
        .collect();
    for (owner, pair) in owners {
        let her = somebody(stage, &owner)?;
        absences::consent(&stage.app, her, pair, id, true).await?;
    }
    moved(stage, away, &before, event).await
}

/// The promises that changed, as events of their own: what follows from an absence is seen, not
/// guessed.
async fn moved(stage: &Stage, who: Caller, before: &[rows::ReplyClock], event: &Event) -> Act<Vec<Event>> {
    let after = clocks::open_of_provider(stage.store().read(), who.actor.account).await?;
    let mut events = Vec::new();
    for clock in after {
        let earlier = before.iter().find(|earlier| earlier.id == clock.id);
        let (Some(message), true) =
            (clock.message_id, earlier.is_some_and(|earlier| earlier.promised_on != clock.promised_on))
        else {
            continue;
        };
        let owner = stage.label(clock.owner_id);
        let at = in_zone(stage.zone, event.at.to_utc());
        let what = Happening::PromiseMoved { message: stage.label(message), to: clock.promised_on };
        events.push(Event::new(at, Some(&owner), Some(&stage.label(clock.provider_id)), what));
    }
    Ok(events)
}
