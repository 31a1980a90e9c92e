//! One digest's lines, chosen from what was read for many. What was recalled or is no longer shared is not there; what
//! was read is no longer new.

use super::gather::{Asked, Gathered};
use super::listed::Listed;
use super::matter::{Head, Matter};
use super::toolbox;
use crate::error::Result;
use crate::grants::Shared;
use crate::relationships::Related;
use crate::rows;
use chrono::{DateTime, NaiveDate, Utc};
use domain::digest::{Candidate, Section};
use domain::ids::{AccountId, MessageId, OrganisationId, PlanReviewId, ReplyClockId, SeriesId, SlotId};
use domain::item_changes::ItemChanges;
use domain::organisation_policy::Rules;
use domain::ownership::Actor;
use domain::plan_changes::{PlanChanges, to_tell};
use domain::replies::OverdueChoice;
use domain::schedule::digest_at;
use domain::words::{CheckInAnswer, MessageKind};
use domain::working_time::ProviderCalendar;
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) struct Lines<'a> {
    pub matter: &'a Matter,
    pub reader: Actor,
    calendar: &'a ProviderCalendar,
    rules: &'a Rules,
    today: NaiveDate,
    pub now: DateTime<Utc>,
    last_day: NaiveDate,
    next_day: Option<NaiveDate>,
    /// Relationships in which she takes part or stands in.
    pairs: BTreeMap<Uuid, &'a Related>,
    /// The owners with whom she takes part.
    pub of_owner: BTreeMap<AccountId, &'a Related>,
    /// How many messages of each relationship are unread.
    from_one: BTreeMap<Uuid, u32>,
    pub listed: Listed,
    pub candidates: Vec<Candidate>,
}

impl<'a> Lines<'a> {
    pub fn of(
        matter: &'a Matter,
        account: &rows::Account,
        calendar: &'a ProviderCalendar,
        asked: &Asked<'a>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let Asked { provider, today, rules } = *asked;
        let related = matter.related(provider);
        let mut of_owner: BTreeMap<AccountId, &Related> = BTreeMap::new();
        for related in related.iter().filter(|related| related.view.members.contains(&provider)) {
            of_owner.entry(related.view.owner).or_insert(related);
        }
        let unread = |related: &Related| matter.unread.get(&related.row.id).map_or(0, Vec::len);
        Ok(Self {
            matter,
            reader: Actor {
                account: provider,
                role: account.role.parse()?,
                organisation: OrganisationId(account.organisation_id),
            },
            calendar,
            rules,
            today,
            now,
            last_day: calendar.last_working_day_before(today).unwrap_or(today),
            next_day: calendar.next_working_day_after(today),
            pairs: related.iter().map(|related| (related.row.id, related)).collect(),
            of_owner,
            from_one: related
                .iter()
                .map(|related| (related.row.id, u32::try_from(unread(related)).unwrap_or(u32::MAX)))
                .collect(),
            listed: Listed::before(matter.listed.get(&provider).map_or(&[], Vec::as_slice), today)?,
            candidates: Vec::new(),
        })
    }

    /// Every line there could be. In equal places the digest keeps the order of here.
    pub fn all(mut self) -> Result<Gathered> {
        let clocks = self.clocks();
        self.waiting(&clocks);
        self.unread();
        self.concerns();
        self.answers();
        self.rounds();
        self.plans_together();
        self.plans();
        toolbox::news(&mut self)?;
        self.tomorrow();
        Ok(Gathered { candidates: self.candidates, clocks })
    }

    pub const fn provider(&self) -> AccountId {
        self.reader.account
    }

    fn takes_part(&self, relationship: Uuid) -> bool {
        self.pairs.get(&relationship).is_some_and(|related| related.view.members.contains(&self.provider()))
    }

