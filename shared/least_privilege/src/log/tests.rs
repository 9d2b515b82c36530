use super::*;
use crate::{Principal, UsageOptions};
use flate2::{Compression, write::GzEncoder};
use policy::facts::Facts;
use proptest::prelude::*;
use std::sync::LazyLock;

static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::bundled().unwrap());

fn usage() -> Usage<'static> {
    let ana = Principal::parse("arn:aws:iam::111122223333:user/ana").unwrap();
    Usage::new(&FACTS, ana, UsageOptions::default())
}

fn record(n: usize) -> String {
    format!(
        r#"{{"eventSource":"sqs.amazonaws.com","eventName":"SendMessage","userIdentity":{{"arn":"arn:aws:iam::111122223333:user/ana"}},"requestParameters":{{"x":"}}]\"{n}"}}}}"#
    )
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

/// Records, bad records and every trouble of a file that comes in pieces of that size.
fn read(bytes: &[u8], piece: usize) -> (u64, u64, Vec<String>) {
    let mut usage = usage();
    let mut file = LogFile::new("f");
    bytes.chunks(piece.max(1)).for_each(|piece| file.feed(&mut usage, piece));
    file.finish(&mut usage);
    let troubles = usage.troubles().0.iter().map(ToString::to_string).collect();
    (usage.counts().records, usage.counts().bad, troubles)
}

#[test]
fn every_form_of_log_is_read() {
    let [a, b] = [record(1), record(2)];
    let quoted = serde_json::to_string(&a).unwrap();
    for (text, records) in [
        (format!(r#"{{"Records":[{a},{b}]}}"#), 2),
        (format!(" \n{{ \"Records\" : [ {a} , {b} ] }}\n"), 2),
        (format!("\u{feff}{{\"Records\":[{a}]}}"), 1),
        (r#"{"Records":[]}"#.to_owned(), 0),
        (format!("[{a},{b}]"), 2),
        (format!("{a}\n{b}\n"), 2),
        (a.clone(), 1),
        (format!(r#"{{"Records":[{a}]}}{{"Records":[{b}]}}"#), 2),
        (
            format!(
                r#"{{"Events":[{{"EventId":"1","CloudTrailEvent":{quoted}}}],"NextToken":"t"}}"#
            ),
            1,
        ),
        (String::new(), 0),
    ] {
        for piece in [1, 7, 64, text.len().max(1)] {
            assert_eq!(read(text.as_bytes(), piece), (records, 0, vec![]), "{text}");
            assert_eq!(read(&gzip(text.as_bytes()), piece), (records, 0, vec![]), "{text}");
        }
    }
    // As `cat` joins files, and gzip allows.
    let both = [gzip(format!(r#"{{"Records":[{a}]}}"#).as_bytes()), gzip(b.as_bytes())].concat();
    assert_eq!(read(&both, 5), (2, 0, vec![]));
}

#[test]
fn what_cannot_be_read_is_counted_and_told_with_its_place() {
    let [a, b] = [record(1), record(2)];
    for (text, records, bad, told) in [
        (
            format!(r#"{{"Records":[{a},{{"eventName":5}},{b}]}}"#),
            2,
            1,
            "`f`, record 2: it is no record of CloudTrail: invalid type: integer `5`, expected a string",
        ),
        (
            format!(r#"{{"Records":[{{"a":"}}"}},{b}]}}"#),
            1,
            1,
            "`f`, record 1: it has no `eventName` or no `eventSource`",
        ),
        (
            format!("{a}\nhello\n{b}"),
            2,
            1,
            "`f`, record 2: it is no record of CloudTrail: expected value",
        ),
        (format!(r#"{{"Records":[{a},{}"#, &b[..40]), 1, 1, "`f`, record 2: it is cut off"),
        (
            format!(r#"{{"Records":[{a},"#),
            1,
            0,
            "`f`: the file ends before its list of records does",
        ),
        (
            format!(r#"{{"Records":[{a}"#),
            1,
            0,
            "`f`: the file ends before its list of records does",
        ),
        (
            format!(r#"{{"Records":[{a};{b}]}}"#),
            1,
            0,
            "`f`: after record 1 the text is no list of records: unexpected `;`; the rest of the file was not read",
        ),
    ] {
        for piece in [1, 9, text.len()] {
            let (read, wrong, troubles) = read(text.as_bytes(), piece);
            assert_eq!((read, wrong), (records, bad), "{text} {troubles:?}");
            assert_eq!(troubles.first().map(String::as_str), Some(told), "{text}");
        }
    }
}

#[test]
fn damaged_gzip_keeps_what_came_before_and_is_told() {
    let text =
        format!(r#"{{"Records":[{}]}}"#, (0..2_000).map(record).collect::<Vec<_>>().join(","));
    let whole = gzip(text.as_bytes());
    let (records, _, troubles) = read(&whole[..whole.len() / 2], 1 << 16);
    assert!(records > 100 && records < 2_000, "{records}");
    assert!(troubles[0].starts_with("`f`: the gzip data is cut off"), "{troubles:?}");
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 16].fill(0xff);
    let (_, _, troubles) = read(&damaged, 1 << 16);
    assert!(!troubles.is_empty());
}

#[test]
fn a_record_without_end_fills_no_memory() {
    let mut usage = usage();
    let mut file = LogFile::new("f");
    file.feed(&mut usage, br#"{"Records":[{"a":""#);
    for _ in 0..40 {
        file.feed(&mut usage, &vec![b'x'; 1 << 20]);
    }
    file.finish(&mut usage);
    let told = usage.troubles().0[0].to_string();
    assert!(told.contains("record 1 is longer than 16777216 bytes"), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn where_the_pieces_are_cut_changes_nothing(
        records in 0_usize..6,
        damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        piece in 1_usize..90,
    ) {
        let text = format!(r#"{{"Records":[{}]}}"#, (0..records).map(record).collect::<Vec<_>>().join(","));
        let mut bytes = text.into_bytes();
        if let Some((at, byte)) = damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let whole = read(&bytes, bytes.len());
        let told = read(&bytes, piece);
        prop_assert_eq!((told.0, told.1), (whole.0, whole.1));
        prop_assert_eq!(told.2.is_empty(), whole.2.is_empty());
    }
}
