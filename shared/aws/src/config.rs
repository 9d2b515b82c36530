use std::time::Duration;

use aws_config::{
    BehaviorVersion, Region, SdkConfig, meta::region::RegionProviderChain,
    profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig, retry::RetryConfig,
    timeout::TimeoutConfig,
};
use domain::{Account, AccountId, Partition};

/// A client of STS, which retries by the SDK's rules: a handful of calls open an audit, and one
/// that is throttled must not end it.
pub(crate) fn sts(config: &SdkConfig) -> aws_sdk_sts::Client {
    let retries = RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(Duration::from_millis(200));
    let config = aws_sdk_sts::config::Builder::from(config).retry_config(retries).build();
    aws_sdk_sts::Client::from_conf(config)
}

/// An account in the partition of the configuration's region: a role can be assumed from there alone.
#[must_use]
pub fn beside(config: &SdkConfig, id: &AccountId) -> Account {
    let region = config.region().map(AsRef::as_ref);
    let partition = region.map_or(Partition::Aws, Partition::of_region);
    Account { partition, id: id.clone() }
}

/// How the SDK is to be set up.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    /// The profile of the shared configuration files, before any credentials of the environment; the environment's
    /// choice otherwise.
    pub profile: Option<String>,
}

/// Loads the SDK's configuration from its default chain: environment, profile, SSO, container and
/// instance role.
///
/// Where no region is configured it is `us-east-1`. Requests are sent once and retried by the
/// caller, which counts them; one answer may take 30 seconds.
pub async fn config(manner: &ClientOptions) -> SdkConfig {
    let home = Region::from_static(Partition::Aws.home_region());
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(4))
        .operation_attempt_timeout(Duration::from_secs(30))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts);
    if let Some(profile) = &manner.profile {
        let regions = aws_config::default_provider::region::DefaultRegionChain::builder()
            .profile_name(profile)
            .build();
        let region = RegionProviderChain::first_try(regions).or_else(home).region().await;
        // In the SDK's own chain the environment comes before a profile, even one that was asked for.
        let provider = ProviderConfig::default().with_region(region.clone());
        let credentials = ProfileFileCredentialsProvider::builder()
            .configure(&provider)
            .profile_name(profile)
            .build();
        loader = loader.profile_name(profile).credentials_provider(credentials).region(region);
    } else {
        loader = loader.region(RegionProviderChain::default_provider().or_else(home));
    }
    loader.load().await
}
