/// The name that looks most like a misspelt one; nothing where none comes close.
#[must_use]
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let alike = names.into_iter().map(|name| (strsim::jaro_winkler(name, written), name));
    let close = alike.filter(|(likeness, _)| *likeness > 0.8);
    close.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}
