//! What any region can tell: the enabled regions, the list of buckets, the region of one, the account's public
//! access block.
//!
//! An organization may deny all but some regions (`aws:RequestedRegion`), and none is allowed everywhere.

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use domain::{Cause, Partition, Unread};

use crate::{ApiCaller, Target, api_caller::Answer};

/// The regions to ask, the likeliest first: where the caller is, what the audit narrows to, the partition's home.
pub(crate) fn regions(target: &Target) -> Vec<String> {
    let partition = target.account.partition;
    let read = target.regions.iter().find(|region| Partition::of_region(region) == partition);
    let all = [Some(target.near()), read.map(String::as_str), Some(target.home())];
    let mut regions: Vec<String> = Vec::new();
    for region in all.into_iter().flatten() {
        if regions.iter().all(|known| known != region) {
            regions.push(region.to_owned());
        }
    }
    regions
}

/// Asks in one region after the other until one answers, and notes in the receipt which one it was.
///
/// # Errors
///
/// When none answers: a denial where there was one, and the regions that were asked. Throttling is no matter of the
/// region, and neither is an audit that was stopped.
pub(crate) async fn ask<T, A>(
    reader: &ApiCaller,
    action: &'static str,
    regions: &[String],
    asked: impl Fn(String) -> A,
) -> Result<(Answer<T>, String), Unread>
where
    A: Future<Output = Result<Answer<T>, Cause>>,
{
    let (mut refused, mut why) = (Vec::new(), Cause::NotAsked);
    for region in regions {
        match asked(region.clone()).await {
            Ok(answer) => {
                reader.note(told(action, region, &refused));
                return Ok((answer, region.clone()));
            }
            Err(cause) => {
                refused.push(region.clone());
                if why != Cause::Denied {
                    why = cause;
                }
                if matches!(why, Cause::Stopped | Cause::Throttled) {
                    break;
                }
            }
        }
    }
    Err(reader.gap_in(action, why, refused.join(", ")))
}

fn told(action: &str, region: &str, refused: &[String]) -> String {
    if refused.is_empty() {
        return format!("`{action}` was asked in `{region}`");
    }
    let refused = refused.join("`, `");
    format!("`{action}` was asked in `{region}`, for it was not answered in `{refused}`")
}

/// The region that S3 names when a bucket was looked for in another one.
pub(crate) fn redirected<E>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let response = error.raw_response()?;
    // 400 where the signature is for another region, 301 where the address is.
    let moved = matches!(response.status().as_u16(), 301 | 307 | 400);
    let region = response.headers().get("x-amz-bucket-region")?;
    (moved && domain::is_region(region)).then(|| region.to_owned())
}
