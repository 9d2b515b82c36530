use std::fmt::Write as _;

use domain::Partition;

/// The link that opens CloudFormation's console with a template and its parameters filled in.
///
/// The template has to lie in S3, in the partition of `region`. Parameters that the template marks
/// as `NoEcho` are ignored by the console.
///
/// Source: *Create quick-create links*, CloudFormation User Guide.
#[must_use]
pub fn quick_create_url(
    region: &str,
    template_url: &str,
    stack_name: &str,
    parameters: &[(&str, &str)],
) -> String {
    let console = console(Partition::of_region(region));
    let mut url = format!(
        "https://{console}/cloudformation/home?region={}#/stacks/quickcreate?templateURL={}&stackName={}",
        encoded(region),
        encoded(template_url),
        encoded(stack_name),
    );
    for (name, value) in parameters {
        // Writing to a string cannot fail.
        let _ = write!(url, "&param_{}={}", encoded(name), encoded(value));
    }
    url
}

/// The host of a partition's console.
///
/// Source: the regional endpoints page of the AWS General Reference and of its European edition. The isolated ones are
/// named as their sign-in is in the AWS CDK (`SamlConsolePrincipal`), whose name differs in its first part alone.
const fn console(partition: Partition) -> &'static str {
    match partition {
        Partition::Aws => "console.aws.amazon.com",
        Partition::China => "console.amazonaws.cn",
        Partition::GovCloud => "console.amazonaws-us-gov.com",
        Partition::EuropeanSovereign => "console.amazonaws-eusc.eu",
        Partition::Iso => "console.c2shome.ic.gov",
        Partition::IsoB => "console.sc2shome.sgov.gov",
        Partition::IsoE => "console.csphome.adc-e.uk",
        Partition::IsoF => "console.csphome.hci.ic.gov",
    }
}

/// Percent-encodes all but the unreserved characters.
///
/// Source: RFC 3986, section 2.3.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEMPLATE: &str = "https://templates.s3.us-east-1.amazonaws.com/v1/trust-role.yaml";

    #[test]
    fn a_link_fills_the_form_in() {
        let parameters = [("OperatorAccountId", "111122223333"), ("ExternalId", "a+b/c=d:e")];
        assert_eq!(
            quick_create_url("ap-northeast-2", TEMPLATE, "infraaudit-role", &parameters),
            "https://console.aws.amazon.com/cloudformation/home?region=ap-northeast-2\
             #/stacks/quickcreate?templateURL=https%3A%2F%2Ftemplates.s3.us-east-1.amazonaws.com\
             %2Fv1%2Ftrust-role.yaml&stackName=infraaudit-role&param_OperatorAccountId=111122223333\
             &param_ExternalId=a%2Bb%2Fc%3Dd%3Ae"
        );
    }

    #[test]
    fn every_partition_has_its_console() {
        for (region, console) in [
            ("us-east-1", "https://console.aws.amazon.com/"),
            ("cn-north-1", "https://console.amazonaws.cn/"),
            ("us-gov-west-1", "https://console.amazonaws-us-gov.com/"),
            ("eusc-de-east-1", "https://console.amazonaws-eusc.eu/"),
            ("us-isob-east-1", "https://console.sc2shome.sgov.gov/"),
        ] {
            assert!(quick_create_url(region, TEMPLATE, "s", &[]).starts_with(console), "{region}");
        }
    }

    /// The inverse, as a browser reads it.
    fn decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let pair = [rest.next().unwrap(), rest.next().unwrap()];
                bytes.push(u8::from_str_radix(str::from_utf8(&pair).unwrap(), 16).unwrap());
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn no_value_leaves_its_place(value in "\\PC{0,40}", name in "[A-Za-z0-9]{1,20}") {
            let url = quick_create_url("us-east-1", TEMPLATE, "stack", &[(&name, &value), ("Last", "1")]);
            let parts: Vec<_> = url.split('&').collect();
            prop_assert_eq!(parts.len(), 4);
            let (key, shown) = parts[2].split_once('=').unwrap();
            prop_assert_eq!(key, format!("param_{name}"));
            prop_assert_eq!(decoded(shown), value);
            prop_assert_eq!(parts[3], "param_Last=1");
        }
    }
}
