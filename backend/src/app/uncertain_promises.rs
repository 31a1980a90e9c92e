//! What the duty role hears of: promised replies whose channel failed. Ids and dates alone.

use crate::app::Answer;
use crate::app::sessions::Caller;
use crate::state::App;
use crate::views;
use domain::ids::{AccountId, ReplyClockId};
use domain::policy::OnOrganisation;
use domain::words::AccountState;
use mobile_contract::accounts::{UncertainPromiseOut, UncertainPromisesOut, Uncertainty};
use storage::{accounts, for_organisation, instance, uncertain_promises};

const LIST: &str = "list_uncertain_promises";

pub async fn list(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<UncertainPromisesOut> {
    let permit = for_organisation(caller.actor, OnOrganisation::HearOfUncertainty)?;
    let limit = views::limit(limit)?;
    let after = views::place_by_id(app, caller, LIST, cursor)?.map(ReplyClockId);
    let db = app.store.read();
    let mut found = uncertain_promises::page(db, permit, after, limit + 1).await?;
    let next_cursor = views::cut(&mut found, limit).map(|last| views::cursor_by_id(app, caller, LIST, last.id));
    let stopped = instance::kill_switch(db).await?.on;
    let providers: Vec<AccountId> =
        found.iter().map(|row| AccountId(row.handed_to.unwrap_or(row.provider_id))).collect();
    let providers = accounts::many(db, &providers).await?;
    let items = found
        .into_iter()
        .filter_map(|row| {
            let provider_id = row.handed_to.unwrap_or(row.provider_id);
            let active = providers
                .iter()
                .any(|account| account.id == provider_id && account.state == AccountState::Active.as_str());
            let why = match (active, stopped) {
                (false, _) => Uncertainty::ProviderGone,
                (true, true) => Uncertainty::Stopped,
                (true, false) => Uncertainty::Unheard,
            };
            Some(UncertainPromiseOut {
                id: row.id,
                provider_id,
                promised_on: row.promised_on,
                uncertain_since: row.uncertain_since?,
                why,
            })
        })
        .collect();
    Ok(UncertainPromisesOut { count: uncertain_promises::count(db, permit).await?, items, next_cursor })
}
