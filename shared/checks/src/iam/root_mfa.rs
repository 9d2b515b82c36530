use domain::{
    Context, Judgement, Partition, Severity, Unread, fail, iam::AccountSummary, pass, pass_with,
};

use crate::{Check, Rule};

pub(super) static CHECK: Check = Check {
    id: "iam_root_mfa",
    severity: Severity::Critical,
    worst: Severity::Critical,
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html",
    rule: Rule::Account(has_mfa),
};

/// A root user without a password and access keys has nothing for a second factor to protect.
///
/// Source: *Centrally manage root access for member accounts*, IAM User Guide.
fn has_mfa(summary: &AccountSummary, context: &Context) -> Judgement {
    let password = password(summary, context.account.partition);
    match (summary.root_mfa.known(), password, summary.root_access_keys.known()) {
        (Ok(true), ..) => pass(),
        (_, Ok(Password::None(why)), Ok(0)) => pass_with(format!(
            "root has no credentials: {why}, and `AccountAccessKeysPresent` is `0`"
        )),
        (Err(unread), ..) => Err(unread),
        (_, Ok(Password::Present), _) => {
            fail("`AccountMFAEnabled` is `0` and `AccountPasswordPresent` is `1`")
        }
        (_, _, Ok(keys @ 1..)) => {
            fail(format!("`AccountMFAEnabled` is `0` and `AccountAccessKeysPresent` is `{keys}`"))
        }
        (_, Err(unread), _) | (_, _, Err(unread)) => Err(unread),
    }
}

enum Password {
    Present,
    /// How it is known that there is none.
    None(&'static str),
}

/// Whether root can sign in with a password. Where AWS does not tell, two partitions give it none.
///
/// Sources: *AWS GovCloud (US) account root user*, AWS GovCloud (US) User Guide; *Amazon Identity and
/// Access Management in Amazon Web Services China*, Getting Started with Amazon Web Services in China.
fn password(summary: &AccountSummary, partition: Partition) -> Result<Password, Unread> {
    match (summary.root_password.known(), partition) {
        (Ok(true), _) => Ok(Password::Present),
        (Ok(false), _) => Ok(Password::None("`AccountPasswordPresent` is `0`")),
        (Err(_), Partition::GovCloud) => {
            Ok(Password::None("AWS GovCloud (US) lets no root user sign in to its console"))
        }
        (Err(_), Partition::China) => {
            Ok(Password::None("AWS China has no root user that could sign in"))
        }
        (Err(unread), _) => Err(unread),
    }
}

#[cfg(test)]
mod tests;
