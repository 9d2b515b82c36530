//! Patterns made to send a matcher back and forth, on texts twice as long each time: the time should double
//! with the text, not square.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use policy::Wildcard;
use std::hint::black_box;

fn hostile(c: &mut Criterion) {
    let shapes = [
        ("stars", "*a".repeat(200) + "*b*"),
        ("marks", format!("*{}b*", "a?".repeat(60))),
        ("long marks", format!("*{}b*", "a?".repeat(1_000))),
        ("stars and marks", "*a?a".repeat(100) + "*b*"),
    ];
    for (name, pattern) in shapes {
        let mut group = c.benchmark_group(name);
        let pattern = Wildcard::new(&pattern);
        for length in [1_000_usize, 2_000, 4_000, 8_000] {
            let text = "a".repeat(length);
            group.throughput(Throughput::Bytes(length as u64));
            group.bench_with_input(BenchmarkId::from_parameter(length), &text, |b, text| {
                b.iter(|| black_box(&pattern).matches(black_box(text)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, hostile);
criterion_main!(benches);
