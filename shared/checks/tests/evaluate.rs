//! What holds for every check, over one faulty account: `accounts/faulty.json` has a fault for each.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

// `cfg(test)` is always true here; with it clippy counts the helpers as tests, which may panic.
#[cfg(test)]
#[path = "evaluate/faulty.rs"]
mod faulty_account;

use std::collections::{BTreeMap, BTreeSet};

use checks::{Check, EvaluateOptions, PresentedFinding, all, evaluate, render};
use domain::{
    AuditSettings, CheckSettings, Finding, Lang, ReceiptOutcome, Severity, SeverityOverride,
    ThresholdOverrides, Thresholds, Verdict,
};
use inventory::{Known, Snapshot};
use proptest::prelude::*;
use serde_json::{Value, json};

use faulty_account::{faulty, faulty_json, places_of_facts};

fn checks() -> Vec<&'static Check> {
    all().collect()
}

fn judged(snapshot: &Snapshot) -> Vec<Finding> {
    evaluate(snapshot, &checks(), &EvaluateOptions::default())
}

fn read(json: Value) -> Snapshot {
    serde_json::from_value(json).unwrap()
}

fn denied() -> Value {
    json!({"action": "x:Y", "cause": "denied", "region": "global"})
}

#[test]
fn every_check_fails_on_the_faulty_account_and_the_worst_comes_first() {
    let findings = judged(&faulty());
    let failing: BTreeSet<_> = findings
        .iter()
        .filter(|one| one.verdict == Verdict::Fail)
        .map(|one| &*one.check_id)
        .collect();
    let missing: Vec<_> =
        checks().iter().map(|one| one.id).filter(|id| !failing.contains(id)).collect();
    assert!(missing.is_empty(), "accounts/faulty.json has no fault for {missing:?}");
    assert!(findings.is_sorted_by_key(|one| (one.verdict, std::cmp::Reverse(one.severity))));
    let names: BTreeSet<_> = findings.iter().map(|one| &one.fingerprint).collect();
    assert_eq!(names.len(), findings.len(), "two findings share a name");
    let public = findings.iter().find(|one| one.check_id == "s3_public_access").unwrap();
    assert_eq!((public.severity, &*public.resource.region), (Severity::Critical, "eu-west-1"));
}

#[test]
fn what_was_seen_has_a_sentence_in_every_language() {
    for (finding, lang) in
        judged(&faulty()).iter().flat_map(|one| Lang::ALL.map(|lang| (one, lang)))
    {
        let text = render(checks::find(&finding.check_id), &finding.evidence, lang);
        assert!(!text.contains(['{', '=']), "{}: {text}", finding.check_id);
        let korean = text.chars().any(|c| ('가'..='힣').contains(&c));
        assert!(korean == (lang == Lang::Ko) || text.is_empty(), "{}: {text}", finding.check_id);
    }
}

#[test]
fn every_failure_has_its_remedies_filled_in() {
    for (finding, lang) in
        judged(&faulty()).iter().flat_map(|one| Lang::ALL.map(|lang| (one, lang)))
    {
        let shown = PresentedFinding::new(finding, lang);
        if finding.verdict != Verdict::Fail {
            assert_eq!(shown.remedies, None, "{}: nothing to mend", finding.check_id);
            continue;
        }
        let check = checks::find(&finding.check_id).unwrap();
        let remedies = shown.remedies.unwrap();
        assert_eq!(remedies.console, shown.remedy);
        let forms = [&remedies.cli, &remedies.cloudformation, &remedies.terraform];
        for ((form, template), filled) in check.remedies().forms().into_iter().zip(forms) {
            let id = format!("{}: {form}: {filled:?}", check.id);
            assert_eq!(template.is_some(), filled.is_some(), "{id}: a value is missing");
            assert_eq!(filled.is_none(), remedies.without.contains_key(form), "{id}");
            let Some(filled) = filled else { continue };
            assert!(!has_placeholder(filled), "{id}");
            assert!(!filled.contains("=global") && !filled.contains('*'), "{id}: of no resource");
        }
        assert!(remedies.without.values().all(|why| !why.is_empty()), "{:?}", remedies.without);
    }
}

fn has_placeholder(text: &str) -> bool {
    text.match_indices('{').any(|(at, _)| {
        let inner = text[at + 1..].split_once('}').map(|(inner, _)| inner);
        inner.is_some_and(|inner| {
            !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        })
    })
}

