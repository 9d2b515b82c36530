use domain::{
    Account, Context, Facts, Failure, Finding, Fingerprint, GLOBAL, Judgement, Known, Listing,
    Outcome, Receipt, ReceiptOutcome, Resource, ServiceSnapshot, Severity, Snapshot, Tags,
    Thresholds, Unread, Verdict, ec2::Ec2, iam::Iam, s3::S3,
};

use crate::{Check, Lang, Rule};

/// How a snapshot is to be judged.
#[derive(Clone, Copy, Debug)]
pub struct EvaluateOptions {
    /// Where "too old" begins.
    pub thresholds: Thresholds,
    /// The language of the findings' texts.
    pub lang: Lang,
    /// Findings that cannot be as bad as this are left out. One that was not read far enough to
    /// tell how bad it is stays.
    pub minimum: Severity,
}

impl Default for EvaluateOptions {
    fn default() -> Self {
        Self { thresholds: Thresholds::default(), lang: Lang::En, minimum: Severity::Low }
    }
}

/// Judges a snapshot by `checks`, worst finding first.
///
/// Every resource that was read gets a finding from every check that looks at its kind, and every
/// list that could not be read to its end gets one `unknown` finding from every check that needed
/// it, on an ARN that ends in `*`. The order of findings depends on their content alone.
#[must_use]
pub fn judge(
    snapshot: &Snapshot,
    checks: &[&'static Check],
    manner: EvaluateOptions,
) -> Vec<Finding> {
    let mut judge = Judge {
        context: Context {
            account: snapshot.account.clone(),
            time: snapshot.started_at,
            thresholds: manner.thresholds,
            block_public: block_public(snapshot),
        },
        manner,
        findings: Vec::new(),
    };
    for part in &snapshot.parts {
        judge.context.time = part.taken_at.unwrap_or(snapshot.started_at);
        if part.receipt.outcome != ReceiptOutcome::NotApplicable {
            for check in checks {
                judge.part(check, part);
            }
        }
    }
    for check in checks {
        judge.absent(check, &snapshot.parts);
    }
    let mut findings = judge.findings;
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    findings
}

fn order(finding: &Finding) -> impl Ord {
    let Finding { verdict, severity, check_id, resource, sub_resource, .. } = finding;
    let place = (resource.region.clone(), resource.arn.clone(), sub_resource.clone());
    (*verdict, std::cmp::Reverse(*severity), check_id.clone(), place)
}

/// The account's public access block, which lies in the one part that S3 has.
fn block_public(snapshot: &Snapshot) -> Known<domain::s3::PublicAccessBlock> {
    snapshot
        .parts
        .iter()
        .find_map(|part| match &part.facts {
            Facts::S3(s3) => Some(s3.block_public.clone()),
            _ => None,
        })
        .unwrap_or(Known::Unread(Unread::not_asked("s3:GetAccountPublicAccessBlock")))
}

/// A resource, before its findings are written.
struct Subject<'a> {
    arn: String,
    kind: &'static str,
    region: &'a str,
    tags: Option<&'a Tags>,
    sub_resource: Option<&'a str>,
}

struct Judge {
    context: Context,
    manner: EvaluateOptions,
    findings: Vec<Finding>,
}

impl Judge {
    fn part(&mut self, check: &'static Check, part: &ServiceSnapshot) {
        let region = part.receipt.region.as_str();
        match (&part.facts, check.rule) {
            (Facts::Iam(iam), Rule::Account(rule)) => self.root(check, iam, rule),
            (Facts::Iam(iam), Rule::AccessKey(rule)) => self.access_keys(check, iam, rule),
            (Facts::S3(s3), Rule::BucketExposure(rule) | Rule::BucketEncryption(rule)) => {
                self.buckets(check, s3, rule);
            }
            (Facts::Ec2(ec2), Rule::Instance(rule)) => self.instances(check, ec2, region, rule),
            _ => {}
        }
    }

    /// Tells that a service is not in the snapshot at all: it was taken for other checks.
    fn absent(&mut self, check: &'static Check, parts: &[ServiceSnapshot]) {
        let service = check.service();
        if parts.iter().any(|part| part.receipt.service == service) {
            return;
        }
        let action = check.rule.fact().actions().first().copied().unwrap_or_default();
        let receipt = Receipt {
            region: GLOBAL.into(),
            service,
            outcome: ReceiptOutcome::Failed,
            calls: 0,
            denied: Vec::new(),
            error: None,
        };
        let facts = Facts::unread(service, &Unread::not_asked(action));
        self.part(check, &ServiceSnapshot { receipt, facts, taken_at: None });
    }

    fn account(&self) -> &Account {
        &self.context.account
    }

    fn root(
        &mut self,
        check: &'static Check,
        iam: &Iam,
        rule: fn(&domain::iam::AccountSummary, &Context) -> Judgement,
    ) {
        let judgement = iam.summary.known().and_then(|summary| rule(summary, &self.context));
        let arn = self.account().arn("iam", "", "root");
        let place =
            Subject { arn, kind: "AWS::::Account", region: GLOBAL, tags: None, sub_resource: None };
        self.find(check, &place, judgement);
    }

