//! Any pattern on any text: no panic, and the same answer however the pattern is made.

#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::Wildcard;
use policy::wildcard::{covers, tokens};

fuzz_target!(|input: (&str, &str)| {
    let (pattern, text) = input;
    let matches = Wildcard::new(pattern).matches(text);
    assert_eq!(Wildcard::from_tokens(tokens(pattern)).matches(text), matches);
    assert!(Wildcard::new(&text.replace(['*', '?'], "-")).as_literal().is_some());
    if pattern.len() * text.len() < 10_000 && !text.contains(['*', '?']) {
        let (outer, inner): (Vec<_>, Vec<_>) = (tokens(pattern).collect(), tokens(text).collect());
        assert_eq!(covers(&outer, &inner), matches);
    }
});
