use api::Verify;
use async_trait::async_trait;
use aws::SessionName;
use aws_config::SdkConfig;
use domain::{Proof, ProofOutcome, RegisteredAccount, RoleArn};
use jiff::Timestamp;

/// Proves that roles ask for their `ExternalId`, with this machine's credentials.
pub(super) struct Verifier {
    config: SdkConfig,
}

impl Verifier {
    pub(super) const fn new(config: SdkConfig) -> Self {
        Self { config }
    }
}

#[async_trait]
impl Verify for Verifier {
    async fn verify(&self, account: &RegisteredAccount) -> Proof {
        let customer = aws::beside(&self.config, &account.account_id);
        let role = RoleArn::new(customer, &account.role_name);
        match SessionName::new("verify") {
            Ok(name) => {
                let tried = aws::prove(&self.config, &role, &account.external_id, &name).await;
                aws::proof(&tried, Timestamp::now())
            }
            Err(error) => Proof {
                tried_at: Timestamp::now(),
                outcome: ProofOutcome::Unproven,
                reason: Some(error.to_string()),
            },
        }
    }
}
