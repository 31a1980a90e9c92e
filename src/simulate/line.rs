//! The lines that `reconnect simulate --json` writes and `--scenario` reads: one JSON object a line,
//! described for others in `docs/simulation.schema.json`.

use super::fields::{
    Chars, Count, EveryDays, Fault, Field, Fields, Label, Named, ProposalAnswer, ReplyWindow, Side, WallTime, Word,
};
use chrono::{DateTime, FixedOffset, NaiveDate};
use chrono_tz::Tz;
use domain::crisis_plan::ReviewTrigger;
use domain::toolbox::{GoalState, ItemKind};
use domain::weekdays::Weekdays;
use domain::words::{Channel, CheckInAnswer, GrantLevel, Job, Level, MessageKind, Outcome, PromptAnswer};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    Run(Run),
    Event(Event),
    Decision(Decision),
}

/// The first line: what was asked for. The same run gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub seed: u64,
    /// Number of service users.
    pub people: u32,
    /// Days simulated, counted from the beginning of `start` in `zone`.
    pub days: u32,
    pub start: NaiveDate,
    pub zone: Tz,
    pub policy_version: u32,
}

/// Something that a person, or time itself, did.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// With the offset of the person who acted.
    pub at: DateTime<FixedOffset>,
    pub owner: Option<Label>,
    pub provider: Option<Label>,
    pub what: Happening,
    /// Fields that are not known here; they are echoed as they came.
    pub extra: Map<String, Value>,
}

/// What one slot came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// With the offset of the recipient.
    pub at: DateTime<FixedOffset>,
    pub job: Job,
    /// The slot's local date.
    pub slot: NaiveDate,
    pub owner: Option<Label>,
    pub provider: Option<Label>,
    pub recipient: Label,
    pub recipient_zone: Tz,
    pub outcome: Outcome,
    /// Code of the gate that decided, or of the reason to send.
    pub reason: String,
    pub channels: Vec<Channel>,
    /// Messages, proposals, `series/slot` for check-ins, and `plan/owner`, `goals/owner` and the like for changes of what
    /// is shared: at most 20 in a digest, more only for heavy replies.
    pub items: Option<Vec<Label>>,
    /// The date that both sides were shown.
    pub promised: Option<NaiveDate>,
    /// Number of items that are long reads.
    pub long: Option<u32>,
    pub policy_version: u32,
    pub agreement_version: Option<u32>,
    /// What the slot is about: a series, a message, a relationship. With job, slot and recipient it
    /// is the identity of the send.
    pub subject: Option<Label>,
    /// The items of a digest by its sections.
    pub sections: Option<BTreeMap<String, Vec<Label>>>,
}

/// Whom an event of a kind has to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parties {
    Both,
    Owner,
    Provider,
    /// Nobody, or known from the message or series that the event names.
    Implied,
}

