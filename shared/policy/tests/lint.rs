//! Every issue code in both directions: a policy that has the issue, and one like it that has none.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use policy::{
    DocumentKind, check_syntax,
    facts::Facts,
    lint::{
        self, AttachedTo, CODES, Check, Code, Finding, FindingType, Options, PolicyType, Source,
    },
};
use serde_json::Value;

struct Case {
    code: String,
    options: Options,
    bad: String,
    good: String,
    also: BTreeSet<String>,
}

fn cases() -> Vec<Case> {
    let file: Value = serde_json::from_str(include_str!("lint/cases.json")).unwrap();
    let text = |value: &Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        // `<<5000>>` stands for 5,000 letters: quotas are reached without long files.
        match text.split_once("<<").and_then(|(a, rest)| Some((a, rest.split_once(">>")?))) {
            Some((before, (count, after))) => {
                format!("{before}{}{after}", "x".repeat(count.parse().unwrap()))
            }
            None => text,
        }
    };
    let case = |case: &Value| Case {
        code: case["code"].as_str().unwrap().to_owned(),
        options: Options {
            attached_to: case["attached"].as_str().map(|name| AttachedTo::parse(name).unwrap()),
            classic_scp: case["classic_scp"] == true,
            ..PolicyType::parse(case["type"].as_str().unwrap()).unwrap().into()
        },
        bad: text(&case["bad"]),
        good: text(&case["good"]),
        also: case["also"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|c| c.as_str().unwrap().to_owned())
            .collect(),
    };
    file.as_array().unwrap().iter().map(case).collect()
}

fn facts() -> Facts {
    Facts::bundled().unwrap()
}

fn names(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().map(|finding| finding.code().name.to_owned()).collect()
}

#[test]
fn every_code_is_found_where_it_is_and_only_there() {
    let facts = facts();
    let mut wrong = String::new();
    let list = |findings: &[Finding]| {
        findings.iter().map(ToString::to_string).collect::<Vec<_>>().join(
            "
    ",
        )
    };
    for case in cases() {
        let found = lint::lint(&case.bad, case.options, &facts);
        let mut expected = case.also.clone();
        expected.insert(case.code.clone());
        if names(&found) != expected {
            let start: String = case.bad.chars().take(300).collect();
            writeln!(wrong, "expected {expected:?} in {start}:\n    {}", list(&found)).unwrap();
        }
        let none = lint::lint(&case.good, case.options, &facts);
        if !none.is_empty() {
            let start: String = case.good.chars().take(300).collect();
            writeln!(wrong, "{}: expected nothing in {start}:\n    {}", case.code, list(&none))
                .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_implemented_code_has_a_case() {
    let covered: BTreeSet<_> = cases().into_iter().map(|case| case.code).collect();
    for code in CODES {
        assert_eq!(covered.contains(code.name), code.check == Check::Implemented, "{}", code.name);
    }
    let unique: BTreeSet<_> = CODES.iter().map(|code| code.name).collect();
    assert_eq!(unique.len(), CODES.len());
}

/// Cases around codes whose rule AWS describes loosely: how often each code is found, and nothing else.
#[test]
fn neighbouring_policies_are_told_apart() {
    let facts = facts();
    let file: Value = serde_json::from_str(include_str!("lint/neighbours.json")).unwrap();
    let cases = file.as_array().unwrap();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let mut wrong = String::new();
    for case in cases {
        let kind = PolicyType::parse(case["type"].as_str().unwrap()).unwrap();
        let attached_to = case["attached"].as_str().map(|name| AttachedTo::parse(name).unwrap());
        let options = Options { attached_to, ..kind.into() };
        let findings = lint::lint(&case["policy"].to_string(), options, &facts);
        let mut counts = [BTreeMap::new(), BTreeMap::new()];
        for finding in &findings {
            let name = finding.code().name.to_owned();
            *counts[usize::from(is_own(finding.code()))].entry(name).or_insert(0_u64) += 1;
        }
        let expected = ["expected", "own"].map(|field| {
            let counts = case[field].as_object().into_iter().flatten();
            counts.map(|(code, count)| (code.clone(), count.as_u64().unwrap())).collect()
        });
        if counts != expected {
            let name = case["name"].as_str().unwrap();
            writeln!(wrong, "{name}: expected {expected:?}, found {counts:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Linting asks what `policy::check_syntax` asks: what IAM or Organizations would not store has an error.
#[test]
fn what_is_refused_has_an_error() {
    let facts = facts();
    let neighbours: Value = serde_json::from_str(include_str!("lint/neighbours.json")).unwrap();
    let neighbours = neighbours.as_array().unwrap().iter().map(|case| {
        let kind = PolicyType::parse(case["type"].as_str().unwrap()).unwrap();
        (Options::from(kind), case["policy"].to_string())
    });
    let cases = cases().into_iter().flat_map(|c| [(c.options, c.bad), (c.options, c.good)]);
    let resources = [
        "b",
        "arn:aws:s3::b",
        "arn:aws:s3::b*",
        "arn:aws::s3:*",
        "arn:aws:iam::*",
        "arn:aws:iam::1:U*",
    ];
    let documents = resources.map(|resource| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"*","NotResource":"{resource}"}}}}"#
        );
        (PolicyType::Identity.into(), text)
    });
    let (mut refused, mut taken) = (0, 0);
    for (options, text) in cases.chain(neighbours).chain(documents) {
        let kind = match options.policy_type {
            PolicyType::Resource => continue,
            PolicyType::Identity => DocumentKind::Identity,
            PolicyType::Trust => DocumentKind::Trust,
            PolicyType::ServiceControl => DocumentKind::Scp,
            PolicyType::ResourceControl => DocumentKind::Rcp,
        };
        let findings = lint::lint(&text, options, &facts);
        let has_error = findings.iter().any(|f| f.code().kind == FindingType::Error);
        match check_syntax(&text, kind) {
            Ok(_) => taken += 1,
            Err(refusal) => {
                assert!(has_error, "{refusal}: {text}");
                refused += 1;
            }
        }
    }
    assert!(refused > 50 && taken > 150, "{refused} refused, {taken} taken");
}

#[test]
fn findings_say_where_and_what() {
    let facts = facts();
    for case in cases() {
        for finding in lint::lint(&case.bad, case.options, &facts) {
            let (code, message) = (finding.code().name, finding.message());
            assert!(!message.is_empty() && !message.ends_with('.'), "{code}: {message}");
            assert!(
                message.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit() || c == '`'),
                "{code}: {message}"
            );
            assert!(!finding.locations().is_empty(), "{code}");
            for place in finding.locations() {
                assert!(
                    place.span.start <= place.span.end && place.span.end as usize <= case.bad.len()
                );
                assert!(
                    code == "JSON_SYNTAX_ERROR" || !place.span.slice(&case.bad).is_empty(),
                    "{code}"
                );
            }
            let link = finding.code().link();
            match finding.code().source {
                Source::AccessAnalyzer => {
                    assert!(link.contains("access-analyzer-reference-policy-checks-"), "{link}");
                    assert!(!code.starts_with("INFRAAUDIT_"), "{code}");
                }
                Source::InfraAudit { page } => {
                    assert!(link == page && link.starts_with("https://docs.aws.amazon.com/"));
                    assert!(code.starts_with("INFRAAUDIT_"), "{code}");
                }
            }
        }
    }
}

