//! What is told beside the policy.

use std::io;

use collect::ServiceAccess;
use least_privilege::{Counts, DATA_EVENTS, MANAGED_POLICY_CHARACTERS, Policies, Usage};
use serde_json::{Value, json};

/// The most managed policies that a user, group or role has, unless AWS was asked for more.
///
/// Source: IAM User Guide, *IAM and AWS STS quotas*.
const ATTACHED: usize = 10;

/// What became known on the way.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    /// Files and objects that are no logs.
    pub(super) passed_over: u64,
    /// The records that each region's event history had.
    pub(super) histories: Vec<(String, u64)>,
    /// The services that IAM says were accessed.
    pub(super) accessed: Option<Vec<ServiceAccess>>,
    gaps: Vec<String>,
    asked_in_vain: bool,
    /// Services of which nothing is in the logs, though they were accessed.
    only_accessed: Vec<String>,
    /// Services whose data events the logs do not have.
    no_data: Vec<String>,
}

impl Coverage {
    /// Notes something that is not known.
    pub(super) fn gap(&mut self, gap: String) {
        self.gaps.push(gap);
    }

    /// Notes something that AWS did not answer.
    pub(super) fn unread(&mut self, gap: String) {
        self.asked_in_vain = true;
        self.gap(gap);
    }

    pub(super) fn asked_in_vain(&self) -> bool {
        self.asked_in_vain
    }

    /// Compares what was read with what there may be beside it.
    pub(super) fn finish(&mut self, usage: &Usage<'_>) {
        let seen: Vec<&str> = usage.data_services().collect();
        let unseen = DATA_EVENTS.iter().filter(|row| !seen.contains(&row.source));
        self.no_data = unseen.map(|row| format!("{}: {}", row.prefix, row.calls)).collect();
        let granted = usage.services();
        let accessed = self.accessed.iter().flatten();
        let accessed = accessed.filter_map(|service| Some((service, service.last?)));
        self.only_accessed = accessed
            .filter(|(service, _)| !granted.contains(&*service.prefix))
            .map(|(service, last)| {
                format!("{} ({}), last accessed {last}", service.prefix, service.name)
            })
            .collect();
    }

    /// Whether the policy may lack something that was used.
    pub(super) fn is_incomplete(&self, usage: &Usage<'_>) -> bool {
        let (troubles, more) = usage.troubles();
        !self.gaps.is_empty()
            || !troubles.is_empty()
            || more > 0
            || usage.counts().unmapped > 0
            || !usage.untold().is_empty()
            || !self.only_accessed.is_empty()
    }

    /// Tells people, on standard error.
    pub(super) fn print(&self, usage: &Usage<'_>, live: bool) {
        let Counts { files, records, own, denied, no_calls, insights, bad, used, .. } =
            usage.counts();
        eprintln!(
            "read {records} records of {files} logs: {own} of `{}`, {used} of them granted",
            usage.principal()
        );
        if let Some((first, last)) = usage.span() {
            eprintln!("its first record is of {first}, its last of {last}");
        }
        for (region, records) in &self.histories {
            eprintln!("the event history of `{region}` has {records} records of the time");
        }
        let left_out = [
            (denied, "denied, and left out (--include-denied grants them)"),
            (no_calls, "sign-ins, acts of services and calls that take no permission"),
            (insights, "insights of CloudTrail, which are no calls"),
            (bad, "records that could not be read"),
            (self.passed_over, "files passed over that are no logs by their names"),
        ];
        for (number, what) in left_out.iter().filter(|(number, _)| *number > 0) {
            eprintln!("{what}: {number}");
        }
        let (troubles, more) = usage.troubles();
        for trouble in troubles {
            eprintln!("warning: {trouble}");
        }
        if more > 0 {
            eprintln!("warning: and {more} more like these");
        }
        for gap in &self.gaps {
            eprintln!("warning: {gap}");
        }
        for unmapped in usage.unmapped() {
            let least_privilege::Unmapped { call, why, records } = unmapped;
            eprintln!("warning: not granted, `{call}` (records: {records}): {why}");
        }
        for untold in usage.untold() {
            let least_privilege::Untold { action, why, records } = untold;
            eprintln!("warning: not granted, `{action}` (records: {records}): {why}");
        }
        for widened in usage.widened() {
            eprintln!("wider than used: {widened}");
        }
        for service in &self.only_accessed {
            eprintln!("warning: not granted, IAM knows of it and the logs do not: {service}");
        }
        if live {
            eprintln!(
                "the event history has no data events: what they would grant is not in the policy"
            );
        }
        if !self.no_data.is_empty() {
            eprintln!("the logs have no data events of: {}", self.no_data.join("; "));
        }
    }
}

/// Tells how the policies can be used.
pub(super) fn print_policies(policies: &Policies) {
    let number = policies.documents().len();
    if number > 1 {
        eprintln!(
            "the policy is longer than the {MANAGED_POLICY_CHARACTERS} characters of a managed policy: it is a list of {number}"
        );
    }
    if number > ATTACHED {
        eprintln!(
            "warning: at most {ATTACHED} managed policies can be attached unless AWS raises the quota; a smaller --max-resources makes fewer"
        );
    }
}

/// All of it for programs.
pub(super) fn json(
    usage: &Usage<'_>,
    policies: &Policies,
    coverage: &Coverage,
) -> io::Result<Value> {
    let documents: Result<Vec<Value>, _> =
        policies.documents().iter().map(|text| serde_json::from_str(text)).collect();
    let (troubles, more) = usage.troubles();
    let counts = usage.counts();
    let strings = |list: Vec<String>| list;
    let unmapped = usage.unmapped().into_iter().map(|unmapped| {
        json!({ "call": unmapped.call, "records": unmapped.records, "why": unmapped.why })
    });
    let untold = usage.untold().into_iter().map(
        |untold| json!({ "action": untold.action, "records": untold.records, "why": untold.why }),
    );
    let used = usage.needs().map(|(action, resources, calls)| {
        json!({ "action": action, "resources": resources, "records": calls })
    });
    Ok(json!({
        "principal": usage.principal().arn(),
        "policies": documents?,
        "used": used.collect::<Vec<_>>(),
        "first_record": usage.span().map(|(first, _)| first),
        "last_record": usage.span().map(|(_, last)| last),
        "counts": {
            "logs": counts.files, "records": counts.records, "unreadable": counts.bad,
            "own": counts.own, "granted": counts.used, "denied": counts.denied,
            "no_permission": counts.no_calls, "unmapped": counts.unmapped,
            "insights": counts.insights, "data_events": counts.data_events, "passed_over": coverage.passed_over,
        },
        "unmapped": unmapped.collect::<Vec<_>>(),
        "not_told": untold.collect::<Vec<_>>(),
        "wider_than_used": strings(usage.widened().iter().map(ToString::to_string).collect()),
        "only_last_accessed": coverage.only_accessed,
        "data_events_not_logged": coverage.no_data,
        "unreadable": strings(troubles.iter().map(ToString::to_string).collect()),
        "unreadable_more": more,
        "gaps": coverage.gaps,
        "complete": !coverage.is_incomplete(usage),
    }))
}
