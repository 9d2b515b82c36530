//! Requests and policies from a small vocabulary, so that they meet often.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a tool of the tests: it stops at the first surprise"
)]

use super::naive::{Ask, Value, World};
use policy::Document;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A small pseudo-random generator (xorshift64*): the same seed gives the same cases everywhere.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        usize::try_from((mixed >> 33) % n as u64).unwrap()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    fn some<'t>(&mut self, from: &[&'t str], most: usize) -> Vec<&'t str> {
        (0..=self.below(most)).map(|_| self.pick(from)).collect()
    }
}

const CALLERS: [&str; 14] = [
    "arn:aws:iam::111122223333:user/ana",
    "arn:aws:iam::111122223333:user/team/bo",
    "arn:aws:iam::111122223333:role/Reader",
    "arn:aws:sts::111122223333:assumed-role/Reader/ana",
    "arn:aws:sts::111122223333:assumed-role/Reader/bo",
    "arn:aws:sts::111122223333:federated-user/ana",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::444455556666:user/ana",
    "arn:aws:sts::444455556666:assumed-role/Reader/ana",
    "arn:aws:iam::444455556666:root",
    "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
    "arn:aws:iam::111122223333:saml-provider/corp",
    "ec2.amazonaws.com",
    "",
];

const PRINCIPALS: [&str; 14] = [
    r#"{"AWS":"*"}"#,
    r#""*""#,
    r#"{"AWS":"111122223333"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:root"}"#,
    r#"{"AWS":"arn:aws:iam::444455556666:root"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:user/ana"}"#,
    r#"{"AWS":["arn:aws:iam::111122223333:role/Reader"]}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:role/path/Reader"}"#,
    r#"{"AWS":["arn:aws:sts::111122223333:assumed-role/Reader/ana","arn:aws:iam::444455556666:user/ana"]}"#,
    r#"{"AWS":"arn:aws:sts::444455556666:assumed-role/Reader/ana","Service":"ec2.amazonaws.com"}"#,
    r#"{"AWS":["arn:aws:sts::111122223333:federated-user/ana","arn:aws:iam::111122223333:root"]}"#,
    r#"{"Service":["ec2.amazonaws.com","s3.amazonaws.com"]}"#,
    r#"{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"}"#,
    r#"{"CanonicalUser":"79a59df900b949e55d96a1e698fbaced"}"#,
];

const ACTIONS: [&str; 9] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:GetBucketPolicy",
    "S3:getobject",
    "kms:Decrypt",
    "sts:AssumeRole",
    "sts:GetCallerIdentity",
    "sts:GetSessionToken",
    "iam:CreateServiceLinkedRole",
];

const ACTION_PATTERNS: [&str; 15] = [
    "*",
    "s3:*",
    "s3:Get*",
    "s3:GetObject",
    "S3:GETOBJECT",
    "s3:*Object",
    "s3:?etObject",
    "s3:Put*",
    "kms:*",
    "kms:De?rypt",
    "sts:AssumeRole",
    "sts:*",
    "iam:*",
    "s*:GetObject",
    "s3:GetObject ",
];

pub(crate) const RESOURCES: [&str; 11] = [
    "arn:aws:s3:::photos/ana/a.jpg",
    "arn:aws:s3:::photos/bo/b.jpg",
    "arn:aws:s3:::photos",
    "arn:aws:s3:::logs-2026/x",
    "arn:aws:kms:eu-west-1:111122223333:key/k1",
    "arn:aws:kms:eu-west-1:111122223333:alias/k1",
    "arn:aws:iam::111122223333:role/Reader",
    "arn:aws:iam::444455556666:role/Reader",
    "arn:aws:logs:eu-west-1:111122223333:log-group:/app/photos:log-stream:x",
    "arn:aws:sns:eu-west-1:111122223333:Reader:x",
    "*",
];

