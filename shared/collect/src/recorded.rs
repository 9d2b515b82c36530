//! What the collectors' tests share: an account over recorded answers, and reading a service of it.

use std::{collections::BTreeSet, sync::Arc};

use aws_config::retry::RetryConfig;
use domain::{Account, Partition, Receipt, Service};
use inventory::{Facts, Known, Read};
pub(crate) use recorded_aws::{Asked, Aws, Said, denied, iam, no, ok, refused};
use tokio_util::sync::CancellationToken;

use crate::{ConcurrencyLimits, Limits, Target};

/// An account in a partition, read from a region.
pub(crate) fn target(aws: &Aws, partition: Partition, region: &str) -> Target {
    let config = aws.config(region).to_builder().retry_config(RetryConfig::disabled()).build();
    Target {
        account: Account { partition, id: "111122223333".parse().unwrap() },
        config,
        session: None,
        regions: Vec::new(),
        patience: std::time::Duration::from_secs(75),
        watch: Arc::new(|_, _, _| ()),
        stop: CancellationToken::new(),
    }
}

/// Reads facts of one service.
pub(crate) async fn read(
    target: &Target,
    region: &str,
    service: Service,
    reads: impl IntoIterator<Item = Read>,
) -> (Facts, Receipt) {
    let limits = ConcurrencyLimits::new(&Limits::default());
    let reads: BTreeSet<_> = reads.into_iter().collect();
    let read = crate::read(target, &limits, region, service, &reads).await;
    let Known::Read(facts) = read.facts else { panic!("nothing of {service} was read") };
    (facts, read.receipt)
}
