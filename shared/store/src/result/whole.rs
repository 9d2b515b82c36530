use std::sync::{Arc, Weak};

use domain::Report;
use tokio::sync::Mutex;

use super::Source;
use crate::{Error, packed::unpack};

/// The result of a version before December 2026 that was read last, while somebody uses it: twenty who ask for
/// a page of one at once share it, and one at a time is unpacked.
#[derive(Debug, Default)]
pub(crate) struct Whole(Mutex<(String, Weak<Report>)>);

impl Whole {
    pub(super) async fn report(&self, source: &Source) -> Result<Arc<Report>, Error> {
        let mut last = self.0.lock().await;
        if let Some(report) = last.1.upgrade().filter(|_| last.0 == source.key()) {
            return Ok(report);
        }
        let bytes = source.all().await?;
        let report: Report = unpack("read the result", source.key(), bytes).await?;
        let report = Arc::new(report);
        *last = (source.key().to_owned(), Arc::downgrade(&report));
        Ok(report)
    }
}
