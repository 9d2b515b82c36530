//! Whether an account may be audited, and how to get in.

use domain::{AuditRequest, ExternalId, RegisteredAccount, RegisteredState};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::body::Wanted;
use crate::{
    problem::{FieldError, Problem},
    request::{deleted_account, no_account},
};

/// The order of an audit of a registered account.
pub(super) fn registered(
    account: &RegisteredAccount,
    wanted: Wanted,
) -> Result<AuditRequest, Problem> {
    match account.state {
        RegisteredState::Pending | RegisteredState::Active => {}
        RegisteredState::Suspended => {
            return Err(Problem::conflict(account.why_closed().unwrap_or_default()));
        }
        RegisteredState::Deleted => return Err(deleted_account(&account.account_id)),
    }
    let mut errors = Vec::new();
    let mut wrong = |field: &str, problem: &str, accepted: &str| {
        let (field, problem, accepted) = (field.into(), problem.into(), accepted.into());
        errors.push(FieldError { field, problem, accepted });
    };
    if wanted.external_id.is_some_and(|given| !is_same(&given, &account.external_id)) {
        let problem = "it is not the one that the account is registered with";
        wrong("external_id", problem, "nothing: the registered one is used");
    }
    if wanted.role_name.is_some_and(|given| given != account.role_name) {
        let problem = "it is not the one that the account is registered with";
        wrong("role_name", problem, "nothing: `PATCH /api/accounts/{account_id}` changes it");
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let order = account.order();
    Ok(AuditRequest {
        as_registered: wanted.regions.is_none() && wanted.services.is_none(),
        checks: wanted.checks,
        regions: wanted.regions.unwrap_or_else(|| order.regions.clone()),
        services: wanted.services.unwrap_or_else(|| order.services.clone()),
        ..order
    })
}

/// The order of an audit of an account that nobody registered, where that is allowed.
pub(super) fn unregistered(wanted: Wanted, registration: bool) -> Result<AuditRequest, Problem> {
    if registration {
        return Err(no_account(wanted.account_id.as_str()));
    }
    Ok(AuditRequest {
        role_name: wanted.role_name.unwrap_or_default(),
        external_id: wanted.external_id,
        checks: wanted.checks,
        regions: wanted.regions.unwrap_or_default(),
        services: wanted.services.unwrap_or_default(),
        ..AuditRequest::new(wanted.account_id)
    })
}

/// Hashes have one length, and comparing them takes one time.
fn is_same(given: &ExternalId, registered: &ExternalId) -> bool {
    let hash = |id: &ExternalId| -> [u8; 32] { Sha256::digest(id.as_str()).into() };
    hash(given).ct_eq(&hash(registered)).into()
}