#[test]
fn fixes_resolve_what_they_fix() {
    let facts = facts();
    let mut fixed = 0;
    for case in cases() {
        let findings = lint::lint(&case.bad, case.options, &facts);
        for finding in findings.iter().filter(|finding| finding.code().name == case.code) {
            let Some(fix) = finding.fix() else { continue };
            let mut text = case.bad.clone();
            text.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.replacement);
            let after = lint::lint(&text, case.options, &facts);
            let left = names(&after);
            assert!(!left.contains(&case.code), "{}: {text}\n{after:#?}", case.code);
            assert!(left.is_subset(&names(&findings)), "{}: {text}\n{after:#?}", case.code);
            fixed += 1;
        }
    }
    assert!(fixed >= 19, "only {fixed} fixes");
}

#[test]
fn a_request_tag_on_an_action_without_one_is_told() {
    let text = r#"{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "ec2:StartInstances",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:RequestTag/Owner": "${aws:username}"}}
  }
}"#;
    let findings = lint::lint(text, PolicyType::Identity, &facts());
    let [finding] = &findings[..] else { panic!("{findings:#?}") };
    assert_eq!(finding.code().name, "UNSUPPORTED_ACTION_FOR_CONDITION_KEY");
    assert_eq!(
        finding.message(),
        "`ec2:StartInstances` carries no request tags, so `aws:RequestTag/Owner` never matches; `aws:ResourceTag/Owner` is meant"
    );
    assert_eq!((finding.position().line, finding.position().column), (7, 36));
    let place = &finding.locations()[0];
    assert_eq!(place.path_text(), "Statement.Condition.StringEquals.aws:RequestTag/Owner");
    assert_eq!(finding.fix().unwrap().replacement, "\"aws:ResourceTag/Owner\"");
}

#[test]
fn findings_come_in_the_order_of_the_text() {
    let text = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:Nothing", "ec2:Nothing"], "Resource": "x"},
        {"Effect": "allow", "Action": "s3:GetObject", "Resource": "*", "Sid": "-"}]}"#;
    let findings = lint::lint(text, PolicyType::Identity, &facts());
    let offsets: Vec<_> = findings.iter().map(|finding| finding.position().offset).collect();
    assert!(offsets.is_sorted() && offsets.len() == 5, "{findings:#?}");
}

fn is_own(code: &Code) -> bool {
    code.source != Source::AccessAnalyzer
}

/// The page is made from the code's own table, so it cannot say what the code does not do.
#[test]
fn the_page_is_current() {
    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/policy-lint.md");
    let head = include_str!("lint/page.md");
    let mut page = String::from(head);
    for (kind, title) in [
        (FindingType::Error, "Errors"),
        (FindingType::SecurityWarning, "Security warnings"),
        (FindingType::Warning, "Warnings"),
        (FindingType::Suggestion, "Suggestions"),
    ] {
        write!(page, "\n### {title}\n\n| code | what it finds |\n|---|---|\n").unwrap();
        for code in CODES.iter().filter(|code| code.kind == kind && !is_own(code)) {
            let declined = match code.check {
                Check::Implemented => String::new(),
                Check::Declined(reason) => format!(" **Declined:** {reason}"),
            };
            let meaning = code.meaning.replace('|', "\\|");
            writeln!(page, "| [`{}`]({}) | {meaning}{declined} |", code.name, code.link()).unwrap();
        }
    }
    page.push_str("\n### This project's own\n\n| code | weight | what it finds |\n|---|---|---|\n");
    for code in CODES.iter().filter(|code| is_own(code)) {
        let meaning = code.meaning.replace('|', "\\|");
        let kind = code.kind.as_str();
        writeln!(page, "| [`{}`]({}) | {kind} | {meaning} |", code.name, code.link()).unwrap();
    }
    if fs::read_to_string(PAGE).unwrap_or_default() != page {
        fs::create_dir_all(Path::new(PAGE).parent().unwrap()).unwrap();
        fs::write(PAGE, page).unwrap();
        panic!("docs/policy-lint.md was stale; it is rewritten, commit it");
    }
}
