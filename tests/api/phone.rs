//! A phone that knows nothing but what syncing told it, and what the lists say meanwhile.

use super::fixture::{Fixture, Reply, Who};
use backend::app::sessions::{self, DeviceClaim};
use chrono::{DateTime, Utc};
use domain::ids::DeviceId;
use domain::words::{Platform, PushEnvironment, Role};
use poem::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// By kind and id.
pub type Have = BTreeMap<(String, String), Value>;

/// Somebody's phone, with a device and a session of its own.
pub struct Phone {
    pub who: Who,
    pub cursor: Option<String>,
    pub have: Have,
    pub limit: u32,
    pub pages: usize,
    device: Option<DeviceId>,
    token: Option<(String, DateTime<Utc>)>,
}

impl Phone {
    pub fn of(who: &Who) -> Self {
        let have = Have::new();
        Self { who: who.clone(), cursor: None, have, limit: 500, pages: 0, device: None, token: None }
    }

    /// An access token that holds now, for the same device as ever.
    pub async fn token(&mut self, fixture: &Fixture) -> String {
        if let Some((token, _)) = self.token.as_ref().filter(|(_, expires)| *expires > fixture.app.now()) {
            return token.clone();
        }
        let row = storage::accounts::for_machinery(fixture.app.store.read(), self.who.id).await.expect("read");
        let claim = DeviceClaim {
            existing: self.device,
            platform: Platform::None,
            environment: PushEnvironment::Production,
            token: None,
            subscription: None,
            app_version: "1.0.0".into(),
        };
        let tokens = sessions::open(&fixture.app, &row.expect("an account"), claim).await.expect("a session");
        self.device = Some(tokens.device);
        self.token = Some((tokens.access.clone(), tokens.access_expires_at));
        tokens.access
    }

    pub async fn ask(&mut self, fixture: &Fixture, cursor: Option<&str>) -> Reply {
        let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        self.call(fixture, &format!("/v1/sync?limit={}{from}", self.limit)).await
    }

    pub async fn call(&mut self, fixture: &Fixture, path: &str) -> Reply {
        let bearer = format!("Bearer {}", self.token(fixture).await);
        fixture.call(Method::GET, None, path, Value::Null, &[("Authorization", &bearer)]).await
    }

    /// Asks until there is nothing more.
    pub async fn sync(&mut self, fixture: &Fixture) {
        loop {
            let cursor = self.cursor.clone();
            let page = self.ask(fixture, cursor.as_deref()).await.expect(200);
            if !self.apply(&page) {
                return;
            }
        }
    }

    /// Keeps a page; tells whether there is more.
    pub fn apply(&mut self, page: &Value) -> bool {
        if page["full"] == true {
            self.have.clear();
        }
        for gone in page["removed"].as_array().expect("a list") {
            self.have.remove(&(text(&gone["kind"]), text(&gone["id"])));
        }
        for (list, told) in page["changed"].as_object().expect("lists") {
            let things = told.as_array().cloned().unwrap_or_else(|| vec![told.clone()]);
            for thing in things {
                self.have.insert((kind(list), id(list, &thing, &self.who)), thing);
            }
        }
        self.cursor = Some(text(&page["cursor"]));
        self.pages += 1;
        page["has_more"] == true
    }

    pub fn of_kind(&self, kind: &str) -> BTreeMap<&str, &Value> {
        self.have.iter().filter(|((of, _), _)| of == kind).map(|((_, id), it)| (id.as_str(), it)).collect()
    }

    pub fn forget(&mut self) {
        (self.cursor, self.have) = (None, Have::new());
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// The word for one thing of a list.
fn kind(list: &str) -> String {
    match list {
        "me"
        | "help_now"
        | "crisis_plan"
        | "notification_settings"
        | "quiet_hours"
        | "pause"
        | "hospital"
        | "review_prompts"
        | "working_hours"
        | "pair_absences"
        | "check_in_series" => list.to_owned(),
        many => many.trim_end_matches('s').to_owned(),
    }
}

fn id(list: &str, thing: &Value, who: &Who) -> String {
    match list {
        "pair_absences" => text(&thing["relationship_id"]),
        "prompts" => text(&thing["slot_id"]),
        "shared_plans" => text(&thing["owner"]["id"]),
        "shared_items" => text(&thing["item"]["id"]),
        "joint_notes" => text(&thing["note"]["id"]),
        _ if kind(list) == list && list != "check_in_series" => who.id.to_string(),
        _ => text(&thing["id"]),
    }
}

/// Everything that the lists say, in the form in which a phone keeps it.
pub async fn lists(fixture: &Fixture, who: &Who, role: Role) -> Have {
    let mut found = Lists { fixture, who, have: Have::new() };
    for (kind, path) in [("me", "/v1/me"), ("notification_settings", "/v1/notification_settings")] {
        found.one(kind, who.id.to_string(), path).await;
    }
    found.all("relationship", "/v1/relationships").await;
    found.all("consent", "/v1/consents").await;
    found.all("draft", "/v1/drafts").await;
    found.all("reply_clock", "/v1/reply_clocks?state=all").await;
    let pairs: Vec<Value> =
        found.have.iter().filter(|((kind, _), _)| kind == "relationship").map(|(_, it)| it.clone()).collect();
    for pair in &pairs {
        found.pair(&text(&pair["id"])).await;
    }
    if role == Role::ServiceUser {
        found.of_an_owner().await;
    } else {
        found.of_a_provider(&pairs).await;
    }
    found.have
}

struct Lists<'a> {
    fixture: &'a Fixture,
    who: &'a Who,
    have: Have,
}

impl Lists<'_> {
    async fn one(&mut self, kind: &str, id: String, path: &str) {
        // Help now is anybody's, so that it does not know her language.
        let language = [("Accept-Language", "en")];
        let reply = self.fixture.call(Method::GET, Some(self.who), path, Value::Null, &language).await;
        if reply.status == 200 {
            self.have.insert((kind.to_owned(), id), reply.json);
        }
    }

