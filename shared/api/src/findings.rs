//! Findings as they are tracked from audit to audit: what is wrong now, and what was.

use domain::{
    AccountId, AuditId, Fingerprint, Lang, Lifecycle, Service, Severity, Suppressed, TrackedFinding,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    fields::{Fields, parsed},
    paging::page,
};

pub(crate) mod everywhere;
mod walk;

/// One finding about one resource, and its state.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Followed)]
pub(crate) struct TrackedEntry {
    /// The account.
    #[schema(value_type = String, pattern = "^[0-9]{12}$")]
    account_id: AccountId,
    /// Its lasting name.
    fingerprint: Fingerprint,
    /// The check that fails.
    check_id: String,
    /// The service it is about.
    service: Service,
    /// How bad it is.
    severity: Severity,
    /// Where it stands.
    state: Lifecycle,
    /// The ARN of the resource.
    resource: String,
    /// The part of the resource it is about.
    sub_resource: Option<String>,
    /// The resource's region, or `global`.
    region: String,
    /// What is wrong.
    headline: String,
    /// What was seen when it last changed.
    evidence: String,
    /// When it was first seen.
    #[schema(value_type = String, format = DateTime)]
    first_seen: Timestamp,
    /// When it was last seen to fail.
    #[schema(value_type = String, format = DateTime)]
    last_seen: Timestamp,
    /// When it was seen to be gone.
    #[schema(value_type = Option<String>, format = DateTime)]
    resolved_at: Option<Timestamp>,
    /// The audit that changed it last.
    #[schema(value_type = String, format = Uuid)]
    audit_id: AuditId,
    /// The suppression that keeps it quiet.
    suppressed: Option<Suppressed>,
}

impl TrackedEntry {
    /// Whether it is there, as far as is known.
    pub(crate) const fn is_active(&self) -> bool {
        self.state.is_active()
    }

    pub(crate) const fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// Notes that it was seen at a time.
    pub(crate) fn seen_at(&mut self, time: Timestamp) {
        self.last_seen = self.last_seen.max(time);
    }
}

impl TrackedEntry {
    /// A tracked finding in the words of a language.
    pub(crate) fn new(tracked: TrackedFinding, lang: Lang) -> Self {
        let check = checks::find(&tracked.check_id);
        Self {
            account_id: tracked.account,
            fingerprint: tracked.fingerprint,
            check_id: tracked.check_id.into_owned(),
            service: tracked.service,
            severity: tracked.severity,
            state: tracked.state,
            resource: tracked.resource,
            sub_resource: tracked.sub_resource,
            region: tracked.region,
            headline: check.map(|check| check.texts(lang).headline.clone()).unwrap_or_default(),
            evidence: checks::render(check, &tracked.evidence, lang),
            first_seen: tracked.first_seen,
            last_seen: tracked.last_seen,
            resolved_at: tracked.resolved_at,
            audit_id: tracked.audit_id,
            suppressed: tracked.suppressed.as_deref().cloned(),
        }
    }
}

page! {
    /// One page of findings.
    #[schema(as = Problems)]
    TrackedPage,
    /// The findings of this page.
    TrackedEntry
}

impl TrackedPage {
    pub(crate) fn items_mut(&mut self) -> &mut [TrackedEntry] {
        &mut self.items
    }
}

/// What `state` takes.
const STATES: &str = "new, open, reopened and resolved, with commas between";

/// Takes `state`; where it is not there, the states of findings that are there now.
pub(crate) fn states(fields: &mut Fields) -> Vec<Lifecycle> {
    let given = fields.made("state", STATES, |text| {
        text.split(',').map(parsed).collect::<Result<Vec<Lifecycle>, _>>()
    });
    let there = Lifecycle::ALL.into_iter().filter(|state| state.is_active());
    given.unwrap_or_else(|| there.collect())
}
