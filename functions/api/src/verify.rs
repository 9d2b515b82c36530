use std::time::Duration;

use api::Verify;
use async_trait::async_trait;
use aws::SessionName;
use aws_config::SdkConfig;
use domain::{Account, Proof, ProofOutcome, RegisteredAccount, RoleArn};
use jiff::Timestamp;

/// How long a proof may take: API Gateway gives an answer up after 30 seconds.
const LONGEST: Duration = Duration::from_secs(20);

/// Asks AWS as the worker: customers trust its role alone.
pub(crate) struct AsWorker {
    pub(crate) config: SdkConfig,
    /// The worker's role.
    pub(crate) worker: RoleArn,
}

#[async_trait]
impl Verify for AsWorker {
    async fn verify(&self, account: &RegisteredAccount) -> Proof {
        let unproven = |reason: String| {
            let outcome = ProofOutcome::Unproven;
            Proof { tried_at: Timestamp::now(), outcome, reason: Some(reason) }
        };
        match tokio::time::timeout(LONGEST, self.ask(account)).await {
            Ok(Ok(proof)) => proof,
            Ok(Err(reason)) => unproven(reason),
            Err(_) => unproven("AWS did not answer in time; try again in a minute".into()),
        }
    }
}

impl AsWorker {
    async fn ask(&self, account: &RegisteredAccount) -> Result<Proof, String> {
        let name = SessionName::new("verify").map_err(|error| error.to_string())?;
        let config = aws::as_worker(&self.config, &self.worker, name.clone(), &account.role_name);
        let config = config.await.map_err(|refused| {
            tracing::error!("the worker's role does not open: {refused}");
            "the service could not take its own role on; its operator finds out why".to_owned()
        })?;
        let partition = self.worker.account().partition;
        let customer = Account { partition, id: account.account_id.clone() };
        let role = RoleArn::new(customer, &account.role_name);
        let tried = aws::prove(&config, &role, &account.external_id, &name).await;
        Ok(aws::proof(&tried, Timestamp::now()))
    }
}
