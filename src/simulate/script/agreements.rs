//! What a pair agrees on, and its check-ins.

use super::{Act, Stop, both, owner, pair, somebody};
use crate::simulate::fields::ReplyWindow;
use crate::simulate::line::{Event, Happening};
use crate::simulate::stage::Stage;
use backend::app::agreements as agreed;
use backend::app::check_ins::{self, Reply};
use backend::app::sessions::Caller;
use chrono::NaiveDate;
use domain::agreements::{AbsenceCover, CheckInTerms, SilenceClause, Terms, UseInSessions, WhoStarts};
use domain::ids::{AccountId, RelationshipId, SeriesId, SlotId};
use domain::weekdays::Weekdays;
use domain::words::{Job, Language, Role, SeriesState};
use storage::whose::Whose;
use storage::{rows, slots};

pub async fn act(stage: &mut Stage, event: &Event) -> Act<Vec<Event>> {
    match &event.what {
        Happening::AgreementAccepted { reply_window_days, check_ins: permitted, substitute } => {
            let (id, first, second) = pair(stage, event)?;
            let substitute = match substitute {
                Some(label) => Some(stage.person(label, Role::Provider).await?.actor.account),
                None => None,
            };
            let mut terms = stage.terms.get(&id).cloned().unwrap_or_else(first_terms);
            terms.reply_window_days = u8::try_from(reply_window_days.0).unwrap_or(u8::MAX);
            terms.check_ins = CheckInTerms { permitted: *permitted, ..terms.check_ins };
            terms.absence_cover = AbsenceCover { substitute, ..terms.absence_cover };
            if stage.terms.get(&id) == Some(&terms) {
                return Err(Stop::Refused("this is in force already".into()));
            }
            agree(stage, id, first, second, terms).await?;
        }
        Happening::SilenceClauseSet { n } => {
            let (id, first, second) = pair(stage, event)?;
            let mut terms = stage.terms.get(&id).cloned().unwrap_or_else(first_terms);
            terms.silence_clause =
                Some(SilenceClause { after: u8::try_from(n.0).unwrap_or(u8::MAX), wish: "Ring meg.".into() });
            let accepted = Happening::AgreementAccepted {
                reply_window_days: ReplyWindow(terms.reply_window_days.into()),
                check_ins: terms.check_ins.permitted,
                substitute: terms.absence_cover.substitute.map(|id| stage.label(id)),
            };
            agree(stage, id, first, second, terms).await?;
            return Ok(vec![Event { what: accepted, ..event.clone() }]);
        }
        Happening::SeriesAccepted { series: label, every_days } => {
            let (id, first, second) = pair(stage, event)?;
            let app = stage.app.clone();
            let days = i32::try_from(every_days.0).unwrap_or(i32::MAX);
            let series = match running(stage, id).await? {
                // The same pair begins anew after a rest or its twelve weeks.
                Some(row) => anew(stage, first, row, days).await?,
                None => {
                    let made = check_ins::propose(&app, first, id, None, days).await?;
                    check_ins::accept(&app, second, made).await?;
                    made
                }
            };
            stage.name(series, label);
            stage.series.insert(label.clone(), series);
        }
        Happening::SeriesStopped { series: label } => {
            let id = *stage.series.get(label).ok_or_else(|| Stop::Refused("no such series".into()))?;
            let row = storage::series::by_id(stage.store().read(), id).await?;
            let owner = row.and_then(|row| row.owner_id).map(AccountId);
            let owner = owner.and_then(|id| stage.caller(id)).ok_or_else(|| Stop::Refused("no such series".into()))?;
            check_ins::stop(&stage.app, owner, id).await?;
        }
        Happening::CheckInOpened { slot } => {
            let her = owner(stage, event).await?;
            let card = card(stage, event, her, *slot).await?;
            check_ins::open(&stage.app, her, card).await?;
        }
        Happening::CheckInAnswered { slot, answer } => {
            let her = owner(stage, event).await?;
            let card = card(stage, event, her, *slot).await?;
            let reply = Reply { answer: Some(*answer), note: None, item: None };
            check_ins::answer(&stage.app, her, card, reply).await?;
        }
        Happening::SlotPostponed { slot, to } => {
            let (series, provider) = coming(stage, event, *slot).await?;
            check_ins::postpone(&stage.app, provider, series, *slot, *to).await?;
        }
        Happening::SlotSkippedByProvider { slot } => {
            let (series, provider) = coming(stage, event, *slot).await?;
            check_ins::skip(&stage.app, provider, series, *slot).await?;
        }
        _ => {}
    }
    Ok(Vec::new())
}

