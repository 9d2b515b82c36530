use domain::{
    Cause, Context, Judgement, Severity, Unread, fail, pass_with,
    s3::{Algorithm, Bucket, Encryption},
};

use crate::{Check, Rule};

pub(super) static CHECK: Check = Check {
    id: "s3_encryption",
    severity: Severity::Medium,
    worst: Severity::Medium,
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",
    rule: Rule::BucketEncryption(encrypts),
};

fn encrypts(bucket: &Bucket, _: &Context) -> Judgement {
    match bucket.encryption.known()? {
        None => fail("no default encryption"),
        Some(Encryption { algorithm: Algorithm::Other(name), .. }) => Err(Unread {
            action: "s3:GetEncryptionConfiguration".into(),
            cause: Cause::Failed(format!(
                "`SSEAlgorithm` is `{name}`, which this version does not know"
            )),
            region: bucket.region.clone().into(),
        }),
        Some(Encryption { algorithm, key: Some(key) }) => {
            pass_with(format!("{algorithm} with key `{key}`"))
        }
        // A KMS algorithm that names no key uses the one that AWS manages for S3.
        Some(Encryption {
            algorithm: algorithm @ (Algorithm::Kms | Algorithm::KmsTwice), ..
        }) => pass_with(format!("{algorithm} with the AWS managed key `aws/s3`")),
        Some(Encryption { algorithm, .. }) => pass_with(algorithm.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::{context, unread};
    use domain::Known;

    fn with(encryption: Known<Option<Encryption>>) -> Judgement {
        encrypts(&Bucket { encryption, ..Bucket::secure() }, &context())
    }

    #[test]
    fn a_pass_says_how_and_with_which_key() {
        let by = |algorithm, key: Option<&str>| {
            with(Some(Encryption { algorithm, key: key.map(Into::into) }).into())
        };
        assert_eq!(by(Algorithm::Aes256, None), pass_with("SSE-S3"));
        assert_eq!(by(Algorithm::Kms, Some("k1")), pass_with("SSE-KMS with key `k1`"));
        assert_eq!(
            by(Algorithm::Kms, None),
            pass_with("SSE-KMS with the AWS managed key `aws/s3`")
        );
        assert_eq!(by(Algorithm::KmsTwice, Some("k1")), pass_with("DSSE-KMS with key `k1`"));
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
        assert_eq!(with(None.into()), fail("no default encryption"));
        assert_eq!(with(Known::Unread(unread.clone())), Err(unread));
    }
}