pub(crate) const RESOURCE_PATTERNS: [&str; 37] = [
    "*",
    "*",
    "arn:aws:s3:::photos/*",
    "arn:aws:s3:::photos/ana/?.jpg",
    "arn:aws:s3:::photos*",
    "arn:aws:s3:::*/b.jpg",
    "arn:aws:s3:::photos/${aws:username}/*",
    "arn:aws:s3:::photos/${aws:username, 'bo'}/*",
    "arn:aws:s3:::${s3:prefix}/*",
    "arn:aws:s3:::photos/${*}",
    "arn:*:s3:*:*:*",
    "arn:aws:*:*:*:*",
    "arn:aws:kms:*:111122223333:key/*",
    "arn:aws:kms:eu-*:111122223333:*",
    "arn:aws:kms:eu-west-1:111122223333:alias/*",
    "arn:aws:kms:*:*:*/k1",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::*:role/Read??",
    "arn:aws:iam::444455556666:role/Reader",
    "arn:aws:kms:*:*:*/*",
    "arn:aws:kms:*:*:k?y/k1",
    "arn:aws:kms:eu-west-1:*key/*",
    "arn:aws:logs:*:*:*:/app/*",
    "arn:aws:logs:*:*:/app/*",
    "arn:aws:*:*:*:Reader*",
    "arn:aws:s3:*photos/*",
    "arn:aws:iam:*Reader",
    "arn:aws:iam::*:${s3:prefix, 'role'}/*",
    "arn:aws:iam::${aws:PrincipalTag/Team}:role/Reader",
    "arn:aws:s3:::${aws:username}/${s3:prefix}*",
    "arn:aws:kms",
    "arn:aws:kms:us-east-1",
    "arn:aws:kms:*:111122223333",
    "arn:aws:iam::111122223333",
    "arn:aws:s3:*",
    "arn:aws",
    "arn:*",
];

/// Keys with values that requests give and policies ask for.
const KEYS: [(&str, &[&str]); 10] = [
    ("aws:username", &["ana", "bo", "Ana", ""]),
    (
        "aws:SourceIp",
        &[
            "10.0.0.1",
            "203.0.113.9",
            "2001:db8::1",
            "10.0.0.0/8",
            "203.0.113.0/24",
            "2001:db8::/32",
            "x",
        ],
    ),
    ("aws:MultiFactorAuthPresent", &["true", "false", "TRUE", "${aws:username}"]),
    ("s3:max-keys", &["5", "10", "10.0", "-1", "x"]),
    ("aws:CurrentTime", &["2026-11-22T07:30:00Z", "2026-11-22", "1795332600", "x", "2024-02-29"]),
    (
        "aws:PrincipalArn",
        &[
            "arn:aws:iam::111122223333:user/ana",
            "arn:aws:iam::*:user/${aws:username}",
            "arn:aws:iam::1111*:*",
            "x",
            "*",
        ],
    ),
    (
        "s3:prefix",
        &["photos", "ana", "${aws:username}", "${aws:username}/*", "ph*", "ana/x", "p?otos"],
    ),
    ("aws:TagKeys", &["a", "b", "c*", "A", "cd", ""]),
    ("aws:PrincipalTag/Team", &["red", "Red", "blue", "re*"]),
    ("AWS:principaltag/team", &["red", "Red", "blue", "r?d"]),
];

const OPERATORS: [&str; 27] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnNotEquals",
    "ArnLike",
    "ArnNotLike",
    "Null",
];

/// The operators that suit a key's values; strings suit all.
fn operators(key: usize) -> &'static [&'static str] {
    match key {
        1 => &OPERATORS[20..22],
        2 => &OPERATORS[18..19],
        3 => &OPERATORS[6..12],
        4 => &OPERATORS[12..18],
        5 => &OPERATORS[22..26],
        _ => &OPERATORS[..6],
    }
}

fn list(values: &[&str]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    if quoted.len() == 1 { quoted[0].clone() } else { format!("[{}]", quoted.join(",")) }
}

