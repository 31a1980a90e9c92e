//! The gate's table as a golden file: one case per cell (22 rows × 7 jobs). In each case everything
//! speaks for sending except what the row is about. Rewrite with
//! `RECONNECT_GOLDEN=write cargo test -p domain --test gate_table`, and read the difference.

use chrono::{DateTime, TimeDelta, Utc};
use domain::calendar::HolidayCalendar;
use domain::gate::{
    AbsenceFacts, AgreementFacts, BudgetFacts, Decision, Facts, HeavyFacts, HospitalFacts, PlanFacts, Reason, Row,
    evaluate, rule,
};
use domain::schedule::{QuietHours, Waking};
use domain::words::{AccountState, Job, RelationshipState};
use std::fmt::Write as _;
use std::path::Path;

const JOBS: [Job; 7] = [
    Job::CheckIn,
    Job::PlanReview,
    Job::AgreementRound,
    Job::OverdueNotice,
    Job::MessageNotice,
    Job::ResponseReminder,
    Job::Digest,
];

/// A Wednesday at 11:00 in Oslo.
fn now() -> DateTime<Utc> {
    "2026-10-07T09:00:00Z".parse().expect("an instant")
}

fn waking() -> Waking {
    Waking {
        zone: chrono_tz::Europe::Oslo,
        quiet: QuietHours::default(),
        holidays: HolidayCalendar::named("NO").expect("Norway"),
        quiet_days: true,
    }
}

/// Everything speaks for sending.
fn all_clear() -> Facts {
    Facts {
        now: now(),
        kill_switch: Some(false),
        recipient: Some(AccountState::Active),
        relationship: Some(RelationshipState::Active),
        tells_of_end: false,
        switched_on: Some(true),
        paused: Some(false),
        hospital: Some(HospitalFacts::default()),
        together: false,
        shared: Some(true),
        waking: Some(waking()),
        heavy: Some(HeavyFacts::default()),
        plan: Some(PlanFacts { exists: true, used_at: None, edited_at: None }),
        previous_unread: Some(false),
        resting: Some(false),
        last_contact: Some(None),
        consultations: Some(Vec::new()),
        agreement: Some(AgreementFacts { check_ins: Some(true) }),
        reply_owed: Some(false),
        accepted: Some(true),
        over_cap: Some(false),
        absence: Some(AbsenceFacts::default()),
        within_hours: Some(true),
        policy: Some(true),
        budget: Some(BudgetFacts { today: 0, this_week: 2, day_is_wanted: false, per_day: 1, per_week: 3 }),
        something_to_say: Some(true),
    }
}

fn days_ago(days: i64) -> DateTime<Utc> {
    now() - TimeDelta::days(days)
}

/// What the row is about stands in the way.
fn obstructed(row: Row) -> Facts {
    let mut facts = all_clear();
    match row {
        Row::KillSwitch => facts.kill_switch = Some(true),
        Row::RecipientGone => facts.recipient = Some(AccountState::Suspended),
        Row::RelationshipEnded => facts.relationship = Some(RelationshipState::Ended),
        Row::SwitchedOff => facts.switched_on = Some(false),
        Row::Paused => facts.paused = Some(true),
        Row::Hospital => {
            facts.hospital = Some(HospitalFacts { admitted: true, discharged_at: None, wants_notices: false });
        }
        Row::NotShared => {
            facts.shared = Some(false);
            facts.together = true;
        }
        Row::QuietHours => {
            facts.now = "2026-10-07T19:00:00Z".parse().expect("an instant");
        }
        Row::HeavyOpen => facts.heavy = Some(HeavyFacts { open: true, latest: Some(days_ago(3)) }),
        Row::Plan => facts.plan = Some(PlanFacts { exists: true, used_at: Some(days_ago(13)), edited_at: None }),
        Row::PromptUnread => facts.previous_unread = Some(true),
        Row::Resting => facts.resting = Some(true),
        Row::RecentContact => facts.last_contact = Some(Some(days_ago(4))),
        Row::NearConsultation => facts.consultations = Some(vec![now() + TimeDelta::days(2)]),
        Row::NoAgreement => facts.agreement = Some(AgreementFacts { check_ins: None }),
        Row::ReplyOwed => facts.reply_owed = Some(true),
        Row::NotAccepted => facts.accepted = Some(false),
        Row::Absent => facts.absence = Some(AbsenceFacts { away: true, substitute: false }),
        Row::OutsideHours => facts.within_hours = Some(false),
        Row::Policy => facts.policy = Some(false),
        Row::Budget => facts.budget = facts.budget.map(|budget| BudgetFacts { today: 1, ..budget }),
        Row::NothingToSay => facts.something_to_say = Some(false),
    }
    facts
}

fn in_words(decision: Decision) -> String {
    match decision {
        Decision::Send { in_app_only: None } => "send".to_owned(),
        Decision::Send { in_app_only: Some(reason) } => format!("in app only ({reason})"),
        Decision::Hold { until, reason } => format!("hold until {} ({reason})", until.format("%Y-%m-%dT%H:%MZ")),
        Decision::Block(reason) => format!("no ({reason})"),
    }
}

