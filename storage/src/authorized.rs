//! A row together with the permission to see it. The lookups make it; nothing else can.

use crate::error::{Result, StorageError};
use domain::ownership::Actor;
use domain::policy::{self, Decision, OnOrganisation, Permit};
use std::ops::Deref;

/// `T`, and proof that the policy let this actor have it for this action.
#[derive(Clone, Debug)]
pub struct Authorized<T> {
    row: T,
    permit: Permit,
}

impl<T> Authorized<T> {
    /// Passes on what the policy decided.
    pub(crate) fn by(decision: Decision, row: T) -> Result<Self> {
        Ok(Self { permit: permitted(decision)?, row })
    }

    pub fn permit(&self) -> Permit {
        self.permit
    }

    /// A part of the row, or what belongs to it, under the same permit.
    pub(crate) fn map<U>(self, part: impl FnOnce(T) -> U) -> Authorized<U> {
        Authorized { row: part(self.row), permit: self.permit }
    }

    pub fn into_inner(self) -> T {
        self.row
    }
}

impl<T> Deref for Authorized<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.row
    }
}

/// The permit of a decision, or the error that answers it.
pub fn permitted(decision: Decision) -> Result<Permit> {
    match decision {
        Decision::Permit(permit) => Ok(permit),
        Decision::Hidden => Err(StorageError::Hidden),
        Decision::Denied => Err(StorageError::Denied),
    }
}

/// Leave to do something for the actor's own organisation.
pub fn for_organisation(actor: Actor, action: OnOrganisation) -> Result<Permit> {
    permitted(policy::on_organisation(actor, action, actor.organisation))
}
