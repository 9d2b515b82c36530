//! How long a policy may be.

use super::{AttachedTo, Code, PolicyType, Subject, code::codes, report::Report};

/// Quotas from the IAM and Organizations user guides; that of identity policies is the sum over a
/// role's inline policies, which Access Analyzer uses too.
const IDENTITY: usize = 10_240;
const TRUST: usize = 2_048;
const ORGANIZATION: usize = 5_120;
const RESOURCE: usize = 20_480;
const KMS_KEY: usize = 32_768;

pub(super) fn check(subject: &Subject<'_>, report: &mut Report<'_>) {
    let text = subject.text;
    let dense = || text.chars().filter(|c| !c.is_whitespace()).count();
    let (code, quota, size): (&'static Code, usize, usize) = match subject.options.policy_type {
        // Without white space a text is not longer than with it: count only where it may matter.
        PolicyType::Identity if text.len() > IDENTITY => {
            (&codes::POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA, IDENTITY, dense())
        }
        PolicyType::Trust if text.len() > TRUST => {
            (&codes::POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA, TRUST, dense())
        }
        PolicyType::ServiceControl => {
            (&codes::POLICY_SIZE_EXCEEDS_SCP_QUOTA, ORGANIZATION, text.chars().count())
        }
        PolicyType::ResourceControl => {
            (&codes::POLICY_SIZE_EXCEEDS_RCP_QUOTA, ORGANIZATION, text.chars().count())
        }
        PolicyType::Resource => {
            let key = subject.options.attached_to == Some(AttachedTo::KmsKey);
            let quota = if key { KMS_KEY } else { RESOURCE };
            (&codes::POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA, quota, text.len())
        }
        PolicyType::Identity | PolicyType::Trust => return,
    };
    if size > quota {
        let phrase = subject.options.policy_type.phrase();
        let message = format!(
            "the policy has {size} characters where {phrase} may have {quota}; split it into several"
        );
        report.add(code, subject.root.span, message);
    }
}
