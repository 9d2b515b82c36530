use domain::{Context, Judgement, Severity, fail, iam::AccountSummary, pass};

use crate::{Check, Rule};

pub(super) static CHECK: Check = Check {
    id: "iam_root_mfa",
    severity: Severity::Critical,
    worst: Severity::Critical,
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html",
    rule: Rule::Account(has_mfa),
};

fn has_mfa(summary: &AccountSummary, _: &Context) -> Judgement {
    if *summary.root_mfa.known()? { pass() } else { fail("`AccountMFAEnabled` is `0`") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::{context, unread};
    use domain::Known;

    #[test]
    fn passes_only_with_a_second_factor() {
        let with = |mfa| {
            let root = AccountSummary { root_mfa: mfa, ..AccountSummary::secure() };
            has_mfa(&root, &context())
        };
        let unread = unread("iam:GetAccountSummary");

        assert_eq!(with(true.into()), pass());
        assert_eq!(with(false.into()), fail("`AccountMFAEnabled` is `0`"));
        assert_eq!(with(Known::Unread(unread.clone())), Err(unread));
    }
}
