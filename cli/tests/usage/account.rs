//! Recorded answers of STS and IAM about one account.

use crate::recorded::{Answer, Asked};

pub(crate) const ACCOUNT: &str = "111122223333";

/// Who may assume a role, as IAM writes it.
const TRUST: &str = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";

/// The value of a parameter of the query protocol.
pub(crate) fn parameter(asked: &Asked, name: &str) -> Option<String> {
    let pairs = asked.body.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.into_iter().find(|(key, _)| *key == name)?.1;
    Some(value.replace("%3A", ":").replace("%2F", "/"))
}

pub(crate) fn whose() -> Answer {
    Answer::xml(format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/me</Arn>\
         <UserId>AIDA</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    ))
}

/// A session of a role of the account.
pub(crate) fn assumed() -> Answer {
    Answer::xml(format!(
        "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser>\
         <Arn>arn:aws:sts::{ACCOUNT}:assumed-role/Auditor/InfraAudit-usage</Arn><AssumedRoleId>AROA:s</AssumedRoleId>\
         </AssumedRoleUser><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
         <SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    ))
}

fn policy(name: &str, actions: &str) -> String {
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":{actions},"Resource":"*"}}}}"#
    );
    let document = document.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    format!(
        "<member><PolicyName>{name}</PolicyName><PolicyDocument>{document}</PolicyDocument></member>"
    )
}

/// Two pages: the users and the group, then the roles.
pub(crate) fn details(asked: &Asked) -> Answer {
    let user = format!(
        "<UserDetailList><member><Path>/</Path><UserName>ana</UserName><UserId>AIDAANA</UserId>\
         <Arn>arn:aws:iam::{ACCOUNT}:user/ana</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate>\
         <UserPolicyList>{}</UserPolicyList></member></UserDetailList>",
        policy("p", r#"["s3:*","iam:*"]"#)
    );
    let group = format!(
        "<GroupDetailList><member><Path>/</Path><GroupName>readers</GroupName><GroupId>AGPA</GroupId>\
         <Arn>arn:aws:iam::{ACCOUNT}:group/readers</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate>\
         <GroupPolicyList>{}</GroupPolicyList></member></GroupDetailList>",
        policy("p", r#""sqs:ReceiveMessage""#)
    );
    let role = |name: &str, path: &str| {
        format!(
            "<member><Path>/{path}</Path><RoleName>{name}</RoleName><RoleId>AROA{name}</RoleId>\
             <Arn>arn:aws:iam::{ACCOUNT}:role/{path}{name}</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate>\
             <AssumeRolePolicyDocument>{TRUST}</AssumeRolePolicyDocument><RolePolicyList>{}</RolePolicyList></member>",
            policy("p", r#""ec2:*""#)
        )
    };
    let roles = format!(
        "<RoleDetailList>{}{}</RoleDetailList>",
        role("deploy", ""),
        role("AWSServiceRoleForX", "aws-service-role/x.amazonaws.com/")
    );
    let page = match parameter(asked, "Marker") {
        None => format!("{user}{group}<IsTruncated>true</IsTruncated><Marker>m</Marker>"),
        Some(_) => format!("{roles}<IsTruncated>false</IsTruncated>"),
    };
    Answer::xml(format!(
        "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>{page}\
         </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
    ))
}

/// The job of a report is named by whom it is about.
pub(crate) fn generate(asked: &Asked) -> Answer {
    let arn = parameter(asked, "Arn").unwrap();
    assert_eq!(parameter(asked, "Granularity").as_deref(), Some("ACTION_LEVEL"));
    let job = format!("job-for-a-report-about-{:-<36}", arn.rsplit(['/', ':']).next().unwrap());
    Answer::xml(format!(
        "<GenerateServiceLastAccessedDetailsResponse><GenerateServiceLastAccessedDetailsResult>\
         <JobId>{job}</JobId></GenerateServiceLastAccessedDetailsResult></GenerateServiceLastAccessedDetailsResponse>"
    ))
}

/// A page of a report.
pub(crate) fn report(status: &str, services: &str, next: Option<&str>) -> Answer {
    let next = match next {
        Some(marker) => format!("<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>"),
        None => "<IsTruncated>false</IsTruncated>".to_owned(),
    };
    Answer::xml(format!(
        "<GetServiceLastAccessedDetailsResponse><GetServiceLastAccessedDetailsResult>\
         <JobStatus>{status}</JobStatus><JobType>ACTION_LEVEL</JobType>\
         <JobCreationDate>2026-11-01T00:00:00Z</JobCreationDate>\
         <JobCompletionDate>2026-11-01T00:00:01Z</JobCompletionDate>\
         <ServicesLastAccessed>{services}</ServicesLastAccessed>{next}\
         </GetServiceLastAccessedDetailsResult></GetServiceLastAccessedDetailsResponse>"
    ))
}

fn day(days: Option<i64>) -> Option<String> {
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days?);
    Some(then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A service that was last accessed so many days ago, with its tracked actions.
pub(crate) fn service(prefix: &str, days: Option<i64>, actions: &[(&str, Option<i64>)]) -> String {
    let last = day(days).map(|day| format!("<LastAuthenticated>{day}</LastAuthenticated>"));
    let action = |(name, days): &(&str, Option<i64>)| {
        let last = day(*days).map(|day| format!("<LastAccessedTime>{day}</LastAccessedTime>"));
        format!("<member><ActionName>{name}</ActionName>{}</member>", last.unwrap_or_default())
    };
    let actions: String = actions.iter().map(action).collect();
    let tracked = format!("<TrackedActionsLastAccessed>{actions}</TrackedActionsLastAccessed>");
    format!(
        "<member><ServiceName>Service {prefix}</ServiceName><ServiceNamespace>{prefix}</ServiceNamespace>\
         <TotalAuthenticatedEntities>1</TotalAuthenticatedEntities>{}{tracked}</member>",
        last.unwrap_or_default()
    )
}
