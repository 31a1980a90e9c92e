//! One function per row of the table.

use super::facts::Facts;
use super::table::{Row, Rule};
use super::{Judgement, Reason};
use crate::words::{AccountState, RelationshipState};
use chrono::{DateTime, TimeDelta, Utc};

/// Silence after a heavy reply, a hospital stay or the use of the plan.
const FOURTEEN_DAYS: TimeDelta = TimeDelta::days(14);
const PLAN_EDITED: TimeDelta = TimeDelta::days(60);
const RECENT_CONTACT: TimeDelta = TimeDelta::days(5);
const BEFORE_CONSULTATION: TimeDelta = TimeDelta::days(3);
const AFTER_CONSULTATION: TimeDelta = TimeDelta::days(2);

/// Asks one row, by the rule of its cell.
pub fn judge(row: Row, rule: Rule, facts: &Facts) -> Judgement {
    if rule == Rule::NotAsked {
        return Judgement::NotAsked;
    }
    match row {
        Row::KillSwitch => kill_switch(facts),
        Row::RecipientGone => recipient_gone(facts),
        Row::RelationshipEnded => relationship_ended(rule, facts),
        Row::SwitchedOff => switched_off(facts),
        Row::Paused => paused(rule, facts),
        Row::Hospital => hospital(rule, facts),
        Row::NotShared => not_shared(rule, facts),
        Row::QuietHours => quiet_hours(rule, facts),
        Row::HeavyOpen => heavy_open(rule, facts),
        Row::Plan => plan(facts),
        Row::PromptUnread => unless(facts.previous_unread.map(|unread| !unread), Reason::PromptUnread),
        Row::Resting => unless(facts.resting.map(|resting| !resting), Reason::Resting),
        Row::RecentContact => recent_contact(facts),
        Row::NearConsultation => near_consultation(facts),
        Row::NoAgreement => no_agreement(rule, facts),
        Row::ReplyOwed => reply_owed(rule, facts),
        Row::NotAccepted => not_accepted(facts),
        Row::Absent => absent(rule, facts),
        Row::OutsideHours => outside_hours(rule, facts),
        Row::Policy => policy(rule, facts),
        Row::Budget => budget(rule, facts),
        Row::NothingToSay => unless(facts.something_to_say, Reason::NothingToSay),
    }
}

/// Passes when the condition is known and true.
fn unless(condition: Option<bool>, reason: Reason) -> Judgement {
    if condition == Some(true) { Judgement::Pass } else { Judgement::Block(reason) }
}

/// Whether `now` lies in [start, start + length).
fn within(now: DateTime<Utc>, start: Option<DateTime<Utc>>, length: TimeDelta) -> bool {
    start.is_some_and(|start| start <= now && now < start + length)
}

fn kill_switch(facts: &Facts) -> Judgement {
    unless(facts.kill_switch.map(|on| !on), Reason::KillSwitch)
}

fn recipient_gone(facts: &Facts) -> Judgement {
    unless(facts.recipient.map(|state| state == AccountState::Active), Reason::RecipientGone)
}

/// Nothing of an ended relationship goes out. The one notice that tells of the end is no such thing:
/// it comes into being in the commit that ends it, stands for nothing that was said in it, and would be
/// forbidden by what it has to tell. Every other row is asked of it as of any notice: her quiet hours
/// hold it, and a pause keeps it in the app.
fn relationship_ended(rule: Rule, facts: &Facts) -> Judgement {
    if rule == Rule::PerLine || facts.tells_of_end {
        return Judgement::NotAsked;
    }
    let live = facts.relationship.map(|state| state == RelationshipState::Active);
    // A relationship on pause is the owner's pause from this one provider.
    if facts.relationship == Some(RelationshipState::Paused) {
        return Judgement::Block(Reason::Paused);
    }
    unless(live, Reason::RelationshipEnded)
}

fn switched_off(facts: &Facts) -> Judgement {
    unless(facts.switched_on, Reason::SwitchedOff)
}

fn paused(rule: Rule, facts: &Facts) -> Judgement {
    match (facts.paused, rule) {
        (Some(false), _) => Judgement::Pass,
        (_, Rule::InAppOnly | Rule::PushBlocked) => Judgement::InAppOnly,
        _ => Judgement::Block(Reason::Paused),
    }
}

fn hospital(rule: Rule, facts: &Facts) -> Judgement {
    if rule == Rule::HersToStop {
        return Judgement::NotAsked;
    }
    let Some(hospital) = facts.hospital else { return Judgement::Block(Reason::Hospital) };
    let after = rule == Rule::BlocksAnd14DaysAfter && within(facts.now, hospital.discharged_at, FOURTEEN_DAYS);
    if !hospital.admitted && !after {
        return Judgement::Pass;
    }
    match rule {
        Rule::InAppOnly => Judgement::InAppOnly,
        Rule::HersToChoose if hospital.wants_notices => Judgement::Pass,
        Rule::HersToChoose => Judgement::InAppOnly,
        _ => Judgement::Block(Reason::Hospital),
    }
}

