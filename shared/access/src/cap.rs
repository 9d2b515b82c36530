use std::collections::BTreeSet;

use domain::Partition;

/// The most characters a session policy may have.
///
/// Source: STS `AssumeRole`, parameter `Policy`.
pub const SESSION_POLICY_CHARACTERS: usize = 2048;

/// What a session may do at most, whatever the assumed role allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cap {
    /// Exactly these actions: the JSON of a session policy.
    Actions(String),
    /// The AWS-managed policy `SecurityAudit`, by ARN, where the list would be too long.
    SecurityAudit(String),
}

impl Cap {
    /// The tightest cap that lets `actions` through.
    #[must_use]
    pub fn new(partition: Partition, actions: &BTreeSet<&str>) -> Self {
        let policy = serde_json::json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
        })
        .to_string();
        if policy.chars().count() <= SESSION_POLICY_CHARACTERS {
            Self::Actions(policy)
        } else {
            Self::SecurityAudit(format!("arn:{partition}:iam::aws:policy/SecurityAudit"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Fact, Service};
    use proptest::prelude::*;

    #[test]
    fn the_actions_of_every_service_fit_a_session_policy() {
        for service in Service::ALL {
            let facts = Fact::ALL.into_iter().filter(|fact| fact.service() == service);
            let actions = facts.flat_map(Fact::actions).copied().collect();
            match Cap::new(Partition::Aws, &actions) {
                Cap::Actions(policy) => {
                    println!("{service}: {} characters", policy.chars().count());
                    for action in actions {
                        assert!(policy.contains(&format!("\"{action}\"")), "{action}");
                    }
                }
                Cap::SecurityAudit(_) => panic!("{service} needs the managed policy by now"),
            }
        }
    }

    proptest! {
        #[test]
        fn no_cap_is_longer_than_sts_takes(actions in prop::collection::btree_set("[a-z0-9]{2,14}:[A-Za-z]{3,40}", 1..120)) {
            let actions = actions.iter().map(String::as_str).collect();
            match Cap::new(Partition::GovCloud, &actions) {
                Cap::Actions(policy) => prop_assert!(policy.chars().count() <= SESSION_POLICY_CHARACTERS),
                Cap::SecurityAudit(arn) => {
                    prop_assert_eq!(arn, "arn:aws-us-gov:iam::aws:policy/SecurityAudit");
                    prop_assert!(actions.iter().map(|action| action.len()).sum::<usize>() > 1000);
                }
            }
        }
    }
}
