//! The provider reads her digest in the app. Every line is authorised anew; the only texts in it are
//! the owner's own gist, or the beginning she allowed to be shown, and that is written down.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::{call, views};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use domain::access::{self, AccessAction, AllowedBecause, Via};
use domain::digest::{DigestCounts, Section, reading_minutes};
use domain::ids::{AccountId, NotificationId, RelationshipId, SlotId};
use domain::ownership::Standing;
use domain::policy::{OnOwn, Permit};
use domain::proposals::ProposalState;
use domain::wording::{AgreementRound, Day, DigestText, PlanReview, Text, Upcoming, Wording};
use domain::words::{CheckInAnswer, Job};
use domain::working_time::ProviderCalendar;
use mobile_contract::check_ins::{HeavyStep, HeavyStepOut};
use mobile_contract::digests::{
    DigestCountsOut, DigestLineOut, DigestLinkOut, DigestOut, DigestSectionOut, DigestSummaryOut, DigestsOut,
};
use std::collections::BTreeMap;
use storage::audit::{self, Access};
use storage::digest_reading::{self, Line};
use storage::sealed::{DataKey, Place, Scope};
use storage::{Authorized, StorageError, accounts, calendars, deliveries, digests, due_clocks, relationships, rows};
use uuid::Uuid;

const LIST: &str = "list_digests";
/// Characters of a text that its writer allowed to be shown.
const PREVIEW_CHARS: usize = 200;
/// What sealing adds to a text: version, key id, nonce and tag.
const SEAL_BYTES: usize = 1 + 16 + 24 + 16;

