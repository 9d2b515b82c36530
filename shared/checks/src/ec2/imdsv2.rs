use inventory::ec2::{INSTANCES, Instance};

use crate::{
    Check, Context, Each, Exploitability, Exposure, Judgement, Privilege, Risk, fail, pass,
    pass_with, seen,
};

pub(super) static CHECK: Check = Check {
    id: "ec2_imdsv2",
    aliases: &[],
    risk: Risk {
        exposure: Exposure::Internet,
        privilege: Privilege::Resource,
        exploitability: Exploitability::Known,
    },
    worst: None,
    opt_in: false,
    thresholds: &[],
    reads: &[INSTANCES],
    reference: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
    rule: &Each(asks_for_a_token),
};

fn asks_for_a_token(instance: &Instance, _: &Context<'_>) -> Judgement {
    let metadata = instance.metadata.known()?;
    match (metadata.endpoint.known(), metadata.tokens_required.known()) {
        (Ok(false), _) => pass_with(seen("endpoint_disabled")),
        (_, Ok(true)) => pass(),
        (Ok(true), Ok(false)) => fail(seen("tokens_optional")),
        (Err(unread), _) | (_, Err(unread)) => Err(unread),
    }
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
        let known = |endpoint: Known<bool>, tokens_required: Known<bool>| {
            with(MetadataOptions { endpoint, tokens_required }.into())
        };
        let options = |endpoint: bool, tokens: bool| known(endpoint.into(), tokens.into());
        let unread = unread("ec2:DescribeInstances");
        let lost = || Known::<bool>::Unread(unread.clone());

        assert_eq!(options(true, true), pass());
        assert_eq!(options(true, false), fail(seen("tokens_optional")));
        assert_eq!(options(false, false), pass_with(seen("endpoint_disabled")));
        let disabled = pass_with(seen("endpoint_disabled"));
        assert_eq!(
            known(false.into(), lost()),
            disabled,
            "no token is asked for where none answers"
        );
        assert_eq!(known(lost(), true.into()), pass(), "a token is asked for wherever it answers");
        for (endpoint, tokens) in [(lost(), false.into()), (true.into(), lost()), (lost(), lost())]
        {
            assert_eq!(known(endpoint, tokens), Err(unread.clone()));
        }
        assert_eq!(with(Known::Unread(unread.clone())), Err(unread));
    }
}
