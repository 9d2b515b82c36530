//! `infraaudit.toml`: one file for all commands, each of which reads its own tables.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The tables of the file, whichever command reads them.
const TABLES: [&str; 5] = ["serve", "suppressions", "thresholds", "trust", "checks"];

/// The file that a scan reads where none is named.
const FILE: &str = "infraaudit.toml";

/// The file that a scan reads: the one that is named, or `infraaudit.toml` where there is one.
pub(crate) fn of_scan(named: Option<&Path>) -> Result<(PathBuf, toml::Table), String> {
    let path = named.unwrap_or(Path::new(FILE));
    let table = if named.is_none() && !path.exists() { toml::Table::new() } else { read(path)? };
    Ok((path.to_owned(), table))
}

/// Reads a file; the error is one sentence.
pub(crate) fn read(path: &Path) -> Result<toml::Table, String> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| format!("could not read the configuration `{shown}`: {error}"))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        format!("the configuration `{shown}` is not TOML: {}", error.message())
    })?;
    match table.keys().find(|key| !TABLES.contains(&key.as_str())) {
        None => Ok(table),
        Some(strange) => {
            let hint = hint(strange, &TABLES);
            let known = TABLES.map(|name| format!("`{name}`"));
            let known = match known.split_last() {
                Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
                None => String::new(),
            };
            Err(format!("`{strange}` in `{shown}` is not known{hint}: the file takes {known}"))
        }
    }
}

/// The known name that a misspelt one looks most like, for a message; nothing where none comes close.
pub(crate) fn hint(strange: &str, known: &[&str]) -> String {
    let near = inventory::nearest(strange, known.iter().copied());
    near.map(|name| format!("; did you mean `{name}`")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<toml::Table, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        read(file.path())
    }

    #[test]
    fn a_table_that_no_command_reads_is_refused_with_the_nearest_name() {
        assert!(told("[serve]\nlisten = '127.0.0.1:1'\n[[suppressions]]\nreason = 'x'\n").is_ok());
        let wrong = told("[[suppression]]\nreason = 'x'\n").unwrap_err();
        assert!(
            wrong.contains("`suppression`") && wrong.contains("did you mean `suppressions`"),
            "{wrong}"
        );
        assert!(told("[sevre]\n").unwrap_err().contains("did you mean `serve`"));
        assert!(told("what").unwrap_err().contains("is not TOML"));
    }
}
