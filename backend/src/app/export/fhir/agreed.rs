//! Consent: what she agreed to with the service, with a provider, and what she shares.

use super::Beside;
use super::datatypes::{coded, concept, instant, reference, resource};
use super::documents::attachment;
use super::people::People;
use mobile_contract::agreements::{AgreementVersionOut, AgreementVersionState};
use mobile_contract::consents::{ConsentKind, ConsentOut};
use mobile_contract::grants::{GrantEffect, GrantLevel, GrantOut, SubjectKind};
use poem_openapi::types::ToJSON as _;
use serde_json::{Value, json};

const SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
const ACTION: &str = "http://terminology.hl7.org/CodeSystem/consentaction";
const LOINC: &str = "http://loinc.org";
const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/// LOINC's "Patient Consent".
const PATIENT_CONSENT: &str = "59284-0";

pub fn consent(people: &People, it: &ConsentOut) -> Value {
    let (scope, category) = match it.kind {
        ConsentKind::Research => {
            ("research", coded("http://terminology.hl7.org/CodeSystem/consentcategorycodes", "research", "research"))
        }
        ConsentKind::NonEmergency | ConsentKind::PrivacyGuidance => {
            ("patient-privacy", coded(LOINC, PATIENT_CONSENT, it.kind.as_str()))
        }
    };
    resource(json!({
        "resourceType": "Consent",
        "id": it.id,
        "status": if it.withdrawn_at.is_some() { "inactive" } else { "active" },
        "scope": coded(SCOPE, scope, scope),
        "category": [category],
        "patient": people.patient(),
        "dateTime": instant(it.given_at),
        "performer": [people.patient()],
        "policyRule": concept(&format!("{} {}", it.kind.as_str(), it.text_version)),
        "provision": { "period": { "start": instant(it.given_at), "end": it.withdrawn_at.map(instant) } },
    }))
}

pub fn agreement(people: &mut People, it: &AgreementVersionOut) -> Value {
    let status = match it.state {
        AgreementVersionState::Draft => "proposed",
        AgreementVersionState::InForce => "active",
        AgreementVersionState::Superseded | AgreementVersionState::Lapsed => "inactive",
    };
    people.party(&it.drafted_by);
    let mut performer = Vec::new();
    if it.accepted_by_owner_at.is_some() {
        performer.push(people.patient());
    }
    if it.accepted_by_provider_at.is_some() {
        performer.extend(people.provider_of(it.relationship_id));
    }
    resource(json!({
        "resourceType": "Consent",
        "id": it.id,
        "status": status,
        "scope": coded(SCOPE, "treatment", "treatment"),
        "category": [coded(LOINC, PATIENT_CONSENT, "agreement")],
        "patient": people.patient(),
        "dateTime": instant(it.created_at),
        "performer": performer,
        "sourceAttachment": attachment(&it.to_json_string(), it.created_at),
        "policyRule": concept(&format!("agreement, version {}, hash {}", it.number, it.hash)),
        "provision": { "period": {
            "start": it.in_force_at.map(instant),
            "end": it.superseded_at.map(instant),
        } },
    }))
}

pub fn grant(people: &mut People, it: &GrantOut, beside: &Beside) -> Value {
    let to = match (&it.provider, &it.team) {
        (Some(provider), _) => people.party(provider),
        (None, Some(team)) => json!({ "display": super::datatypes::some_text(&team.display_name) }),
        (None, None) => json!({ "display": "–" }),
    };
    let action = match it.level {
        GrantLevel::See => "access",
        GrantLevel::Comment => "use",
        GrantLevel::Propose => "correct",
    };
    let item = it.subject.parse().ok().filter(|id| it.subject_kind == SubjectKind::Item && beside.shared.contains(id));
    let ended = match (it.to, it.revoked_at) {
        (Some(to), Some(revoked)) => Some(to.min(revoked)),
        (to, revoked) => to.or(revoked),
    };
    resource(json!({
        "resourceType": "Consent",
        "id": it.id,
        "status": if it.holds { "active" } else { "inactive" },
        "scope": coded(SCOPE, "patient-privacy", "patient-privacy"),
        "category": [coded(ACT_CODE, "IDSCL", "sharing")],
        "patient": people.patient(),
        "dateTime": instant(it.created_at),
        "performer": [people.patient()],
        "policyRule": concept("private until shared"),
        "provision": {
            "type": if it.effect == GrantEffect::Allow { "permit" } else { "deny" },
            // Taken back before it began: it never held.
            "period": {
                "start": ended.is_none_or(|end| it.from <= end).then(|| instant(it.from)),
                "end": ended.map(instant),
            },
            "actor": [{ "role": coded(PARTICIPATION, "IRCP", "information recipient"), "reference": to }],
            "action": [coded(ACTION, action, it.level.as_str())],
            "code": [concept(&format!("{}: {}", it.subject_kind.as_str(), it.subject))],
            "data": item.map(|id| json!([{ "meaning": "instance", "reference": reference(id) }])),
        },
    }))
}
