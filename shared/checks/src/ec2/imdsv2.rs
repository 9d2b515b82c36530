use domain::Severity;
use inventory::ec2::{INSTANCES, Instance};

use crate::{Check, Context, Each, Judgement, fail, pass, pass_with, seen};

pub(super) static CHECK: Check = Check {
    id: "ec2_imdsv2",
    aliases: &[],
    severity: Severity::High,
    worst: Severity::High,
    reads: &[INSTANCES],
    reference: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
    rule: &Each(asks_for_a_token),
};

fn asks_for_a_token(instance: &Instance, _: &Context<'_>) -> Judgement {
    let metadata = instance.metadata.known()?;
    if !metadata.endpoint {
        return pass_with(seen("endpoint_disabled"));
    }
    if metadata.tokens_required { pass() } else { fail(seen("tokens_optional")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{context, unread};
    use inventory::{Known, Resource as _, ec2::MetadataOptions};

    #[test]
    fn fails_only_where_the_endpoint_answers_without_a_token() {
        let with =
            |metadata| asks_for_a_token(&Instance { metadata, ..Instance::secure() }, &context());
        let options =
            |endpoint, tokens_required| with(MetadataOptions { endpoint, tokens_required }.into());
        let unread = unread("ec2:DescribeInstances");

        assert_eq!(options(true, true), pass());
        assert_eq!(options(true, false), fail(seen("tokens_optional")));
        assert_eq!(options(false, false), pass_with(seen("endpoint_disabled")));
        assert_eq!(with(Known::Unread(unread.clone())), Err(unread));
    }
}