/// A check that does not name a threshold says the same whatever it is.
#[test]
fn checks_name_the_thresholds_they_compare_with() {
    let before = judged(&faulty());
    for threshold in Thresholds::ALL {
        for value in [threshold.least, threshold.most] {
            let mut set = ThresholdOverrides::default();
            threshold.set(&mut set, value.into()).unwrap();
            let thresholds = Thresholds::default().with(&set);
            let settings = AuditSettings { thresholds, ..AuditSettings::default() };
            let options = EvaluateOptions { settings, ..EvaluateOptions::default() };
            let after = evaluate(&faulty(), &checks(), &options);
            let of_others = |findings: &[Finding]| -> Vec<Finding> {
                let uses =
                    |id: &str| checks::find(id).unwrap().thresholds.contains(&threshold.name);
                findings.iter().filter(|one| !uses(&one.check_id)).cloned().collect()
            };
            assert_eq!(of_others(&before), of_others(&after), "{} = {value}", threshold.name);
        }
    }
}

#[test]
fn a_check_that_is_rated_otherwise_fails_as_bad_as_somebody_says() {
    let rated = SeverityOverride { severity: Severity::Low, reason: "public by design".into() };
    let settings = AuditSettings {
        checks: CheckSettings {
            severity: [("s3_public_access".into(), rated)].into(),
            ..CheckSettings::default()
        },
        ..AuditSettings::default()
    };
    let options = EvaluateOptions { settings, ..EvaluateOptions::default() };
    let findings = evaluate(&faulty(), &checks(), &options);
    let of = |id: &str| findings.iter().find(|one| one.check_id == id).unwrap().severity;
    assert_eq!((of("s3_public_access"), of("s3_encryption")), (Severity::Low, Severity::Medium));
    let least = EvaluateOptions { minimum: Severity::Medium, ..options };
    let findings = evaluate(&faulty(), &checks(), &least);
    assert!(findings.iter().all(|one| one.check_id != "s3_public_access"), "it cannot be as bad");
}

#[test]
fn a_part_that_was_not_read_leaves_an_unknown_of_every_check() {
    let mut blind = faulty();
    for part in &mut blind.parts {
        part.facts = Known::Unread(serde_json::from_value(denied()).unwrap());
    }
    let findings = judged(&blind);
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Unknown));
    let told: BTreeSet<_> = findings.iter().map(|finding| &*finding.check_id).collect();
    assert_eq!(told.len(), checks().len());
    for finding in &findings {
        let text = render(None, &finding.evidence, Lang::En);
        assert!(text.contains("`x:Y` was denied"), "{}: {text}", finding.check_id);
    }
}

#[test]
fn a_service_that_the_snapshot_lacks_leaves_an_unknown_of_every_check() {
    let findings = judged(&Snapshot { parts: Vec::new(), ..faulty() });
    assert_eq!(findings.len(), checks().len());
    for finding in &findings {
        assert_eq!(finding.verdict, Verdict::Unknown, "{}", finding.check_id);
        let text = render(None, &finding.evidence, Lang::En);
        let actions = checks::find(&finding.check_id).unwrap().actions();
        assert!(
            actions.iter().any(|action| text.contains(*action)),
            "{}: {text}",
            finding.check_id
        );
    }
}

#[test]
fn a_region_that_is_not_enabled_is_no_failure_and_no_gap() {
    let mut snapshot = faulty();
    for part in &mut snapshot.parts {
        part.receipt.outcome = ReceiptOutcome::NotApplicable;
    }
    assert!(judged(&snapshot).iter().all(|finding| finding.verdict == Verdict::NotApplicable));
}

#[test]
fn a_minimum_severity_keeps_what_could_be_as_bad() {
    let critical = EvaluateOptions { minimum: Severity::Critical, ..EvaluateOptions::default() };
    let ids = |snapshot: &Snapshot| -> BTreeSet<String> {
        let findings = evaluate(snapshot, &checks(), &critical).into_iter();
        findings.map(|finding| finding.check_id.into_owned()).collect()
    };
    let all = ids(&faulty());
    assert!(all.contains("iam_root_mfa") && all.contains("s3_public_access"), "{all:?}");
    assert!(!all.contains("ec2_public_ip"), "{all:?}");
    let mut json = faulty_json();
    for path in places_of_facts(&json) {
        if path.ends_with("policy_is_public") || path.ends_with("public_grants") {
            *json.pointer_mut(&path).unwrap() = json!({"unread": denied()});
        }
    }
    assert!(ids(&read(json)).contains("s3_public_access"), "it may be critical");
}