macro_rules! happenings {
    ($($(#[$doc:meta])* $variant:ident = $kind:literal, $parties:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        /// The kinds of event with their fields.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Happening {
            $($(#[$doc])* $variant { $($(#[$fdoc])* $field: $type),* },)*
        }

        impl Happening {
            /// Every kind, in the order of the documentation.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $kind,)* }
            }

            fn parties(&self) -> Parties {
                match self { $(Self::$variant { .. } => Parties::$parties,)* }
            }

            /// `None` when a field is at fault; all of them are looked at first.
            fn read(kind: &str, fields: &mut Fields<'_>) -> Option<Self> {
                match kind {
                    $($kind => {
                        $(let $field = fields.take::<$type>(stringify!($field));)*
                        Some(Self::$variant { $($field: $field?),* })
                    })*
                    _ => {
                        let kinds = Self::KINDS.join(", ");
                        fields.fault(Some("kind"), format!("is {kind:?}, but must be one of {kinds}"));
                        None
                    }
                }
            }

            fn write(&self) -> Vec<(&'static str, Option<Value>)> {
                match self {
                    $(Self::$variant { $($field),* } => vec![$((stringify!($field), $field.write())),*],)*
                }
            }
        }
    };
}

happenings! {
    /// Both accepted; from now on they can write to one another.
    RelationshipStarted = "relationship_started", Both { level: Option<Level>, place: Option<Label> }
    RelationshipEnded = "relationship_ended", Both {}
    /// Both accepted the same version. The first is version 1, each further one the next.
    AgreementAccepted = "agreement_accepted", Both {
        reply_window_days: ReplyWindow,
        check_ins: bool,
        substitute: Option<Label>,
    }
    MessageSent = "message_sent", Both {
        message: Label,
        from: Side,
        message_kind: MessageKind,
        chars: Chars,
        gist: bool,
        preview_allowed: bool,
        important: Option<bool>,
        /// The substitute, when she writes in the provider's place.
        by: Option<Label>,
    }
    /// The one who did not write it has opened it.
    MessageOpened = "message_opened", Implied { message: Label }
    MessageRecalled = "message_recalled", Implied { message: Label }
    /// The provider (or `by`, her substitute) answered in writing. A message of theirs answers all
    /// that was opened and waits; each then has its line.
    Reply = "reply", Implied {
        message: Label,
        /// The message that carries the answer, when it has a `message_sent` of its own. Without it
        /// the reply is itself the provider's message.
        reply_message: Option<Label>,
        by: Option<Label>,
    }
    ReadThanks = "read_thanks", Implied { message: Label, from: Side, by: Option<Label> }
    /// The provider would rather talk, on `day`.
    LetsTalk = "lets_talk", Implied { message: Label, day: NaiveDate, by: Option<Label> }
    CallLogged = "call_logged", Both { by: Option<Label> }
    /// Closed without an answer, by the owner as a rule.
    ClockClosed = "clock_closed", Implied { message: Label, by: Label }
    /// The provider, or the owner, set another date.
    PromiseMoved = "promise_moved", Implied { message: Label, to: NaiveDate }
    ProviderLeft = "provider_left", Provider {}
    /// Both accepted; the anchors count from this date.
    SeriesAccepted = "series_accepted", Both { series: Label, every_days: EveryDays }
    SeriesStopped = "series_stopped", Implied { series: Label }
    CheckInAnswered = "check_in_answered", Owner { slot: NaiveDate, answer: CheckInAnswer }
    CheckInOpened = "check_in_opened", Owner { slot: NaiveDate }
    SlotPostponed = "slot_postponed", Owner { slot: NaiveDate, to: NaiveDate }
    SlotSkippedByProvider = "slot_skipped_by_provider", Owner { slot: NaiveDate }
    /// The days [from, to).
    Absence = "absence", Provider { from: NaiveDate, to: NaiveDate, substitute: Option<Label> }
    /// The substitute accepted for the next or present absence, and with an `owner` she consented.
    SubstituteAccepted = "substitute_accepted", Provider { substitute: Label }
    SettingChanged = "setting_changed", Owner { job: Job, on: bool }
    KillSwitch = "kill_switch", Implied { on: bool }
    /// `who` is a person's label, or `owner` or `provider` for the one the line names.
    AccountSuspended = "account_suspended", Implied { who: Label }
    /// After `n` unanswered check-ins the provider is told. It stands in the agreement: a further
    /// version of it follows on a line of its own.
    SilenceClauseSet = "silence_clause_set", Both { n: Count }
    PauseStarted = "pause_started", Owner {}
    PauseEnded = "pause_ended", Owner {}
    HospitalAdmitted = "hospital_admitted", Owner {}
    HospitalDischarged = "hospital_discharged", Owner {}
    /// Agreed on, to take place at `at_time`.
    Consultation = "consultation", Both { at_time: DateTime<FixedOffset> }
    Grant = "grant", Both { subject: Label, level: GrantLevel }
    Revoke = "revoke", Both { subject: Label }
    /// She turns the review prompts on with it, and chooses what else may bring one: `plan_used`,
    /// `discharge` and the like. Without a choice only the calendar does.
    PlanWritten = "plan_written", Owner { triggers: Option<Vec<ReviewTrigger>> }
    /// With `proposal`, by taking that in: the answer to it brought this line.
    PlanEdited = "plan_edited", Owner { proposal: Option<Label> }
    PlanUsed = "plan_used", Owner {}
    /// A plan prompt, or with `job` an agreement round, was opened.
    PromptOpened = "prompt_opened", Owner { slot: NaiveDate, job: Option<Job> }
    PromptAnswered = "prompt_answered", Owner { slot: NaiveDate, answer: PromptAnswer, job: Option<Job> }
    /// Wall clock, [from, to), over midnight when `to` is not later than `from`.
    QuietHoursSet = "quiet_hours_set", Owner { from: WallTime, to: WallTime }
    /// The owner's, or without an owner the provider's.
    ZoneChanged = "zone_changed", Implied { zone: Tz }
    ProviderHoursSet = "provider_hours_set", Provider { days: Weekdays, from: WallTime, to: WallTime }
    PolicyPublished = "policy_published", Implied { version: Count, changes: Named }
    /// Something of her toolbox has a new version; the first such line of an item makes it. What is
    /// not said stays as it was; a new item is no draft, and a new goal is active.
    ItemChanged = "item_changed", Owner {
        item: Label,
        item_kind: ItemKind,
        /// What it lies under, the goal of a step, the life domain of a status; or the exercise of a run.
        under: Option<Label>,
        draft: Option<bool>,
        state: Option<GoalState>,
        /// By taking that in: the answer to it brought this line.
        proposal: Option<Label>,
    }
    /// With all that lies under it.
    ItemDeleted = "item_deleted", Owner { item: Label }
    /// Whatever else is shared with the provider, this is not.
    KeptPrivate = "kept_private", Both { subject: Label }
    /// The provider proposes a change of a goal, a step or, by its name, a section of the plan.
    ProposalMade = "proposal_made", Both { proposal: Label, item: Label }
    ProposalAnswered = "proposal_answered", Implied { proposal: Label, answer: ProposalAnswer }
    /// Its author took it back.
    ProposalWithdrawn = "proposal_withdrawn", Implied { proposal: Label }
    /// Beside an item or, by its name, a section of the plan.
    CommentMade = "comment_made", Both { comment: Label, item: Label, from: Side }
    /// The owner keeps it to herself.
    CommentHidden = "comment_hidden", Implied { comment: Label }
}

impl Happening {
    /// Who did it in the provider's place.
    pub const fn by(&self) -> Option<&Label> {
        match self {
            Self::MessageSent { by, .. }
            | Self::Reply { by, .. }
            | Self::ReadThanks { by, .. }
            | Self::LetsTalk { by, .. }
            | Self::CallLogged { by } => by.as_ref(),
            _ => None,
        }
    }
}

impl Event {
    /// An event without further fields.
    pub fn new(at: DateTime<FixedOffset>, owner: Option<&Label>, provider: Option<&Label>, what: Happening) -> Self {
        Self { at, owner: owner.cloned(), provider: provider.cloned(), what, extra: Map::new() }
    }

    /// Whose account this suspends, if it suspends one.
    pub fn suspended(&self) -> Option<&Label> {
        match &self.what {
            Happening::AccountSuspended { who } => match who.as_str() {
                "owner" => self.owner.as_ref(),
                "provider" => self.provider.as_ref(),
                _ => Some(who),
            },
            _ => None,
        }
    }

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        let at = fields.take("at");
        let owner: Option<Option<Label>> = fields.take("owner");
        let provider: Option<Option<Label>> = fields.take("provider");
        let kind: Word = fields.take("kind")?;
        let what = Happening::read(&kind.0, &mut fields);
        let (owner, provider, what) = (owner?, provider?, what?);
        let sound = [what.needs(owner.as_ref(), provider.as_ref()), what.at_odds()]
            .into_iter()
            .flatten()
            .map(|(field, problem)| fields.fault(Some(field), problem))
            .count()
            == 0;
        let event = Self { at: at?, owner, provider, what, extra: fields.rest() };
        sound.then_some(event)
    }
}

impl Happening {
    /// Which party is missing, and why it is needed.
    fn needs(&self, owner: Option<&Label>, provider: Option<&Label>) -> Option<(&'static str, String)> {
        let (wants_owner, wants_provider) = match self.parties() {
            Parties::Both => (true, true),
            Parties::Owner => (true, false),
            Parties::Provider => (false, true),
            Parties::Implied => (false, false),
        };
        let kind = self.kind();
        if wants_owner && owner.is_none() {
            Some(("owner", format!("is missing; {kind} must name the service user")))
        } else if wants_provider && provider.is_none() {
            Some(("provider", format!("is missing; {kind} must name the provider")))
        } else if owner.is_some() && owner == provider {
            Some(("provider", "is the owner too, but nobody has a relationship with herself".to_owned()))
        } else {
            None
        }
    }

    /// Fields that cannot both be right.
    fn at_odds(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Absence { from, to, .. } if to < from => {
                Some(("to", format!("is {to}, but must not be before `from`, {from}")))
            }
            Self::ProviderHoursSet { from, to, .. } if to <= from => {
                Some(("to", "must be later than `from` on the same day".to_owned()))
            }
            Self::SlotPostponed { slot, to } if to <= slot => {
                Some(("to", format!("is {to}, but must be after `slot`, {slot}")))
            }
            _ => None,
        }
    }
}

