//! The users, roles and groups of an account.

use policy::gaad::{AuthorizationDetails, DetailsError, PrincipalDetails};
use serde_json::{Map, Value, json};

use super::NotJudged;

/// What an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKind {
    /// A user.
    User,
    /// A role.
    Role,
    /// A group of users.
    Group,
}

/// A user, role or group with what its policies allow.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its ARN.
    pub arn: String,
    /// What it is.
    pub kind: EntityKind,
    /// When it was created, as IAM writes it; nothing where the details do not say.
    pub created_at: Option<String>,
    /// The same in seconds since 1970, for whoever reads clocks to fill in.
    pub created: Option<i64>,
    details: std::sync::Arc<AuthorizationDetails>,
    /// The ARN that the details know it by: a group's stands there as a user's.
    known_as: String,
}

/// The users, roles and groups of an account, as `GetAccountAuthorizationDetails` tells them.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Those whose policies the account's owner may change.
    pub entities: Vec<Entity>,
    /// How many roles of AWS's services there are, which only AWS may change.
    pub service_linked: usize,
}

impl Account {
    /// Reads the details.
    ///
    /// # Errors
    /// When they hold neither users nor roles.
    pub fn read(details: &Value) -> Result<Self, DetailsError> {
        let list = |name: &str| details.get(name).and_then(Value::as_array).into_iter().flatten();
        let own = AuthorizationDetails::parse(&details.to_string())?;
        let groups = groups_as_users(details);
        let groups = AuthorizationDetails::parse(&groups.to_string())?;
        let (own, groups) = (std::sync::Arc::new(own), std::sync::Arc::new(groups));
        let mut account = Self::default();
        let lists = [
            ("UserDetailList", EntityKind::User),
            ("RoleDetailList", EntityKind::Role),
            ("GroupDetailList", EntityKind::Group),
        ];
        for (name, kind) in lists {
            for node in list(name) {
                let Some(arn) = node.get("Arn").and_then(Value::as_str) else { continue };
                if arn.contains(":role/aws-service-role/") {
                    account.service_linked += 1;
                    continue;
                }
                let group = kind == EntityKind::Group;
                account.entities.push(Entity {
                    arn: arn.to_owned(),
                    kind,
                    created_at: node.get("CreateDate").and_then(Value::as_str).map(Into::into),
                    created: None,
                    details: if group { groups.clone() } else { own.clone() },
                    known_as: if group { as_user(arn) } else { arn.to_owned() },
                });
            }
        }
        Ok(account)
    }
}

impl Entity {
    /// Its policies, when all of them were read.
    pub(super) fn known(&self) -> Result<&PrincipalDetails, NotJudged> {
        let Some(principal) = self.details.principal(&self.known_as) else {
            return Err(NotJudged { unread: vec!["any of its policies".to_owned()] });
        };
        match principal.gaps() {
            [] => Ok(principal),
            gaps => Err(NotJudged { unread: gaps.to_vec() }),
        }
    }

    /// Whether it can be judged at all, so that nobody asks IAM in vain.
    ///
    /// # Errors
    /// When some of its policies were not read.
    pub fn can_be_judged(&self) -> Result<(), NotJudged> {
        self.known().map(|_| ())
    }
}

/// A group cannot ask for anything; somebody who is in it alone can.
fn as_user(group: &str) -> String {
    group.replacen(":group/", ":user/", 1)
}

fn groups_as_users(details: &Value) -> Value {
    let groups = details.get("GroupDetailList").and_then(Value::as_array);
    let users = groups.into_iter().flatten().filter_map(|group| {
        let mut user = Map::new();
        user.insert("Arn".into(), as_user(group.get("Arn")?.as_str()?).into());
        for (from, to) in [
            ("GroupPolicyList", "UserPolicyList"),
            ("AttachedManagedPolicies", "AttachedManagedPolicies"),
        ] {
            if let Some(policies) = group.get(from) {
                user.insert(to.into(), policies.clone());
            }
        }
        Some(Value::Object(user))
    });
    json!({
        "UserDetailList": users.collect::<Vec<_>>(),
        "Policies": details.get("Policies").cloned().unwrap_or_default(),
    })
}
