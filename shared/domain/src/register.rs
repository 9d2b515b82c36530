use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Audit, AuditId, AuditOverrides, AuditRequest, ExternalId, Proof, ProofOutcome,
    RoleName, Schedule, Service, Severity, Tenant,
};

/// An account that an operator audits, and how to get in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredAccount {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its 12 digits.
    pub account_id: AccountId,
    /// What the operator calls it.
    pub name: Option<String>,
    /// The role to assume there.
    pub role_name: RoleName,
    /// Made here when the account was registered, and never changed.
    pub external_id: ExternalId,
    /// The regions that are read every night; empty means every enabled one.
    pub regions: Vec<String>,
    /// The services that are read every night; empty means all.
    pub services: Vec<Service>,
    /// When it is audited; every night with the others where nothing is said.
    pub schedule: Option<Schedule>,
    /// From which severity on a finding is told; the operator's choice where it is not said.
    pub alert_severity: Option<Severity>,
    /// What its audits judge by, where that differs from the operator's choice.
    #[serde(default)]
    pub overrides: AuditOverrides,
    /// Whether it may be audited.
    pub state: RegisteredState,
    /// Why it is suspended, or audited by no schedule any more, in one sentence.
    pub reason: Option<String>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What came of the last attempt to prove that its role asks for the `ExternalId`.
    pub proof: Option<Proof>,
    /// On how many days (UTC) AWS refused its role, of one that has never opened.
    #[serde(default)]
    pub refused_days: u32,
    /// When the last of these refusals was.
    #[serde(default)]
    pub refused_at: Option<Timestamp>,
    /// The scheduled time of its last audit by its own schedule.
    pub scheduled_for: Option<Timestamp>,
    /// The newest audit of it that ended with a result.
    pub last_audit: Option<AuditId>,
    /// When its data is deleted; only of a deleted account.
    pub purge_at: Option<Timestamp>,
}

/// Whether a registered account may be audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RegisteredState {
    /// Its role was not seen yet.
    Pending,
    /// Its role asks for the `ExternalId`.
    Active,
    /// Its role opened without the `ExternalId`, or leads elsewhere: it is not audited.
    Suspended,
    /// It is not audited any more, and its data is deleted at `purge_at`.
    Deleted,
}

impl RegisteredState {
    /// The name used in JSON and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }
}

impl RegisteredAccount {
    /// On how many days a role that has never opened may be refused before schedules leave the account alone: two weeks
    /// to make it.
    pub const REFUSED_DAYS: u32 = 14;

    /// The order of an audit of it, as it is registered.
    #[must_use]
    pub fn order(&self) -> AuditRequest {
        AuditRequest {
            account_id: self.account_id.clone(),
            role_name: self.role_name.clone(),
            external_id: Some(self.external_id.clone()),
            checks: Vec::new(),
            regions: self.regions.clone(),
            services: self.services.clone(),
            alert_severity: self.alert_severity,
            overrides: self.overrides.clone(),
            registered: true,
            as_registered: true,
        }
    }

    /// Whether an audit of it found that its owner may still have to make the role: it has never opened, and AWS
    /// refused it since the audit was asked for.
    #[must_use]
    pub fn waited_for_its_role(&self, audit: &Audit) -> bool {
        let refused = |proof: &Proof| {
            proof.outcome == ProofOutcome::Refused && proof.tried_at >= audit.created_at
        };
        self.state == RegisteredState::Pending
            && audit.order.registered
            && audit.order.account_id == self.account_id
            && self.proof.as_ref().is_some_and(refused)
    }

    /// Why its role must not be used, and what to do; nothing where it is proven.
    #[must_use]
    pub fn why_closed(&self) -> Option<String> {
        let id = &self.account_id;
        let prove = format!("prove it with `POST /api/accounts/{id}/verify`");
        match self.state {
            RegisteredState::Active => None,
            RegisteredState::Pending => {
                Some(format!("the role of account `{id}` is not proven yet; {prove}"))
            }
            RegisteredState::Suspended => {
                let why = self.reason.as_deref().unwrap_or("its role must not be used");
                Some(format!("account `{id}` is suspended: {why}; correct its role, then {prove}"))
            }
            RegisteredState::Deleted => {
                Some(format!("account `{id}` is deleted; register it anew to have it read"))
            }
        }
    }

    /// Whether it may be audited.
    #[must_use]
    pub const fn is_audited(&self) -> bool {
        matches!(self.state, RegisteredState::Pending | RegisteredState::Active)
    }

    /// Whether schedules audit it.
    #[must_use]
    pub const fn is_scheduled(&self) -> bool {
        self.is_audited() && !self.is_paused()
    }