pub async fn list(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<DigestsOut> {
    let permit = leave(caller)?;
    let limit = views::limit(limit)?;
    let account = permit.account();
    let before = views::place(app, caller, LIST, cursor)?.map(|(at, _)| at.date_naive());
    let mut runs = digests::page(app.store.read(), account, before, limit + 1).await?;
    let next_cursor = views::cut(&mut runs, limit).map(|last| {
        let midnight = last.on_date.and_time(NaiveTime::MIN).and_utc();
        views::cursor(app, caller, LIST, (midnight, Uuid::nil()))
    });
    let items = runs.iter().map(summary).collect::<Answer<_>>()?;
    Ok(DigestsOut { items, next_cursor })
}

fn summary(run: &rows::DigestRun) -> Answer<DigestSummaryOut> {
    let counts: DigestCounts = serde_json::from_value(run.counts.clone()).map_err(StorageError::from)?;
    Ok(DigestSummaryOut {
        on: run.on_date,
        built_at: run.built_at,
        opened_at: run.opened_at,
        counts: DigestCountsOut {
            waiting: counts.waiting,
            due_today: counts.due_today,
            overdue: counts.overdue,
            new: counts.new,
            long: counts.long,
            next_consultation: counts.next_consultation,
            check_in_replies: counts.check_in_replies,
            tomorrows_check_ins: counts.tomorrows_check_ins,
            shared_changes: counts.shared_changes,
            minutes: counts.minutes,
        },
        more: run.more,
    })
}

pub async fn today(app: &App, caller: Caller) -> Answer<DigestOut> {
    let permit = leave(caller)?;
    let date = calendars::today(app.store.read(), permit.account(), app.now()).await?;
    read(app, permit, date).await
}

pub async fn get(app: &App, caller: Caller, date: NaiveDate) -> Answer<DigestOut> {
    read(app, leave(caller)?, kept(date)?).await
}

/// Dates further out have no digest, and not every database knows them.
fn kept(date: NaiveDate) -> Answer<NaiveDate> {
    if (1900..=9999).contains(&date.year()) { Ok(date) } else { Err(Refusal::not_found()) }
}

/// The provider looked at it: what was promised on its strength is certain again, and it leaves the
/// lock screens of her other devices.
pub async fn open(app: &App, caller: Caller, date: NaiveDate) -> Answer<()> {
    let (permit, date) = (leave(caller)?, kept(date)?);
    let now = app.now();
    let tx = app.store.write().await?;
    let run = digests::of_date(&*tx, permit.account(), date).await?.ok_or_else(Refusal::not_found)?;
    digests::opened(&tx, run.id, now).await?;
    due_clocks::certain_again(&tx, run.id).await?;
    if let Some(slot) = run.slot_id {
        for shown in deliveries::of_slot(&*tx, SlotId(slot)).await? {
            deliveries::read(&tx, NotificationId(shown.id), now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

fn leave(caller: Caller) -> Answer<Permit> {
    Ok(relationships::leave(caller.actor, OnOwn::ProvidersWork, caller.actor.account)?)
}

/// The texts of a line that its owner lets be shown, and what they are called in her access log.
#[derive(Debug, Default)]
struct Shown {
    gist: Option<String>,
    preview: Option<String>,
}

impl Shown {
    fn subject(&self) -> Option<&'static str> {
        match (&self.gist, &self.preview) {
            (Some(_), _) => Some(access::GIST),
            (None, Some(_)) => Some(access::PREVIEW),
            (None, None) => None,
        }
    }
}

/// Who reads, and when.
struct Reader {
    permit: Permit,
    zone: Tz,
    today: NaiveDate,
    now: DateTime<Utc>,
    wording: Wording,
}

impl Reader {
    fn say(&self, text: &dyn Text) -> String {
        self.wording.say(call::language(), text)
    }

    fn day(&self, at: DateTime<Utc>) -> Day {
        Day::seen_from(at.with_timezone(&self.zone).date_naive(), self.today)
    }

    fn time(&self, at: DateTime<Utc>) -> domain::wording::TimeOfDay {
        at.with_timezone(&self.zone).time().into()
    }
}

async fn read(app: &App, permit: Permit, date: NaiveDate) -> Answer<DigestOut> {
    let (db, now) = (app.store.read(), app.now());
    let run = digests::of_date(db, permit.account(), date).await?.ok_or_else(Refusal::not_found)?;
    let calendar = calendars::provider_herself(db, permit.account(), now).await?;
    let lines = digest_reading::lines(db, permit, &run, now).await?;
    let mut ids: Vec<AccountId> = lines.iter().map(|line| line.related.view.owner).collect();
    ids.extend(lines.iter().map(|line| line.related.view.responsible));
    let people = accounts::many(db, &ids).await?;
    let reader = Reader {
        permit,
        zone: calendar.zone,
        today: now.with_timezone(&calendar.zone).date_naive(),
        now,
        wording: Wording::built_in(),
    };
    let shown = show(app, &lines).await?;
    log(app, &reader, &lines, &shown).await?;
    let mut sections: BTreeMap<Section, Vec<DigestLineOut>> = BTreeMap::new();
    for (line, shown) in lines.iter().zip(shown) {
        sections.entry(line.section).or_default().push(line_out(&reader, &run, line, shown, &people)?);
    }
    let sections = sections
        .into_iter()
        .map(|(section, lines)| {
            Ok(DigestSectionOut {
                section: views::word(section.as_str())?,
                title: reader.say(&title(section)),
                note: matches!(section, Section::Concerns | Section::CheckInReplies)
                    .then(|| reader.say(&DigestText::NoAutomatedReading)),
                checklist: if section == Section::Concerns { checklist(&reader) } else { Vec::new() },
                lines,
            })
        })
        .collect::<Answer<Vec<_>>>()?;
    let note = if sections.is_empty() {
        Some(DigestText::Empty)
    } else {
        is_first_after_absence(&calendar, run.on_date).then_some(DigestText::AfterAbsence)
    };
    let count = u32::try_from(run.more).unwrap_or(0);
    Ok(DigestOut {
        on: run.on_date,
        built_at: run.built_at,
        opened_at: run.opened_at,
        title: reader.say(&DigestText::Title),
        note: note.map(|note| reader.say(&note)),
        sections,
        more: run.more,
        more_words: (count > 0).then(|| reader.say(&DigestText::AndMore { count })),
    })
}

/// The last of her working days before `date` lay in an absence.
fn is_first_after_absence(calendar: &ProviderCalendar, date: NaiveDate) -> bool {
    date.iter_days()
        .rev()
        .skip(1)
        .take(14)
        .find(|day| calendar.works_on(*day))
        .is_some_and(|day| calendar.is_absent(day))
}

fn title(section: Section) -> DigestText {
    match section {
        Section::Concerns => DigestText::SectionHeavy,
        Section::Waiting => DigestText::SectionWaiting,
        Section::NextConsultation => DigestText::SectionConsultation,
        Section::New => DigestText::SectionNew,
        Section::TomorrowsCheckIns => DigestText::SectionTomorrow,
        Section::CheckInReplies => DigestText::SectionCheckIns,
        Section::ProposalsAnswered => DigestText::SectionProposals,
        Section::SharedChanges => DigestText::SectionShared,
    }
}

fn checklist(reader: &Reader) -> Vec<HeavyStepOut> {
    [
        (HeavyStep::Phone, DigestText::ChecklistPhone),
        (HeavyStep::LocalProcedure, DigestText::ChecklistProcedure),
        (HeavyStep::Document, DigestText::ChecklistDocument),
    ]
    .map(|(step, text)| HeavyStepOut { step, text: reader.say(&text) })
    .into()
}

/// Opens what may be shown, with one look-up of the key of each thread.
async fn show(app: &App, lines: &[Authorized<Line>]) -> Answer<Vec<Shown>> {
    let mut with_text: Vec<RelationshipId> =
        lines.iter().filter(|line| shows_text(line)).map(|line| line.related.view.id).collect();
    with_text.sort_unstable();
    with_text.dedup();
    let mut keys: BTreeMap<RelationshipId, DataKey> = BTreeMap::new();
    if !with_text.is_empty() {
        for (relationship, thread) in digest_reading::threads(app.store.read(), &with_text).await? {
            keys.insert(relationship, app.store.sealer.key(Scope::Thread(thread)).await?);
        }
    }
    let texts = lines.iter().map(|line| {
        let mut shown = Shown::default();
        let (Some(message), Some(key)) = (&line.message, keys.get(&line.related.view.id)) else { return Ok(shown) };
        match &message.gist {
            Some(gist) if line.row.long => {
                shown.gist = Some(key.open_text(Place::new("message.gist", message.id), gist)?);
            }
            _ if message.preview_allowed => {
                let body = key.open_text(Place::new("message.body", message.id), &message.body)?;
                shown.preview = Some(body.chars().take(PREVIEW_CHARS).collect());
            }
            _ => {}
        }
        Ok(shown)
    });
    Ok(texts.collect::<Result<_, StorageError>>()?)
}

fn shows_text(line: &Line) -> bool {
    line.message.as_ref().is_some_and(|message| message.preview_allowed || (message.gist.is_some() && line.row.long))
}

/// Writes down, for each owner, that something of hers was read here. Who cannot write it may not read.
async fn log(app: &App, reader: &Reader, lines: &[Authorized<Line>], shown: &[Shown]) -> Answer<()> {
    let mut read: BTreeMap<(AccountId, RelationshipId), Vec<&'static str>> = BTreeMap::new();
    for (line, shown) in lines.iter().zip(shown) {
        let Some(subject) = shown.subject() else { continue };
        let subjects = read.entry((line.related.view.owner, line.related.view.id)).or_default();
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    if read.is_empty() {
        return Ok(());
    }
    let tx = app.store.write().await?;
    for ((owner, relationship), subjects) in read {
        let access = Access {
            owner,
            action: AccessAction::ReadDigest,
            subject: subjects.join(","),
            via: Some(Via { relationship, because: AllowedBecause::Granted }),
        };
        audit::record(&tx, reader.permit, access, reader.now).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn line_out(
    reader: &Reader,
    run: &rows::DigestRun,
    line: &Authorized<Line>,
    shown: Shown,
    people: &[rows::Account],
) -> Answer<DigestLineOut> {
    let person = |id: AccountId| {
        people
            .iter()
            .find(|row| row.id == id.0)
            .ok_or_else(|| Refusal::from(StorageError::Corrupt("digest line of nobody".into())))
    };
    let view = &line.related.view;
    let (owner, responsible) = (person(view.owner)?, person(view.responsible)?);
    let clock = line.clock.as_ref().filter(|clock| clock.closed_at.is_none());
    let waiting = line.section == Section::Waiting;
    let promised_on = clock.filter(|_| waiting).map(|clock| clock.promised_on);
    let mut out = DigestLineOut {
        position: line.row.position,
        owner: views::party(owner),
        link: DigestLinkOut {
            relationship_id: view.id.0,
            message_id: line.row.message_id,
            check_in_id: line.row.slot_id.filter(|_| line.section != Section::SharedChanges),
            series_id: line.row.series_id,
            clock_id: line.row.clock_id,
            proposal_id: line.row.proposal_id,
        },
        since: since(run, line),
        concern: line.concern.as_ref().map(|concern| views::word(&concern.kind)).transpose()?,
        promised_on,
        due_today: promised_on == Some(run.on_date),
        overdue: promised_on.is_some_and(|promised| promised < run.on_date),
        important: line.message.as_ref().is_some_and(|message| message.important),
        long: line.row.long,
        minutes: line.row.minutes,
        done: done(line),
        gist: shown.gist,
        preview: shown.preview,
        plan_sections: line.plan_changes.keys().map(|section| views::word(section.as_str())).collect::<Answer<_>>()?,
        module: line.row.module.as_deref().map(views::word).transpose()?,
        changed_items: changed(line),
        words: Vec::new(),
    };
    out.words = words(reader, line, &out, owner, responsible);
    Ok(out)
}

/// How many of the items a line tells of changed and are found now.
fn changed(line: &Line) -> Option<u32> {
    let count = u32::try_from(line.item_changes.len()).unwrap_or(u32::MAX);
    line.row.item_changes.is_some().then_some(count)
}

fn since(run: &rows::DigestRun, line: &Line) -> DateTime<Utc> {
    let at = match line.section {
        Section::Concerns => line.concern.as_ref().map(|concern| concern.since),
        Section::Waiting => line.clock.as_ref().map(|clock| clock.opened_at),
        Section::NextConsultation | Section::New => line.message.as_ref().map(|message| message.visible_at),
        Section::TomorrowsCheckIns => line.series.as_ref().and_then(|series| series.next_at),
        Section::SharedChanges if !line.plan_changes.is_empty() => line.plan_changes.values().map(|c| c.at).min(),
        Section::SharedChanges if !line.item_changes.is_empty() => line.item_changes.values().map(|c| c.at).min(),
        Section::ProposalsAnswered => line.proposal.as_ref().and_then(|proposal| proposal.answered_at),
        Section::CheckInReplies | Section::SharedChanges => {
            line.wished_at.or(line.slot.as_ref().and_then(|slot| slot.answered_at))
        }
    };
    at.unwrap_or(run.built_at)
}

fn done(line: &Line) -> bool {
    match line.section {
        Section::Concerns => line.concern.as_ref().is_some_and(|concern| concern.cleared_at.is_some()),
        Section::Waiting => line.clock.as_ref().is_none_or(|clock| clock.closed_at.is_some()),
        _ => line.message.as_ref().is_some_and(|message| message.opened_at.is_some()),
    }
}

/// What is said beside the name.
fn words(
    reader: &Reader,
    line: &Authorized<Line>,
    out: &DigestLineOut,
    owner: &rows::Account,
    responsible: &rows::Account,
) -> Vec<String> {
    let mut words = Vec::new();
    let mut say = |text: &dyn Text| words.push(reader.say(text));
    match line.section {
        Section::Concerns => concern(reader, line, out, &mut say),
        Section::Waiting => {
            if out.due_today {
                say(&DigestText::DueToday);
            } else if let Some(promised) = out.promised_on.filter(|_| out.overdue) {
                say(&DigestText::Overdue { promised: Day::seen_from(promised, reader.today) });
            }
            say(&DigestText::Since { since: reader.day(out.since) });
        }
        Section::NextConsultation => match line.consultation_at {
            Some(at) => say(&DigestText::ForConsultation { day: reader.day(at) }),
            None => say(&DigestText::Since { since: reader.day(out.since) }),
        },
        Section::New => say(&DigestText::Since { since: reader.day(out.since) }),
        Section::TomorrowsCheckIns => {
            if let Some(at) = line.series.as_ref().and_then(|series| series.next_at).filter(|at| *at > reader.now) {
                let (on, time) = (reader.day(at), reader.time(at));
                if reader.today.checked_add_days(Days::new(1)) == Some(on.date) {
                    say(&DigestText::Tomorrow { time });
                } else {
                    say(&Upcoming::YourCheckIn { owner: views::first_name(&owner.display_name), on, time });
                }
            }
        }
        Section::CheckInReplies => answered(line, &mut say),
        Section::SharedChanges if !line.plan_changes.is_empty() => {
            say(&DigestText::PlanChanged);
            say(&DigestText::SharedChanged { since: reader.day(out.since) });
        }
        Section::SharedChanges if !line.item_changes.is_empty() => {
            let module = line.row.module.as_deref().and_then(|word| word.parse().ok());
            if let (Some(count), Some(module)) = (out.changed_items, module) {
                say(&DigestText::ToolboxChanged { count, module });
            }
            say(&DigestText::SharedChanged { since: reader.day(out.since) });
        }
        Section::SharedChanges => {
            let owner = views::first_name(&owner.display_name);
            let round = line.slot.as_ref().is_some_and(|slot| slot.job == Job::AgreementRound.as_str());
            if round {
                say(&AgreementRound::WantsTogether { owner });
            } else {
                say(&PlanReview::WantsTogether { owner });
            }
        }
        Section::ProposalsAnswered => {
            let state = line.proposal.as_ref().and_then(|proposal| proposal.state.parse().ok());
            match state {
                Some(ProposalState::Accepted) => say(&DigestText::ProposalAccepted),
                Some(ProposalState::Edited) => say(&DigestText::ProposalEdited),
                Some(ProposalState::Declined) => say(&DigestText::ProposalDeclined),
                Some(ProposalState::Open | ProposalState::Withdrawn) | None => {}
            }
        }
    }
    if out.important {
        say(&DigestText::Important);
    }
    if line.message.is_some() {
        let minutes = u32::try_from(out.minutes).unwrap_or(0);
        if out.long {
            say(&DigestText::Long { minutes });
        } else {
            say(&DigestText::ReadingTime { minutes });
        }
    }
    if line.related.view.standing(reader.permit.actor()) == Standing::Substitute {
        say(&DigestText::AsSubstitute { provider: views::first_name(&responsible.display_name) });
    }
    words
}

fn concern(reader: &Reader, line: &Line, out: &DigestLineOut, say: &mut impl FnMut(&dyn Text)) {
    let answer = line.concern.as_ref().and_then(|concern| concern.kind.parse::<CheckInAnswer>().ok());
    match (answer, line.silence_clause.and_then(|count| u32::try_from(count).ok())) {
        (Some(answer), _) => {
            say(&DigestText::HeavySince { answer, since: reader.day(out.since), time: reader.time(out.since) });
        }
        (None, Some(count)) => {
            say(&DigestText::SilenceClause { count });
            say(&DigestText::Since { since: reader.day(out.since) });
        }
        (None, None) => say(&DigestText::Since { since: reader.day(out.since) }),
    }
}

fn answered(line: &Line, say: &mut impl FnMut(&dyn Text)) {
    let Some(slot) = &line.slot else { return };
    if let Some(answer) = slot.answer.as_deref().and_then(|word| word.parse::<CheckInAnswer>().ok()) {
        say(&DigestText::Answered { answer });
    }
    if let Some(note) = &slot.note {
        let chars = u32::try_from(note.len().saturating_sub(SEAL_BYTES)).unwrap_or(u32::MAX);
        say(&DigestText::AnsweredInWords { minutes: reading_minutes(chars) });
    }
}
