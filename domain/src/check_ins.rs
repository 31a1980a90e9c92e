//! Check-in series (R18, R19): who may do what with one in which state, which slots are to come,
//! how far one may be postponed, and when answers are read.

use crate::schedule::{Position, SeriesPlan, next_digest_after, slot_for_anchor};
use crate::weekdays::Weekdays;
use crate::words;
use crate::words::{CheckInAnswer, SeriesState};
use crate::working_time::ProviderCalendar;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

/// A slot on the slate can be moved by at most this many days.
pub const MOST_DAYS_POSTPONED: u64 = 7;

/// An agreement that names reading days names one of the next so many digests.
const DIGESTS_LOOKED_AT: usize = 10;

words! {
    /// What can be done with a series.
    Act {
        Accept = "accept", Decline = "decline", Stop = "stop", Renew = "renew", Restart = "restart",
        ChangeCadence = "change_cadence",
    }
    /// What else an owner can do when her provider has no room for her series.
    Alternative {
        NextConsultation = "next_consultation", LongerInterval = "longer_interval",
        MessageWithReply = "message_with_reply",
    }
    /// What a provider is asked to think of at a heavy reply (R21).
    HeavyStep { Phone = "phone", LocalProcedure = "local_procedure", Document = "document" }
    /// What the provider does with one slot on the slate.
    SlateAction { Skip = "skip", Postpone = "postpone" }
}

/// Which side of the pair acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Owner,
    Provider,
}

/// Where an act leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    To(SeriesState),
    /// It is so already; nothing is written.
    Unchanged,
    /// The other side's to do.
    NotHers,
    /// Not in this state.
    NotNow,
    /// Said before.
    Already,
}

/// A series as far as deciding needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: SeriesState,
    pub proposed_by: Side,
    /// It rests after a heavy reply, until the two have spoken.
    pub rests_for_contact: bool,
}

/// What comes of `act` by `side`. Either side stops a series in one act and without a reason; only
/// the owner renews, restarts or changes its cadence.
pub fn act(act: Act, side: Side, standing: Standing) -> Outcome {
    use SeriesState as S;
    let owners = matches!(act, Act::Renew | Act::Restart | Act::ChangeCadence);
    if owners && side == Side::Provider {
        return Outcome::NotHers;
    }
    match (act, standing.state) {
        (Act::Accept | Act::Decline, S::Proposed) if side == standing.proposed_by => Outcome::NotHers,
        (Act::Accept, S::Proposed) => Outcome::To(S::Active),
        (Act::Accept, S::Active | S::Resting | S::Completed) => Outcome::Already,
        (Act::Decline, S::Proposed) => Outcome::To(S::Stopped),
        (Act::Stop, S::Proposed | S::Active | S::Resting) => Outcome::To(S::Stopped),
        (Act::Stop, S::Stopped | S::Completed) => Outcome::Unchanged,
        (Act::Renew, S::Active | S::Completed) => Outcome::To(S::Active),
        (Act::Restart, S::Resting) if !standing.rests_for_contact => Outcome::To(S::Active),
        (Act::ChangeCadence, S::Proposed) if side == standing.proposed_by => Outcome::To(S::Proposed),
        (Act::ChangeCadence, S::Active) => Outcome::To(S::Active),
        (Act::ChangeCadence, S::Resting) => Outcome::To(S::Resting),
        _ => Outcome::NotNow,
    }
}

/// Whether a provider who accepted `accepted` series has room for another under her `cap`.
pub fn has_room(accepted: u64, cap: u32) -> bool {
    accepted < u64::from(cap)
}

/// The date from which a renewed series counts: the last anchor that has passed, so that a running
/// series keeps to its days; today once it is over.
pub fn renewed_from(plan: SeriesPlan, completed: bool, today: NaiveDate) -> NaiveDate {
    if completed {
        return today;
    }
    (1..=plan.slots())
        .rev()
        .filter_map(|n| plan.anchor(n))
        .find(|anchor| *anchor <= today)
        .unwrap_or(plan.accepted_on.min(today))
}

/// A slot that is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upcoming {
    /// n of its series.
    pub number: u32,
    pub on: NaiveDate,
    pub position: Position,
}

/// How long the owner has been silent as things stand: a doubled interval passes over anchors until
/// she answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silence {
    /// Unanswered in a row.
    pub unanswered: u32,
    /// Number of the last slot that came to something; 0 before the first.
    pub last: u32,
}

