use domain::Severity;
use inventory::iam::{Iam, SUMMARY};

use crate::{Check, Context, Judgement, Once, fail, pass, seen};

pub(super) static CHECK: Check = Check {
    id: "iam_root_mfa",
    aliases: &[],
    severity: Severity::Critical,
    worst: Severity::Critical,
    reads: &[SUMMARY],
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html",
    rule: &Once(has_mfa),
};

fn has_mfa(iam: &Iam, _: &Context<'_>) -> Judgement {
    if *iam.summary.known()?.root_mfa.known()? { pass() } else { fail(seen("off")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{context, unread};
    use inventory::{Known, iam::AccountSummary};

    #[test]
    fn passes_only_with_a_second_factor() {
        let with = |root_mfa| {
            let summary = AccountSummary { root_mfa, ..AccountSummary::secure() }.into();
            has_mfa(&Iam { summary, ..Iam::default() }, &context())
        };
        let unread = unread("iam:GetAccountSummary");

        assert_eq!(with(true.into()), pass());
        assert_eq!(with(false.into()), fail(seen("off")));
        assert_eq!(with(Known::Unread(unread.clone())), Err(unread));
    }
}