    fn access_keys(
        &mut self,
        check: &'static Check,
        iam: &Iam,
        rule: fn(&domain::iam::AccessKey, &Context) -> Judgement,
    ) {
        let kind = "AWS::IAM::User";
        for user in &iam.users.items {
            let place = |sub_resource| Subject {
                arn: user.arn.clone(),
                kind,
                region: GLOBAL,
                tags: user.tags.as_ref(),
                sub_resource,
            };
            for key in &user.access_keys.items {
                let judgement = rule(key, &self.context);
                self.find(check, &place(Some(&key.id)), judgement);
            }
            if let Some(unread) = &user.access_keys.unread {
                self.find(check, &place(None), Err(unread.clone()));
            }
        }
        let arn = self.account().arn("iam", "", "user/*");
        self.gap(check, &iam.users, arn, kind, GLOBAL);
    }

    fn buckets(
        &mut self,
        check: &'static Check,
        s3: &S3,
        rule: fn(&domain::s3::Bucket, &Context) -> Judgement,
    ) {
        let (kind, partition) = ("AWS::S3::Bucket", self.account().partition);
        for bucket in &s3.buckets.items {
            let judgement = rule(bucket, &self.context);
            let arn = format!("arn:{partition}:s3:::{}", bucket.name);
            let region = bucket.region.as_str();
            let tags = bucket.tags.as_ref();
            self.find(check, &Subject { arn, kind, region, tags, sub_resource: None }, judgement);
        }
        self.gap(check, &s3.buckets, format!("arn:{partition}:s3:::*"), kind, GLOBAL);
    }

    fn instances(
        &mut self,
        check: &'static Check,
        ec2: &Ec2,
        region: &str,
        rule: fn(&domain::ec2::Instance, &Context) -> Judgement,
    ) {
        let kind = "AWS::EC2::Instance";
        for instance in &ec2.instances.items {
            let judgement = rule(instance, &self.context);
            let arn = self.account().arn("ec2", region, &format!("instance/{}", instance.id));
            let tags = Some(&instance.tags);
            self.find(check, &Subject { arn, kind, region, tags, sub_resource: None }, judgement);
        }
        let arn = self.account().arn("ec2", region, "instance/*");
        self.gap(check, &ec2.instances, arn, kind, region);
    }

    /// Tells that a list was not read to its end.
    fn gap<T>(
        &mut self,
        check: &'static Check,
        list: &Listing<T>,
        arn: String,
        kind: &'static str,
        region: &str,
    ) {
        if let Some(unread) = &list.unread {
            let place = Subject { arn, kind, region, tags: None, sub_resource: None };
            self.find(check, &place, Err(unread.clone()));
        }
    }

    fn find(&mut self, check: &'static Check, place: &Subject<'_>, judgement: Judgement) {
        let Decision { verdict, severity, at_worst, evidence } = decide(check, judgement);
        if at_worst < self.manner.minimum {
            return;
        }
        let texts = check.texts(self.manner.lang);
        let account = self.account();
        self.findings.push(Finding {
            fingerprint: Fingerprint::new(
                account,
                place.region,
                check.id,
                &place.arn,
                place.sub_resource,
            ),
            check_id: check.id.into(),
            service: check.service(),
            severity,
            verdict,
            resource: Resource {
                arn: place.arn.clone(),
                kind: place.kind.into(),
                region: place.region.into(),
                account: account.id.clone(),
                tags: place.tags.cloned(),
            },
            sub_resource: place.sub_resource.map(Into::into),
            evidence,
            headline: texts.headline.clone(),
            requirement: texts.requirement.clone(),
            risk: texts.risk.clone(),
            remedy: texts.remedy.clone(),
            reference: check.reference.into(),
            frameworks: check.frameworks().to_vec(),
            suppressed: None,
        });
    }
}

/// A judgement in the words of a finding.
struct Decision {
    verdict: Verdict,
    severity: Severity,
    /// How bad it may be, counting what was not read.
    at_worst: Severity,
    evidence: String,
}

fn decide(check: &Check, judgement: Judgement) -> Decision {
    let (verdict, severity, at_worst, evidence) = match judgement {
        Ok(Outcome::Pass(evidence)) => {
            (Verdict::Pass, check.severity, check.worst, evidence.unwrap_or_default())
        }
        Ok(Outcome::Fail(Failure { evidence, severity, unread })) => {
            let severity = severity.unwrap_or(check.severity);
            let at_worst = if unread.is_some() { check.worst } else { severity };
            (Verdict::Fail, severity, at_worst, evidence)
        }
        Ok(Outcome::Manual(what)) => (Verdict::Manual, check.severity, check.worst, what),
        Err(unread) => (Verdict::Unknown, check.severity, check.worst, unread.to_string()),
    };
    Decision { verdict, severity, at_worst, evidence }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use domain::{Cause, Partition};

    /// An account in which nothing is blocked, at a time when the secure access key is young.
    pub(crate) fn context() -> Context {
        Context {
            account: Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() },
            time: jiff::Timestamp::UNIX_EPOCH,
            thresholds: Thresholds::default(),
            block_public: domain::s3::PublicAccessBlock::NONE.into(),
        }
    }

    /// A denied call.
    pub(crate) fn unread(action: &'static str) -> Unread {
        Unread { action: action.into(), cause: Cause::Denied, region: GLOBAL.into() }
    }
}
