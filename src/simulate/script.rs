//! What happens on the stage: each event of a run as the calls that its people would make.

mod agreements;
mod life;
mod messages;
mod organisation;
mod toolbox;

use super::fields::Label;
use super::line::{Event, Happening};
use super::stage::Stage;
use backend::app::Refusal;
use backend::app::sessions::Caller;
use chrono::NaiveDate;
use domain::ids::RelationshipId;
use domain::words::{Level, Role};
use mobile_contract::problem::ProblemCode;
use storage::StorageError;

/// What came of an event: further events that it caused, or why it could not be.
pub type Performed = Result<Vec<Event>, String>;

/// Why an event stopped: refused (the run goes on), or the scratch world broke (it cannot).
pub enum Stop {
    Refused(String),
    Broken(StorageError),
}

pub type Act<T> = Result<T, Stop>;

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        let fields: Vec<&str> = refusal.fields.iter().map(|(field, _)| field.as_str()).collect();
        match refusal.code {
            ProblemCode::Internal | ProblemCode::Unavailable => {
                Self::Broken(StorageError::Unavailable("the scratch database".into()))
            }
            code if fields.is_empty() => Self::Refused(code.as_str().to_owned()),
            code => Self::Refused(format!("{} ({})", code.as_str(), fields.join(", "))),
        }
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Hidden | StorageError::Denied | StorageError::Stale | StorageError::Duplicate(_) => {
                Self::Refused(error.to_string())
            }
            broken => Self::Broken(broken),
        }
    }
}

/// Performs one event.
///
/// # Errors
/// The scratch database failed. What the people were refused is in the answer.
pub async fn perform(stage: &mut Stage, event: &Event) -> Result<Performed, StorageError> {
    match act(stage, event).await {
        Ok(consequences) => Ok(Ok(consequences)),
        Err(Stop::Refused(why)) => Ok(Err(why)),
        Err(Stop::Broken(error)) => Err(error),
    }
}

/// Whoever wants to move a check-in or a promise takes a day that is offered: the one she thought of, else the next, else
/// the first. A check-in that cannot be moved she lets be skipped, a promise she leaves as it is. Tells whether anything
/// happens.
///
/// # Errors
/// The scratch database failed.
pub async fn as_offered(stage: &mut Stage, event: &mut Event) -> Result<bool, StorageError> {
    let offered = match &event.what {
        Happening::SlotPostponed { slot, .. } => agreements::offered(stage, event, *slot).await,
        Happening::PromiseMoved { message, .. } => messages::offered(stage, message).await,
        _ => return Ok(true),
    };
    let days = match offered {
        Ok(days) => days,
        // Performing it says why.
        Err(Stop::Refused(_)) => return Ok(true),
        Err(Stop::Broken(error)) => return Err(error),
    };
    let nearest = |to: NaiveDate| days.iter().find(|day| **day >= to).or(days.first()).copied();
    match &mut event.what {
        Happening::SlotPostponed { slot, to } => match nearest(*to) {
            Some(day) => *to = day,
            None => event.what = Happening::SlotSkippedByProvider { slot: *slot },
        },
        Happening::PromiseMoved { to, .. } => match nearest(*to) {
            Some(day) => *to = day,
            None => return Ok(false),
        },
        _ => {}
    }
    Ok(true)
}

/// Whether an event only tells what another brought: that one brings it again.
pub fn follows(event: &Event) -> bool {
    matches!(event.what, Happening::ItemChanged { proposal: Some(_), .. } | Happening::PlanEdited { proposal: Some(_) })
}

async fn act(stage: &mut Stage, event: &Event) -> Act<Vec<Event>> {
    use Happening as H;
    match &event.what {
        H::RelationshipStarted { level, .. } => {
            let (owner, provider) = both(event)?;
            stage.relate(owner, provider, level.unwrap_or(Level::Primary)).await?;
        }
        H::RelationshipEnded {} => {
            let (pair, caller, _) = pair(stage, event)?;
            backend::app::parting::end(&stage.app, caller, pair).await?;
        }
        H::AgreementAccepted { .. }
        | H::SilenceClauseSet { .. }
        | H::SeriesAccepted { .. }
        | H::SeriesStopped { .. }
        | H::CheckInAnswered { .. }
        | H::CheckInOpened { .. }
        | H::SlotPostponed { .. }
        | H::SlotSkippedByProvider { .. } => return agreements::act(stage, event).await,
        H::MessageSent { .. }
        | H::MessageOpened { .. }
        | H::MessageRecalled { .. }
        | H::Reply { .. }
        | H::ReadThanks { .. }
        | H::LetsTalk { .. }
        | H::CallLogged { .. }
        | H::ClockClosed { .. }
        | H::PromiseMoved { .. }
        | H::Consultation { .. }
        | H::Absence { .. }
        | H::SubstituteAccepted { .. } => return messages::act(stage, event).await,
        H::SettingChanged { .. }
        | H::PauseStarted {}
        | H::PauseEnded {}
        | H::HospitalAdmitted {}
        | H::HospitalDischarged {}
        | H::PlanWritten { .. }
        | H::PlanEdited { .. }
        | H::PlanUsed {}
        | H::PromptOpened { .. }
        | H::PromptAnswered { .. }
        | H::QuietHoursSet { .. }
        | H::ZoneChanged { .. }
        | H::ProviderHoursSet { .. } => return life::act(stage, event).await,
        H::ItemChanged { .. }
        | H::ItemDeleted { .. }
        | H::Grant { .. }
        | H::Revoke { .. }
        | H::KeptPrivate { .. }
        | H::ProposalMade { .. }
        | H::ProposalAnswered { .. }
        | H::ProposalWithdrawn { .. }
        | H::CommentMade { .. }
        | H::CommentHidden { .. } => return toolbox::act(stage, event).await,
        H::ProviderLeft {} | H::KillSwitch { .. } | H::AccountSuspended { .. } | H::PolicyPublished { .. } => {
            return organisation::act(stage, event).await;
        }
    }
    Ok(Vec::new())
}

/// Owner and provider of an event that names both.
fn both(event: &Event) -> Act<(&Label, &Label)> {
    match (&event.owner, &event.provider) {
        (Some(owner), Some(provider)) => Ok((owner, provider)),
        _ => Err(Stop::Refused("owner and provider must be named".into())),
    }
}

/// The relationship of an event with its two people.
fn pair(stage: &Stage, event: &Event) -> Act<(RelationshipId, Caller, Caller)> {
    let (owner, provider) = both(event)?;
    let id = stage
        .pairs
        .get(&(owner.clone(), provider.clone()))
        .ok_or_else(|| Stop::Refused("no such relationship".into()))?;
    Ok((*id, somebody(stage, owner)?, somebody(stage, provider)?))
}

/// A person who was named before.
fn somebody(stage: &Stage, label: &Label) -> Act<Caller> {
    stage.known(label).ok_or_else(|| Stop::Refused(format!("nobody is called {label} yet")))
}

/// The owner of an event, who comes onto the stage where she was not named before.
async fn owner(stage: &mut Stage, event: &Event) -> Act<Caller> {
    let label = event.owner.clone().ok_or_else(|| Stop::Refused("owner must be named".into()))?;
    Ok(stage.person(&label, Role::ServiceUser).await?)
}

/// The provider of an event.
async fn provider(stage: &mut Stage, event: &Event) -> Act<Caller> {
    let label = event.provider.clone().ok_or_else(|| Stop::Refused("provider must be named".into()))?;
    Ok(stage.person(&label, Role::Provider).await?)
}
