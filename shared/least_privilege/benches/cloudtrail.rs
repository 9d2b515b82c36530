//! Reading gzipped logs of records of 800 bytes, and making the policy of one of the callers in
//! them: the rate on one core.

#![expect(clippy::unwrap_used, reason = "a bench stops at what is wrong")]

use std::{hint::black_box, io::Write as _};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::{Compression, write::GzEncoder};
use least_privilege::{LogFile, Principal, Usage, UsageOptions};
use policy::facts::Facts;

const RECORDS: u64 = 50_000;
const BYTES: usize = 800;
const ROLE: &str = "arn:aws:iam::111122223333:role/orders";

/// Records of five services, each of 800 bytes with its comma, of a role and one in four of another.
fn log(own: u64) -> Vec<u8> {
    let (mut text, mut random) = (String::from("{\"Records\":["), 1_u64);
    for n in 0..RECORDS {
        let role = if n % 4 < own { "orders" } else { "other" };
        let (service, call, parameters) = match n % 5 {
            0 => ("s3", "GetObject", format!(r#"{{"bucketName":"photos-{}","key":"2026/{:08x}.jpg","Host":"photos.s3.amazonaws.com"}}"#, n % 3, n.wrapping_mul(2_654_435_761) & 0xffff_ffff)),
            1 => ("dynamodb", "Query", format!(r#"{{"tableName":"orders-{}","indexName":"by-day","limit":{}}}"#, n % 7, n % 100)),
            2 => ("sqs", "SendMessage", format!(r#"{{"queueUrl":"https://sqs.us-east-1.amazonaws.com/111122223333/q{}","messageBody":"HIDDEN_DUE_TO_SECURITY_REASONS"}}"#, n % 4)),
            3 => ("ec2", "DescribeInstances", r#"{"instancesSet":{},"filterSet":{}}"#.to_owned()),
            _ => ("kms", "Decrypt", r#"{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::photos"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#.to_owned()),
        };
        let mut record = format!(
            r#"{{"eventVersion":"1.09","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","arn":"arn:aws:sts::111122223333:assumed-role/{role}/s","accountId":"111122223333","sessionContext":{{"sessionIssuer":{{"type":"Role","arn":"arn:aws:iam::111122223333:role/{role}","accountId":"111122223333"}}}}}},"eventTime":"2026-11-01T{:02}:{:02}:{:02}Z","eventSource":"{service}.amazonaws.com","eventName":"{call}","awsRegion":"us-east-1","sourceIPAddress":"10.1.2.{}","requestParameters":{parameters},"responseElements":null,"requestID":"{n:016x}","eventID":"{:016x}","resources":[{{"ARN":"arn:aws:kms:us-east-1:111122223333:key/k"}}],"recipientAccountId":"111122223333","userAgent":""#,
            n / 3600 % 24,
            n / 60 % 60,
            n % 60,
            n % 251,
            n.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        );
        // Letters without order, which gzip packs as badly as the ids in real records.
        while record.len() < BYTES - 3 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            record.push(char::from(b'a' + u8::try_from((random >> 33) % 26).unwrap()));
        }
        assert_eq!(record.len(), BYTES - 3, "the record is longer than it is to be");
        record += "\"}";
        if n > 0 {
            text.push(',');
        }
        text += &record;
    }
    text += "]}";
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

fn read(facts: &Facts, log: &[u8]) -> usize {
    let role = Principal::parse(ROLE).unwrap();
    let mut usage = Usage::new(facts, role, UsageOptions::default());
    let mut file = LogFile::new("log.json.gz");
    log.chunks(1 << 16).for_each(|piece| file.feed(&mut usage, piece));
    file.finish(&mut usage);
    assert_eq!(usage.counts().records, RECORDS);
    assert_eq!(usage.counts().bad, 0);
    usage.policies().actions()
}

/// The rate by the time that this thread was on a core, which other processes do not change.
fn on_the_clock_of_the_processor(facts: &Facts, name: &str, log: &[u8]) {
    let time = || {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    let best = (0..10).filter_map(|_| {
        let begun = time()?;
        black_box(read(facts, log));
        Some(time()? - begun)
    });
    if let Some(best) = best.min() {
        println!("{name}: {} records a second of one core", RECORDS * 1_000_000_000 / best.max(1));
    }
}

fn benches(c: &mut Criterion) {
    let facts = Facts::bundled().unwrap();
    let mut group = c.benchmark_group("gzipped_records_of_800_bytes");
    group.throughput(Throughput::Elements(RECORDS)).sample_size(10);
    for (name, own) in [("all_of_the_principal", 4), ("one_in_four_of_the_principal", 1)] {
        let log = log(own);
        println!("{name}: {} bytes of gzip", log.len());
        group.bench_function(name, |b| b.iter(|| read(&facts, black_box(&log))));
        on_the_clock_of_the_processor(&facts, name, &log);
    }
}

criterion_group!(all, benches);
criterion_main!(all);
