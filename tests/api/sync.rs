//! A phone that only ever syncs ends with exactly what the lists say, whatever happens, to whomever, and in whatever
//! pieces it is told.

use super::export::rich;
use super::fixture::{Fixture, Pair};
use super::messages::{id, later, thread, write, writing_pair};
use super::phone::{Phone, is_the_same, lists};
use super::sharing::grant;
use super::toolbox::{goal, keep};
use crate::harness::on_both_databases;
use domain::words::Role;
use poem::http::Method;
use serde_json::{Value, json};

async fn agrees(fixture: &Fixture, phone: &mut Phone, role: Role, when: &str) {
    phone.sync(fixture).await;
    is_the_same(&phone.have, &lists(fixture, &phone.who, role).await, when);
}

on_both_databases! {
    async fn a_phone_has_what_the_lists_say(database) {
        let rich = rich(database).await;
        let (fixture, pair) = (&rich.fixture, &rich.pair);
        let (mut hers, mut small) = (Phone::of(&pair.owner), Phone::of(&pair.owner));
        let mut his = Phone::of(&pair.provider);
        small.limit = 4;
        agrees(fixture, &mut hers, Role::ServiceUser, "after a full load").await;
        agrees(fixture, &mut small, Role::ServiceUser, "after a load in small pages").await;
        assert!(small.pages > 10 && hers.pages == 1, "{} and {}", small.pages, hers.pages);
        agrees(fixture, &mut his, Role::Provider, "of a provider").await;
    }
}