    /// Whether schedules audit it no more, because its role was refused for so long and never opened.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        matches!(self.state, RegisteredState::Pending) && self.refused_days >= Self::REFUSED_DAYS
    }

    /// Keeps what an audit proved of its role, and what follows from it.
    pub fn take_proof(&mut self, proof: &Proof) {
        let outcome = proof.outcome;
        if outcome == ProofOutcome::Proven {
            self.refused_days = 0;
            if self.state == RegisteredState::Pending {
                self.state = RegisteredState::Active;
                self.reason = None;
            }
        } else if outcome.is_drift() && self.is_audited() {
            self.state = RegisteredState::Suspended;
            self.reason.clone_from(&proof.reason);
        } else if outcome == ProofOutcome::Refused && self.state == RegisteredState::Pending {
            let day = |time: Timestamp| time.as_second().div_euclid(86_400);
            // An audit that is tried again, or asked for beside the night's, is no other night.
            if self.refused_at.is_none_or(|last| day(last) < day(proof.tried_at)) {
                self.refused_days = self.refused_days.saturating_add(1);
                self.refused_at = Some(proof.tried_at);
            }
            if self.is_paused() {
                let id = &self.account_id;
                self.reason = Some(format!(
                    "no schedule audits it any more: AWS refused its role on {} days; have the role made, then prove \
                     it with `POST /api/accounts/{id}/verify`",
                    self.refused_days
                ));
            }
        }
        self.proof = Some(proof.clone());
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn pending() -> RegisteredAccount {
        RegisteredAccount {
            tenant: Tenant::local(),
            account_id: "111122223333".parse().unwrap(),
            name: None,
            role_name: RoleName::default(),
            external_id: "one-of-many".parse().unwrap(),
            regions: vec![],
            services: vec![],
            schedule: None,
            alert_severity: None,
            overrides: AuditOverrides::default(),
            state: RegisteredState::Pending,
            reason: None,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            proof: None,
            refused_days: 0,
            refused_at: None,
            scheduled_for: None,
            last_audit: None,
            purge_at: None,
        }
    }

    fn proof(outcome: ProofOutcome, hour: i64) -> Proof {
        let tried_at = Timestamp::from_second(20_833 * 86_400 + 3600 * hour).unwrap();
        Proof { tried_at, outcome, reason: Some(format!("the role is {outcome}")) }
    }

    #[test]
    fn a_role_that_is_refused_for_two_weeks_leaves_the_night() {
        let mut account = pending();
        for night in 0..14 {
            assert!(account.is_scheduled(), "{night}");
            // Tried again, and asked for once more in the same night.
            for again in 0..3 {
                account.take_proof(&proof(ProofOutcome::Refused, night * 24 + again));
            }
            // What says nothing of the role is no refusal, and makes none of what follows it.
            account.take_proof(&proof(ProofOutcome::Unproven, night * 24 + 4));
            account.take_proof(&proof(ProofOutcome::Refused, night * 24 + 5));
        }
        assert_eq!(account.refused_days, 14);
        assert!(account.is_paused() && !account.is_scheduled() && account.is_audited());
        let reason = account.reason.clone().unwrap();
        assert!(reason.contains("on 14 days") && reason.contains("/verify"), "{reason}");
        account.take_proof(&proof(ProofOutcome::Proven, 15 * 24));
        assert!(account.is_scheduled() && account.state == RegisteredState::Active);
        assert_eq!((account.refused_days, account.reason), (0, None));
    }

    #[test]
    fn an_account_whose_role_opened_stays_in_the_night() {
        let mut account = RegisteredAccount { state: RegisteredState::Active, ..pending() };
        for night in 0..30 {
            account.take_proof(&proof(ProofOutcome::Refused, night * 24));
        }
        assert!(account.is_scheduled() && account.refused_days == 0);
        account.take_proof(&proof(ProofOutcome::Open, 31 * 24));
        assert_eq!(account.state, RegisteredState::Suspended);
        assert_eq!(account.reason.as_deref(), Some("the role is open"));
        assert!(!account.is_scheduled());
    }

    #[test]
    fn only_what_never_opened_and_was_refused_waits_for_its_role() {
        let time = |minute: i64| Timestamp::from_second(1_790_000_000 + 60 * minute).unwrap();
        let proof = |outcome, tried_at| Some(Proof { tried_at, outcome, reason: None });
        let account = RegisteredAccount {
            created_at: time(0),
            updated_at: time(0),
            proof: proof(ProofOutcome::Refused, time(2)),
            ..pending()
        };
        let id = AuditId(Uuid::from_u128(1));
        let mut audit = Audit::new(Tenant::local(), id, account.order(), time(1));
        // As the store leaves one that has ended.
        audit.order.external_id = None;
        assert!(account.waited_for_its_role(&audit));
        for other in [
            RegisteredAccount { state: RegisteredState::Active, ..account.clone() },
            RegisteredAccount { state: RegisteredState::Suspended, ..account.clone() },
            RegisteredAccount { proof: None, ..account.clone() },
            RegisteredAccount { proof: proof(ProofOutcome::Unproven, time(2)), ..account.clone() },
            RegisteredAccount { proof: proof(ProofOutcome::Open, time(2)), ..account.clone() },
            RegisteredAccount { proof: proof(ProofOutcome::Refused, time(0)), ..account.clone() },
            RegisteredAccount { account_id: "444455556666".parse().unwrap(), ..account.clone() },
        ] {
            assert!(!other.waited_for_its_role(&audit), "{other:?}");
        }
    }
}
