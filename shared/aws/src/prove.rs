use std::fmt;

use aws_config::{Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use domain::{ExternalId, Proof, ProofOutcome, RoleArn};
use jiff::Timestamp;
use policy::Arn;
use uuid::Uuid;

use crate::{
    AssumeRole, AssumeRoleError, CallerError, SessionName, SessionPolicy, caller,
    config::{region_in, sts},
    session::{assume, of_a_role},
};

/// How long a session of the proof lasts: the least that STS gives.
///
/// Source: STS `AssumeRole`, parameter `DurationSeconds`.
const PROOF_SECONDS: i32 = 900;

/// Why it is not proven that a role enforces its ExternalId.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Doubt {
    /// The role does not open to the right ExternalId.
    #[error(transparent)]
    AssumeRoleError(AssumeRoleError),
    /// The session belongs to another account than the role's ARN says.
    #[error(
        "assuming `{role}` opened account `{account}`; nothing was read, check which account the role is in"
    )]
    Elsewhere {
        /// The role.
        role: RoleArn,
        /// The account that was opened.
        account: String,
    },
    /// The role opens without the right ExternalId.
    #[error(
        "`{role}` opens {wrong}, so any customer of the operator can have this account audited; let its trust policy ask for the external id with `StringEquals` on `sts:ExternalId`, as the onboarding template does"
    )]
    Open {
        /// The role.
        role: RoleArn,
        /// What opened it.
        wrong: Wrong,
    },
    /// AWS did not say enough.
    #[error("could not prove that `{role}` enforces its external id: {reason}")]
    Unproven {
        /// The role.
        role: RoleArn,
        /// Which question has no answer, and what to do.
        reason: String,
    },
}

/// What is shown in place of the right ExternalId.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No ExternalId.
    Without,
    /// One that was made up a moment ago.
    Random,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Without => "without an external id",
            Self::Random => "with a made-up external id",
        })
    }
}

impl Doubt {
    /// The kind of doubt, as it is kept.
    #[must_use]
    pub const fn outcome(&self) -> ProofOutcome {
        match self {
            Self::AssumeRoleError(_) => ProofOutcome::Refused,
            Self::Elsewhere { .. } => ProofOutcome::Elsewhere,
            Self::Open { .. } => ProofOutcome::Open,
            Self::Unproven { .. } => ProofOutcome::Unproven,
        }
    }
}

/// What is kept of an attempt.
#[must_use]
pub fn proof(tried: &Result<(), Doubt>, tried_at: Timestamp) -> Proof {
    match tried {
        Ok(()) => Proof { tried_at, outcome: ProofOutcome::Proven, reason: None },
        Err(doubt) => Proof { tried_at, outcome: doubt.outcome(), reason: Some(doubt.to_string()) },
    }
}

/// Proves that a role opens to this ExternalId and to no other.
///
/// Four calls, each repeated by the SDK's rules while it is throttled: the role opens to the right
/// ExternalId, the session is one of the role's account, and the role is denied without an
/// ExternalId and with a random one. Only the ExternalId differs between the attempts, and none
/// needs another's answer, so they are made at once. The sessions may do nothing; one that a wrong
/// ExternalId opened is dropped without being used.
///
/// # Errors
///
/// When anything but that was answered. A wrong ExternalId counts as denied only where AWS says
/// `AccessDenied`: silence, throttling and every other error leave the role unproven.
pub async fn prove(
    config: &SdkConfig,
    role: &RoleArn,
    external_id: &ExternalId,
    name: &SessionName,
) -> Result<(), Doubt> {
    let unproven = |reason| Doubt::Unproven { role: role.clone(), reason };
    let random: ExternalId = Uuid::new_v4()
        .to_string()
        .parse()
        .map_err(|_| unproven("no external id could be made up; report this as a defect".into()))?;
    let request = |external_id| AssumeRole {
        role: role.clone(),
        external_id,
        name: name.clone(),
        policy: SessionPolicy::nothing(),
    };
    let (right, without, made_up) =
        (request(Some(external_id.clone())), request(None), request(Some(random)));
    let (entered, without, made_up) = tokio::join!(
        Box::pin(enter(config, &right)),
        Box::pin(denied(config, &without, Wrong::Without)),
        Box::pin(denied(config, &made_up, Wrong::Random)),
    );
    // An open role is the worst of all, whatever else was answered.
    match (without, made_up) {
        (Err(open @ Doubt::Open { .. }), _) | (_, Err(open @ Doubt::Open { .. })) => Err(open),
        (without, made_up) => entered.and(without).and(made_up),
    }
}

