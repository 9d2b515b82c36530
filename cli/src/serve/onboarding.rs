//! What the owners of accounts need to know of whoever audits from this machine.

use std::time::Duration;

use api::{Onboarding, Template};
use aws_config::SdkConfig;
use domain::{RoleArn, RoleName};
use policy::Arn;

/// How long AWS may take to say whose credentials these are, before the service starts without knowing.
const PATIENCE: Duration = Duration::from_secs(5);

/// How customers create their role: for the role that is configured, or else for the one that this machine has.
pub(super) async fn onboarding(
    config: &SdkConfig,
    worker: Option<RoleArn>,
    template_url: Option<String>,
) -> Option<Onboarding> {
    let found = match worker {
        Some(worker) => Ok((worker.account().id.to_string(), worker.path_and_name().to_owned())),
        None => match tokio::time::timeout(PATIENCE, aws::caller(config)).await {
            Ok(Ok(caller)) => role(&caller.arn).map(|role| (caller.account.id.to_string(), role)),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("AWS did not say in time whose credentials these are".into()),
        },
    };
    let (operator_account, worker_role_name) = match found {
        Ok(found) => found,
        Err(why) => {
            let role = super::variables::WORKER_ROLE_ARN.name;
            tracing::warn!(
                "answers about accounts say no link and no command that create the role: {why}; set `{role}` to the \
                 role that customers trust, and start again"
            );
            return None;
        }
    };
    let region = aws::region_in(config, aws::partition(config)).to_owned();
    Some(Onboarding {
        operator_account,
        worker_role_name,
        role_name: RoleName::default(),
        template: template_url.map(|url| Template { link: aws::quick_create_url, region, url }),
    })
}

/// The role of a session.
///
/// The session's ARN leaves out the role's path, which the customer's trust policy has to name.
fn role(caller: &str) -> Result<String, String> {
    let session = Arn::split(caller).filter(|arn| arn.resource_type() == Some("assumed-role"));
    let Some(session) = session.map(|arn| arn.resource_id()) else {
        return Err(format!("`{caller}` is no role, and a customer's role trusts only a role"));
    };
    let name = session.split('/').next().unwrap_or_default();
    if name.starts_with("AWSReservedSSO_") {
        // Source: *Referencing permission sets in resource policies*, IAM Identity Center User Guide.
        return Err(format!(
            "`{name}` is a role of IAM Identity Center, whose path is not in its session's ARN"
        ));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_of_a_session_is_told_only_where_its_arn_tells_all() {
        let role = |arn| role(arn).map_err(|why| why.contains('`'));
        assert_eq!(
            role("arn:aws:sts::111122223333:assumed-role/Auditor/i-0a"),
            Ok("Auditor".into())
        );
        assert_eq!(role("arn:aws:iam::111122223333:user/ana"), Err(true));
        assert_eq!(role("arn:aws:iam::111122223333:root"), Err(true));
        let sso =
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ana";
        assert_eq!(role(sso), Err(true));
        let named: RoleArn = "arn:aws:iam::111122223333:role/ops/Auditor".parse().unwrap();
        assert_eq!(named.path_and_name(), "ops/Auditor");
    }
}
