use std::collections::BTreeMap;

use domain::{Cause, GLOBAL, Receipt, Service, Unread};

use crate::{ApiCaller, ConcurrencyLimits, Target, anywhere, api_caller::Answer::Is};

const ACTION: &str = "ec2:DescribeRegions";

/// The regions of an account, and whether each is enabled there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enabled(BTreeMap<String, bool>);

impl Enabled {
    /// The enabled regions, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, enabled)| **enabled).map(|(name, _)| name.as_str())
    }

    /// Whether a region is enabled; nothing where AWS names no such region.
    #[must_use]
    pub fn is_enabled(&self, name: &str) -> Option<bool> {
        self.0.get(name).copied()
    }
}

/// Asks in which regions the account can have resources; one call, and another elsewhere where an organization
/// denies the first region. Whatever comes of it stands in the receipt row of `global`.
///
/// # Errors
///
/// Why the list was not read.
pub async fn regions(
    target: &Target,
    limits: &ConcurrencyLimits,
) -> (Result<Enabled, Unread>, Receipt) {
    let reader = ApiCaller::new(target, limits, GLOBAL, Service::Ec2);
    let places = anywhere::regions(target);
    let answer = anywhere::ask(&reader, ACTION, &places, |region| {
        let (reader, client) = (&reader, aws_sdk_ec2::Client::new(&target.in_region(&region)));
        async move {
            let request = || client.describe_regions().all_regions(true).send();
            reader.attempt(ACTION, &[], request).await
        }
    });
    let enabled = answer.await.and_then(|(answer, region)| {
        let Is(answer) = answer else {
            return Err(reader.gap_in(ACTION, Cause::Failed("no answer".into()), region));
        };
        let regions = answer.regions.unwrap_or_default().into_iter();
        let known = regions.map(|region| {
            let nameless = || reader.gap(ACTION, Cause::Failed("a region has no name".into()));
            // Whatever else its status is, it is read, and then says itself whether it can be.
            let off = region.opt_in_status.as_deref() == Some("not-opted-in");
            Ok((region.region_name.ok_or_else(nameless)?, !off))
        });
        Ok(Enabled(known.collect::<Result<_, _>>()?))
    });
    (enabled, reader.receipt(Service::Ec2))
}

#[cfg(test)]
mod tests;
