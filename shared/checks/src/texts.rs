use std::collections::BTreeMap;

use serde::Deserialize;

/// The words of one check in one language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// What is wrong when it fails, in one line.
    pub headline: String,
    /// What it asks for, as a sentence that is true of a resource that passes.
    pub requirement: String,
    /// What a failure lets an attacker or an accident do.
    pub risk: String,
    /// What to change.
    pub remedy: String,
    /// Why there is no command or template for it, by the form of the remedy.
    #[serde(default)]
    pub without: BTreeMap<String, String>,
    /// What its rule may have seen, by message; `{name}` stands for a value.
    #[serde(default)]
    pub evidence: BTreeMap<String, String>,
}
