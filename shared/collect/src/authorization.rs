use aws_sdk_iam::{
    Client,
    types::{
        AttachedPermissionsBoundary, AttachedPolicy, GroupDetail, ManagedPolicyDetail,
        PermissionsBoundaryAttachmentType, PolicyDetail, RoleDetail, Tag, UserDetail,
    },
};
use aws_smithy_types::{DateTime, date_time::Format};
use domain::{GLOBAL, Service, Unread};
use serde_json::{Value, json};

use crate::{ApiCaller, ConcurrencyLimits, Target};

/// Every user, group, role and policy of the account, in the form in which
/// `aws iam get-account-authorization-details` prints them.
///
/// # Errors
///
/// Why it was not read to its end: a part of it would explain less than there is.
pub async fn authorization_details(
    target: &Target,
    limits: &ConcurrencyLimits,
) -> Result<Value, Unread> {
    let reader = ApiCaller::new(target, limits, GLOBAL, Service::Iam);
    let client = Client::new(&target.in_region(target.home()));
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    let (mut roles, mut policies) = (Vec::new(), Vec::new());
    let (action, mut marker) = ("iam:GetAccountAuthorizationDetails", None);
    loop {
        let page = reader
            .ask(action, || {
                let request = client.get_account_authorization_details().max_items(1000);
                request.set_marker(marker.clone()).send()
            })
            .await?;
        users.extend(page.user_detail_list.iter().flatten().map(user));
        groups.extend(page.group_detail_list.iter().flatten().map(group));
        roles.extend(page.role_detail_list.iter().flatten().map(role));
        policies.extend(page.policies.iter().flatten().map(policy));
        marker = reader.next(action, page.is_truncated, page.marker)?;
        if marker.is_none() {
            return Ok(json!({
                "UserDetailList": users,
                "GroupDetailList": groups,
                "RoleDetailList": roles,
                "Policies": policies,
            }));
        }
    }
}

fn user(user: &UserDetail) -> Value {
    json!({
        "Path": user.path,
        "UserName": user.user_name,
        "UserId": user.user_id,
        "Arn": user.arn,
        "CreateDate": date(user.create_date.as_ref()),
        "UserPolicyList": inline(user.user_policy_list.as_deref()),
        "GroupList": user.group_list.clone().unwrap_or_default(),
        "AttachedManagedPolicies": attached(user.attached_managed_policies.as_deref()),
        "PermissionsBoundary": boundary(user.permissions_boundary.as_ref()),
        "Tags": tags(user.tags.as_deref()),
    })
}

fn group(group: &GroupDetail) -> Value {
    json!({
        "Path": group.path,
        "GroupName": group.group_name,
        "GroupId": group.group_id,
        "Arn": group.arn,
        "CreateDate": date(group.create_date.as_ref()),
        "GroupPolicyList": inline(group.group_policy_list.as_deref()),
        "AttachedManagedPolicies": attached(group.attached_managed_policies.as_deref()),
    })
}

fn role(role: &RoleDetail) -> Value {
    json!({
        "Path": role.path,
        "RoleName": role.role_name,
        "RoleId": role.role_id,
        "Arn": role.arn,
        "CreateDate": date(role.create_date.as_ref()),
        "AssumeRolePolicyDocument": role.assume_role_policy_document,
        "RolePolicyList": inline(role.role_policy_list.as_deref()),
        "AttachedManagedPolicies": attached(role.attached_managed_policies.as_deref()),
        "PermissionsBoundary": boundary(role.permissions_boundary.as_ref()),
        "Tags": tags(role.tags.as_deref()),
    })
}

fn policy(policy: &ManagedPolicyDetail) -> Value {
    let versions = policy.policy_version_list.iter().flatten().map(|version| {
        json!({
            "VersionId": version.version_id,
            "IsDefaultVersion": version.is_default_version,
            "Document": version.document,
        })
    });
    json!({
        "PolicyName": policy.policy_name,
        "Arn": policy.arn,
        "DefaultVersionId": policy.default_version_id,
        "PolicyVersionList": versions.collect::<Vec<_>>(),
    })
}

fn date(date: Option<&DateTime>) -> Option<String> {
    date.and_then(|date| date.fmt(Format::DateTime).ok())
}

fn inline(policies: Option<&[PolicyDetail]>) -> Vec<Value> {
    let policy = |policy: &PolicyDetail| json!({ "PolicyName": policy.policy_name, "PolicyDocument": policy.policy_document });
    policies.into_iter().flatten().map(policy).collect()
}

fn attached(policies: Option<&[AttachedPolicy]>) -> Vec<Value> {
    let policy = |policy: &AttachedPolicy| json!({ "PolicyName": policy.policy_name, "PolicyArn": policy.policy_arn });
    policies.into_iter().flatten().map(policy).collect()
}

/// Nothing, rather than null, where there is none: the command leaves it out too.
fn boundary(boundary: Option<&AttachedPermissionsBoundary>) -> Value {
    boundary.map_or_else(
        || json!({}),
        |boundary| {
            let kind = boundary
                .permissions_boundary_type
                .as_ref()
                .map(PermissionsBoundaryAttachmentType::as_str);
            let arn = &boundary.permissions_boundary_arn;
            json!({ "PermissionsBoundaryType": kind, "PermissionsBoundaryArn": arn })
        },
    )
}

fn tags(tags: Option<&[Tag]>) -> Vec<Value> {
    let tag = |tag: &Tag| json!({ "Key": tag.key, "Value": tag.value });
    tags.into_iter().flatten().map(tag).collect()
}
