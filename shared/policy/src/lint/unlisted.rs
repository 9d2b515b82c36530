//! Names that AWS's reference does not list, though AWS itself uses them.
//!
//! Each stands in an AWS-managed policy, and Access Analyzer lets it pass: services that were
//! withdrawn and whose grants linger, and actions and keys that AWS's consoles use. A policy that
//! repeats them does no harm, so they are not findings.

/// Prefixes of services without a page in the Service Authorization Reference.
const SERVICES: [&str; 9] = [
    "assurance",
    "builderid",
    "catalog-user",
    "deepcomposer",
    "deeplens",
    "deepracer",
    "iot1click",
    "sagemaker-unified-studio-mcp",
    "zocalo",
];

/// Services some of whose actions are for AWS's own console, with the actions; `*` is any.
const ACTIONS: [(&str, &[&str]); 4] = [
    ("account", &["SendPhoneNumberVerification", "VerifyPhoneNumber"]),
    ("route53-recovery-control-config", &["DescribeRoutingControlByName"]),
    ("sagemaker-unified-studio-mcp", &["*"]),
    ("securityagent", &["*"]),
];

/// Whether a service is used by AWS without being documented (any longer).
pub(super) fn service(prefix: &str) -> bool {
    SERVICES.iter().any(|known| known.eq_ignore_ascii_case(prefix))
}

/// Whether a service is gone though EC2's actions are still documented with its ARNs: Elastic Inference
/// ended in 2024.
pub(super) fn is_gone(arn_service: &str) -> bool {
    arn_service == "elastic-inference"
}

/// Whether an action of a documented service is used by AWS without being documented.
pub(super) fn action(prefix: &str, name: &str) -> bool {
    let of = ACTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(prefix));
    of.is_some_and(|(_, names)| names.iter().any(|known| crate::facts::matches(known, name)))
}

/// Whether a global condition key is used by AWS without being documented.
pub(super) fn global_key(name: &str) -> bool {
    name.eq_ignore_ascii_case("aws:PrincipalOrgMasterAccountId")
}
