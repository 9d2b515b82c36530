use std::{sync::Arc, time::Duration};

use aws_sdk_cloudtrail::{
    Client,
    types::{LookupAttribute, LookupAttributeKey},
};
use aws_smithy_types::DateTime;
use domain::{Cause, Unread};
use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};

use crate::{ApiCaller, Target, concurrency::ConcurrencyLimit};

const ACTION: &str = "cloudtrail:LookupEvents";

/// How far apart requests are: an account may send two a second in each region.
///
/// Source: CloudTrail API Reference, `LookupEvents`, "the rate of lookup requests".
const APART: Duration = Duration::from_millis(500);

/// What to look up in CloudTrail's event history, which keeps management events for 90 days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The first moment.
    pub from: Timestamp,
    /// The last moment.
    pub to: Timestamp,
    /// The name of the user whose events are wanted; everybody's otherwise.
    pub username: Option<String>,
}

/// Reads the event history of a region, and hands every event's record, as JSON, to `record`; tells
/// how many requests it took.
///
/// # Errors
///
/// Why the history was not read to its end; what came by then was handed over.
pub async fn lookup_events(
    target: &Target,
    region: &str,
    lookup: &Lookup,
    mut record: impl FnMut(&str),
) -> Result<u64, Unread> {
    let reader =
        ApiCaller::unwatched(target.stop.clone(), Arc::new(ConcurrencyLimit::new(1)), region);
    let client = Client::new(&target.in_region(region));
    let attribute = |name: &String| {
        let attribute = LookupAttribute::builder().attribute_key(LookupAttributeKey::Username);
        attribute.attribute_value(name).build()
    };
    let wrong = |why: String| reader.gap(ACTION, Cause::Failed(why));
    let attribute = lookup.username.as_ref().map(attribute).transpose();
    let attribute = attribute.map_err(|error| wrong(error.to_string()))?;
    let mut clock = interval(APART);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut token, mut pages) = (None::<String>, 0);
    loop {
        clock.tick().await;
        let page = reader
            .ask(ACTION, || {
                let request = client
                    .lookup_events()
                    .set_lookup_attributes(attribute.clone().map(|attribute| vec![attribute]))
                    .start_time(DateTime::from_secs(lookup.from.as_second()))
                    .end_time(DateTime::from_secs(lookup.to.as_second()));
                request.max_results(50).set_next_token(token.clone()).send()
            })
            .await?;
        pages += 1;
        for event in page.events.unwrap_or_default() {
            match event.cloud_trail_event {
                Some(text) => record(&text),
                None => return Err(wrong("an event has no record".to_owned())),
            }
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(pages);
        }
    }
}
