use aws_sdk_s3control::{
    Client,
    config::{
        Builder,
        endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint},
    },
};
use aws_smithy_types::Document;
use domain::{Cause, Unread};
use inventory::s3::PublicAccessBlock;

use crate::{
    ApiCaller, Target, anywhere,
    api_caller::Answer::Is,
    s3::{NOT_CONFIGURED, settings},
};

/// The account's own public access block.
pub(super) async fn block_public(
    target: &Target,
    caller: &ApiCaller,
) -> Result<PublicAccessBlock, Unread> {
    let action = "s3:GetAccountPublicAccessBlock";
    let places = anywhere::regions(target);
    let answer = anywhere::ask(caller, action, &places, |region| async move {
        let (client, account) = (client(target, region), target.account.id.as_str());
        let request = || client.get_public_access_block().account_id(account).send();
        caller.attempt(action, &[NOT_CONFIGURED], request).await
    });
    let (Is(answer), region) = answer.await? else { return Ok(PublicAccessBlock::NONE) };
    let Some(block) = answer.public_access_block_configuration else {
        let cause = Cause::Failed("the answer has no configuration".into());
        return Err(caller.gap_in(action, cause, region));
    };
    Ok(settings(
        block.block_public_acls,
        block.ignore_public_acls,
        block.block_public_policy,
        block.restrict_public_buckets,
    ))
}

fn client(target: &Target, region: String) -> Client {
    let config = target.in_region(&region);
    let mut builder = Builder::from(&config);
    if let Some(url) = config.endpoint_url() {
        builder = builder.endpoint_resolver(OneHost { url: url.into(), region });
    }
    Client::from_conf(builder.build())
}

/// Sends requests to a custom endpoint as it is: the SDK would put the account in front of the
/// host name, which resolves nowhere. The account is in the header `x-amz-account-id` as well.
#[derive(Debug)]
struct OneHost {
    url: String,
    region: String,
}

impl ResolveEndpoint for OneHost {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        let scheme = [
            ("name", Document::from("sigv4")),
            ("signingName", "s3".into()),
            ("signingRegion", self.region.clone().into()),
            ("disableDoubleEncoding", true.into()),
        ];
        let scheme = scheme.map(|(name, value)| (name.to_owned(), value));
        let schemes = Document::Array(vec![Document::Object(scheme.into())]);
        let endpoint =
            Endpoint::builder().url(self.url.clone()).property("authSchemes", schemes).build();
        EndpointFuture::ready(Ok(endpoint))
    }
}
