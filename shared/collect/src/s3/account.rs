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
    ApiCaller, Target,
    api_caller::Answer::Is,
    s3::{NOT_CONFIGURED, settings},
};

/// The account's own public access block.
pub(super) async fn block_public(
    target: &Target,
    caller: &ApiCaller,
) -> Result<PublicAccessBlock, Unread> {
    let config = target.in_region(target.home());
    let mut builder = Builder::from(&config);
    if let Some(url) = config.endpoint_url() {
        builder = builder.endpoint_resolver(OneHost { url: url.into(), region: target.home() });
    }
    let (client, account) = (Client::from_conf(builder.build()), target.account.id.as_str());
    let action = "s3:GetAccountPublicAccessBlock";
    let answer = caller
        .call(action, &[NOT_CONFIGURED], || {
            client.get_public_access_block().account_id(account).send()
        })
        .await?;
    let Is(answer) = answer else { return Ok(PublicAccessBlock::NONE) };
    let Some(block) = answer.public_access_block_configuration else {
        return Err(caller.gap(action, Cause::Failed("the answer has no configuration".into())));
    };
    Ok(settings(
        block.block_public_acls,
        block.ignore_public_acls,
        block.block_public_policy,
        block.restrict_public_buckets,
    ))
}

/// Sends requests to a custom endpoint as it is: the SDK would put the account in front of the
/// host name, which resolves nowhere. The account is in the header `x-amz-account-id` as well.
#[derive(Debug)]
struct OneHost {
    url: String,
    region: &'static str,
}

impl ResolveEndpoint for OneHost {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        let scheme = [
            ("name", Document::from("sigv4")),
            ("signingName", "s3".into()),
            ("signingRegion", self.region.into()),
            ("disableDoubleEncoding", true.into()),
        ];
        let scheme = scheme.map(|(name, value)| (name.to_owned(), value));
        let schemes = Document::Array(vec![Document::Object(scheme.into())]);
        let endpoint =
            Endpoint::builder().url(self.url.clone()).property("authSchemes", schemes).build();
        EndpointFuture::ready(Ok(endpoint))
    }
}
