//! What an organisation tunes: bounds and defaults, who changed them, when and why.

use crate::relationships::PartyOut;
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use poem_openapi::types::MaybeUndefined;
use std::collections::BTreeMap;
use uuid::Uuid;

wire_words! {
    /// What a number of Help now is for.
    HelpPurpose {
        LifeInDanger = "life_in_danger",
        Urgent = "urgent",
        SomeoneToTalkTo = "someone_to_talk_to",
    }
    PreviewState {
        Waiting = "waiting",
        Running = "running",
        Finished = "finished",
        Failed = "failed",
    }
    /// A day of the week.
    Weekday {
        Mon = "mon",
        Tue = "tue",
        Wed = "wed",
        Thu = "thu",
        Fri = "fri",
        Sat = "sat",
        Sun = "sun",
    }
}

/// Hours on the wall clock, [from, to), each written `HH:MM`.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct Hours {
    #[oai(validator(min_length = 5, max_length = 5))]
    pub from: String,
    #[oai(validator(min_length = 5, max_length = 5))]
    pub to: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct HelpNumber {
    pub purpose: HelpPurpose,
    /// As it is dialled: digits, spaces and a leading plus.
    #[oai(validator(max_length = 20))]
    pub number: String,
}

/// All rules. They can only make things quieter or rarer than owner and provider chose.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct RulesOut {
    /// When check-ins are sent, on the provider's clock.
    pub check_in_hours: Hours,
    pub check_in_days: Vec<Weekday>,
    /// Days between check-ins at least, however short a cadence somebody chose.
    pub check_in_min_interval_days: i64,
    /// Days a series begins with where nobody chose. A cadence that was chosen stands.
    pub check_in_default_interval_days: i64,
    /// Days an owner is offered.
    pub check_in_interval_menu: Vec<i64>,
    /// Most check-in series of one provider; her own lower cap stands.
    pub check_in_cap: i64,
    /// When an owner is asked to look at her plan or agreement, on her clock.
    pub prompt_hours: Hours,
    /// Check-ins, plan prompts and agreement rounds of one owner in a day, her day.
    pub prompts_per_day: i64,
    /// The same in one ISO week.
    pub prompts_per_week: i64,
    /// Days from writing a plan to its first review.
    pub plan_first_review_days: i64,
    /// Days between later reviews; the first is the default.
    pub plan_review_menu: Vec<i64>,
    /// Working days an agreement may name.
    pub reply_window_menu: Vec<i64>,
    /// Working days where no agreement says.
    pub reply_window_default: i64,
    /// `HH:MM` on the provider's clock; never before her hours begin.
    pub digest_time: String,
    /// Most lines of a digest.
    pub digest_lines: i64,
    /// A message of more characters is long.
    pub long_message_chars: i64,
    /// With more unread from one person, each of them is long.
    pub long_message_unread: i64,
    /// Working days a digest with promises may lie unopened before their dates are uncertain.
    pub uncertain_after_working_days: i64,
    /// ISO 3166 code of the public holidays that count.
    pub holiday_calendar: String,
    /// Dates without check-ins and prompts, beside Sundays, public holidays, 24 and 31 December.
    pub further_quiet_days: Vec<NaiveDate>,
    /// A new owner's quiet hours until she chooses.
    pub quiet_hours_default: Hours,
    /// Texts of which the organisation's own approved wording is used; left out: of all.
    #[oai(skip_serializing_if_is_none)]
    pub template_keys: Option<Vec<String>>,
    /// Numbers of Help now by ISO 3166 country code.
    pub help_now: BTreeMap<String, Vec<HelpNumber>>,
}

