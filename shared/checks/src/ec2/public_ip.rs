use std::net::{IpAddr, Ipv6Addr};

use inventory::ec2::{INSTANCES, Instance};

use crate::{
    Check, Context, Each, Exploitability, Exposure, Judgement, Privilege, Risk, fail, pass, seen,
};

pub(super) static CHECK: Check = Check {
    id: "ec2_public_ip",
    aliases: &[],
    risk: Risk {
        exposure: Exposure::Internet,
        privilege: Privilege::Resource,
        exploitability: Exploitability::Conditional,
    },
    worst: None,
    opt_in: false,
    thresholds: &[],
    reads: &[INSTANCES],
    reference: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html",
    rule: &Each(is_private),
};

/// Whether the internet routes it: `2000::/3` is all the global unicast space there is (RFC 4291);
/// the unique local addresses that a VPC may use privately lie outside.
const fn is_global(address: Ipv6Addr) -> bool {
    address.segments()[0] & 0xe000 == 0x2000
}

fn is_private(instance: &Instance, _: &Context<'_>) -> Judgement {
    let v4 = instance.public_ipv4.iter().copied().map(IpAddr::V4);
    let v6 = instance.ipv6.iter().copied().filter(|&v6| is_global(v6)).map(IpAddr::V6);
    let public: Vec<_> = v4.chain(v6).map(|address| address.to_string()).collect();
    if !public.is_empty() {
        return fail(seen("public").with("addresses", public));
    }
    instance.addresses_unread.clone().map_or_else(pass, Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{context, unread};
    use inventory::Resource as _;

    #[test]
    fn fails_with_a_public_address_of_either_kind() {
        let with = |v4: &[&str], v6: &[&str]| {
            let parse = |text: &&str| text.parse().unwrap();
            let instance = Instance {
                public_ipv4: v4.iter().map(|text| text.parse().unwrap()).collect(),
                ipv6: v6.iter().map(parse).collect(),
                ..Instance::secure()
            };
            is_private(&instance, &context())
        };
        assert_eq!(with(&[], &[]), pass());
        assert_eq!(with(&[], &["fd00:ec2::1", "fe80::1"]), pass());
        let public = |addresses: &[&str]| {
            let addresses: Vec<String> = addresses.iter().map(|&one| one.into()).collect();
            fail(seen("public").with("addresses", addresses))
        };
        assert_eq!(with(&["203.0.113.7"], &[]), public(&["203.0.113.7"]));
        let unread = unread("ec2:DescribeInstances");
        let lost = Instance { addresses_unread: Some(unread.clone()), ..Instance::secure() };
        assert_eq!(is_private(&lost, &context()), Err(unread), "it may be a public one");
        let seen = Instance { public_ipv4: vec!["203.0.113.7".parse().unwrap()], ..lost };
        assert_eq!(is_private(&seen, &context()), public(&["203.0.113.7"]));
        let all = ["203.0.113.7", "203.0.113.9", "2600:1f14::5"];
        assert_eq!(with(&all[..2], &all[2..]), public(&all));
    }
}