fn first_terms() -> Terms {
    Terms {
        purposes: "Samarbeid mellom møtene".into(),
        who_starts: WhoStarts::Either,
        content_welcome: String::new(),
        content_not_welcome: String::new(),
        reply_window_days: 3,
        reading_days: Weekdays::MONDAY_TO_FRIDAY,
        absence_cover: AbsenceCover::default(),
        length_wishes: String::new(),
        check_ins: CheckInTerms::default(),
        journal: String::new(),
        alarming_messages: String::new(),
        silence_clause: None,
        disagreement: String::new(),
        language: Language::Nb,
        use_in_sessions: UseInSessions::Both,
        next_review_on: None,
    }
}

/// Drafted by the owner, accepted by both with the same hash.
async fn agree(stage: &mut Stage, id: RelationshipId, first: Caller, second: Caller, terms: Terms) -> Act<()> {
    let app = stage.app.clone();
    let hash = terms.hash().map_err(|_| Stop::Refused("terms".into()))?;
    let number = agreed::draft(&app, first, id, None, terms.clone()).await?;
    agreed::accept(&app, first, id, number, &hash).await?;
    agreed::accept(&app, second, id, number, &hash).await?;
    stage.terms.insert(id, terms);
    Ok(())
}

/// The pair's series that is not stopped, if there is one.
async fn running(stage: &Stage, id: RelationshipId) -> Act<Option<rows::Series>> {
    let all = storage::series::of(stage.store().read(), Whose::Relationship(id), Some(Job::CheckIn)).await?;
    let live = [SeriesState::Active, SeriesState::Resting, SeriesState::Completed].map(SeriesState::as_str);
    Ok(all.into_iter().rev().find(|row| live.contains(&row.state.as_str())))
}

/// Renewed, restarted after a rest, or at another pace: the owner's acts.
async fn anew(stage: &Stage, her: Caller, row: rows::Series, days: i32) -> Act<SeriesId> {
    let (app, id) = (&stage.app, SeriesId(row.id));
    if row.state == SeriesState::Active.as_str() && row.every_days == days {
        return Err(Stop::Refused("it runs at this pace already".into()));
    }
    if row.every_days != days {
        check_ins::change_cadence(app, her, id, days).await?;
    }
    match row.state.parse() {
        Ok(SeriesState::Resting) => check_ins::restart(app, her, id).await?,
        Ok(SeriesState::Completed) => check_ins::renew(app, her, id).await?,
        _ => {}
    }
    Ok(id)
}

/// The check-in an owner got on a date; of one provider where the event names one.
async fn card(stage: &Stage, event: &Event, her: Caller, on: NaiveDate) -> Act<SlotId> {
    let provider = event.provider.as_ref().and_then(|label| stage.known(label)).map(|who| who.actor.account.0);
    let rows = slots::sent_to(stage.store().read(), her.actor.account, Job::CheckIn, on).await?;
    rows.into_iter()
        .find(|row| provider.is_none_or(|provider| row.provider_id == Some(provider)))
        .map(|row| SlotId(row.id))
        .ok_or_else(|| Stop::Refused(format!("no check-in was sent on {on}")))
}

/// The series whose next slot lies on a date, and its provider.
/// The days to which the provider's slate lets the check-in of `on` be moved.
pub(super) async fn offered(stage: &mut Stage, event: &Event, on: NaiveDate) -> Act<Vec<NaiveDate>> {
    let (SeriesId(series), provider) = coming(stage, event, on).await?;
    let slate = check_ins::slate(&stage.app, provider, Some(on)).await?;
    let item = slate.items.into_iter().find(|item| item.series_id == series);
    Ok(item.ok_or_else(|| Stop::Refused(format!("no check-in is planned for {on}")))?.can_move_to)
}

async fn coming(stage: &mut Stage, event: &Event, on: NaiveDate) -> Act<(SeriesId, Caller)> {
    let her = owner(stage, event).await?;
    let rows = storage::series::of(stage.store().read(), Whose::Owner(her.actor.account), Some(Job::CheckIn)).await?;
    let row = rows
        .into_iter()
        .find(|row| row.slot_on == Some(on))
        .ok_or_else(|| Stop::Refused(format!("no check-in is planned for {on}")))?;
    let provider = match (&event.provider, row.provider_id) {
        (Some(label), _) => somebody(stage, label)?,
        (None, Some(id)) => stage
            .caller(AccountId(id))
            .ok_or_else(|| Stop::Refused("the series has no provider on the stage".into()))?,
        (None, None) => return Err(both(event).err().unwrap_or(Stop::Refused("provider".into()))),
    };
    Ok((SeriesId(row.id), provider))
}
