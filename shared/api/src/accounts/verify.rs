use axum::{Json, extract::State};
use domain::{Alert, Proof, ProofOutcome, RegisteredAccount, RegisteredState};
use jiff::Timestamp;

use super::{AccountEntry, find};
use crate::{
    caller::Writer,
    problem::Problem,
    rate::Costly,
    request::{Named, deleted_account, no_account},
    responses::{AnyRoute, Conflict, NamedResource},
    state::Shared,
};

/// Asks AWS whether the account's role opens to its `ExternalId` alone, and keeps the answer.
///
/// Proven, the account is active. A role that opens without the `ExternalId`, or leads to another
/// account, suspends it; one that was active is told of like by an audit. A role that does not open yet, or an answer that says nothing, leaves it as it is;
/// `proof` tells why.
#[utoipa::path(
    post,
    path = "/api/accounts/{account_id}/verify",
    tag = "accounts",
    security((), ("bearer" = ["write"])),
    params(("account_id" = String, Path, description = "The account's 12 digits.")),
    responses(
        (status = 200, description = "The account with what came of it.", body = AccountEntry),
        AnyRoute,
        NamedResource,
        (status = 409, response = Conflict),
    ),
)]
pub(crate) async fn verify(
    Writer(tenant): Writer,
    State(shared): State<Shared>,
    name: Named,
) -> Result<Json<AccountEntry>, Problem> {
    let id = name.account()?;
    let seen = find(&shared, &tenant, &id).await?;
    if seen.state == RegisteredState::Deleted {
        return Err(deleted_account(&id));
    }
    shared.spend(&tenant, Costly::Verify).await?;
    let proof = shared.settings.verify.verify(&seen).await;
    tracing::info!(account = %id, %tenant, outcome = %proof.outcome, "role asked");
    let now = Timestamp::now();
    if seen.state == RegisteredState::Active && proof.outcome.is_drift() {
        // The alert first: an account that is suspended by then would not be told.
        let lang = shared.settings.lang.code();
        shared.store.raise(&Alert::suspended(&seen, &proof, None, lang)).await?;
    }
    let make = |account: &mut RegisteredAccount| apply(account, &seen, &proof);
    let account = shared.store.change_account(&tenant, &id, now, make).await?;
    let account = account.ok_or_else(|| no_account(id.as_str()))?;
    if account.state == RegisteredState::Deleted {
        return Err(deleted_account(&id));
    }
    if !is_of(&account, &seen) {
        let detail = format!("account `{id}` has another role by now; verify it again");
        return Err(Problem::conflict(detail));
    }
    Ok(Json(AccountEntry::of(account, now)))
}

/// Whether what was proven is what is registered.
fn is_of(account: &RegisteredAccount, seen: &RegisteredAccount) -> bool {
    account.role_name == seen.role_name && account.external_id == seen.external_id
}

/// Keeps a proof, if it still is one of the account, and what follows from it.
fn apply(account: &mut RegisteredAccount, seen: &RegisteredAccount, proof: &Proof) {
    let older = account.proof.as_ref().is_some_and(|kept| kept.tried_at > proof.tried_at);
    if account.state == RegisteredState::Deleted || !is_of(account, seen) || older {
        return;
    }
    match proof.outcome {
        ProofOutcome::Proven => {
            account.state = RegisteredState::Active;
            account.reason = None;
            account.refused_days = 0;
        }
        ProofOutcome::Open | ProofOutcome::Elsewhere => {
            account.state = RegisteredState::Suspended;
            account.reason.clone_from(&proof.reason);
        }
        ProofOutcome::Refused | ProofOutcome::Unproven => {}
    }
    account.proof = Some(proof.clone());
}
