//! The crisis plan (R36): which part of it serves when, what changing it means, and when the owner
//! may be asked to look at it again.

use crate::words;
use crate::words::{PlanLevel, PlanSection};
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// Longest text of one section, in Unicode scalar values.
pub const MAX_SECTION_CHARS: usize = 20_000;
/// Longest note about a use, in Unicode scalar values.
pub const MAX_NOTE_CHARS: usize = 2_000;
/// Days after a use or a discharge in which nobody asks about the plan.
pub const QUIET_AFTER_USE_DAYS: u64 = 14;
/// Days after an edit in which nobody asks about the plan.
pub const QUIET_AFTER_EDIT_DAYS: u64 = 60;
/// How often a review is asked about where the owner chose nothing else.
pub const REVIEW_EVERY_DAYS: i32 = 180;

words! {
    /// What must be said beside a section wherever it is shown.
    SectionLabel { NotALegalDocument = "not_a_legal_document" }
    /// What the owner may choose to be asked after.
    ReviewTrigger {
        PlanUsed = "plan_used", Discharge = "discharge", ContactChanged = "contact_changed",
        MedicineChanged = "medicine_changed", HelperChanged = "helper_changed",
    }
}

/// The whole wording: the sections she wrote, in the plan's order.
pub type Wording = BTreeMap<PlanSection, String>;

/// What writing a section did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing is different: no new version arises.
    Nothing,
    Written,
    Removed,
}

/// Writes `text` as `section`; text without anything in it removes the section.
pub fn write(wording: &mut Wording, section: PlanSection, text: &str) -> Change {
    if text.trim().is_empty() {
        return if wording.remove(&section).is_some() { Change::Removed } else { Change::Nothing };
    }
    match wording.insert(section, text.to_owned()) {
        Some(before) if before == text => Change::Nothing,
        _ => Change::Written,
    }
}

/// The sections in which two wordings differ.
pub fn differing(a: &Wording, b: &Wording) -> Vec<PlanSection> {
    PlanSection::ALL.iter().copied().filter(|section| a.get(section) != b.get(section)).collect()
}

/// The steps in which a section serves, so that the right ones can lie on top.
pub const fn levels(section: PlanSection) -> &'static [PlanLevel] {
    use PlanLevel::{After, Crisis, Early, Harder, Well};
    use PlanSection as S;
    match section {
        S::MeWhenWell => &[Well, After],
        S::WhatMatters | S::CopiesHeldBy | S::MadeWith | S::LastLooked => &[Well],
        S::Triggers | S::EarlySignsSelf | S::EarlySignsOthers => &[Early],
        S::WhatIDo | S::Distractions => &[Early, Harder],
        S::PeopleIAsk => &[Early, Harder, Crisis],
        S::Professionals | S::SaferSurroundings | S::HowToMeetMe => &[Harder, Crisis],
        S::TreatmentWishes
        | S::MedicinesAllergies
        | S::Responsibilities
        | S::TellDontTell
        | S::AdmissionWishes
        | S::SilenceClause => &[Crisis],
        S::Afterwards => &[After],
    }
}

/// What must be said beside the section.
pub const fn labels(section: PlanSection) -> &'static [SectionLabel] {
    match section {
        PlanSection::TreatmentWishes | PlanSection::AdmissionWishes => &[SectionLabel::NotALegalDocument],
        _ => &[],
    }
}

/// What a change of this section may set off.
pub const fn trigger_of(section: PlanSection) -> Option<ReviewTrigger> {
    match section {
        PlanSection::PeopleIAsk | PlanSection::Professionals => Some(ReviewTrigger::ContactChanged),
        PlanSection::MedicinesAllergies => Some(ReviewTrigger::MedicineChanged),
        _ => None,
    }
}

/// The day a triggered review is due: the first on which its own occasion no longer keeps it silent.
pub fn review_due(trigger: ReviewTrigger, happened_on: NaiveDate) -> NaiveDate {
    let days = match trigger {
        ReviewTrigger::PlanUsed | ReviewTrigger::Discharge => QUIET_AFTER_USE_DAYS,
        // These are seen in the plan itself: writing them was an edit.
        ReviewTrigger::ContactChanged | ReviewTrigger::MedicineChanged => QUIET_AFTER_EDIT_DAYS,
        ReviewTrigger::HelperChanged => 0,
    };
    happened_on.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_text_removes_and_the_same_text_changes_nothing() {
        let mut wording = Wording::new();
        assert_eq!(write(&mut wording, PlanSection::WhatIDo, " \n"), Change::Nothing);
        assert_eq!(write(&mut wording, PlanSection::WhatIDo, "I walk"), Change::Written);
        assert_eq!(write(&mut wording, PlanSection::WhatIDo, "I walk"), Change::Nothing);
        let before = wording.clone();
        assert_eq!(write(&mut wording, PlanSection::WhatIDo, "I walk far"), Change::Written);
        assert_eq!(differing(&before, &wording), [PlanSection::WhatIDo]);
        assert_eq!(write(&mut wording, PlanSection::WhatIDo, ""), Change::Removed);
        assert!(wording.is_empty());
    }

    #[test]
    fn every_section_serves_somewhere_and_every_level_has_sections() {
        for section in PlanSection::ALL {
            assert!(!levels(*section).is_empty(), "{section}");
        }
        for level in PlanLevel::ALL {
            assert!(PlanSection::ALL.iter().any(|section| levels(*section).contains(level)), "{level}");
        }
    }

    #[test]
    fn a_triggered_review_waits_for_its_own_silence_to_end() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("date");
        assert_eq!(review_due(ReviewTrigger::Discharge, day("2026-10-01")), day("2026-10-15"));
        assert_eq!(review_due(ReviewTrigger::ContactChanged, day("2026-10-01")), day("2026-11-30"));
        assert_eq!(review_due(ReviewTrigger::HelperChanged, day("2026-10-01")), day("2026-10-01"));
        assert_eq!(review_due(ReviewTrigger::PlanUsed, NaiveDate::MAX), NaiveDate::MAX);
    }
}