    /// What an owner shares with her.
    pub fn shared(&self, owner: AccountId) -> Option<&'a Shared> {
        self.matter.shared.get(&(owner, self.provider()))
    }

    pub fn blank(&self, section: Section, related: &Related, since: DateTime<Utc>) -> Candidate {
        Candidate {
            section,
            owner: related.view.owner,
            relationship: related.view.id,
            message: None,
            slot: None,
            series: None,
            clock: None,
            review: None,
            plan_changes: PlanChanges::new(),
            proposal: None,
            module: None,
            item_changes: ItemChanges::new(),
            due_today: false,
            overdue: false,
            important: false,
            since,
            chars: 0,
            long: false,
        }
    }

    fn is_long(&self, message: &Head) -> bool {
        let of_many =
            self.from_one.get(&message.relationship_id).copied().unwrap_or(0) > self.rules.long_message_unread;
        chars(message) > self.rules.long_message_chars || (message.opened_at.is_none() && of_many)
    }

    /// Open clocks of hers, and those that were handed to her, the first due first.
    fn clocks(&self) -> Vec<rows::ReplyClock> {
        let of = |id: &Uuid| self.matter.clocks.get(id).into_iter().flatten();
        let hers = |clock: &&rows::ReplyClock| {
            self.takes_part(clock.relationship_id) || clock.handed_to == Some(self.provider().0)
        };
        let mut clocks: Vec<rows::ReplyClock> = self.pairs.keys().flat_map(of).filter(hers).cloned().collect();
        clocks.sort_by_key(|clock| (clock.due_at, clock.id));
        clocks
    }

    fn waiting(&mut self, clocks: &[rows::ReplyClock]) {
        let last_digest = digest_at(self.last_day, self.calendar, self.rules.digest_time);
        for clock in clocks {
            let due_today = clock.promised_on == self.today;
            let recent = clock.promised_on >= self.last_day || is_wished(clock, self.provider(), last_digest);
            let overdue = clock.promised_on < self.today && recent;
            let Some(related) = self.pairs.get(&clock.relationship_id).filter(|_| due_today || overdue) else {
                continue;
            };
            let message = clock.message_id.and_then(|id| self.matter.waited_on.get(&id));
            self.candidates.push(Candidate {
                message: message.map(|message| MessageId(message.id)),
                slot: clock.slot_id.map(SlotId),
                clock: Some(ReplyClockId(clock.id)),
                due_today,
                overdue,
                important: message.is_some_and(|message| message.important),
                chars: message.map_or(0, chars),
                long: message.is_some_and(|message| self.is_long(message)),
                ..self.blank(Section::Waiting, related, clock.opened_at)
            });
        }
    }

    fn unread(&mut self) {
        let of = |(id, related): (&Uuid, &&'a Related)| {
            let all = self.matter.unread.get(id).filter(|_| self.takes_part(*id)).into_iter().flatten();
            let related = *related;
            all.map(move |message| (message, related)).collect::<Vec<_>>()
        };
        let mut all: Vec<(&Head, &Related)> = self.pairs.iter().flat_map(of).collect();
        all.sort_by_key(|(message, _)| (message.visible_at, message.id));
        for (message, related) in all {
            let section = if message.kind == MessageKind::NextConsultation.as_str() {
                if !self.meets_next_day(message.relationship_id) {
                    continue;
                }
                Section::NextConsultation
            } else {
                if self.listed.messages.contains(&message.id) {
                    continue;
                }
                Section::New
            };
            self.candidates.push(Candidate {
                message: Some(MessageId(message.id)),
                important: message.important,
                chars: chars(message),
                long: self.is_long(message),
                ..self.blank(section, related, message.visible_at)
            });
        }
    }

    /// Whether the pair has a consultation on her next working day.
    fn meets_next_day(&self, relationship: Uuid) -> bool {
        let mut all = self.matter.consultations.get(&relationship).into_iter().flatten();
        all.any(|at| Some(at.with_timezone(&self.calendar.zone).date_naive()) == self.next_day)
    }

    /// Heavy answers that wait for contact, and silence clauses, which are about a series and the last of its check-ins.
    fn concerns(&mut self) {
        let mut all: Vec<(&rows::Concern, &Related)> = self.of_pairs(&self.matter.concerns);
        all.sort_by_key(|(row, _)| (row.since, row.id));
        for (row, related) in all {
            let silence = self.matter.fell_silent.get(&row.relationship_id).copied().filter(|_| row.slot_id.is_none());
            let slot = row.slot_id.map(SlotId).or(silence.and_then(|(_, slot)| slot));
            let series = silence.map(|(series, _)| series);
            let line = Candidate { slot, series, ..self.blank(Section::Concerns, related, row.since) };
            self.candidates.push(line);
        }
    }

    /// What is about her relationships, with the one it is about.
    fn of_pairs<V>(&self, matter: &'a BTreeMap<Uuid, Vec<V>>) -> Vec<(&'a V, &'a Related)> {
        let of = |(id, related): (&Uuid, &&'a Related)| {
            let related = *related;
            matter.get(id).into_iter().flatten().map(move |row| (row, related)).collect::<Vec<_>>()
        };
        self.pairs.iter().flat_map(of).collect()
    }

    /// Check-in answers that no digest listed yet. Heavy ones are concerns; "not now" asks to be left in peace, unless
    /// she wrote something.
    fn answers(&mut self) {
        let heavy = [CheckInAnswer::Heavy.as_str(), CheckInAnswer::WantToTalk.as_str()];
        let mut all = self.of_pairs(&self.matter.answers);
        all.sort_by_key(|(row, _)| (row.answered_at, row.id));
        for (row, related) in all {
            let Some(at) = row.answered_at else { continue };
            let quiet = row.answer.as_deref().is_some_and(|answer| {
                heavy.contains(&answer) || (answer == CheckInAnswer::NotNow.as_str() && !row.noted)
            });
            if !quiet && !self.listed.slots.contains(&row.id) {
                let line = self.blank(Section::CheckInReplies, related, at);
                self.candidates.push(Candidate { slot: Some(SlotId(row.id)), ..line });
            }
        }
    }

    /// Wishes to look at the agreement together.
    fn rounds(&mut self) {
        let mut all = self.of_pairs(&self.matter.rounds);
        all.sort_by_key(|(row, _)| (row.answered_at, row.id));
        for (row, related) in all {
            let Some(at) = row.answered_at.filter(|_| related.view.members.contains(&self.provider())) else {
                continue;
            };
            if !self.listed.slots.contains(&row.id) {
                let line = self.blank(Section::SharedChanges, related, at);
                self.candidates.push(Candidate { slot: Some(SlotId(row.id)), ..line });
            }
        }
    }

    /// What an owner shares with her, where that shows her a section of the plan.
    fn shows_plan(&self, owner: AccountId) -> Option<&'a Shared> {
        self.shared(owner).filter(|shared| shared.sharing.any_section(self.provider(), self.now))
    }

    /// Wishes to look at the plan together. Whose plan shows her nothing now has no line.
    fn plans_together(&mut self) {
        for (row, owner) in self.matter.together.get(&self.provider()).into_iter().flatten() {
            let before =
                row.slot_id.map_or(self.listed.reviews.contains(&row.id), |slot| self.listed.slots.contains(&slot));
            let Some(related) = self.of_owner.get(owner).filter(|_| !before && self.shows_plan(*owner).is_some())
            else {
                continue;
            };
            let line = Candidate {
                slot: row.slot_id.map(SlotId),
                review: row.slot_id.is_none().then_some(PlanReviewId(row.id)),
                ..self.blank(Section::SharedChanges, related, row.at)
            };
            self.candidates.push(line);
        }
    }

    /// Changes of sections that are shared with her, which no digest listed yet.
    fn plans(&mut self) {
        for (owner, related) in &self.of_owner {
            let (Some(latest), Some(shared)) = (self.matter.plans.get(owner), self.shows_plan(*owner)) else {
                continue;
            };
            let lately = latest.iter().filter(|(_, change)| related.row.started_at.is_none_or(|at| at < change.at));
            let latest: PlanChanges = lately.map(|(section, change)| (*section, *change)).collect();
            let told = self.listed.changes.get(owner).cloned().unwrap_or_default();
            let changes = to_tell(&latest, &told, &shared.sharing, self.provider(), self.now);
            if let Some(since) = changes.values().map(|change| change.at).min() {
                let line = self.blank(Section::SharedChanges, related, since);
                self.candidates.push(Candidate { plan_changes: changes, ..line });
            }
        }
    }

    /// Check-ins of her next working day.
    fn tomorrow(&mut self) {
        let Some(next_day) = self.next_day else { return };
        for row in self.matter.placed.get(&(self.provider(), next_day)).into_iter().flatten() {
            let Some(related) = row.relationship_id.and_then(|id| self.pairs.get(&id)) else { continue };
            let line = self.blank(Section::TomorrowsCheckIns, related, row.next_at.unwrap_or(self.now));
            self.candidates.push(Candidate { series: Some(SeriesId(row.id)), ..line });
        }
    }
}

fn chars(message: &Head) -> u32 {
    u32::try_from(message.chars).unwrap_or(0)
}

/// Whether the owner of an overdue clock asked, after the last digest, that it stand in the next:
/// in that of whoever answers for it, or in everybody's.
fn is_wished(clock: &rows::ReplyClock, provider: AccountId, last_digest: Option<DateTime<Utc>>) -> bool {
    let lately = clock.chosen_at.is_some_and(|at| last_digest.is_none_or(|digest| at >= digest));
    let answers = clock.handed_to.unwrap_or(clock.provider_id) == provider.0;
    match clock.choice.as_deref().and_then(|word| word.parse::<OverdueChoice>().ok()) {
        Some(OverdueChoice::Remind) => lately && answers,
        Some(OverdueChoice::AskTeam) => lately,
        Some(OverdueChoice::Wait | OverdueChoice::NextConsultation) | None => false,
    }
}
