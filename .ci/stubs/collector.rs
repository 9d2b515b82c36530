use $sdk::Client;
use domain::Cause;
use inventory::{
    Listing, Reads,
    $service::{$kind, $read},
};

use crate::{ApiCaller, Target};

const LIST: &str = "$action";

pub(crate) async fn read(target: &Target, caller: &ApiCaller, reads: &Reads) -> $kind {
    if !reads.contains(&$read) {
        return $kind::default();
    }
    let client = Client::new(&target.in_region($region));
    // FILL-IN: `caller.pages(LIST, request, page)` for a list, `caller.ask` and `caller.call` for one answer, as in
    // `kms.rs`. What an answer leaves out, or a value that nobody knows, is `caller.gap(…)`.
    drop(client);
    let unread = caller.gap(LIST, Cause::Failed("FILL-IN".into()));
    $kind { $plural: Listing::unread(unread) }
}

#[cfg(test)]
mod tests;
