use std::{
    cmp::Reverse,
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    Account, AuditSettings, Evidence, Finding, Fingerprint, Partition, Receipt, ReceiptOutcome,
    Report, Resource, Service, Severity, Status, Summary, Verdict,
};
use jiff::Timestamp;
use proptest::prelude::*;

use super::{AuditResult, Filter, PackedResult, Source, Whole};
use crate::{Error, PageRequest, table::Objects};

const KEY: &str = "result";

/// Objects in memory, which count what is read of them.
#[derive(Debug, Default)]
struct Counted {
    objects: BTreeMap<String, Vec<u8>>,
    read: Mutex<(usize, usize)>,
}

impl Counted {
    fn of(bytes: impl Into<Vec<u8>>) -> Arc<Self> {
        Arc::new(Self { objects: [(KEY.to_owned(), bytes.into())].into(), read: Mutex::default() })
    }

    /// How many requests there were, and bytes in the answers, since it was asked last.
    fn read(&self) -> (usize, usize) {
        std::mem::take(&mut *self.read.lock().unwrap())
    }

    fn answer(&self, bytes: Option<&[u8]>) -> Option<Vec<u8>> {
        let mut read = self.read.lock().unwrap();
        read.0 += 1;
        read.1 += bytes.map_or(0, <[u8]>::len);
        bytes.map(<[u8]>::to_vec)
    }
}

#[async_trait]
impl Objects for Counted {
    async fn put(&self, _: &'static str, _: &str, _: Bytes) -> Result<(), Error> {
        unreachable!("nothing is written")
    }

    async fn get(&self, _: &'static str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.answer(self.objects.get(key).map(Vec::as_slice)))
    }

    async fn get_range(
        &self,
        _: &'static str,
        key: &str,
        range: Range<u64>,
    ) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.answer(self.objects.get(key).map(|bytes| {
            let within = |place: u64| usize::try_from(place).unwrap().min(bytes.len());
            &bytes[within(range.start)..within(range.end)]
        })))
    }

    async fn delete(&self, _: &'static str, _: &str) -> Result<(), Error> {
        unreachable!("nothing is deleted")
    }

    async fn expire(&self, _: Timestamp) -> Result<(), Error> {
        unreachable!("nothing expires")
    }
}

async fn open(objects: &Arc<Counted>) -> Result<AuditResult, Error> {
    let objects: Arc<dyn Objects> = Arc::clone(objects) as _;
    AuditResult::open(Source::open(objects, KEY).await?, &Whole::default()).await
}

fn finding(number: usize, check: &str, verdict: Verdict, severity: Severity) -> Finding {
    let account = Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() };
    let service = Service::stored(check.split('_').next().unwrap()).unwrap();
    let region = ["us-east-1", "eu-west-1", "ap-northeast-2"][number % 3];
    let id = number * 2_654_435_761 % 0xffff_ffff_ffff;
    let arn = format!("arn:aws:{service}:{region}:111122223333:resource/r-{id:017x}");
    let tags = [("owner", number % 40), ("Name", number), ("cost-center", number % 7)]
        .map(|(key, value)| (key.to_owned(), format!("{key}-{value}")));
    Finding {
        fingerprint: Fingerprint::new(&account, region, check, &arn, None),
        check_id: check.to_owned().into(),
        service,
        severity,
        verdict,
        resource: Resource {
            arn,
            kind: "AWS::Service::Resource".into(),
            region: region.into(),
            account: account.id,
            tags: Some(tags.into()),
        },
        sub_resource: None,
        evidence: if verdict == Verdict::Fail {
            Evidence::of("seen").with("number", number).with("limit", 90_i64)
        } else {
            Evidence::default()
        },
        suppressed: None,
    }
}

fn report(findings: Vec<Finding>, regions: usize) -> Report {
    let receipt: Vec<_> = (0..regions)
        .map(|number| Receipt {
            region: format!("eu-test-{}", number % 17),
            service: Service::S3,
            outcome: ReceiptOutcome::Done,
            calls: 7,
            denied: Vec::new(),
            notes: Vec::new(),
            error: None,
        })
        .collect();
    let summary = Summary::of(&findings);
    Report {
        schema: Report::SCHEMA,
        account: "111122223333".parse().unwrap(),
        started_at: Timestamp::UNIX_EPOCH,
        finished_at: Timestamp::UNIX_EPOCH,
        status: Status::of(&receipt, &summary),
        receipt,
        summary,
        findings,
        checks: Vec::new(),
        settings: AuditSettings::default(),
        outdated_role: None,
        access_keys: None,
    }
}

