use std::collections::BTreeSet;

use domain::{Partition, RoleName};
use serde_json::{Value, json};

/// The most characters a session policy may have.
///
/// Source: STS `AssumeRole`, parameter `Policy`.
pub const SESSION_POLICY_CHARACTERS: usize = 2048;

/// What a session may do at most, whatever the assumed role allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionPolicy {
    /// The JSON of a session policy.
    Policy(String),
    /// The AWS-managed policy `SecurityAudit`, by ARN, where the list of one service would be too long.
    SecurityAudit(String),
}

impl SessionPolicy {
    /// The tightest policy that lets `actions` through; without any, one that lets nothing through.
    #[must_use]
    pub fn new(partition: Partition, actions: &BTreeSet<&str>) -> Self {
        if actions.is_empty() {
            Self::nothing()
        } else if Self::fits(actions) {
            Self::Policy(reading(actions))
        } else {
            Self::SecurityAudit(format!("arn:{partition}:iam::aws:policy/SecurityAudit"))
        }
    }

    /// Whether a policy that lists `actions` is short enough.
    #[must_use]
    pub fn fits(actions: &BTreeSet<&str>) -> bool {
        Self::characters(actions) <= SESSION_POLICY_CHARACTERS
    }

    /// How long a policy is that lists `actions`. It has no white space, so that it does not matter whether STS
    /// counts any.
    #[must_use]
    pub fn characters(actions: &BTreeSet<&str>) -> usize {
        let frame = reading(&BTreeSet::new()).len();
        // Each in quotes, with commas between; nothing in the name of an action is escaped.
        let listed: usize = actions.iter().map(|action| action.len() + 3).sum();
        (frame + listed).saturating_sub(usize::from(!actions.is_empty()))
    }

    /// A policy that lets nothing through; a session under it can still ask who it is.
    ///
    /// Source: STS `GetCallerIdentity`: an explicit deny does not stop it.
    #[must_use]
    pub fn nothing() -> Self {
        Self::Policy(policy("Deny", &json!("*"), "*"))
    }

    /// A policy that lets through `sts:AssumeRole` on the role `name`, in whichever account it is.
    #[must_use]
    pub fn assume_role(partition: Partition, name: &RoleName) -> Self {
        let resource = format!("arn:{partition}:iam::*:role/{name}");
        Self::Policy(policy("Allow", &json!("sts:AssumeRole"), &resource))
    }
}

fn reading(actions: &BTreeSet<&str>) -> String {
    policy("Allow", &json!(actions), "*")
}

fn policy(effect: &str, actions: &Value, resource: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": effect, "Action": actions, "Resource": resource }],
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Service;
    use proptest::prelude::*;

    #[test]
    fn the_actions_of_every_service_fit_a_session_policy() {
        for service in Service::ALL {
            let actions = service.reads().iter().flat_map(|read| read.actions).copied().collect();
            match SessionPolicy::new(Partition::Aws, &actions) {
                SessionPolicy::Policy(policy) => {
                    for action in actions {
                        assert!(policy.contains(&format!("\"{action}\"")), "{action}");
                    }
                }
                SessionPolicy::SecurityAudit(_) => {
                    panic!("{service} needs the managed policy by now")
                }
            }
        }
    }

    #[test]
    fn a_worker_may_be_let_into_customers_roles_and_nowhere_else() {
        let SessionPolicy::Policy(policy) =
            SessionPolicy::assume_role(Partition::China, &RoleName::default())
        else {
            panic!("a list of one action is short");
        };
        let policy: Value = serde_json::from_str(&policy).unwrap();
        let allowed = json!([{
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": "arn:aws-cn:iam::*:role/CloudDoctorAuditRole",
        }]);
        assert_eq!(policy["Statement"], allowed);
    }

    proptest! {
        #[test]
        fn no_policy_is_longer_than_sts_takes(actions in prop::collection::btree_set("[a-z0-9]{2,14}:[A-Za-z]{3,40}", 1..120)) {
            let actions = actions.iter().map(String::as_str).collect();
            prop_assert_eq!(SessionPolicy::characters(&actions), reading(&actions).chars().count());
            match SessionPolicy::new(Partition::GovCloud, &actions) {
                SessionPolicy::Policy(policy) => prop_assert!(policy.chars().count() <= SESSION_POLICY_CHARACTERS),
                SessionPolicy::SecurityAudit(arn) => {
                    prop_assert_eq!(arn, "arn:aws-us-gov:iam::aws:policy/SecurityAudit");
                    prop_assert!(actions.iter().map(|action| action.len()).sum::<usize>() > 1000);
                }
            }
        }
    }
}