/// The rules to change; those left out stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Object)]
pub struct RulesPatch {
    /// Between 08:00 and 20:00.
    #[oai(skip_serializing_if_is_none)]
    pub check_in_hours: Option<Hours>,
    /// Monday to Friday, at least one.
    #[oai(skip_serializing_if_is_none)]
    pub check_in_days: Option<Vec<Weekday>>,
    /// 7 to 56.
    #[oai(skip_serializing_if_is_none)]
    pub check_in_min_interval_days: Option<i64>,
    /// One of the menu.
    #[oai(skip_serializing_if_is_none)]
    pub check_in_default_interval_days: Option<i64>,
    /// Each 7 to 56.
    #[oai(skip_serializing_if_is_none)]
    pub check_in_interval_menu: Option<Vec<i64>>,
    /// 1 to 30.
    #[oai(skip_serializing_if_is_none)]
    pub check_in_cap: Option<i64>,
    /// Between 08:00 and 20:00.
    #[oai(skip_serializing_if_is_none)]
    pub prompt_hours: Option<Hours>,
    /// 0 or 1.
    #[oai(skip_serializing_if_is_none)]
    pub prompts_per_day: Option<i64>,
    /// 0 to 3.
    #[oai(skip_serializing_if_is_none)]
    pub prompts_per_week: Option<i64>,
    /// 90 to 730.
    #[oai(skip_serializing_if_is_none)]
    pub plan_first_review_days: Option<i64>,
    /// Each 90 to 730.
    #[oai(skip_serializing_if_is_none)]
    pub plan_review_menu: Option<Vec<i64>>,
    /// Each 1 to 5. A window that was agreed stands.
    #[oai(skip_serializing_if_is_none)]
    pub reply_window_menu: Option<Vec<i64>>,
    /// One of the menu.
    #[oai(skip_serializing_if_is_none)]
    pub reply_window_default: Option<i64>,
    /// `HH:MM`, 06:00 to 12:00.
    #[oai(skip_serializing_if_is_none)]
    pub digest_time: Option<String>,
    /// 5 to 20.
    #[oai(skip_serializing_if_is_none)]
    pub digest_lines: Option<i64>,
    /// 200 to 20,000.
    #[oai(skip_serializing_if_is_none)]
    pub long_message_chars: Option<i64>,
    /// 1 to 20.
    #[oai(skip_serializing_if_is_none)]
    pub long_message_unread: Option<i64>,
    /// 1 to 5.
    #[oai(skip_serializing_if_is_none)]
    pub uncertain_after_working_days: Option<i64>,
    /// An ISO 3166 code there is a calendar for.
    #[oai(skip_serializing_if_is_none)]
    pub holiday_calendar: Option<String>,
    /// At most 100 dates.
    #[oai(skip_serializing_if_is_none)]
    pub further_quiet_days: Option<Vec<NaiveDate>>,
    #[oai(skip_serializing_if_is_none)]
    pub quiet_hours_default: Option<Hours>,
    /// Keys of texts that may be reworded; null: all of them.
    #[oai(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub template_keys: MaybeUndefined<Vec<String>>,
    /// Numbers by ISO 3166 country code, all countries together.
    #[oai(skip_serializing_if_is_none)]
    pub help_now: Option<BTreeMap<String, Vec<HelpNumber>>>,
}

/// The next version of the policy.
#[derive(Clone, Debug, Object)]
pub struct PolicyIn {
    pub changes: RulesPatch,
    /// Why, for everybody who reads the policy: 1 to 1,000 characters.
    pub why: String,
}

/// One version of the policy.
#[derive(Clone, Debug, Object)]
pub struct PolicyOut {
    /// 1 is what holds where nothing was ever published.
    pub version: i32,
    pub rules: RulesOut,
    /// Absent for version 1.
    #[oai(skip_serializing_if_is_none)]
    pub published_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub published_by: Option<PartyOut>,
    #[oai(skip_serializing_if_is_none)]
    pub why: Option<String>,
    /// Names of the rules that differ from the version before.
    pub changed: Vec<String>,
}

#[derive(Clone, Debug, Object)]
pub struct PoliciesOut {
    pub items: Vec<PolicyOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// A change to be tried before it is published.
#[derive(Clone, Debug, Object)]
pub struct PolicyPreviewIn {
    pub changes: RulesPatch,
}

/// What the next 30 days would be like, with the policy in force and with the change.
#[derive(Clone, Debug, Object)]
pub struct PolicyPreviewOut {
    pub id: Uuid,
    pub state: PreviewState,
    /// Percent.
    pub progress: i32,
    pub created_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub finished_at: Option<DateTime<Utc>>,
    /// Once finished: the next 30 days under the rules in force, as if nobody wrote and everybody opened and
    /// answered what they were sent. Groups of fewer than five people are not in it.
    #[oai(skip_serializing_if_is_none)]
    pub today: Option<Vec<crate::counts::TallyOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub changed: Option<Vec<crate::counts::TallyOut>>,
}
