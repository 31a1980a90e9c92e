//! Patient, Practitioner and CareTeam: who it is about, who else is named, and who works with whom.

use super::datatypes::{instant, reference, resource, some_text, text};
use mobile_contract::profile::MeOut;
use mobile_contract::relationships::{PartyOut, RelationshipOut, RelationshipState};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Those the bundle names: the patient, and providers, each written once, before the first resource that names them.
pub struct People {
    patient: Uuid,
    named: BTreeSet<Uuid>,
    newly: Vec<Value>,
    /// The responsible provider of each relationship.
    providers: BTreeMap<Uuid, Uuid>,
}

impl People {
    pub fn of(patient: Uuid) -> Self {
        Self { patient, named: BTreeSet::from([patient]), newly: Vec::new(), providers: BTreeMap::new() }
    }

    pub fn patient(&self) -> Value {
        reference(self.patient)
    }

    /// An id of something of hers that has none.
    pub fn derived(&self, name: &str) -> Uuid {
        Uuid::new_v5(&self.patient, name.as_bytes())
    }

    pub fn party(&mut self, party: &PartyOut) -> Value {
        if self.named.insert(party.id) {
            self.newly.push(practitioner(party));
        }
        reference(party.id)
    }

    /// The responsible provider of a relationship of the bundle.
    pub fn provider_of(&self, relationship: Uuid) -> Option<Value> {
        self.providers.get(&relationship).copied().map(reference)
    }

    /// The providers that were named since this was asked last.
    pub fn newly_named(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.newly)
    }

    pub fn care_team(&mut self, it: &RelationshipOut) -> Value {
        let status = match it.state {
            RelationshipState::Invited => "proposed",
            RelationshipState::Active => "active",
            RelationshipState::Paused => "suspended",
            RelationshipState::Ended => "inactive",
        };
        let mut participant = vec![json!({ "member": self.patient() })];
        for (party, role) in it
            .provider
            .iter()
            .map(|it| (it, "responsible provider"))
            .chain(it.members.iter().map(|it| (it, "provider")))
        {
            let member = self.party(party);
            participant.push(json!({ "role": [{ "text": role }], "member": member }));
        }
        if let Some(provider) = &it.provider {
            self.providers.insert(it.id, provider.id);
        }
        resource(json!({
            "resourceType": "CareTeam",
            "id": it.id,
            "status": status,
            "category": [{ "text": it.level.as_str() }],
            "subject": self.patient(),
            "period": { "start": it.started_at.map(instant), "end": it.ended_at.map(instant) },
            "participant": participant,
        }))
    }
}

pub fn patient(me: &MeOut) -> Value {
    let languages = me.languages.iter().enumerate().map(|(place, language)| {
        let code = json!({ "coding": [{ "system": "urn:ietf:bcp:47", "code": language.as_str() }] });
        json!({ "language": code, "preferred": place == 0 })
    });
    resource(json!({
        "resourceType": "Patient",
        "id": me.id,
        "active": true,
        "name": [{ "text": some_text(&me.display_name) }],
        "communication": languages.collect::<Vec<_>>(),
    }))
}

fn practitioner(party: &PartyOut) -> Value {
    resource(json!({
        "resourceType": "Practitioner",
        "id": party.id,
        "name": [{ "text": text(&party.display_name) }],
    }))
}
