use domain::Unread;
use inventory::s3::{Algorithm, Bucket, ENCRYPTION, Encryption};

use crate::{
    Check, Context, Each, Exploitability, Exposure, Judgement, Privilege, Risk, fail, pass_with,
    seen,
};

pub(super) static CHECK: Check = Check {
    id: "s3_encryption",
    aliases: &[],
    risk: Risk {
        exposure: Exposure::Inside,
        privilege: Privilege::Resource,
        exploitability: Exploitability::Known,
    },
    worst: None,
    opt_in: false,
    thresholds: &[],
    reads: &[ENCRYPTION],
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",
    rule: &Each(encrypts),
};

fn encrypts(bucket: &Bucket, _: &Context<'_>) -> Judgement {
    let Some(Encryption { algorithm, key }) = bucket.encryption.known()? else {
        return fail(seen("none"));
    };
    if let Algorithm::Other(name) = algorithm {
        let why = format!("`SSEAlgorithm` is `{name}`, which this version does not know");
        return Err(Unread::failed("s3:GetEncryptionConfiguration", &bucket.region, why));
    }
    let by = |message| seen(message).with("algorithm", algorithm.to_string());
    pass_with(match (algorithm, key) {
        (_, Some(key)) => by("with_key").with("key", &**key),
        // A KMS algorithm that names no key uses the one that AWS manages for S3.
        (Algorithm::Kms | Algorithm::KmsTwice, None) => by("with_aws_key"),
        (_, None) => by("with"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{context, unread};
    use inventory::{Known, Resource as _};

    fn with(encryption: Known<Option<Encryption>>) -> Judgement {
        encrypts(&Bucket { encryption, ..Bucket::secure() }, &context())
    }

    #[test]
    fn a_pass_says_how_and_with_which_key() {
        let by = |algorithm, key: Option<&str>| {
            with(Some(Encryption { algorithm, key: key.map(Into::into) }).into())
        };
        let seen = |message, algorithm: &str| seen(message).with("algorithm", algorithm);
        let with_key = |algorithm| pass_with(seen("with_key", algorithm).with("key", "k1"));
        assert_eq!(by(Algorithm::Aes256, None), pass_with(seen("with", "SSE-S3")));
        assert_eq!(by(Algorithm::Kms, Some("k1")), with_key("SSE-KMS"));
        assert_eq!(by(Algorithm::Kms, None), pass_with(seen("with_aws_key", "SSE-KMS")));
        assert_eq!(by(Algorithm::KmsTwice, Some("k1")), with_key("DSSE-KMS"));
    }

    #[test]
    fn a_kind_that_is_newer_than_this_version_is_named_and_unknown() {
        for key in [None, Some("k1".into())] {
            let encryption = Encryption { algorithm: Algorithm::Other("aws:new".into()), key };
            let told = with(Some(encryption).into()).unwrap_err().to_string();
            assert!(told.contains("`SSEAlgorithm` is `aws:new`"), "{told}");
        }
    }

    #[test]
    fn fails_without_and_is_unknown_unread() {
        let unread = unread("s3:GetEncryptionConfiguration");
        assert_eq!(with(None.into()), fail(seen("none")));
        assert_eq!(with(Known::Unread(unread.clone())), Err(unread));
    }
}
