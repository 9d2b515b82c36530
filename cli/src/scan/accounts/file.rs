mod read;

use std::{
    fmt::{self, Write as _},
    fs,
    path::Path,
};

use domain::{AccountId, ExternalId, RoleName};

use read::parse;

/// One line of the file: an account to audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) account: AccountId,
    /// What the file calls it.
    pub(super) name: Option<String>,
    pub(super) role_name: Option<RoleName>,
    pub(super) external_id: Option<ExternalId>,
    /// The regions to narrow to; those of the command line where there are none.
    pub(super) regions: Vec<String>,
}

/// Everything that is wrong with a file, by line.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<(u64, String)>);

impl Problems {
    fn add(&mut self, line: u64, problem: impl Into<String>) {
        self.0.push((line, problem.into()));
    }

    fn one(line: u64, problem: impl Into<String>) -> Self {
        Self(vec![(line, problem.into())])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (line, problem) in &self.0 {
            writeln!(text, "  line {line}: {problem}")?;
        }
        f.write_str(text.trim_end())
    }
}

/// What the command line asks of the file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Needs {
    /// Every account needs an ExternalId, for it is to be proven.
    pub(super) external_ids: bool,
    /// AWS will not be asked which regions there are.
    pub(super) known_regions: bool,
}

/// Reads a CSV file of accounts, or tells everything that is wrong with it.
pub(super) fn load(path: &Path, needs: Needs) -> Result<Vec<Line>, String> {
    let shown = path.display();
    let bytes = fs::read(path).map_err(|error| format!("could not read `{shown}`: {error}"))?;
    let lines = parse(&bytes, needs).map_err(|problems| {
        let count = problems.0.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        format!("`{shown}` has {count} {noun}; no account was read\n{problems}")
    })?;
    if lines.iter().any(|line| line.external_id.is_some()) && others_can_read(path) {
        eprintln!(
            "warning: `{shown}` holds external ids and other users of this machine can read it; run `chmod 600` on it"
        );
    }
    Ok(lines)
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o044 != 0)
}

/// Elsewhere files are as private as the folder they lie in.
#[cfg(not(unix))]
const fn others_can_read(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests;