#[test]
fn every_cell_does_what_the_table_says() {
    let mut found = String::new();
    for (number, row) in Row::ALL.iter().enumerate() {
        for job in JOBS {
            let decision = in_words(evaluate(job, &obstructed(*row)).decision);
            let cell = rule(*row, job);
            writeln!(found, "{:>2} {row:<18} {job:<17} {cell:<24} {decision}", number + 1).expect("a string");
        }
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate_table.golden.txt");
    if std::env::var("RECONNECT_GOLDEN").is_ok_and(|wish| wish == "write") {
        std::fs::write(&golden, &found).expect("golden file");
    }
    let wanted = std::fs::read_to_string(&golden).expect("the golden file is committed");
    assert_eq!(found.lines().count(), 154);
    for (found, wanted) in found.lines().zip(wanted.lines()) {
        assert_eq!(found, wanted);
    }
}

#[test]
fn with_nothing_in_the_way_every_job_is_sent() {
    for job in JOBS {
        assert_eq!(evaluate(job, &all_clear()).decision, Decision::Send { in_app_only: None }, "{job}");
    }
}

#[test]
fn what_is_not_known_says_no() {
    for job in JOBS {
        let verdict = evaluate(job, &Facts::unknown(now()));
        assert_eq!(verdict.decision, Decision::Block(Reason::KillSwitch), "{job}");
    }
}

#[test]
fn the_first_row_that_says_no_gives_the_reason() {
    let mut facts = all_clear();
    facts.budget = None;
    facts.reply_owed = Some(true);
    facts.paused = Some(true);
    assert_eq!(evaluate(Job::CheckIn, &facts).decision, Decision::Block(Reason::Paused));
    facts.paused = Some(false);
    assert_eq!(evaluate(Job::CheckIn, &facts).decision, Decision::Block(Reason::ReplyOwed));
}

#[test]
fn periods_end_where_they_are_said_to_end() {
    let decided = |change: &dyn Fn(&mut Facts), job| {
        let mut facts = all_clear();
        change(&mut facts);
        evaluate(job, &facts).decision
    };
    let send = Decision::Send { in_app_only: None };
    assert_eq!(decided(&|f| f.last_contact = Some(Some(days_ago(5))), Job::CheckIn), send);
    assert_eq!(decided(&|f| f.consultations = Some(vec![days_ago(2)]), Job::CheckIn), send);
    let soon = now() + TimeDelta::days(3) + TimeDelta::hours(1);
    assert_eq!(
        decided(&|f| f.consultations = Some(vec![soon]), Job::CheckIn),
        Decision::Block(Reason::NearConsultation)
    );
    assert_eq!(decided(&|f| f.consultations = Some(vec![now() + TimeDelta::days(4)]), Job::CheckIn), send);
    let used = |days| PlanFacts { exists: true, used_at: Some(days_ago(days)), edited_at: None };
    assert_eq!(decided(&|f| f.plan = Some(used(14)), Job::PlanReview), send);
    let edited = |days| PlanFacts { exists: true, used_at: None, edited_at: Some(days_ago(days)) };
    assert_eq!(decided(&|f| f.plan = Some(edited(60)), Job::PlanReview), send);
    assert_eq!(decided(&|f| f.plan = Some(edited(59)), Job::PlanReview), Decision::Block(Reason::PlanRecent));
    assert_eq!(decided(&|f| f.plan = Some(PlanFacts::default()), Job::PlanReview), Decision::Block(Reason::NoPlan));
    let discharged =
        |days| HospitalFacts { admitted: false, discharged_at: Some(days_ago(days)), wants_notices: false };
    assert_eq!(decided(&|f| f.hospital = Some(discharged(13)), Job::PlanReview), Decision::Block(Reason::Hospital));
    assert_eq!(decided(&|f| f.hospital = Some(discharged(13)), Job::CheckIn), send);
    assert_eq!(decided(&|f| f.hospital = Some(discharged(14)), Job::PlanReview), send);
    let heavy = |open, days| HeavyFacts { open, latest: Some(days_ago(days)) };
    assert_eq!(decided(&|f| f.heavy = Some(heavy(false, 1)), Job::CheckIn), send);
    assert_eq!(decided(&|f| f.heavy = Some(heavy(false, 1)), Job::PlanReview), Decision::Block(Reason::HeavyOpen));
    assert_eq!(decided(&|f| f.heavy = Some(heavy(true, 14)), Job::PlanReview), send);
    assert_eq!(decided(&|f| f.heavy = Some(heavy(true, 90)), Job::CheckIn), Decision::Block(Reason::HeavyOpen));
}

#[test]
fn a_substitute_lets_a_check_in_through_but_not_the_absent_providers_digest() {
    let mut facts = all_clear();
    facts.absence = Some(AbsenceFacts { away: true, substitute: true });
    assert_eq!(evaluate(Job::CheckIn, &facts).decision, Decision::Send { in_app_only: None });
    assert_eq!(evaluate(Job::ResponseReminder, &facts).decision, Decision::Send { in_app_only: None });
    assert_eq!(evaluate(Job::Digest, &facts).decision, Decision::Block(Reason::Absent));
}

/// The table has no column for it: it is a message notice in all but the third row.
#[test]
fn the_notice_of_an_end_is_asked_everything_but_whether_it_has_ended() {
    let ended = Facts { relationship: Some(RelationshipState::Ended), ..all_clear() };
    let of = |facts: &Facts| evaluate(Job::MessageNotice, facts);
    assert_eq!(of(&ended).decision, Decision::Block(Reason::RelationshipEnded));
    let telling = Facts { tells_of_end: true, ..ended };
    assert_eq!(of(&telling).decision, Decision::Send { in_app_only: None });
    for row in [Row::KillSwitch, Row::RecipientGone, Row::SwitchedOff, Row::Paused, Row::QuietHours] {
        let usual = evaluate(Job::MessageNotice, &obstructed(row)).decision;
        let facts = Facts { tells_of_end: true, relationship: Some(RelationshipState::Ended), ..obstructed(row) };
        assert_eq!(of(&facts).decision, usual, "{row}");
        assert_ne!(usual, Decision::Send { in_app_only: None }, "{row}");
    }
}