impl Run {
    fn read(mut fields: Fields<'_>) -> Option<Self> {
        let (seed, people, days) = (fields.take("seed"), fields.take("people"), fields.take("days"));
        let (start, zone, policy_version) = (fields.take("start"), fields.take("zone"), fields.take("policy_version"));
        Some(Self {
            seed: seed?,
            people: people?,
            days: days?,
            start: start?,
            zone: zone?,
            policy_version: policy_version?,
        })
    }
}

impl Decision {
    fn read(mut fields: Fields<'_>) -> Option<Self> {
        let (at, job, slot) = (fields.take("at"), fields.take("job"), fields.take("slot"));
        let (owner, provider) = (fields.take("owner"), fields.take("provider"));
        let (recipient, recipient_zone) = (fields.take("recipient"), fields.take("recipient_zone"));
        let (outcome, reason, channels) =
            (fields.take("outcome"), fields.take::<Word>("reason"), fields.take("channels"));
        let (items, promised, long) = (fields.take("items"), fields.take("promised"), fields.take("long"));
        let (policy_version, agreement_version) = (fields.take("policy_version"), fields.take("agreement_version"));
        let (subject, sections) = (fields.take("subject"), fields.take("sections"));
        Some(Self {
            at: at?,
            job: job?,
            slot: slot?,
            owner: owner?,
            provider: provider?,
            recipient: recipient?,
            recipient_zone: recipient_zone?,
            outcome: outcome?,
            reason: reason?.0,
            channels: channels?,
            items: items?,
            promised: promised?,
            long: long?,
            policy_version: policy_version?,
            agreement_version: agreement_version?,
            subject: subject?,
            sections: sections?,
        })
    }
}

