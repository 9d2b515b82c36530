//! Many statements, few of which speak of the request: ten policies of thirty statements each, and ten of
//! three. Compiled once, and with reading and compiling each time.

#[path = "support/policies.rs"]
mod policies;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

fn evaluate(c: &mut Criterion) {
    for (name, statements) in [("10x3", 3), ("10x30", 30)] {
        let texts = policies::texts(statements);
        let (compiled, request) = (policies::compile(&texts), policies::request());
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(1));
        group.bench_function("compiled once", |b| {
            b.iter(|| black_box(&compiled).evaluate(black_box(&request)));
        });
        group.bench_function("with parsing", |b| {
            b.iter(|| policies::compile(black_box(&texts)).evaluate(black_box(&request)));
        });
        group.finish();
    }
}

criterion_group!(benches, evaluate);
criterion_main!(benches);