/// The next slots after `planned`, the one the planner has placed already (its number and date), or
/// after `today` where it has placed none. Anchors without an eligible day are passed over.
pub fn upcoming(
    plan: SeriesPlan,
    planned: Option<(u32, NaiveDate)>,
    silence: Silence,
    today: NaiveDate,
    most: usize,
    eligible: impl Fn(NaiveDate) -> bool,
) -> Vec<Upcoming> {
    let slot = |number, on| plan.position(number).map(|position| Upcoming { number, on, position });
    let passed_over = |number: u32| {
        let due = plan.following(silence.last, silence.unanswered, NaiveDate::MIN);
        silence.last > 0 && due.is_none_or(|(due, _)| number < due)
    };
    let first = planned.filter(|(number, _)| !passed_over(*number)).and_then(|(number, on)| slot(number, on));
    let (mut last, mut after) = first.map_or((silence.last, today), |first| (first.number, first.on.max(today)));
    let mut found: Vec<_> = first.into_iter().collect();
    while found.len() < most {
        let Some((number, anchor)) = plan.following(last, silence.unanswered, after) else { break };
        found.extend(slot_for_anchor(anchor, &eligible).and_then(|on| slot(number, on)));
        (last, after) = (number, anchor.max(after));
    }
    found.truncate(most);
    found
}

/// Why a slot cannot be moved to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostponeFault {
    /// Not after the slot, more than a week later, or not before the next anchor.
    OutsideBounds,
    /// Nothing could be sent to this pair on that day.
    NotEligible,
}

/// Whether slot `number`, planned `on`, may be moved to `to`.
pub fn postpone(
    plan: SeriesPlan,
    number: u32,
    on: NaiveDate,
    to: NaiveDate,
    eligible: impl Fn(NaiveDate) -> bool,
) -> Result<(), PostponeFault> {
    let latest = on.checked_add_days(Days::new(MOST_DAYS_POSTPONED)).unwrap_or(NaiveDate::MAX);
    let next = plan.anchor(number.saturating_add(1));
    if to <= on || to > latest || next.is_some_and(|next| to >= next) {
        return Err(PostponeFault::OutsideBounds);
    }
    if eligible(to) { Ok(()) } else { Err(PostponeFault::NotEligible) }
}

/// Whether the answer asks for personal contact: it rests the series and opens a promise.
pub const fn asks_for_contact(answer: CheckInAnswer) -> bool {
    matches!(answer, CheckInAnswer::Heavy | CheckInAnswer::WantToTalk)
}

/// Who reads answers, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The provider, by this day.
    By(NaiveDate),
    /// The accepted substitute, by this day, while the provider is away.
    SubstituteBy(NaiveDate),
    /// The provider is away and nobody reads before this day.
    NobodyBefore(NaiveDate),
    /// No such day can be named.
    NoDay,
}

/// When an answer given at `now` is read. `own` is the provider's calendar with all her absences,
/// `covered` the same without those in which a substitute stands in for this owner. Answers are
/// read in the digest, on the agreed reading days where there are any.
pub fn reads(
    now: DateTime<Utc>,
    own: &ProviderCalendar,
    covered: &ProviderCalendar,
    digest_time: NaiveTime,
    reading_days: Option<Weekdays>,
) -> Reads {
    let herself = reading_day(now, own, digest_time, reading_days);
    let today = now.with_timezone(&own.zone).date_naive();
    let stands_in = digests(now, covered, digest_time)
        .take(DIGESTS_LOOKED_AT)
        .find(|date| own.is_absent(*date))
        .filter(|date| herself.is_none_or(|herself| *date < herself));
    let Some(herself) = herself else { return stands_in.map_or(Reads::NoDay, Reads::SubstituteBy) };
    let away = today.iter_days().take_while(|day| *day < herself).any(|day| own.works_on(day) && own.is_absent(day));
    match stands_in {
        Some(substitute) => Reads::SubstituteBy(substitute),
        None if away => Reads::NobodyBefore(herself),
        None => Reads::By(herself),
    }
}

/// The dates of the digests after `now`.
fn digests(now: DateTime<Utc>, calendar: &ProviderCalendar, digest_time: NaiveTime) -> impl Iterator<Item = NaiveDate> {
    std::iter::successors(next_digest_after(now, calendar, digest_time), move |(_, at)| {
        next_digest_after(*at, calendar, digest_time)
    })
    .map(|(date, _)| date)
}