fn not_shared(rule: Rule, facts: &Facts) -> Judgement {
    match rule {
        Rule::PerLine => Judgement::NotAsked,
        Rule::OnlyTogether if !facts.together => Judgement::NotAsked,
        _ => unless(facts.shared, Reason::NotShared),
    }
}

fn quiet_hours(rule: Rule, facts: &Facts) -> Judgement {
    let Some(waking) = &facts.waking else { return Judgement::Block(Reason::QuietHours) };
    if !waking.is_quiet(facts.now) {
        Judgement::Pass
    } else if rule == Rule::Held {
        Judgement::Hold(waking.quiet_until(facts.now), Reason::QuietHours)
    } else {
        Judgement::Block(Reason::QuietHours)
    }
}

fn heavy_open(rule: Rule, facts: &Facts) -> Judgement {
    let Some(heavy) = facts.heavy else { return Judgement::Block(Reason::HeavyOpen) };
    let silent = if rule == Rule::Blocks14Days { within(facts.now, heavy.latest, FOURTEEN_DAYS) } else { heavy.open };
    if silent { Judgement::Block(Reason::HeavyOpen) } else { Judgement::Pass }
}

fn plan(facts: &Facts) -> Judgement {
    let Some(plan) = facts.plan else { return Judgement::Block(Reason::NoPlan) };
    if !plan.exists {
        Judgement::Block(Reason::NoPlan)
    } else if within(facts.now, plan.used_at, FOURTEEN_DAYS) || within(facts.now, plan.edited_at, PLAN_EDITED) {
        Judgement::Block(Reason::PlanRecent)
    } else {
        Judgement::Pass
    }
}

fn recent_contact(facts: &Facts) -> Judgement {
    let quiet = facts.last_contact.map(|contact| !within(facts.now, contact, RECENT_CONTACT));
    unless(quiet, Reason::RecentContact)
}

/// From three days before a consultation to two after, by elapsed time; and from the third date
/// before it on, so that a morning check-in does not slip in ahead of an afternoon meeting.
fn near_consultation(facts: &Facts) -> Judgement {
    let zone = facts.waking.as_ref().map(|waking| waking.zone);
    let near = |at: DateTime<Utc>| {
        let elapsed = at - BEFORE_CONSULTATION <= facts.now && facts.now < at + AFTER_CONSULTATION;
        let by_date = zone.is_some_and(|zone| {
            let date = |instant: DateTime<Utc>| instant.with_timezone(&zone).date_naive();
            facts.now < at && date(facts.now) >= date(at) - BEFORE_CONSULTATION
        });
        elapsed || by_date
    };
    unless(facts.consultations.as_ref().map(|all| !all.iter().any(|at| near(*at))), Reason::NearConsultation)
}

fn no_agreement(rule: Rule, facts: &Facts) -> Judgement {
    if rule == Rule::DefaultWindow {
        return Judgement::NotAsked;
    }
    unless(facts.agreement.and_then(|agreement| agreement.check_ins), Reason::NoAgreement)
}

fn reply_owed(rule: Rule, facts: &Facts) -> Judgement {
    if rule == Rule::IsTheJob {
        return Judgement::NotAsked;
    }
    unless(facts.reply_owed.map(|owed| !owed), Reason::ReplyOwed)
}

fn not_accepted(facts: &Facts) -> Judgement {
    if facts.accepted != Some(true) {
        return Judgement::Block(Reason::NotAccepted);
    }
    unless(facts.over_cap.map(|over| !over), Reason::OverCap)
}

fn absent(rule: Rule, facts: &Facts) -> Judgement {
    let Some(absence) = facts.absence else { return Judgement::Block(Reason::Absent) };
    let stands_in = absence.substitute && matches!(rule, Rule::UnlessSubstitute | Rule::HandOver);
    if absence.away && !stands_in { Judgement::Block(Reason::Absent) } else { Judgement::Pass }
}

fn outside_hours(rule: Rule, facts: &Facts) -> Judgement {
    if rule == Rule::CountedIn {
        return Judgement::NotAsked;
    }
    unless(facts.within_hours, Reason::OutsideHours)
}

fn policy(rule: Rule, facts: &Facts) -> Judgement {
    if rule == Rule::BoundsTime {
        return Judgement::NotAsked;
    }
    unless(facts.policy, Reason::Policy)
}

fn budget(rule: Rule, facts: &Facts) -> Judgement {
    if rule == Rule::NotCounted {
        return Judgement::NotAsked;
    }
    let free = facts
        .budget
        .map(|budget| !budget.day_is_wanted && budget.today < budget.per_day && budget.this_week < budget.per_week);
    unless(free, Reason::Budget)
}
