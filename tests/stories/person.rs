//! Somebody with an account and a phone.

use crate::harness::{Answer, Client, WallClock};
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use serde_json::{Value, json};
use tokio::sync::Mutex;

pub const PASSWORD: &str = "a long enough password";

/// Which gateway reaches the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phone {
    Apple,
    Android,
}

pub struct Person {
    pub login: String,
    pub account: String,
    /// What the gateway knows the phone by.
    pub push_token: String,
    client: Client,
    clock: WallClock,
    sign_in: Value,
    session: Mutex<Session>,
}

struct Session {
    device: String,
    access: String,
    expires_at: DateTime<Utc>,
    refresh: String,
}

impl Session {
    fn of(tokens: &Value) -> Self {
        let text = |name: &str| tokens[name].as_str().unwrap_or_else(|| panic!("{name}: {tokens}")).to_owned();
        let expires_at = text("access_expires_at").parse().expect("a time");
        Self { device: text("device_id"), access: text("access_token"), expires_at, refresh: text("refresh_token") }
    }
}

impl Person {
    /// Redeems the code and signs in on a phone of this number.
    pub async fn open(client: Client, clock: WallClock, code: &str, phone: Phone, number: u32) -> Self {
        let open = json!({ "code": code, "password": PASSWORD, "adult": true });
        let opened = client.post("/v1/invitations/accept", open).await.is(201);
        let login = opened["login"].as_str().expect("a login").to_owned();
        let (platform, push_token) = match phone {
            Phone::Apple => ("apns", format!("{number:064x}")),
            Phone::Android => ("fcm", format!("c9Zt{number:06}:APA91b")),
        };
        let device = json!({ "platform": platform, "push_token": push_token, "app_version": "1.0.0" });
        let sign_in = json!({ "login": login, "password": PASSWORD, "device": device });
        let tokens = client.post("/v1/sessions", sign_in.clone()).await.is(201);
        let account = opened["account_id"].as_str().expect("an account").to_owned();
        let session = Mutex::new(Session::of(&tokens));
        Self { login, account, push_token, client, clock, sign_in, session }
    }

    /// Her phone, signed in; days may have passed since she last looked at it, or months.
    pub async fn phone(&self) -> Client {
        let mut session = self.session.lock().await;
        if session.expires_at <= self.clock.now() + TimeDelta::seconds(30) {
            let refresh = json!({ "refresh_token": session.refresh });
            let mut tokens = self.client.post("/v1/sessions/refresh", refresh).await;
            if tokens.status == 401 {
                let mut sign_in = self.sign_in.clone();
                sign_in["device_id"] = json!(session.device);
                tokens = self.client.post("/v1/sessions", sign_in).await;
            }
            assert!(matches!(tokens.status, 200 | 201), "{}", tokens.text());
            *session = Session::of(&tokens.json());
        }
        self.client.signed_in(&session.access)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.phone().await.get(path).await
    }

    /// What is there to read.
    pub async fn read(&self, path: &str) -> Value {
        self.get(path).await.is(200)
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.phone().await.post(path, body).await
    }

    /// A write to what was read at this ETag.
    pub async fn post_if(&self, path: &str, etag: &str, body: Value) -> Answer {
        let phone = self.phone().await;
        let request = phone.request(reqwest::Method::POST, path).header("if-match", etag).json(&body);
        phone.send(request).await
    }

    /// The same, changing a part of it.
    pub async fn patch_if(&self, path: &str, etag: &str, body: Value) -> Answer {
        self.phone().await.patch(path, etag, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.phone().await.put(path, "*", body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.phone().await.delete(path).await
    }

    /// Everything of a list that fits on one page.
    pub async fn items(&self, path: &str) -> Vec<Value> {
        let list = self.read(path).await;
        assert!(list.get("next_cursor").is_none(), "there is more: {path}");
        list["items"].as_array().unwrap_or_else(|| panic!("no items: {list}")).clone()
    }

    /// Why she was told something and why not, of one job, newest first.
    pub async fn ledger(&self, job: &str) -> Vec<Value> {
        self.items(&format!("/v1/ledger?job={job}")).await
    }
}
