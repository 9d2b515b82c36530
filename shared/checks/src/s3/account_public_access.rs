use inventory::s3::{ACCOUNT_BLOCK, S3};

use crate::{
    Check, Context, Exploitability, Exposure, Judgement, Once, Privilege, Risk, fail, pass, seen,
};

pub(super) static CHECK: Check = Check {
    id: "s3_account_public_access",
    aliases: &[],
    risk: Risk {
        exposure: Exposure::Internet,
        privilege: Privilege::Resource,
        exploitability: Exploitability::Conditional,
    },
    worst: None,
    opt_in: false,
    thresholds: &[],
    reads: &[ACCOUNT_BLOCK],
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html",
    rule: &Once(blocks_public_access),
};

/// What an organization's policy enforces is in the account's setting as AWS tells it.
///
/// Source: *Configuring block public access settings for your account*, Amazon S3 User Guide.
fn blocks_public_access(s3: &S3, _: &Context<'_>) -> Judgement {
    let off: Vec<_> = s3.block_public.known()?.missing().map(str::to_owned).collect();
    if off.is_empty() { pass() } else { fail(seen("off").with("settings", off)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{context, unread};
    use inventory::{Known, s3::PublicAccessBlock};

    fn judged(block_public: Known<PublicAccessBlock>) -> Judgement {
        blocks_public_access(&S3 { block_public, ..S3::default() }, &context())
    }

    fn off(settings: &[&str]) -> Judgement {
        let settings: Vec<_> = settings.iter().map(ToString::to_string).collect();
        fail(seen("off").with("settings", settings))
    }

    #[test]
    fn passes_only_where_all_four_settings_are_on() {
        let all = PublicAccessBlock::ALL;
        assert_eq!(judged(all.into()), pass());
        for (one, name) in [
            (PublicAccessBlock { block_acls: false, ..all }, "BlockPublicAcls"),
            (PublicAccessBlock { ignore_acls: false, ..all }, "IgnorePublicAcls"),
            (PublicAccessBlock { block_policy: false, ..all }, "BlockPublicPolicy"),
            (PublicAccessBlock { restrict_buckets: false, ..all }, "RestrictPublicBuckets"),
        ] {
            assert_eq!(judged(one.into()), off(&[name]));
        }
        // An account that never configured it.
        let names =
            ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
        assert_eq!(judged(PublicAccessBlock::NONE.into()), off(&names));
    }

    #[test]
    fn what_was_not_read_is_unknown() {
        let why = unread("s3:GetAccountPublicAccessBlock");
        assert_eq!(judged(Known::Unread(why.clone())), Err(why));
        assert!(judged(Known::NotAsked).is_err());
    }
}
