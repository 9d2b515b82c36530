use std::time::Duration;

use aws_config::{
    BehaviorVersion, Region, SdkConfig, meta::region::RegionProviderChain,
    profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig, retry::RetryConfig,
    timeout::TimeoutConfig,
};
use domain::{Account, AccountId, Partition, RoleArn};

/// A client of STS in a partition, which retries by the SDK's rules: a handful of calls open an audit,
/// and one that is throttled must not end it.
pub(crate) fn sts(config: &SdkConfig, partition: Partition) -> aws_sdk_sts::Client {
    let retries = RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(Duration::from_millis(200));
    let region = Region::new(region_in(config, partition).to_owned());
    let config = aws_sdk_sts::config::Builder::from(config).retry_config(retries).region(region);
    aws_sdk_sts::Client::from_conf(config.build())
}

/// The partition of the configuration's region, and so of its credentials.
#[must_use]
pub fn partition(config: &SdkConfig) -> Partition {
    let region = config.region().map(AsRef::as_ref);
    region.map_or(Partition::Aws, Partition::of_region)
}

/// An account in the partition of the configuration's region: a role can be assumed from there alone.
#[must_use]
pub fn beside(config: &SdkConfig, id: &AccountId) -> Account {
    Account { partition: partition(config), id: id.clone() }
}

/// The region in which a partition is asked: the configured one where it lies there, and its home otherwise, for no
/// partition knows the accounts of another.
#[must_use]
pub fn region_in(config: &SdkConfig, partition: Partition) -> &str {
    let configured = config.region().map(AsRef::as_ref);
    let within = configured.filter(|region| Partition::of_region(region) == partition);
    within.unwrap_or_else(|| partition.home_region())
}

/// How the SDK is to be set up.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    /// The profile of the shared configuration files, before any credentials of the environment; the environment's
    /// choice otherwise.
    pub profile: Option<String>,
    /// A region that will be read. Where none is configured, or one of another partition, it stands in.
    pub near: Option<String>,
}

impl ClientOptions {
    /// A region that stands in for the configured one: the first that is read, or the home of the role's partition.
    #[must_use]
    pub fn near(self, regions: &[String], role: Option<&RoleArn>) -> Self {
        let partition = role.map(|role| role.account().partition);
        let fits = |region: &&String| partition.is_none_or(|it| Partition::of_region(region) == it);
        let read = regions.iter().find(fits).cloned();
        let home = || partition.map(|partition| partition.home_region().to_owned());
        Self { near: read.or_else(home), ..self }
    }

    /// The region to use, where `configured` is.
    fn region(&self, configured: Option<Region>) -> Region {
        let Some(near) = &self.near else {
            return configured.unwrap_or(Region::from_static(Partition::Aws.home_region()));
        };
        let partition = Partition::of_region(near);
        let within = configured.filter(|it| Partition::of_region(it.as_ref()) == partition);
        within.unwrap_or_else(|| Region::new(near.clone()))
    }
}

/// Loads the SDK's configuration from its default chain: environment, profile, SSO, container and
/// instance role.
///
/// Where no region is configured it is the one that is read, or `us-east-1`. Requests are sent once and retried by the
/// caller, which counts them; one answer may take 30 seconds.
pub async fn config(options: &ClientOptions) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(4))
        .operation_attempt_timeout(Duration::from_secs(30))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts);
    if let Some(profile) = &options.profile {
        let regions = aws_config::default_provider::region::DefaultRegionChain::builder()
            .profile_name(profile)
            .build();
        let region = options.region(named(RegionProviderChain::first_try(regions).region().await));
        // In the SDK's own chain the environment comes before a profile, even one that was asked for.
        let provider = ProviderConfig::default().with_region(Some(region.clone()));
        let credentials = ProfileFileCredentialsProvider::builder()
            .configure(&provider)
            .profile_name(profile)
            .build();
        loader = loader.profile_name(profile).credentials_provider(credentials).region(region);
    } else {
        let configured = named(RegionProviderChain::default_provider().region().await);
        loader = loader.region(options.region(configured));
    }
    loader.load().await
}

/// The same for the service's own table, bucket and queues: the SDK retries, and nobody counts.
#[must_use]
pub fn with_retries(config: &SdkConfig) -> SdkConfig {
    config.to_builder().retry_config(RetryConfig::standard()).build()
}

/// A region that has a name: an empty variable of the environment says nothing.
fn named(region: Option<Region>) -> Option<Region> {
    region.filter(|region| !region.as_ref().trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configured_region_stays_where_it_is_of_the_partition_that_is_read() {
        let role = |arn: &str| Some(arn.parse::<RoleArn>().unwrap());
        let china = role("arn:aws-cn:iam::111122223333:role/R");
        let europe = role("arn:aws-eusc:iam::111122223333:role/R");
        for (configured, regions, role, expected) in [
            (None, &[][..], &None, "us-east-1"),
            (Some("eu-west-1"), &[], &None, "eu-west-1"),
            (None, &["cn-northwest-1"], &None, "cn-northwest-1"),
            (Some("us-east-1"), &["cn-northwest-1"], &None, "cn-northwest-1"),
            (Some("eu-west-1"), &["us-east-1", "us-west-2"], &None, "eu-west-1"),
            (None, &[], &china, "cn-north-1"),
            (Some("us-east-1"), &[], &china, "cn-north-1"),
            (Some("cn-northwest-1"), &[], &china, "cn-northwest-1"),
            (None, &["us-east-1", "cn-northwest-1"], &china, "cn-northwest-1"),
            (None, &[], &europe, "eusc-de-east-1"),
        ] {
            let regions: Vec<_> = regions.iter().map(|region| (*region).to_owned()).collect();
            let options = ClientOptions::default().near(&regions, role.as_ref());
            let region = options.region(configured.map(Region::from_static));
            assert_eq!(region.as_ref(), expected, "{configured:?} {regions:?} {role:?}");
        }
    }
}
