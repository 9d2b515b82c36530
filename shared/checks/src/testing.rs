//! What the tests of rules share.

use domain::{Account, Cause, GLOBAL, Partition, Receipt, ReceiptOutcome, Unread};
use inventory::{Facts, ServiceSnapshot, Snapshot};
use jiff::Timestamp;

use crate::{
    Context, EvaluateOptions, Exploitability, Exposure, Privilege, Risk, context::Evaluation,
};

/// As little as can be.
pub(crate) const SLIGHT: Risk = Risk {
    exposure: Exposure::Inside,
    privilege: Privilege::Availability,
    exploitability: Exploitability::Conditional,
};

/// An account of which these facts were read, at a time when the secure access key is young.
pub(crate) fn snapshot(parts: Vec<(&str, Facts)>) -> Snapshot {
    let part = |(region, facts): (&str, Facts)| ServiceSnapshot {
        receipt: Receipt {
            region: region.into(),
            service: facts.service(),
            outcome: ReceiptOutcome::Done,
            calls: 1,
            denied: Vec::new(),
            error: None,
            notes: Vec::new(),
        },
        facts: facts.into(),
        answered: std::collections::BTreeSet::new(),
        taken_at: None,
    };
    Snapshot {
        version: Snapshot::VERSION,
        account: Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() },
        started_at: Timestamp::UNIX_EPOCH,
        finished_at: Timestamp::UNIX_EPOCH,
        parts: parts.into_iter().map(part).collect(),
    }
}

/// What a rule may know of an account of which these facts were read, in `us-east-1`.
pub(crate) fn context_of(parts: Vec<(&str, Facts)>) -> Context<'static> {
    let snapshot = Box::leak(Box::new(snapshot(parts)));
    let options = Box::leak(Box::new(EvaluateOptions::default()));
    Box::leak(Box::new(Evaluation::new(snapshot, options))).context("us-east-1", None)
}

/// What a rule may know of an account of which nothing else was read.
pub(crate) fn context() -> Context<'static> {
    context_of(Vec::new())
}

/// A denied call.
pub(crate) fn unread(action: &'static str) -> Unread {
    Unread { action: action.into(), cause: Cause::Denied, region: GLOBAL.into() }
}