fn reading_day(
    now: DateTime<Utc>,
    calendar: &ProviderCalendar,
    digest_time: NaiveTime,
    reading_days: Option<Weekdays>,
) -> Option<NaiveDate> {
    let mut digests = digests(now, calendar, digest_time);
    let first = digests.next()?;
    let Some(days) = reading_days.filter(|days| !days.includes(first)) else { return Some(first) };
    // Agreed days on which she no longer works are no promise: then her digest is.
    digests.take(DIGESTS_LOOKED_AT).find(|date| days.includes(*date)).or(Some(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::HolidayCalendar;
    use crate::schedule::instant_of;
    use crate::working_time::{DateRange, WorkingHours};
    use chrono::{NaiveDateTime, TimeDelta, Weekday};
    use chrono_tz::Europe::Oslo;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn fortnightly() -> SeriesPlan {
        SeriesPlan { accepted_on: day("2026-10-01"), every_days: 14 }
    }

    fn standing(state: SeriesState) -> Standing {
        Standing { state, proposed_by: Side::Owner, rests_for_contact: false }
    }

    /// Every act of either side in every state.
    #[test]
    fn the_states_and_what_leads_between_them() {
        use Outcome::{Already, NotHers, NotNow, To, Unchanged};
        use SeriesState::{Active, Completed, Proposed, Resting, Stopped};
        let table = [
            (Act::Accept, Side::Owner, [NotHers, Already, Already, NotNow, Already]),
            (Act::Accept, Side::Provider, [To(Active), Already, Already, NotNow, Already]),
            (Act::Decline, Side::Owner, [NotHers, NotNow, NotNow, NotNow, NotNow]),
            (Act::Decline, Side::Provider, [To(Stopped), NotNow, NotNow, NotNow, NotNow]),
            (Act::Stop, Side::Owner, [To(Stopped), To(Stopped), To(Stopped), Unchanged, Unchanged]),
            (Act::Stop, Side::Provider, [To(Stopped), To(Stopped), To(Stopped), Unchanged, Unchanged]),
            (Act::Renew, Side::Owner, [NotNow, To(Active), NotNow, NotNow, To(Active)]),
            (Act::Renew, Side::Provider, [NotHers; 5]),
            (Act::Restart, Side::Owner, [NotNow, NotNow, To(Active), NotNow, NotNow]),
            (Act::Restart, Side::Provider, [NotHers; 5]),
            (Act::ChangeCadence, Side::Owner, [To(Proposed), To(Active), To(Resting), NotNow, NotNow]),
            (Act::ChangeCadence, Side::Provider, [NotHers; 5]),
        ];
        for (what, side, expected) in table {
            for (state, expected) in [Proposed, Active, Resting, Stopped, Completed].into_iter().zip(expected) {
                assert_eq!(act(what, side, standing(state)), expected, "{what} by {side:?} when {state}");
            }
        }
        let offered = Standing { proposed_by: Side::Provider, ..standing(Proposed) };
        assert_eq!(act(Act::Accept, Side::Owner, offered), To(Active));
        assert_eq!(act(Act::Accept, Side::Provider, offered), NotHers);
        assert_eq!(act(Act::ChangeCadence, Side::Owner, offered), NotNow, "she declines, or asks for another");
        let heavy = Standing { rests_for_contact: true, ..standing(Resting) };
        assert_eq!(act(Act::Restart, Side::Owner, heavy), NotNow);
        assert_eq!(act(Act::Stop, Side::Owner, heavy), To(Stopped));
    }

    #[test]
    fn a_renewed_series_keeps_its_days() {
        let from = |today| renewed_from(fortnightly(), false, day(today));
        assert_eq!(from("2026-10-05"), day("2026-10-01"));
        assert_eq!(from("2026-12-12"), day("2026-12-10"), "the fifth anchor");
        assert_eq!(from("2026-12-24"), day("2026-12-24"), "the last anchor itself");
        assert_eq!(renewed_from(fortnightly(), true, day("2027-01-20")), day("2027-01-20"));
        assert_eq!(from("2026-09-01"), day("2026-09-01"), "a clock set back promises nothing later");
    }

    #[test]
    fn what_is_to_come_starts_with_what_is_planned() {
        let tuesdays = |date: NaiveDate| Weekdays::of([Weekday::Tue]).includes(date);
        let shown = |planned, today| {
            let slots = upcoming(fortnightly(), planned, Silence::default(), day(today), 3, tuesdays);
            slots.into_iter().map(|slot| format!("{} {} {}", slot.number, slot.on, slot.position)).collect::<Vec<_>>()
        };
        // Anchors are Thursdays: a Tuesday lies five days later, one too many to roll.
        assert_eq!(shown(None, "2026-10-02"), Vec::<String>::new());
        let any = |date: NaiveDate| Weekdays::TUESDAY_TO_THURSDAY.includes(date);
        let slots = upcoming(fortnightly(), None, Silence::default(), day("2026-10-02"), 3, any);
        assert_eq!(
            slots.iter().map(|slot| slot.on.to_string()).collect::<Vec<_>>(),
            ["2026-10-15", "2026-10-29", "2026-11-12"]
        );
        assert_eq!(slots[0].position, Position::First);
        let silent = Silence { unanswered: 2, last: 2 };
        let slots = upcoming(fortnightly(), Some((3, day("2026-11-12"))), silent, day("2026-11-01"), 3, any);
        assert_eq!(slots.iter().map(|slot| slot.number).collect::<Vec<_>>(), [4, 6], "the third is passed over");
        let moved =
            upcoming(fortnightly(), Some((5, day("2026-12-15"))), Silence::default(), day("2026-12-11"), 3, any);
        assert_eq!(
            moved.iter().map(|slot| (slot.number, slot.position)).collect::<Vec<_>>(),
            [(5, Position::NextToLast), (6, Position::Last)]
        );
        assert_eq!(moved[0].on, day("2026-12-15"), "where it was moved to");
    }

    #[test]
    fn a_slot_moves_a_week_at_most_and_never_onto_the_next() {
        let weekly = SeriesPlan { every_days: 7, ..fortnightly() };
        let any = |_| true;
        let on = day("2026-10-15");
        assert_eq!(postpone(fortnightly(), 1, on, day("2026-10-22"), any), Ok(()));
        for to in ["2026-10-15", "2026-10-14", "2026-10-23", "+262142-12-31"] {
            assert_eq!(postpone(fortnightly(), 1, on, day(to), any), Err(PostponeFault::OutsideBounds), "{to}");
        }
        assert_eq!(postpone(weekly, 2, on, day("2026-10-22"), any), Err(PostponeFault::OutsideBounds));
        assert_eq!(postpone(weekly, 2, on, day("2026-10-21"), any), Ok(()));
        assert_eq!(postpone(weekly, 12, on, day("2026-10-22"), any), Ok(()), "none follows the last");
        assert_eq!(postpone(weekly, 2, on, day("2026-10-16"), |_| false), Err(PostponeFault::NotEligible));
    }

    #[test]
    fn room_is_below_the_cap() {
        assert!(has_room(9, 10));
        assert!(!has_room(10, 10) && !has_room(0, 0));
    }

    fn calendar(away: &[(&str, &str)]) -> ProviderCalendar {
        ProviderCalendar {
            zone: Oslo,
            holidays: HolidayCalendar::named("NO").unwrap(),
            hours: WorkingHours::default(),
            away: away.iter().map(|(from, to)| DateRange { from: day(from), to: day(to) }).collect(),
        }
    }

    #[test]
    fn answers_are_read_in_the_next_digest_unless_she_is_away() {
        let at = |local| instant_of(Oslo, NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap());
        let eight = NaiveTime::MIN + TimeDelta::hours(8);
        let here = calendar(&[]);
        let read = |own: &ProviderCalendar, covered: &ProviderCalendar, days| {
            reads(at("2026-10-06 11:00"), own, covered, eight, days)
        };
        assert_eq!(read(&here, &here, None), Reads::By(day("2026-10-07")));
        let thursdays = Some(Weekdays::of([Weekday::Thu]));
        assert_eq!(read(&here, &here, thursdays), Reads::By(day("2026-10-08")));
        let sundays = Some(Weekdays::of([Weekday::Sun]));
        assert_eq!(read(&here, &here, sundays), Reads::By(day("2026-10-07")));
        let away = calendar(&[("2026-10-06", "2026-10-12")]);
        assert_eq!(read(&away, &away, None), Reads::NobodyBefore(day("2026-10-12")));
        assert_eq!(read(&away, &here, None), Reads::SubstituteBy(day("2026-10-07")));
        let later = calendar(&[("2026-10-08", "2026-10-12")]);
        assert_eq!(read(&later, &later, None), Reads::By(day("2026-10-07")), "she reads before she leaves");
        assert_eq!(read(&later, &later, thursdays), Reads::NobodyBefore(day("2026-10-15")));
        let gone = calendar(&[("2026-10-01", "2036-10-01")]);
        assert_eq!(read(&gone, &gone, None), Reads::NoDay);
        assert_eq!(read(&gone, &here, None), Reads::SubstituteBy(day("2026-10-07")));
    }
}