impl Field for BTreeMap<String, Vec<Label>> {
    const RIGHT: &'static str = "an object of lists of ids";
    fn read(value: &Value) -> Option<Self> {
        value.as_object()?.iter().map(|(name, ids)| Some((name.clone(), Field::read(ids)?))).collect()
    }
    fn write(&self) -> Option<Value> {
        Some(self.iter().filter_map(|(name, ids)| Some((name.clone(), ids.write()?))).collect::<Map<_, _>>().into())
    }
}

impl Line {
    /// Reads one line, the `number`th of its file. Every fault of the line is noted in `faults`.
    pub fn read(number: usize, text: &str, faults: &mut Vec<Fault>) -> Option<Self> {
        let object = match serde_json::from_str(text) {
            Ok(Value::Object(object)) => object,
            Ok(_) => {
                let problem = "is not an object; each line must be one JSON object".to_owned();
                faults.push(Fault { line: number, field: None, problem });
                return None;
            }
            Err(error) => {
                let problem = format!(
                    "is not JSON ({}, column {}); each line must be one JSON object",
                    kind_of(&error),
                    error.column()
                );
                faults.push(Fault { line: number, field: None, problem });
                return None;
            }
        };
        let mut fields = Fields::new(number, object, faults);
        let line: Word = fields.take("line")?;
        match line.0.as_str() {
            "run" => Run::read(fields).map(Self::Run),
            "event" => Event::read(fields).map(Self::Event),
            "decision" => Decision::read(fields).map(Self::Decision),
            _ => {
                fields.fault(Some("line"), format!("is {:?}, but must be run, event or decision", line.0));
                None
            }
        }
    }
}