/// What a check says at worst of each resource, by its name.
fn worst(findings: &[Finding]) -> BTreeMap<(String, String), Verdict> {
    let mut worst = BTreeMap::new();
    for finding in findings {
        let key = (finding.check_id.to_string(), finding.resource.arn.clone());
        let verdict = worst.entry(key).or_insert(finding.verdict);
        *verdict = finding.verdict.min(*verdict);
    }
    worst
}

/// Whether losing facts has hidden a failure of `before`: the resource passes, or nothing is said of it.
fn hidden(before: &[Finding], after: &[Finding]) -> Vec<String> {
    let after = worst(after);
    let failures = before.iter().filter(|finding| finding.verdict == Verdict::Fail);
    let is_told = |failure: &&Finding| {
        let told = |arn: &str| after.get(&(failure.check_id.to_string(), arn.to_owned()));
        match told(&failure.resource.arn) {
            Some(verdict) => *verdict <= Verdict::Unknown,
            // The list it stood in is a gap.
            None => after.iter().any(|((check, arn), verdict)| {
                *check == failure.check_id && arn.ends_with('*') && *verdict == Verdict::Unknown
            }),
        }
    };
    failures
        .filter(|one| !is_told(one))
        .map(|one| format!("{} {}", one.check_id, one.resource.arn))
        .collect()
}

/// Hides every fact of the account's JSON in turn, and then every list.
#[test]
fn losing_any_fact_never_hides_a_failure() {
    let (whole, before) = (faulty_json(), judged(&faulty()));
    let places = places_of_facts(&whole);
    assert!(places.len() >= 10, "{places:?}");
    for path in &places {
        for lost in [json!({"unread": denied()}), json!("not_asked")] {
            let mut less = whole.clone();
            let fact = less.pointer_mut(path).unwrap();
            let is_list = fact.get("items").is_some();
            *fact =
                if is_list { json!({"items": [], "gaps": [{"unread": denied()}]}) } else { lost };
            let hidden = hidden(&before, &judged(&read(less)));
            assert!(hidden.is_empty(), "without {path} nobody is told of {hidden:?}");
        }
    }
}

/// A fact that a snapshot does not have at all, as an older version's, is not asked for.
#[test]
fn a_field_that_an_older_version_did_not_write_is_unknown() {
    let (whole, before) = (faulty_json(), judged(&faulty()));
    for path in places_of_facts(&whole) {
        let (parent, field) = path.rsplit_once('/').unwrap();
        let mut less = whole.clone();
        if let Some(Value::Object(parent)) = less.pointer_mut(parent) {
            parent.remove(field);
        }
        let hidden = hidden(&before, &judged(&read(less)));
        assert!(hidden.is_empty(), "without the field {path} nobody is told of {hidden:?}");
    }
}

proptest! {
    /// Losing any facts together hides nothing either, and makes nothing pass.
    #[test]
    fn losing_any_facts_together_never_hides_a_failure(lost in prop::collection::vec(any::<bool>(), 64)) {
        let (mut json, before) = (faulty_json(), judged(&faulty()));
        // From the deepest: a fact that is lost takes those within it along.
        for (path, lost) in places_of_facts(&json).iter().rev().zip(lost.iter().cycle()) {
            if *lost {
                let fact = json.pointer_mut(path).unwrap();
                *fact = if fact.get("items").is_some() { json!({"items": [], "gaps": [{"unread": denied()}]}) } else { json!({"unread": denied()}) };
            }
        }
        let hidden = hidden(&before, &judged(&read(json)));
        prop_assert!(hidden.is_empty(), "{:?}", hidden);
    }

    /// The order in which the parts were read changes nothing.
    #[test]
    fn the_order_of_parts_does_not_matter(parts in Just(faulty().parts).prop_shuffle()) {
        prop_assert_eq!(judged(&Snapshot { parts, ..faulty() }), judged(&faulty()));
    }
}
