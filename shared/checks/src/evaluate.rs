use std::cmp::Reverse;

use domain::{
    AuditOverrides, AuditSettings, Cause, Evidence, Finding, Fingerprint, Resource, Severity, Tags,
    Unread, Verdict,
};
use inventory::Snapshot;

use crate::{Check, Degree, Failure, Judgement, Outcome, context::Evaluation, overridden};

/// How a snapshot is to be judged.
#[derive(Clone, Debug)]
pub struct EvaluateOptions {
    /// What verdicts and severities go by.
    pub settings: AuditSettings,
    /// Findings that cannot be as bad as this are left out. One that was not read far enough to
    /// tell how bad it is stays.
    pub minimum: Severity,
}

impl Default for EvaluateOptions {
    fn default() -> Self {
        Self { settings: AuditSettings::default(), minimum: Severity::Low }
    }
}

impl EvaluateOptions {
    /// These, but for what an account sets for itself.
    #[must_use]
    pub fn with(&self, overrides: &AuditOverrides) -> Self {
        Self { settings: overridden(&self.settings, overrides), ..self.clone() }
    }
}

/// Judges a snapshot by `checks`, worst finding first.
///
/// Every resource that was read gets a finding from every check that looks at its kind, and every
/// list that could not be read to its end gets one `unknown` finding from every check that needed
/// it, on an ARN that ends in `*`. The order of findings depends on their content alone.
#[must_use]
pub fn evaluate(
    snapshot: &Snapshot,
    checks: &[&'static Check],
    options: &EvaluateOptions,
) -> Vec<Finding> {
    let evaluation = Evaluation::new(snapshot, options);
    let mut findings = Vec::new();
    for check in checks {
        let mut sink = Sink { check, evaluation: &evaluation, findings: &mut findings };
        check.rule.evaluate(&evaluation, &mut sink);
    }
    // In place: a stable sort needs half as much memory again.
    findings.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
    findings
}

/// What findings are sorted by: the worst first, then by what they are about.
fn order(finding: &Finding) -> impl Ord {
    let Finding { verdict, severity, check_id, resource, sub_resource, .. } = finding;
    (*verdict, Reverse(*severity), check_id, &resource.region, &resource.arn, sub_resource)
}

/// What a finding is about.
pub(crate) struct Subject<'a> {
    pub(crate) arn: String,
    pub(crate) kind: &'static str,
    pub(crate) part: Option<&'a str>,
    pub(crate) region: &'a str,
    pub(crate) tags: Option<&'a Tags>,
}

/// Takes the findings of one check.
pub(crate) struct Sink<'a> {
    check: &'static Check,
    evaluation: &'a Evaluation<'a>,
    findings: &'a mut Vec<Finding>,
}

impl Sink<'_> {
    pub(crate) fn find(&mut self, subject: Subject<'_>, judgement: Judgement) {
        let Decision { verdict, severity, at_worst, evidence } = self.decide(judgement);
        if at_worst < self.evaluation.options.minimum {
            return;
        }
        let (check, account) = (self.check, self.evaluation.account);
        let Subject { mut arn, kind, part, region, tags } = subject;
        // An account has 100,000 of these.
        arn.shrink_to_fit();
        self.findings.push(Finding {
            fingerprint: Fingerprint::new(account, region, check.first_id(), &arn, part),
            check_id: check.id.into(),
            service: check.service(),
            severity,
            verdict,
            resource: Resource {
                arn,
                kind: kind.into(),
                region: region.into(),
                account: account.id.clone(),
                tags: tags.cloned(),
            },
            sub_resource: part.map(Into::into),
            evidence,
            suppressed: None,
        });
    }

    fn decide(&self, judgement: Judgement) -> Decision {
        let (own, worst) = self.check.rated(&self.evaluation.options.settings.checks);
        let as_checked =
            |verdict, evidence| Decision { verdict, severity: own, at_worst: worst, evidence };
        match judgement {
            Ok(Outcome::Pass(evidence)) => as_checked(Verdict::Pass, evidence),
            Ok(Outcome::NotApplicable(evidence)) => as_checked(Verdict::NotApplicable, evidence),
            Ok(Outcome::Fail(Failure { evidence, degree })) => {
                let (severity, at_worst) = match degree {
                    Degree::Usual => (own, own),
                    Degree::MayBeWorst => (own, worst),
                    Degree::Worst => (worst, worst),
                };
                Decision { verdict: Verdict::Fail, severity, at_worst, evidence }
            }
            Err(unread) => as_checked(Verdict::Unknown, Evidence::unread(self.named(unread))),
        }
    }

    /// A fact that nobody asked for is named by the action that reads it.
    fn named(&self, unread: Unread) -> Unread {
        if unread.cause != Cause::NotAsked || !unread.action.is_empty() {
            return unread;
        }
        let own = self.check.reads.iter().rfind(|read| read.service == self.check.service());
        let action = own.and_then(|read| read.actions.last()).copied();
        Unread { action: action.unwrap_or_default().into(), ..unread }
    }
}

/// A judgement in the words of a finding.
struct Decision {
    verdict: Verdict,
    severity: Severity,
    /// How bad it may be, counting what was not read.
    at_worst: Severity,
    evidence: Evidence,
}

#[cfg(test)]
mod tests {
    use inventory::Resource as _;

    use crate::{
        Outcome, all,
        testing::{context_of, snapshot},
    };
    use inventory::s3::{PublicAccessBlock, S3};

    use super::*;

    #[test]
    fn secure_resources_pass() {
        // An account that blocks nothing, so that each bucket has to.
        let buckets = vec![inventory::s3::Bucket::secure()].into();
        let s3 = S3 { block_public: PublicAccessBlock::NONE.into(), buckets };
        let context = context_of(vec![("global", s3.into())]);
        for check in all() {
            if let Some(judgement) = check.rule.of_secure(&context) {
                assert!(matches!(judgement, Ok(Outcome::Pass(_))), "{}: {judgement:?}", check.id);
            }
        }
    }

    #[test]
    fn a_finding_keeps_its_name_when_its_check_is_renamed() {
        static FORMER: Check = renamed("s3_encryption", &[]);
        static NOW: Check = renamed("s3_default_encryption", &["s3_encryption"]);
        const fn renamed(id: &'static str, aliases: &'static [&'static str]) -> Check {
            Check {
                id,
                aliases,
                risk: crate::testing::SLIGHT,
                worst: None,
                opt_in: false,
                thresholds: &[],
                reads: &[inventory::s3::ENCRYPTION],
                reference: "",
                rule: &crate::Each(|_: &inventory::s3::Bucket, _| crate::pass()),
            }
        }
        let buckets = vec![inventory::s3::Bucket::secure()].into();
        let snapshot = snapshot(vec![("global", S3 { buckets, ..S3::default() }.into())]);
        let name =
            |check| evaluate(&snapshot, &[check], &EvaluateOptions::default())[0].fingerprint;
        assert_eq!(name(&FORMER), name(&NOW));
        assert!(NOW.is_called("s3_encryption") && NOW.is_called("s3_default_encryption"));
    }
}
