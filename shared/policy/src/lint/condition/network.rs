//! Addresses, and the ids of VPCs and their endpoints.

use std::net::IpAddr;

use super::{
    super::{Code, code::codes, report::Report, statement::Statement},
    Entry,
};
use crate::{Comparison, facts::has_wildcard};

/// An address with the length of its prefix.
#[derive(Clone, Copy)]
struct Range {
    address: u128,
    bits: u32,
    prefix: u32,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let (address, bits) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let digits = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let prefix = match prefix {
            Some(text) => Some(text).filter(digits)?.parse().ok()?,
            None => bits,
        };
        (prefix <= bits).then_some(Self { address, bits, prefix })
    }

    /// The address with the bits after the mask cleared.
    fn network(self) -> u128 {
        let host = self.bits - self.prefix;
        self.address.checked_shr(host).and_then(|high| high.checked_shl(host)).unwrap_or(0)
    }

    fn is_within(self, outer: Self) -> bool {
        self.bits == outer.bits
            && self.prefix >= outer.prefix
            && Self { prefix: outer.prefix, ..self }.network() == outer.network()
    }

    fn text(self) -> String {
        let network = self.network();
        let address = u32::try_from(network).ok().filter(|_| self.bits == 32).map_or_else(
            || IpAddr::from(network.to_be_bytes()),
            |v4| IpAddr::from(v4.to_be_bytes()),
        );
        format!("{address}/{}", self.prefix)
    }
}

/// Addresses that never come from the internet: RFC 1918, RFC 4193, loopback and link-local.
const PRIVATE: [&str; 8] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
];

pub(super) fn addresses(entry: &Entry<'_>, report: &mut Report<'_>) {
    let mut ranges = 0;
    let mut private = Vec::new();
    for node in entry.values() {
        if node.as_str().is_some_and(|text| text.contains("${")) {
            continue;
        }
        let Some(range) = node.as_str().and_then(Range::parse) else {
            let message = format!(
                "`{}` takes an address or a range such as `203.0.113.0/24`, correct the value",
                entry.operator.key
            );
            report.add(&codes::TYPE_MISMATCH_IP_RANGE, node.span, message);
            continue;
        };
        if range.network() != range.address {
            let better = range.text();
            let message = format!("the bits after the mask count for nothing, write `{better}`");
            report.add(&codes::IMPROVE_IP_RANGE, node.span, message).fix_text(node, &better);
        }
        ranges += 1;
        let inside = |outer: &str| Range::parse(outer).is_some_and(|outer| range.is_within(outer));
        if PRIVATE.iter().any(|outer| inside(outer)) {
            private.push(node);
        }
    }
    let Some((first, others)) = private.split_first().filter(|_| entry.is("aws:SourceIp")) else {
        return;
    };
    let all = private.len() == ranges;
    let not = entry.op.comparison == Comparison::NotIpAddress;
    let (code, message) = match (all, not) {
        (true, false) => (
            &codes::PRIVATE_IP_ADDRESS,
            "`aws:SourceIp` is a public address, so this never holds; use `aws:VpcSourceIp` for private ones",
        ),
        (true, true) => (
            &codes::PRIVATE_NOT_IP_ADDRESS,
            "`aws:SourceIp` is a public address, so this always holds; use `aws:VpcSourceIp` for private ones",
        ),
        (false, false) => (
            &codes::PRIVATE_IP_ADDRESS_SUBSET,
            "`aws:SourceIp` is a public address, so the private ones never match; use `aws:VpcSourceIp` for them",
        ),
        (false, true) => (
            &codes::PRIVATE_NOT_IP_ADDRESS_SUBSET,
            "`aws:SourceIp` is a public address, so the private ones have no effect; use `aws:VpcSourceIp` for them",
        ),
    };
    let found = report.add(code, first.span, message);
    for node in others {
        found.also(node.span);
    }
}

pub(super) fn ids(entry: &Entry<'_>, prefix: &str, code: &'static Code, report: &mut Report<'_>) {
    let good = |text: &str| {
        text.strip_prefix(prefix).is_some_and(|id| {
            matches!(id.len(), 8 | 17)
                && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
        })
    };
    for (node, text) in entry.texts().filter(|(_, text)| !has_wildcard(text) && !good(text)) {
        let message =
            format!("`{text}` is not of the form `{prefix}` with 8 or 17 characters, correct it");
        report.add(code, node.span, message);
    }
}

/// Private addresses repeat from VPC to VPC, so one says little without the VPC.
pub(super) fn paired(statement: &Statement<'_>, report: &mut Report<'_>) {
    let find = |name: &str| {
        statement.conditions().map(|(_, key)| key).find(|key| key.key.eq_ignore_ascii_case(name))
    };
    let Some(key) = find("aws:VpcSourceIp") else { return };
    if find("aws:SourceVpc").is_none() && find("aws:SourceVpce").is_none() {
        let message =
            "private addresses repeat from VPC to VPC, add a condition on `aws:SourceVpc`";
        report.add(&codes::MISSING_PAIRED_CONDITION_KEYS, key.key_span, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_masked() {
        let text = |text| Range::parse(text).map(Range::text);
        assert_eq!(text("10.1.2.3/8").as_deref(), Some("10.0.0.0/8"));
        assert_eq!(text("203.0.113.7").as_deref(), Some("203.0.113.7/32"));
        assert_eq!(text("2001:db8:1::5/48").as_deref(), Some("2001:db8:1::/48"));
        assert_eq!(text("1.2.3.4/0").as_deref(), Some("0.0.0.0/0"));
        for bad in ["", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/+8", "x/8", "::/129"] {
            assert!(Range::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn within_looks_at_the_outer_mask() {
        let within = |a, b| Range::parse(a).unwrap().is_within(Range::parse(b).unwrap());
        assert!(within("10.20.0.0/16", "10.0.0.0/8") && within("fd00::1", "fc00::/7"));
        assert!(!within("8.0.0.0/6", "10.0.0.0/8") && !within("11.0.0.0/8", "10.0.0.0/8"));
    }
}
