use domain::{Context, Judgement, Severity, ec2::Instance, fail, pass, pass_with};

use crate::{Check, Rule};

pub(super) static CHECK: Check = Check {
    id: "ec2_imdsv2",
    severity: Severity::High,
    worst: Severity::High,
    reference: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
    rule: Rule::Instance(asks_for_a_token),
};

fn asks_for_a_token(instance: &Instance, _: &Context) -> Judgement {
    let metadata = instance.metadata.known()?;
    if !metadata.endpoint {
        return pass_with("the metadata endpoint is disabled");
    }
    if metadata.tokens_required { pass() } else { fail("`HttpTokens` is `optional`") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::{context, unread};
    use domain::{Known, ec2::MetadataOptions};

    #[test]
    fn fails_only_where_the_endpoint_answers_without_a_token() {
        let with =
            |metadata| asks_for_a_token(&Instance { metadata, ..Instance::secure() }, &context());
        let options =
            |endpoint, tokens_required| with(MetadataOptions { endpoint, tokens_required }.into());
        let unread = unread("ec2:DescribeInstances");

        assert_eq!(options(true, true), pass());
        assert_eq!(options(true, false), fail("`HttpTokens` is `optional`"));
        assert_eq!(options(false, false), pass_with("the metadata endpoint is disabled"));
        assert_eq!(with(Known::Unread(unread.clone())), Err(unread));
    }
}
