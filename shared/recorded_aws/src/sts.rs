//! Answers of STS.

use crate::{Said, iam};

/// A session of a role of this account.
#[must_use]
pub fn opened(account: &str) -> Said {
    opened_until(account, "2100-01-01T00:00:00Z")
}

/// One that ends then.
#[must_use]
pub fn opened_until(account: &str, expiry: &str) -> Said {
    iam(
        "AssumeRole",
        &format!(
            "<AssumedRoleUser><Arn>arn:aws:sts::{account}:assumed-role/CloudDoctorAuditRole/InfraAudit-test</Arn>\
             <AssumedRoleId>AROAEXAMPLE:InfraAudit-test</AssumedRoleId></AssumedRoleUser><Credentials>\
             <AccessKeyId>SESSION</AccessKeyId><SecretAccessKey>hidden</SecretAccessKey>\
             <SessionToken>token</SessionToken><Expiration>{expiry}</Expiration></Credentials>"
        ),
    )
}

/// Whose session asks.
#[must_use]
pub fn whose(account: &str) -> Said {
    iam(
        "GetCallerIdentity",
        &format!(
            "<Arn>arn:aws:sts::{account}:assumed-role/CloudDoctorAuditRole/InfraAudit-test</Arn>\
             <UserId>AROAEXAMPLE:InfraAudit-test</UserId><Account>{account}</Account>"
        ),
    )
}
