use std::collections::BTreeSet;

use crate::{Facts, Service};

/// A group of calls, and the IAM actions that they take: declared beside the fields that it fills.
///
/// A check names the reads that it needs, and only their calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Read {
    /// Whose API tells it.
    pub service: Service,
    /// Its name, unique in its service: `access_keys`.
    pub name: &'static str,
    /// Every IAM action that it may use, as IAM names them.
    ///
    /// Source: the actions of each service in the AWS Service Authorization Reference.
    pub actions: &'static [&'static str],
}

/// Which regions are enabled in an account: asked once an audit, before any regional service is read.
pub const REGIONS: Read =
    Read { service: Service::Ec2, name: "regions", actions: &["ec2:DescribeRegions"] };

/// Everything that an audit may read of any service.
pub fn all_reads() -> impl Iterator<Item = &'static Read> {
    std::iter::once(&REGIONS).chain(Service::ALL.iter().flat_map(|service| service.reads()))
}

/// What is to be read of one service.
pub type Reads = BTreeSet<Read>;

/// The facts of one service in one region.
pub trait ServiceFacts: Default + Sized + 'static {
    /// Which service it is.
    const SERVICE: Service;
    /// Everything that can be read of it.
    const READS: &'static [Read];

    /// These facts, if they are of this service.
    fn of(facts: &Facts) -> Option<&Self>;
}
