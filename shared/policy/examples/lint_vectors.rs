//! Lints the policies of vector files (`{vectors: [{id, policy_type, document, expected}]}`) and
//! prints where the codes of Access Analyzer that are found differ from those expected:
//!
//! ```sh
//! cargo run --release -p policy --example lint_vectors -- FILE…
//! ```

#![expect(clippy::indexing_slicing, reason = "JSON values answer a missing field with null")]

use std::{collections::BTreeMap, env, error::Error, fs};

use policy::{
    facts::Facts,
    lint::{self, PolicyType, Source},
};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let facts = Facts::bundled()?;
    let (mut same, mut total) = (0, 0);
    let mut by_code: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for path in env::args().skip(1) {
        let file: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
        for vector in file["vectors"].as_array().into_iter().flatten() {
            let text = |field: &str| vector[field].as_str().unwrap_or("");
            let kind = PolicyType::parse(text("policy_type")).ok_or("unknown policy type")?;
            let document = match &vector["document"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let mut expected = BTreeMap::new();
            for finding in vector["expected"].as_array().into_iter().flatten() {
                let code = finding["issueCode"].as_str().unwrap_or("").to_owned();
                *expected.entry(code).or_insert(0_usize) += 1;
            }
            let mut findings = lint::lint(&document, kind, &facts);
            findings.retain(|finding| finding.code().source == Source::AccessAnalyzer);
            let mut found = BTreeMap::new();
            for finding in &findings {
                *found.entry(finding.code().name.to_owned()).or_insert(0_usize) += 1;
            }
            for code in
                expected.keys().chain(found.keys()).collect::<std::collections::BTreeSet<_>>()
            {
                let (want, have) = (
                    expected.get(code).copied().unwrap_or(0),
                    found.get(code).copied().unwrap_or(0),
                );
                let counts = by_code.entry(code.clone()).or_default();
                counts[0] += want.min(have);
                counts[1] += want.saturating_sub(have);
                counts[2] += have.saturating_sub(want);
                if want != have {
                    println!("{} {code}: expected {want}, found {have}", text("id"));
                    for finding in findings.iter().filter(|f| f.code().name == code) {
                        let at = finding.locations().first().map(lint::Location::path_text);
                        println!("    {finding} [{}]", at.unwrap_or_default());
                    }
                }
            }
            total += 1;
            same += usize::from(expected == found);
        }
    }
    println!("\n{:60} {:>6} {:>6} {:>6}", "code", "agreed", "missed", "extra");
    for (code, [agreed, missed, extra]) in by_code {
        println!("{code:60} {agreed:>6} {missed:>6} {extra:>6}");
    }
    println!("{same} of {total} policies agree in every code");
    Ok(())
}