    /// What is hidden has no list.
    async fn read(&self, path: &str) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let and = if path.contains('?') { '&' } else { '?' };
            let reply = self.fixture.get(self.who, &format!("{path}{and}limit=100{cursor}")).await;
            if reply.status == 404 || reply.status == 403 {
                return Vec::new();
            }
            let page = reply.expect(200);
            all.extend(page["items"].as_array().cloned().expect("items"));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }

    async fn all(&mut self, kind: &str, path: &str) {
        for thing in self.read(path).await {
            self.have.insert((kind.to_owned(), text(&thing["id"])), thing);
        }
    }

    async fn pair(&mut self, id: &str) {
        let of = |list: &str| format!("/v1/relationships/{id}/{list}");
        self.all("message", &of("messages")).await;
        self.all("consultation", &of("consultations")).await;
        for card in self.read(&of("check_in_cards")).await {
            self.have.insert(("check_in".to_owned(), text(&card["id"])), as_kept(card));
        }
        for series in self.read(&of("check_ins")).await {
            self.have.insert(("check_in_series".to_owned(), text(&series["id"])), not_reckoned(series));
        }
        let away = self.fixture.get(self.who, &of("absences")).await;
        if away.status == 200 && away.json["items"].as_array().is_some_and(|items| !items.is_empty()) {
            let away = json!({ "relationship_id": id, "items": away.json["items"] });
            self.have.insert(("pair_absences".to_owned(), id.to_owned()), away);
        }
        let mut versions = self.read(&of("agreement_versions")).await;
        if let Some(applies) = versions.iter().position(|version| version["state"] == "in_force") {
            versions.truncate(applies + 1);
        }
        for version in versions {
            self.have.insert(("agreement".to_owned(), text(&version["id"])), version);
        }
    }

    async fn of_an_owner(&mut self) {
        let me = self.who.id.to_string();
        for (kind, path) in [
            ("crisis_plan", "/v1/plan"),
            ("help_now", "/v1/help_now"),
            ("hospital", "/v1/hospital"),
            ("pause", "/v1/pause"),
            ("quiet_hours", "/v1/quiet_hours"),
            ("review_prompts", "/v1/plan/review_prompts"),
        ] {
            self.one(kind, me.clone(), path).await;
        }
        for prompt in self.read("/v1/prompts").await {
            self.have.insert(("prompt".to_owned(), text(&prompt["slot_id"])), prompt);
        }
        self.all("item", "/v1/items").await;
        self.all("grant", "/v1/grants").await;
        self.all("proposal", "/v1/proposals").await;
        self.all("comment", &format!("/v1/owners/{me}/comments")).await;
        let pairs: Vec<String> =
            self.have.keys().filter(|(kind, _)| kind == "relationship").map(|(_, id)| id.clone()).collect();
        for pair in pairs {
            for session in self.read(&format!("/v1/relationships/{pair}/joint_sessions")).await {
                for note in self.read(&format!("/v1/joint_sessions/{}/notes", text(&session["id"]))).await {
                    let told = json!({ "session_id": session["id"], "note": note });
                    self.have.insert(("joint_note".to_owned(), text(&note["id"])), told);
                }
            }
        }
    }

    async fn of_a_provider(&mut self, pairs: &[Value]) {
        self.one("working_hours", self.who.id.to_string(), "/v1/working_hours").await;
        self.all("absence", "/v1/absences").await;
        for owner in pairs.iter().filter_map(|pair| pair["owner"]["id"].as_str()) {
            self.one("shared_plan", owner.to_owned(), &format!("/v1/owners/{owner}/plan")).await;
            for item in self.read(&format!("/v1/owners/{owner}/items")).await {
                let id = text(&item["id"]);
                self.have.insert(("shared_item".to_owned(), id), json!({ "owner_id": owner, "item": item }));
            }
            self.all("proposal", &format!("/v1/owners/{owner}/proposals")).await;
            self.all("comment", &format!("/v1/owners/{owner}/comments")).await;
        }
    }
}

/// Without what is made anew for each showing.
fn as_kept(mut card: Value) -> Value {
    let fields = card.as_object_mut().expect("a card");
    for made in ["text", "reading", "receipt", "promised_on", "open_since"] {
        fields.remove(made);
    }
    fields.insert("choices".into(), json!([]));
    fields.insert("checklist".into(), json!([]));
    card
}

fn not_reckoned(mut series: Value) -> Value {
    let fields = series.as_object_mut().expect("a series");
    for reckoned in ["text", "upcoming", "alternatives"] {
        fields.remove(reckoned);
    }
    series
}

/// What the phone has is what the lists say, and nothing else.
#[track_caller]
pub fn is_the_same(phone: &Have, lists: &Have, when: &str) {
    let names = |have: &Have| have.keys().cloned().collect::<Vec<_>>();
    let missing: Vec<_> = lists.keys().filter(|name| !phone.contains_key(name)).collect();
    let too_much: Vec<_> = phone.keys().filter(|name| !lists.contains_key(name)).collect();
    assert!(missing.is_empty() && too_much.is_empty(), "{when}: missing {missing:?}, too much {too_much:?}");
    assert_eq!(names(phone), names(lists));
    for (name, told) in phone {
        assert_eq!(told, &lists[name], "{when}: {name:?}");
    }
}
