//! Check-ins: series the two agree to, the cards and their answers, the provider's slate.

mod acts;
mod cards;
mod log;
mod series;
mod slate;

pub use acts::{talk, thank};
pub(crate) use cards::kept_among;
pub use cards::{Reply, answer, get, kept, list, open};
pub(crate) use series::kept as kept_series;
pub use series::{accept, change_cadence, decline, get_series, list_series, propose, renew, restart, stop};
pub use slate::{postpone, skip, slate};

use crate::app::{Answer, Refusal};
use crate::state::App;
use domain::check_ins::Side;
use domain::ids::AccountId;
use domain::ownership::{Actor, Relationship, Standing};
use mobile_contract::problem::FieldFault;
use storage::{StorageError, accounts, rows};

/// Owner and responsible provider of a pair.
struct People {
    owner: rows::Account,
    provider: rows::Account,
}

async fn people(app: &App, owner: AccountId, provider: AccountId) -> Answer<People> {
    let found = accounts::many(app.store.read(), &[owner, provider]).await?;
    let one = |id: AccountId| {
        found
            .iter()
            .find(|row| row.id == id.0)
            .cloned()
            .ok_or_else(|| Refusal::from(StorageError::Corrupt("relationship without its parties".into())))
    };
    Ok(People { owner: one(owner)?, provider: one(provider)? })
}

fn side(pair: &Relationship, actor: Actor) -> Side {
    if pair.standing(actor) == Standing::Owner { Side::Owner } else { Side::Provider }
}

/// What somebody is called in a sentence: the first of her names.
fn first_name(account: &rows::Account) -> String {
    account.display_name.split_whitespace().next().unwrap_or(&account.display_name).to_owned()
}

/// Days out of the organisation's menu, or the fault.
fn every_days(offered: bool, pointer: &str) -> Answer<()> {
    if offered { Ok(()) } else { Err(Refusal::field(pointer, FieldFault::NotInList)) }
}