/// An account of 100,000 findings by 250 checks of 57 services, in the order of a report.
fn large() -> Report {
    let checks: Vec<_> = (0..250).map(|n| format!("service{}_aspect_{n}", n % 57)).collect();
    let mut findings: Vec<_> = (0..100_000)
        .map(|number| {
            let check = &checks[number * 7919 % 250];
            let verdict = Verdict::ALL[[0, 3, 3, 0, 3, 1, 3, 0, 4, 3][number / 250 % 10]];
            finding(number, check, verdict, Severity::ALL[number * 7919 % 250 % 4])
        })
        .collect();
    findings.sort_by_cached_key(|one| {
        let at = (one.resource.region.clone(), one.resource.arn.clone());
        (one.verdict, Reverse(one.severity), one.check_id.clone(), at)
    });
    report(findings, 57 * 17)
}

/// "For 100,000 findings a page of 100 reads at most 1 MB."
#[tokio::test]
async fn a_page_of_a_large_result_reads_little() {
    let report = large();
    let packed = PackedResult::of(&report).await.unwrap();
    println!("{} findings are {} KB", report.findings.len(), packed.bytes.len() / 1000);
    let objects = Counted::of(packed.bytes);
    let filters = [
        ("all", Filter::default()),
        ("passing", Filter { verdict: Some(Verdict::Pass), ..Filter::default() }),
        ("a service", Filter { service: Some(report.findings[0].service), ..Filter::default() }),
        ("a check", Filter { check: Some("service3_aspect_3".into()), ..Filter::default() }),
        ("severe", Filter { severity: Some(Severity::Critical), ..Filter::default() }),
        (
            "unknown of a service",
            Filter {
                service: Some(report.findings[9].service),
                verdict: Some(Verdict::Unknown),
                ..Filter::default()
            },
        ),
    ];
    for (name, filter) in filters {
        let (mut cursor, mut most) = (None::<String>, (0, 0));
        for number in 0..40 {
            let result = open(&objects).await.unwrap();
            let page = PageRequest { cursor: cursor.as_deref(), limit: 100 };
            let page = result.findings(&filter, page).await.unwrap();
            let read = objects.read();
            most = (most.0.max(read.0), most.1.max(read.1));
            cursor = page.next_cursor;
            assert!(cursor.is_none() || page.items.len() == 100, "page {number} of {name}");
            if cursor.is_none() {
                break;
            }
        }
        println!("a page of {name}: at most {} KB in {} requests", most.1 / 1000, most.0);
        assert!(most.1 <= 1_000_000 && most.0 <= 10, "{name}: {most:?}");
    }

    let result = open(&objects).await.unwrap();
    let (requests, bytes) = objects.read();
    println!("the head: {} KB in {requests} requests", bytes / 1000);
    assert!(bytes <= 150_000 && requests <= 2);
    let mut names: Vec<_> = report.findings.iter().map(|one| one.fingerprint).collect();
    names.sort_unstable();
    result.failing(&names[50_000..50_100]).await.unwrap();
    let (requests, bytes) = objects.read();
    println!("which of a page of problems it saw: {} KB in {requests} requests", bytes / 1000);
    assert!(bytes <= 150_000 && requests == 1);
}

#[tokio::test]
async fn large_findings_have_chunks_of_their_own() {
    let mut findings: Vec<_> = (0..50)
        .map(|number| finding(number, "s3_encryption", Verdict::Fail, Severity::High))
        .collect();
    for number in [0, 7, 8, 49] {
        // Hardly to be compressed.
        let words = (0..60_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_string());
        findings[number].evidence = Evidence::of("seen").with("text", words.collect::<String>());
    }
    let report = report(findings, 1);
    let objects = Counted::of(PackedResult::of(&report).await.unwrap().bytes);
    let result = open(&objects).await.unwrap();
    assert_eq!(result.at(&[9]).await.unwrap(), report.findings[9..10]);
    let (_, bytes) = objects.read();
    assert!(bytes < 150_000, "{bytes}");
    assert_eq!(result.report().await.unwrap(), report);
}

