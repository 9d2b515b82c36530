//! AWS → facts. Every audited service's SDK lives here and nowhere else.
//!
//! A collector never fails: what it could not read, it says in the facts and in the receipt. All
//! requests go through one `ApiCaller`, which counts them, bounds how many are under way, and slows
//! down when AWS asks to.

mod anywhere;
mod api_caller;
mod api_error;
mod authorization;
mod cloudtrail;
mod concurrency;
mod ec2;
mod events;
mod guardduty;
mod iam;
mod keys;
mod kms;
mod last_accessed;
mod logs;
mod pages;
mod regions;
mod s3;

#[cfg(test)]
mod recorded;

use std::{sync::Arc, time::Duration};

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use domain::{Account, Service};
use inventory::{Facts, Known, Reads, ServiceSnapshot, for_each_service};
use tokio_util::sync::CancellationToken;

use api_caller::ApiCaller;
pub use api_error::NO_ANSWER;
pub use authorization::authorization_details;
pub use concurrency::{ConcurrencyLimits, Limits};
pub use events::{Lookup, lookup_events};
pub use keys::{KeyReader, Making, ReportAnswer, Users};
pub use last_accessed::{ActionAccess, LAST_ACCESSED_ACTIONS, LastAccessed, ServiceAccess};
pub use logs::{Piece, read_logs};
pub use regions::{Enabled, regions};

/// Someone who watches the reading go on.
pub type Watch = Arc<dyn Fn(&str, Service, u32) + Send + Sync>;

/// The account to read, and the credentials for it.
#[derive(Clone)]
pub struct Target {
    /// The account.
    pub account: Account,
    /// Endpoints, time limits and the HTTP client.
    pub config: SdkConfig,
    /// The session of the customer's role; the configuration's own credentials otherwise.
    pub session: Option<aws::Session>,
    /// The regions to which the audit narrows; empty means all.
    pub regions: Vec<String>,
    /// How long a region may give no answer before the rest of it is given up.
    pub patience: Duration,
    /// Told of every request as it is sent: region, service and how many there were.
    pub watch: Watch,
    /// Stops what is under way; facts that were not read by then say so.
    pub stop: CancellationToken,
}

impl Target {
    /// The SDK's configuration for a region, with the session's credentials.
    pub(crate) fn in_region(&self, region: &str) -> SdkConfig {
        in_region(&self.config, self.session.as_ref(), region)
    }

    /// The region in which the partition's global services are asked.
    pub(crate) fn home(&self) -> &'static str {
        self.account.partition.home_region()
    }

    /// The region in which the account is asked what any region can tell: the configured one, where it is of the
    /// account's partition.
    #[must_use]
    pub fn near(&self) -> &str {
        aws::region_in(&self.config, self.account.partition)
    }
}

fn in_region(config: &SdkConfig, session: Option<&aws::Session>, region: &str) -> SdkConfig {
    let mut builder = config.to_builder();
    builder.set_region(Region::new(region.to_owned()));
    if let Some(session) = session {
        builder.set_credentials_provider(Some(SharedCredentialsProvider::new(session.clone())));
    }
    builder.build()
}

macro_rules! dispatch {
    ($($module:ident: $Service:ident, $name:literal, $scope:ident, $requests:literal;)+) => {
        async fn facts_of(
            target: &Target,
            caller: &ApiCaller,
            service: Service,
            reads: &Reads,
        ) -> Known<Facts> {
            match service {
                $(Service::$Service => {
                    let read = Box::pin($module::read(target, caller, reads));
                    Known::Read(read.await.into())
                })+
                Service::Other(name) => {
                    Known::Unread(inventory::unknown_service(name, caller.region()))
                }
            }
        }
    };
}
for_each_service!(dispatch);

/// Makes the calls of `reads`, which are of one service, in one region.
pub async fn read(
    target: &Target,
    limits: &ConcurrencyLimits,
    region: &str,
    service: Service,
    reads: &Reads,
) -> ServiceSnapshot {
    let caller = ApiCaller::new(target, limits, region, service);
    match facts_of(target, &caller, service, reads).await {
        Known::Unread(unread) => ServiceSnapshot::unread(service, region, unread),
        facts => ServiceSnapshot {
            receipt: caller.receipt(service),
            facts,
            answered: caller.answered(),
            taken_at: None,
        },
    }
}