fn condition(dice: &mut Dice) -> String {
    let key = dice.below(KEYS.len());
    let (name, values) = KEYS[key];
    let own = if dice.one_in(8) { &OPERATORS[..] } else { operators(key) };
    let mut operator = dice.pick(own).to_owned();
    let mut values = list(&dice.some(values, 3));
    if dice.one_in(8) {
        operator = String::from("Null");
        values = format!("\"{}\"", dice.pick(&["true", "false", "False"]));
    } else if operator == "Null" {
        values = String::from("\"true\"");
    } else if dice.one_in(4) {
        operator.push_str("IfExists");
    }
    if name == "aws:TagKeys" || dice.one_in(6) {
        operator = format!("{}{operator}", dice.pick(&["ForAllValues:", "ForAnyValue:", ""]));
    }
    format!(r#"{{"{operator}":{{"{name}":{values}}}}}"#)
}

fn statement(dice: &mut Dice, kind: Kind) -> String {
    let mut out = String::new();
    let effect = if dice.one_in(4) { "Deny" } else { "Allow" };
    let not = |dice: &mut Dice, n: usize| if dice.one_in(n) { "Not" } else { "" };
    write!(
        out,
        r#"{{"Effect":"{effect}","{}Action":{}"#,
        not(dice, 6),
        list(&dice.some(&ACTION_PATTERNS, 2))
    )
    .unwrap();
    if !(kind == Kind::Resource && dice.one_in(4)) {
        write!(out, r#","{}Resource":{}"#, not(dice, 6), list(&dice.some(&RESOURCE_PATTERNS, 2)))
            .unwrap();
    }
    if kind == Kind::Resource || (kind == Kind::Endpoint && dice.one_in(2)) {
        write!(out, r#","{}Principal":{}"#, not(dice, 7), dice.pick(&PRINCIPALS)).unwrap();
    }
    if dice.one_in(2) {
        write!(out, r#","Condition":{}"#, condition(dice)).unwrap();
    }
    out.push('}');
    out
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Resource,
    Endpoint,
}

fn document(dice: &mut Dice, kind: Kind) -> Document {
    let statements: Vec<String> = (0..=dice.below(3)).map(|_| statement(dice, kind)).collect();
    let version = dice.pick(&[
        r#""Version":"2012-10-17","#,
        r#""Version":"2012-10-17","#,
        r#""Version":"2008-10-17","#,
        "",
    ]);
    Document::parse(&format!(r#"{{{version}"Statement":[{}]}}"#, statements.join(","))).unwrap()
}

fn documents(dice: &mut Dice, most: usize) -> Vec<Document> {
    (0..dice.below(most + 1)).map(|_| document(dice, Kind::Plain)).collect()
}

fn full_access() -> Document {
    Document::parse(r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#).unwrap()
}

/// Policies of every kind, each there or not.
pub(crate) fn world(dice: &mut Dice) -> World {
    let levels = |dice: &mut Dice| {
        let levels = (0..=dice.below(2)).map(|_| {
            let mut level = documents(dice, 1);
            if !dice.one_in(5) {
                level.push(full_access());
            }
            level
        });
        levels.collect()
    };
    World {
        identity: documents(dice, 2),
        boundary: dice
            .one_in(4)
            .then(|| documents(dice, 1))
            .filter(|boundary| !boundary.is_empty()),
        session: dice.one_in(4).then(|| documents(dice, 1)).filter(|session| !session.is_empty()),
        resource: dice.one_in(2).then(|| document(dice, Kind::Resource)),
        endpoint: dice.one_in(6).then(|| vec![document(dice, Kind::Endpoint)]),
        scps: dice.one_in(4).then(|| levels(dice)),
        rcps: dice.one_in(5).then(|| levels(dice)),
        management: dice.one_in(6).then(|| dice.pick(&["111122223333", "444455556666"]).to_owned()),
    }
}

/// A request that fits the worlds.
pub(crate) fn ask(dice: &mut Dice) -> Ask {
    let resource = dice.pick(&RESOURCES).to_owned();
    let mut context = BTreeMap::new();
    for (key, values) in KEYS {
        if dice.one_in(2) {
            continue;
        }
        let many = if key == "aws:TagKeys" { !dice.one_in(6) } else { dice.one_in(12) };
        let value = if many {
            let count = dice.below(4);
            Value::Many((0..count).map(|_| dice.pick(values).to_owned()).collect())
        } else {
            Value::One(dice.pick(values).to_owned())
        };
        context.insert(key.to_lowercase(), value);
    }
    Ask {
        caller: dice.pick(&CALLERS).to_owned(),
        action: dice.pick(&ACTIONS).to_owned(),
        wildcard_only: resource == "*" && dice.one_in(2),
        owner: dice.one_in(2).then(|| dice.pick(&["111122223333", "444455556666"]).to_owned()),
        resource,
        context,
    }
}

/// The vocabulary's condition keys, in lower case.
pub(crate) fn keys() -> impl Iterator<Item = String> {
    KEYS.iter().map(|(key, _)| key.to_lowercase())
}
