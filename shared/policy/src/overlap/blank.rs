//! Services that have resources without a region, or without an account.
//!
//! From the ARN formats of the service authorization reference; a test holds them against the facts.
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

pub(super) fn may_lack_region(service: &str) -> bool {
    NO_REGION.binary_search(&service).is_ok()
}

pub(super) fn may_lack_account(service: &str) -> bool {
    NO_ACCOUNT.binary_search(&service).is_ok()
}

#[rustfmt::skip]
const NO_REGION: [&str; 65] = [
    "account", "arc-region-switch", "artifact", "aws-marketplace", "bcm-dashboards", "bcm-pricing-calculator",
    "bedrock", "billing", "billingconductor", "budgets", "ce", "chatbot", "cloudfront", "cloudwatch",
    "codecatalyst", "compute-optimizer", "consoleapp", "controlcatalog", "directconnect", "dynamodb", "ec2",
    "ecr-public", "eks", "elasticache", "elemental-support-cases", "forecast", "globalaccelerator", "guardduty",
    "iam", "identitystore", "internetmonitor", "invoicing", "license-manager", "mapcredits", "memorydb",
    "networkmanager", "notifications", "notifications-contacts", "opsworks-cm", "organizations", "partnercentral",
    "payments", "personalize", "pricingplanmanager", "purchase-orders", "quicksight", "ram", "rds", "route53",
    "route53-recovery-control", "route53-recovery-readiness", "route53globalresolver", "s3", "savingsplans",
    "shield", "signin", "ssm-incidents", "sso", "sts", "swf", "ts", "vendor-insights", "verifiedpermissions",
    "waf", "worklink",
];

/// SSM's are those of AWS itself: public parameters and documents.
#[rustfmt::skip]
const NO_ACCOUNT: [&str; 31] = [
    "apigateway", "artifact", "aws-marketplace", "bedrock", "codecatalyst", "controlcatalog", "controltower",
    "dataexchange", "devicefarm", "ec2", "elasticbeanstalk", "events", "forecast", "gamelift", "geo-maps",
    "geo-places", "geo-routes", "health", "identitystore", "iq", "iq-permission", "managedblockchain",
    "mapcredits", "partnercentral", "personalize", "route53", "s3", "signin", "ssm", "sso", "vendor-insights",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Arn;
    use crate::facts::{Facts, Service};

    #[test]
    fn the_lists_are_those_of_the_facts() {
        let facts = Facts::bundled().unwrap();
        let types = facts.services().flat_map(Service::resource_types);
        let (mut regions, mut accounts) = (Vec::new(), vec!["ssm".to_owned()]);
        for arn in types.filter_map(|kind| Arn::split(kind.arn())) {
            let service = arn.service.to_lowercase();
            if service.is_empty() || service.contains('$') {
                continue;
            }
            if arn.region.is_empty() {
                regions.push(service.clone());
            }
            if arn.account.is_empty() {
                accounts.push(service);
            }
        }
        for (found, known) in [(&mut regions, &NO_REGION[..]), (&mut accounts, &NO_ACCOUNT[..])] {
            found.sort_unstable();
            found.dedup();
            assert_eq!(found, known);
        }
    }
}