#[tokio::test]
async fn what_is_damaged_is_told() {
    let findings = (0..2000).map(|n| finding(n, "s3_encryption", Verdict::Fail, Severity::High));
    let bytes = PackedResult::of(&report(findings.collect(), 1)).await.unwrap().bytes.to_vec();
    let read = async |bytes: Vec<u8>| {
        let result = open(&Counted::of(bytes)).await?;
        result.names(0).await?;
        result.report().await
    };
    assert!(read(bytes.clone()).await.is_ok());
    for length in (0..bytes.len()).step_by(1 + bytes.len() / 200) {
        let cut = read(bytes[..length].to_vec()).await;
        assert!(matches!(cut, Err(Error::Unreadable { .. })), "{length}: {cut:?}");
    }
    for place in (0..bytes.len()).step_by(1 + bytes.len() / 200) {
        let mut changed = bytes.clone();
        changed[place] ^= 0x41;
        // It may still be a result; it is no panic.
        let _ = read(changed).await;
    }
    // An index of other findings than there are.
    let other = report(vec![finding(1, "s3_encryption", Verdict::Pass, Severity::High)], 1);
    let other = PackedResult::of(&other).await.unwrap().bytes.to_vec();
    assert!(read([other, bytes].concat()).await.is_ok(), "what is behind the end is nobody's");
}

#[tokio::test]
async fn a_result_of_an_older_version_is_unpacked_once_for_all_who_want_it() {
    let report = report(vec![finding(1, "s3_encryption", Verdict::Pass, Severity::High)], 1);
    let old = crate::packed::pack("pack", &report).await.unwrap().to_vec();
    let objects =
        Counted::of([old, vec![0x50, 0x2A, 0x4D, 0x18, 255, 255, 1, 0], vec![0; 131_071]].concat());
    let whole = Whole::default();
    let source = || Source::open(Arc::clone(&objects) as _, KEY);
    let one = AuditResult::open(source().await.unwrap(), &whole).await.unwrap();
    let another = AuditResult::open(source().await.unwrap(), &whole).await.unwrap();
    assert_eq!(objects.read().0, 3, "two beginnings, and all of it once");
    assert_eq!(
        (one.report().await.unwrap(), another.report().await.unwrap()),
        (report.clone(), report)
    );
    drop((one, another));
    AuditResult::open(source().await.unwrap(), &whole).await.unwrap();
    assert_eq!(objects.read().0, 2);
}

fn any_finding() -> impl Strategy<Value = (usize, usize, usize, usize)> {
    (0..3_usize, 0..5_usize, 0..4_usize, 0..10_000_usize)
}

const CHECKS: [&str; 3] = ["ec2_imdsv2", "s3_encryption", "s3_public_access"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// In any order of the findings, and with names that come twice.
    #[test]
    fn pages_by_the_index_are_those_of_the_whole(
        findings in prop::collection::vec(any_finding(), 0..1400),
        sorted: bool,
        verdict in prop::option::of(0..5_usize), severity in prop::option::of(0..4_usize),
        check in prop::option::of(0..3_usize), s3: bool, limit in 1..1000_u16,
    ) {
        let mut findings: Vec<_> = findings
            .into_iter()
            .map(|(check, verdict, severity, number)| {
                finding(number, CHECKS[check], Verdict::ALL[verdict], Severity::ALL[severity])
            })
            .collect();
        if sorted {
            findings.sort_by_cached_key(|one| (one.verdict, Reverse(one.severity), one.check_id.clone()));
        }
        let report = report(findings, 3);
        let filter = Filter {
            verdict: verdict.map(|at| Verdict::ALL[at]),
            severity: severity.map(|at| Severity::ALL[at]),
            service: s3.then_some(Service::S3),
            check: check.map(|at| CHECKS[at].to_owned()),
        };
        let takes = |one: &&Finding| {
            filter.verdict.is_none_or(|verdict| one.verdict == verdict)
                && filter.severity.is_none_or(|least| one.severity >= least)
                && filter.service.is_none_or(|service| one.service == service)
                && filter.check.as_ref().is_none_or(|check| one.check_id == *check)
        };
        let wanted: Vec<_> = report.findings.iter().filter(takes).cloned().collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let objects = Counted::of(PackedResult::of(&report).await.unwrap().bytes);
            let result = open(&objects).await.unwrap();
            let (mut found, mut cursor) = (Vec::new(), None::<String>);
            loop {
                let page = PageRequest { cursor: cursor.as_deref(), limit };
                let page = result.findings(&filter, page).await.unwrap();
                prop_assert!(!page.items.is_empty() || page.next_cursor.is_none());
                found.extend(page.items);
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            prop_assert_eq!(found, wanted);
            let names: Vec<_> = report.findings.iter().map(|one| one.fingerprint).collect();
            let failing = report.findings.iter().filter(|one| one.verdict == Verdict::Fail);
            let failing = failing.map(|one| one.fingerprint).collect();
            prop_assert_eq!(result.failing(&names).await.unwrap(), failing);
            Ok(())
        })?;
    }
}
