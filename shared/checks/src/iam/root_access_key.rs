use domain::{Context, Judgement, Severity, fail, iam::AccountSummary, pass};

use crate::{Check, Rule};

pub(super) static CHECK: Check = Check {
    id: "iam_root_access_key",
    severity: Severity::Critical,
    worst: Severity::Critical,
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
    rule: Rule::Account(has_none),
};

fn has_none(summary: &AccountSummary, _: &Context) -> Judgement {
    match *summary.root_access_keys.known()? {
        0 => pass(),
        keys => fail(format!("`AccountAccessKeysPresent` is `{keys}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::{context, unread};
    use domain::Known;

    #[test]
    fn passes_only_without_a_key() {
        let with = |keys| {
            let root = AccountSummary { root_access_keys: keys, ..AccountSummary::secure() };
            has_none(&root, &context())
        };
        let unread = unread("iam:GetAccountSummary");

        assert_eq!(with(0.into()), pass());
        assert_eq!(with(1.into()), fail("`AccountAccessKeysPresent` is `1`"));
        assert_eq!(with(Known::Unread(unread.clone())), Err(unread));
    }
}
