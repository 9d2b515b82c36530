use domain::{Partition, Unread};
use inventory::{
    Known,
    iam::{AccountSummary, Iam, SUMMARY},
};

use crate::{
    Check, Context, Exploitability, Exposure, Judgement, Once, Privilege, Risk, fail, pass,
    pass_with, seen,
};

pub(super) static CHECK: Check = Check {
    id: "iam_root_mfa",
    aliases: &[],
    risk: Risk {
        exposure: Exposure::Internet,
        privilege: Privilege::Account,
        exploitability: Exploitability::Known,
    },
    worst: None,
    opt_in: false,
    thresholds: &[],
    reads: &[SUMMARY],
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html",
    rule: &Once(has_mfa),
};

/// A root user without a password and access keys has nothing for a second factor to protect.
///
/// Source: *Centrally manage root access for member accounts*, IAM User Guide.
fn has_mfa(iam: &Iam, context: &Context<'_>) -> Judgement {
    let summary = iam.summary.known()?;
    let password = password(summary, context.at.account.partition);
    match (summary.root_mfa.known(), password, summary.root_access_keys.known()) {
        (Ok(true), ..) => pass(),
        (_, Ok(Password::None(why)), Ok(0)) => pass_with(seen(why)),
        (Err(unread), ..) => Err(unread),
        (_, Ok(Password::Present), _) => fail(seen("off_with_password")),
        (_, _, Ok(keys @ 1..)) => fail(seen("off_with_keys").with("keys", *keys)),
        (_, Ok(Password::Untold), _) => fail(seen("off")),
        (_, Err(unread), _) | (_, _, Err(unread)) => Err(unread),
    }
}

enum Password {
    Present,
    /// Nobody asked.
    Untold,
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
        (Ok(false), _) => Ok(Password::None("no_credentials")),
        (Err(_), Partition::GovCloud) => Ok(Password::None("no_console_in_govcloud")),
        (Err(_), Partition::China) => Ok(Password::None("no_root_in_china")),
        // A snapshot from before it was read: nobody could remove a root user's password then.
        _ if summary.root_password == Known::NotAsked => Ok(Password::Untold),
        (Err(unread), _) => Err(unread),
    }
}

#[cfg(test)]
mod tests;