fn kind_of(error: &serde_json::Error) -> &'static str {
    if error.is_eof() { "it ends too early" } else { "it cannot be read" }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let fields: Vec<(&str, Option<Value>)> = match self {
            Self::Run(run) => vec![
                ("line", Some("run".into())),
                ("seed", run.seed.write()),
                ("people", run.people.write()),
                ("days", run.days.write()),
                ("start", run.start.write()),
                ("zone", run.zone.write()),
                ("policy_version", run.policy_version.write()),
            ],
            Self::Event(event) => {
                let mut fields = vec![
                    ("line", Some("event".into())),
                    ("at", event.at.write()),
                    ("kind", Some(event.what.kind().into())),
                    ("owner", event.owner.write()),
                    ("provider", event.provider.write()),
                ];
                fields.extend(event.what.write());
                fields.extend(event.extra.iter().map(|(name, value)| (name.as_str(), Some(value.clone()))));
                fields
            }
            Self::Decision(decision) => vec![
                ("line", Some("decision".into())),
                ("at", decision.at.write()),
                ("job", decision.job.write()),
                ("slot", decision.slot.write()),
                ("owner", decision.owner.write()),
                ("provider", decision.provider.write()),
                ("recipient", decision.recipient.write()),
                ("recipient_zone", decision.recipient_zone.write()),
                ("outcome", decision.outcome.write()),
                ("reason", Some(decision.reason.clone().into())),
                ("channels", decision.channels.write()),
                ("subject", decision.subject.write()),
                ("items", decision.items.write()),
                ("sections", decision.sections.write()),
                ("promised", decision.promised.write()),
                ("long", decision.long.write()),
                ("policy_version", decision.policy_version.write()),
                ("agreement_version", decision.agreement_version.write()),
            ],
        };
        for (name, value) in fields {
            if let Some(value) = value {
                map.serialize_entry(name, &value)?;
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Line>, Vec<String>) {
        let mut faults = Vec::new();
        let line = Line::read(7, text, &mut faults);
        (line, faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_line_comes_back_as_it_went() {
        for text in [
            r#"{"line":"run","seed":1,"people":29,"days":182,"start":"2026-10-01","zone":"Europe/Oslo","policy_version":1}"#,
            r#"{"line":"event","at":"2026-10-02T01:40:00+02:00","kind":"message_sent","owner":"Bente","provider":"Kari","message":"m1","from":"owner","message_kind":"vault","chars":9000,"gist":true,"preview_allowed":false}"#,
            r#"{"line":"event","at":"2026-10-02T10:00:00+02:00","kind":"provider_hours_set","provider":"Kari","days":["mon","thu"],"from":"08:00","to":"15:30","note":"half time"}"#,
            r#"{"line":"event","at":"2026-10-02T10:00:00+02:00","kind":"kill_switch","on":true}"#,
            r#"{"line":"decision","at":"2026-10-05T08:00:00+02:00","job":"digest","slot":"2026-10-05","provider":"Kari","recipient":"Kari","recipient_zone":"Europe/Oslo","outcome":"sent","reason":"due","channels":["in_app","email"],"items":["m1"],"sections":{"new":["m1"]},"long":1,"policy_version":1}"#,
        ] {
            let (line, faults) = read(text);
            assert_eq!(faults, Vec::<String>::new());
            assert_eq!(serde_json::to_string(&line.expect("a line")).expect("JSON"), text);
        }
    }

    #[test]
    fn every_fault_of_a_line_is_named_with_what_would_be_right() {
        let (line, faults) = read(
            r#"{"line":"event","at":"tomorrow","kind":"message_sent","owner":"Bente","provider":"Kari","message":"","from":"Kari","message_kind":"letter","chars":21000,"gist":"yes"}"#,
        );
        assert_eq!(line, None);
        insta::assert_snapshot!(faults.join("\n"), @r###"
        line 7: `at` is "tomorrow", but must be a time with its offset, such as "2026-10-01T09:00:00+02:00"
        line 7: `message` is "", but must be a text of 1 to 200 characters without line breaks
        line 7: `from` is "Kari", but must be owner or provider
        line 7: `message_kind` is "letter", but must be info, reply_wanted, next_consultation or vault
        line 7: `chars` is 21000, but must be a whole number from 1 to 20000
        line 7: `gist` is "yes", but must be true or false
        line 7: `preview_allowed` is missing; it must be true or false
        "###);
    }

    #[test]
    fn parties_and_pairs_of_fields_are_looked_at_together() {
        let cases = [
            r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"call_logged","owner":"Bente"}"#,
            r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"pause_started","provider":"Kari"}"#,
            r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"relationship_started","owner":"Kari","provider":"Kari"}"#,
            r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"absence","provider":"Kari","from":"2026-10-09","to":"2026-10-05"}"#,
            r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"provider_hours_set","provider":"Kari","days":[],"from":"15:00","to":"08:00"}"#,
            r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"provider_hours_set","provider":"Kari","days":[1,7],"from":"15:00","to":"08:00"}"#,
            r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"zone_changed","owner":"Bente","zone":"Europe/Olso"}"#,
            r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"series_accepted","owner":"Bente","provider":"Kari","series":"s","every_days":9}"#,
            r#"{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"massage_sent"}"#,
        ];
        let faults: Vec<String> = cases.iter().flat_map(|text| read(text).1).collect();
        insta::assert_snapshot!(faults.join("\n"), @r###"
        line 7: `provider` is missing; call_logged must name the provider
        line 7: `owner` is missing; pause_started must name the service user
        line 7: `provider` is the owner too, but nobody has a relationship with herself
        line 7: `to` is 2026-10-05, but must not be before `from`, 2026-10-09
        line 7: `days` is [], but must be a list of at least one weekday, such as ["mon","tue","thu"]
        line 7: `to` must be later than `from` on the same day
        line 7: `zone` is "Europe/Olso", but must be an IANA time zone, such as "Europe/Oslo"
        line 7: `every_days` is 9, but must be 7, 14 or 28
        line 7: `kind` is "massage_sent", but must be one of relationship_started, relationship_ended, agreement_accepted, message_sent, message_opened, message_recalled, reply, read_thanks, lets_talk, call_logged, clock_closed, promise_moved, provider_left, series_accepted, series_stopped, check_in_answered, check_in_opened, slot_postponed, slot_skipped_by_provider, absence, substitute_accepted, setting_changed, kill_switch, account_suspended, silence_clause_set, pause_started, pause_ended, hospital_admitted, hospital_discharged, consultation, grant, revoke, plan_written, plan_edited, plan_used, prompt_opened, prompt_answered, quiet_hours_set, zone_changed, provider_hours_set, policy_published, item_changed, item_deleted, kept_private, proposal_made, proposal_answered, proposal_withdrawn, comment_made, comment_hidden
        "###);
    }

    #[test]
    fn nothing_makes_reading_panic() {
        for text in [
            "",
            "null",
            "[]",
            "{",
            "{\"line\":3}",
            "{\"line\":\"evnt\"}",
            "{\"line\":\"run\"}",
            "\u{0}",
            "{\"line\":\"decision\",\"at\":1}",
        ] {
            let (line, faults) = read(text);
            assert_eq!(line, None, "{text}");
            assert!(!faults.is_empty(), "{text}");
        }
    }

    #[test]
    fn a_suspension_names_a_person_or_a_side() {
        let whose = |who: &str| {
            let text = format!(
                r#"{{"line":"event","at":"2026-10-01T09:00:00+02:00","kind":"account_suspended","owner":"Bente","provider":"Kari","who":"{who}"}}"#
            );
            match read(&text).0 {
                Some(Line::Event(event)) => event.suspended().map(ToString::to_string),
                _ => None,
            }
        };
        assert_eq!(whose("owner").as_deref(), Some("Bente"));
        assert_eq!(whose("provider").as_deref(), Some("Kari"));
        assert_eq!(whose("Ola").as_deref(), Some("Ola"));
    }
}
