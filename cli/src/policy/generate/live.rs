//! What AWS itself remembers: the event history, and what was last accessed.

use ::policy::{Arn, CallerKind};
use collect::{ConcurrencyLimits, LastAccessed, Lookup, Target};
use jiff::{SignedDuration, Timestamp};
use least_privilege::{LogFile, Principal, Usage};

use super::report::Coverage;

/// What to look up for a principal.
///
/// A user's events can be asked for by name; those of a role bear the names of its sessions, so
/// everybody's are read.
pub(super) fn lookup(principal: &Principal, days: u8) -> Lookup {
    let to = Timestamp::now();
    let from = to.saturating_sub(SignedDuration::from_hours(24 * i64::from(days)));
    let name = Arn::split(principal.arn()).map(|arn| arn.resource_name().to_owned());
    Lookup {
        from: from.unwrap_or(Timestamp::UNIX_EPOCH),
        to,
        username: name.filter(|_| principal.kind() == CallerKind::User),
    }
}

/// Reads the event history of each region, one after the other.
pub(super) async fn read(
    target: &Target,
    limits: &ConcurrencyLimits,
    regions: &[String],
    lookup: &Lookup,
    usage: &mut Usage<'_>,
    coverage: &mut Coverage,
) {
    let mut regions = regions.to_vec();
    if regions.is_empty() {
        match collect::regions(target, limits).await.0 {
            Ok(enabled) => regions = enabled.names().map(Into::into).collect(),
            Err(unread) => {
                regions.push(target.near().to_owned());
                let looked = regions.join(", ");
                coverage.unread(format!(
                    "which regions are enabled is not known ({unread}): only `{looked}` was looked in; name regions with --region"
                ));
            }
        }
    }
    for region in &regions {
        let mut log = LogFile::new(&format!("the event history of {region}"));
        let before = usage.counts().records;
        let read = collect::lookup_events(target, region, lookup, |record| {
            log.feed(usage, record.as_bytes());
            log.feed(usage, b"\n");
        });
        match read.await {
            Ok(_) => log.finish(usage),
            Err(unread) => {
                log.finish(usage);
                coverage
                    .unread(format!("the event history of `{region}` is not complete: {unread}"));
            }
        }
        coverage.histories.push((region.clone(), usage.counts().records - before));
    }
}

/// Asks which services the principal last accessed.
pub(super) async fn last_accessed(
    target: &Target,
    limits: &ConcurrencyLimits,
    arn: &str,
    coverage: &mut Coverage,
) {
    match LastAccessed::new(target, limits).of(arn).await {
        Ok(Some(services)) => coverage.accessed = Some(services),
        Ok(None) => coverage.gap(format!("IAM has no `{arn}`, so its last access is not known")),
        Err(unread) => {
            coverage.unread(format!("what `{arn}` last accessed is not known: {unread}"));
        }
    }
}
