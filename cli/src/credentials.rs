//! The way into an account for commands that ask AWS a few things.

use std::{collections::BTreeSet, sync::Arc};

use aws::{AssumeRole, SessionName, SessionPolicy};
use collect::Target;
use domain::{ExternalId, RoleArn};
use tokio_util::sync::CancellationToken;

use crate::Failure;

/// Whose credentials are used.
#[derive(Debug, clap::Args)]
pub(crate) struct Credentials {
    /// The profile of the AWS configuration files to take credentials from.
    #[arg(long)]
    profile: Option<String>,
    /// The role to assume [default: none, the caller's own credentials are used].
    #[arg(long, value_name = "ARN")]
    role_arn: Option<RoleArn>,
    /// The ExternalId that the role's trust policy requires (`sts:ExternalId`).
    #[arg(long, value_name = "ID", requires = "role_arn")]
    external_id: Option<String>,
}

impl Credentials {
    /// Opens the account, to read these regions of it; a role's session may do no more than `actions`.
    pub(crate) async fn open(
        &self,
        regions: &[String],
        actions: &[&str],
    ) -> Result<Target, Failure> {
        // Not parsed by the command line's parser, which repeats what it refuses.
        let external_id = self.external_id.as_deref().map(str::parse::<ExternalId>).transpose();
        let external_id =
            external_id.map_err(|error| Failure::usage(format!("--external-id: {error}")))?;
        let options = aws::ClientOptions { profile: self.profile.clone(), near: None };
        let config = aws::config(&options.near(regions, self.role_arn.as_ref())).await;
        let (account, session) = match &self.role_arn {
            Some(role) => {
                let actions: BTreeSet<&str> = actions.iter().copied().collect();
                let account = role.account().clone();
                let policy = SessionPolicy::new(account.partition, &actions);
                let name = SessionName::new("usage").map_err(Failure::usage)?;
                let request = AssumeRole { role: role.clone(), external_id, name, policy };
                (account, Some(aws::open(&config, request).await.map_err(Failure::audit)?))
            }
            None => (aws::caller(&config).await.map_err(Failure::audit)?.account, None),
        };
        Ok(Target {
            account,
            config,
            session,
            regions: Vec::new(),
            patience: audit::REGION_TIMEOUT,
            watch: Arc::new(|_, _, _| {}),
            stop: CancellationToken::new(),
        })
    }
}
