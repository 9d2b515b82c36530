//! Any bytes are a log or are told to be none: no panic, no record that is neither read nor told, and
//! what is made of it parses and has no error. The first byte says how the file is cut into pieces.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use policy::{Document, facts::Facts};
use least_privilege::{LogFile, UsageOptions, Principal, Usage};

static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::bundled().expect("bundled facts"));

fn read(bytes: &[u8], piece: usize) -> Usage<'static> {
    let principal = Principal::parse("arn:aws:iam::1:user/a").expect("a user");
    let mut usage = Usage::new(&FACTS, principal, UsageOptions::default());
    let mut file = LogFile::new("fuzzed");
    bytes.chunks(piece).for_each(|bytes| file.feed(&mut usage, bytes));
    file.finish(&mut usage);
    usage
}

fuzz_target!(|bytes: &[u8]| {
    let Some((piece, bytes)) = bytes.split_first() else { return };
    let usage = read(bytes, usize::from(*piece) + 1);
    let counts = usage.counts();
    assert_eq!(counts.own, counts.denied + counts.no_calls + counts.unmapped + counts.used);
    assert!(counts.bad == 0 || !usage.troubles().0.is_empty());
    let whole = read(bytes, bytes.len().max(1));
    assert_eq!(whole.troubles().0.is_empty(), usage.troubles().0.is_empty());
    // Of damaged gzip more or less is unpacked before the damage is met.
    if !bytes.starts_with(&[0x1f, 0x8b]) || whole.troubles().0.is_empty() {
        let whole = whole.counts();
        assert_eq!((whole.records, whole.bad), (counts.records, counts.bad));
    }
    let policies = usage.policies();
    assert_eq!(policies.documents().is_empty(), counts.used == 0);
    for document in policies.documents() {
        assert!(Document::parse(document).is_ok(), "{document}");
    }
});
