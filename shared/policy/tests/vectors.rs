//! Test vectors of other projects, where somebody has them: `POLICY_VECTORS=DIR cargo test -p policy`.

use policy::vectors;
use std::path::Path;

#[test]
fn vectors_from_elsewhere_pass() {
    let Some(folder) = std::env::var_os("POLICY_VECTORS") else {
        println!("skipped: set POLICY_VECTORS to a folder of vector files");
        return;
    };
    let mut failed = Vec::new();
    for entry in std::fs::read_dir(Path::new(&folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let results =
            vectors::run(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        println!("{}: {} cases", path.display(), results.len());
        failed.extend(results.into_iter().filter(|result| !result.pass));
    }
    let lines: Vec<String> = failed.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}
