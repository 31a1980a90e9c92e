//! What the gateways received, held against what the database says.

use super::asked::Asked;
use super::report::Report;
use super::workers::Death;
use crate::stories::World;
use crate::stories::crowd::Crowd;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use uuid::Uuid;

/// What a receiver folds on: phone and collapse id, or the Message-ID.
type Identity = (String, String);

/// A delivery to a phone or mailbox, as the database has it.
struct Delivery {
    id: Uuid,
    state: String,
    /// The phone's token or the mailbox.
    to: String,
    identity: Identity,
}

pub async fn compare(asked: &Asked, world: &World, crowd: &Crowd, deaths: Vec<Death>, took: Duration) -> Report {
    let received = received(world);
    let deliveries = deliveries(world).await;
    let expected = crowd.recipients();
    let mut in_flight = BTreeMap::<Uuid, usize>::new();
    for id in deaths.iter().flat_map(|death| &death.in_flight) {
        *in_flight.entry(*id).or_default() += 1;
    }

    let mut wrong = Vec::new();
    let mut known = BTreeSet::new();
    let mut repeated = 0;
    for delivery in &deliveries {
        known.insert(&delivery.identity);
        let count = received.get(&delivery.identity).copied().unwrap_or(0);
        let kills = in_flight.get(&delivery.id).copied().unwrap_or(0);
        let id = delivery.id;
        match (delivery.state.as_str(), count) {
            ("sent", 0) => wrong.push(format!("lost: {id} is said to be sent, and never arrived")),
            ("sent", _) => {}
            (state, _) => wrong.push(format!("not sent: {id} ended as {state}, arrived {count} times")),
        }
        repeated += count.saturating_sub(1);
        if count > 1 + kills {
            wrong.push(format!("repeated: {id} arrived {count} times and was in flight at {kills} kills"));
        }
    }
    for (to, identity) in received.keys().filter(|identity| !known.contains(identity)) {
        wrong.push(format!("unknown to the database: {identity} arrived at {to}"));
    }
    let told: BTreeSet<String> = deliveries.iter().map(|delivery| delivery.to.clone()).collect();
    wrong.extend(expected.difference(&told).map(|to| format!("never planned: {to}")));
    wrong.extend(told.difference(&expected).map(|to| format!("nobody wanted to tell {to} anything")));
    if told.len() != deliveries.len() {
        wrong.push(format!("{} deliveries to {} phones and mailboxes", deliveries.len(), told.len()));
    }
    for (what, rows) in TWICE {
        match world.count(&format!("({rows}) as twice")).await {
            0 => {}
            count => wrong.push(format!("{count} {what} arose twice")),
        }
    }
    let open = world.count("slot where settled_at is null").await;
    if open > 0 {
        wrong.push(format!("{open} slots have not ended"));
    }

    Report {
        asked: asked.clone(),
        took,
        people: told.len(),
        arrived: received.values().sum(),
        repeated,
        in_flight: in_flight.values().sum(),
        deaths,
        wrong,
    }
}

/// What there must be one of.
const TWICE: [(&str, &str); 3] = [
    ("identities", "select 1 from slot group by job, subject, on_date, recipient_id having count(*) > 1"),
    ("notifications of a slot", "select 1 from notification group by slot_id having count(*) > 1"),
    ("deliveries", "select 1 from delivery group by notification_id, channel, device_id, action having count(*) > 1"),
];

/// How often each identity arrived.
fn received(world: &World) -> BTreeMap<Identity, usize> {
    let mut received = BTreeMap::new();
    let pushes = world.pushes().into_iter().map(|push| (push.token, push.collapse_id));
    let letters = world.letters().into_iter().map(|letter| (letter.to, letter.message_id));
    for identity in pushes.chain(letters) {
        *received.entry(identity).or_default() += 1;
    }
    received
}

/// Everything that was meant for a phone or a mailbox.
async fn deliveries(world: &World) -> Vec<Delivery> {
    let question = "select d.id, d.channel, d.state, n.collapse_id, v.token, a.email from delivery d \
                    join notification n on n.id = d.notification_id join account a on a.id = n.recipient_id \
                    left join device v on v.id = d.device_id where d.channel <> 'in_app' order by d.id";
    let question = Statement::from_string(world.database.get_database_backend(), question);
    let rows = world.database.query_all_raw(question).await.expect("an answer");
    let delivery = |row: &QueryResult| {
        let text = |name: &str| row.try_get::<String>("", name).expect("a text");
        let id: Uuid = row.try_get("", "id").expect("an id");
        let (to, folds_on) = match text("channel").as_str() {
            "push" => {
                let token: Vec<u8> = row.try_get("", "token").expect("a token");
                (String::from_utf8(token).expect("ASCII"), text("collapse_id"))
            }
            _ => (text("email"), format!("{id}@reconnect.example")),
        };
        Delivery { id, state: text("state"), identity: (to.clone(), folds_on), to }
    };
    rows.iter().map(delivery).collect()
}
