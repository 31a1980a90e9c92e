//! The terms on the wire and in the domain.

use crate::app::Answer;
use crate::texts::Fault;
use crate::views;
use domain::agreements::{AbsenceCover, CheckInTerms, MOST_CHARACTERS, SilenceClause, TermFault, Terms};
use domain::ids::AccountId;
use domain::weekdays::Weekdays;
use domain::wording;
use mobile_contract::agreements as wire;
use mobile_contract::policy::Weekday;

/// Numbers out of any bounds become one that no menu offers, so that their field is named.
pub fn from_wire(terms: wire::AgreementTerms) -> Answer<Terms> {
    Ok(Terms {
        purposes: terms.purposes,
        who_starts: views::word(terms.who_starts.as_str())?,
        content_welcome: terms.content_welcome,
        content_not_welcome: terms.content_not_welcome,
        reply_window_days: u8::try_from(terms.reply_window_days).unwrap_or_default(),
        reading_days: terms.reading_days.into_iter().map(weekday).collect::<Weekdays>(),
        absence_cover: AbsenceCover {
            how: terms.absence_cover.how,
            substitute: terms.absence_cover.substitute.map(AccountId),
        },
        length_wishes: terms.length_wishes,
        check_ins: CheckInTerms {
            permitted: terms.check_ins.permitted,
            every_days: terms.check_ins.every_days.map(|days| u16::try_from(days).unwrap_or_default()),
            wishes: terms.check_ins.wishes,
        },
        journal: terms.journal,
        alarming_messages: terms.alarming_messages,
        silence_clause: terms
            .silence_clause
            .map(|clause| SilenceClause { after: u8::try_from(clause.after).unwrap_or_default(), wish: clause.wish }),
        disagreement: terms.disagreement,
        language: views::word(terms.language.as_str())?,
        use_in_sessions: views::word(terms.use_in_sessions.as_str())?,
        next_review_on: terms.next_review_on,
    })
}

pub fn to_wire(terms: Terms) -> Answer<wire::AgreementTerms> {
    Ok(wire::AgreementTerms {
        purposes: terms.purposes,
        who_starts: views::word(terms.who_starts.as_str())?,
        content_welcome: terms.content_welcome,
        content_not_welcome: terms.content_not_welcome,
        reply_window_days: i32::from(terms.reply_window_days),
        reading_days: terms.reading_days.iter().map(wire_weekday).collect(),
        absence_cover: wire::AbsenceCover {
            how: terms.absence_cover.how,
            substitute: terms.absence_cover.substitute.map(Into::into),
        },
        length_wishes: terms.length_wishes,
        check_ins: wire::CheckInTerms {
            permitted: terms.check_ins.permitted,
            every_days: terms.check_ins.every_days.map(i32::from),
            wishes: terms.check_ins.wishes,
        },
        journal: terms.journal,
        alarming_messages: terms.alarming_messages,
        silence_clause: terms
            .silence_clause
            .map(|clause| wire::SilenceClause { after: i32::from(clause.after), wish: clause.wish }),
        disagreement: terms.disagreement,
        language: views::word(terms.language.as_str())?,
        use_in_sessions: views::word(terms.use_in_sessions.as_str())?,
        next_review_on: terms.next_review_on,
    })
}

pub fn fault(fault: TermFault) -> Fault {
    use wording::FieldFault as Words;
    let characters = wording::Unit::Characters;
    let most = u32::try_from(MOST_CHARACTERS).unwrap_or(u32::MAX);
    let words = match fault {
        TermFault::TooLong => Words::TooLong { max: most, unit: characters },
        TermFault::Format => Words::Format,
        TermFault::NotInList => Words::NotInList,
        TermFault::OutsideBounds => Words::BeyondBounds,
        TermFault::DateInPast => Words::DateInPast,
        TermFault::Required => Words::Required,
    };
    words.into()
}

fn weekday(day: Weekday) -> chrono::Weekday {
    match day {
        Weekday::Mon => chrono::Weekday::Mon,
        Weekday::Tue => chrono::Weekday::Tue,
        Weekday::Wed => chrono::Weekday::Wed,
        Weekday::Thu => chrono::Weekday::Thu,
        Weekday::Fri => chrono::Weekday::Fri,
        Weekday::Sat => chrono::Weekday::Sat,
        Weekday::Sun => chrono::Weekday::Sun,
    }
}

fn wire_weekday(day: chrono::Weekday) -> Weekday {
    match day {
        chrono::Weekday::Mon => Weekday::Mon,
        chrono::Weekday::Tue => Weekday::Tue,
        chrono::Weekday::Wed => Weekday::Wed,
        chrono::Weekday::Thu => Weekday::Thu,
        chrono::Weekday::Fri => Weekday::Fri,
        chrono::Weekday::Sat => Weekday::Sat,
        chrono::Weekday::Sun => Weekday::Sun,
    }
}