/// Whether the right ExternalId opens the role, and the session is one of its account.
async fn enter(config: &SdkConfig, request: &AssumeRole) -> Result<(), Doubt> {
    let session =
        assume(&client(config, request), request, PROOF_SECONDS).await.map_err(|refused| {
            match refused {
                AssumeRoleError::Elsewhere { role, opened } => {
                    let account = Arn::split(&opened).map_or("", |arn| arn.account).to_owned();
                    Doubt::Elsewhere { role, account }
                }
                refused if refused.is_denial() => Doubt::AssumeRoleError(refused),
                refused => silence(request, "the right external id", &refused),
            }
        })?;
    let caller = caller(&with(config, request, session)).await.map_err(|error| {
        let reason = match error {
            CallerError::Refused { code, message } => {
                format!("AWS answered its session with `{code}` ({message})")
            }
            CallerError::NoCredentials(reason) | CallerError::Unreachable(reason) => {
                format!("its session got no answer: {reason}")
            }
            CallerError::Nameless => "AWS did not say whose its session is".into(),
            CallerError::Elsewhere(partition) => {
                format!(
                    "its session is of partition `{partition}`, which this version does not know"
                )
            }
        };
        let reason = format!("{reason}; try again in a minute");
        Doubt::Unproven { role: request.role.clone(), reason }
    })?;
    if caller.account == *request.role.account() {
        Ok(())
    } else {
        let account = caller.account.id.to_string();
        Err(Doubt::Elsewhere { role: request.role.clone(), account })
    }
}

fn client(config: &SdkConfig, request: &AssumeRole) -> aws_sdk_sts::Client {
    sts(config, request.role.account().partition)
}

/// The configuration of a session, in the partition of its role.
fn with(config: &SdkConfig, request: &AssumeRole, session: Credentials) -> SdkConfig {
    let region = region_in(config, request.role.account().partition).to_owned();
    let credentials = SharedCredentialsProvider::new(session);
    config.to_builder().credentials_provider(credentials).region(Region::new(region)).build()
}

/// Whether a wrong ExternalId is denied.
async fn denied(config: &SdkConfig, request: &AssumeRole, wrong: Wrong) -> Result<(), Doubt> {
    match assume(&client(config, request), request, PROOF_SECONDS).await.map(drop) {
        Ok(()) | Err(AssumeRoleError::Elsewhere { .. }) => {
            Err(Doubt::Open { role: request.role.clone(), wrong })
        }
        Err(refused) if refused.is_denial() => Ok(()),
        Err(refused) => {
            let shown = match wrong {
                Wrong::Without => "no external id",
                Wrong::Random => "a made-up external id",
            };
            Err(silence(request, shown, &refused))
        }
    }
}

/// What AWS said instead of yes or no.
fn silence(request: &AssumeRole, shown: &str, refused: &AssumeRoleError) -> Doubt {
    let reason = match refused {
        AssumeRoleError::Denied { code, message, .. } => {
            let advice = of_a_role(code, message);
            format!(
                "AWS answered {shown} with `{code}` ({message}), which proves nothing; {advice}"
            )
        }
        AssumeRoleError::Unreachable { reason, .. } => format!(
            "{shown} got no answer ({reason}); check that credentials are set and that the network is up"
        ),
        AssumeRoleError::Elsewhere { opened, .. } => format!("{shown} opened `{opened}`"),
    };
    Doubt::Unproven { role: request.role.clone(), reason }
}

#[cfg(test)]
mod tests;
