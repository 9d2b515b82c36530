use inventory::iam::{Iam, SUMMARY};

use crate::{
    Check, Context, Exploitability, Exposure, Judgement, Once, Privilege, Risk, fail, pass, seen,
};

pub(super) static CHECK: Check = Check {
    id: "iam_root_access_key",
    aliases: &[],
    risk: Risk {
        exposure: Exposure::Credential,
        privilege: Privilege::Account,
        exploitability: Exploitability::Direct,
    },
    worst: None,
    opt_in: false,
    thresholds: &[],
    reads: &[SUMMARY],
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
    rule: &Once(has_none),
};

fn has_none(iam: &Iam, _: &Context<'_>) -> Judgement {
    match *iam.summary.known()?.root_access_keys.known()? {
        0 => pass(),
        keys => fail(seen("present").with("keys", keys)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{context, unread};
    use inventory::{Known, iam::AccountSummary};

    #[test]
    fn passes_only_without_a_key() {
        let with = |root_access_keys| {
            let summary = AccountSummary { root_access_keys, ..AccountSummary::secure() }.into();
            has_none(&Iam { summary, ..Iam::default() }, &context())
        };
        let unread = unread("iam:GetAccountSummary");

        assert_eq!(with(0.into()), pass());
        assert_eq!(with(1.into()), fail(seen("present").with("keys", 1_u32)));
        assert_eq!(with(Known::Unread(unread.clone())), Err(unread));
    }
}
