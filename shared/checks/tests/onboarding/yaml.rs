//! As much YAML as the policies in our own templates need: mappings and lists by indentation, and
//! scalars on one line. `!Sub` keeps its text and `!Ref X` becomes `${X}`, so that both compare; an `!If` stays as it is.

use serde_json::{Map, Value};

/// The value of the first key of that name.
pub(crate) fn block(template: &str, key: &str) -> Value {
    let lines: Vec<_> = template
        .lines()
        .map(|line| (line.len() - line.trim_start().len(), line.trim()))
        .filter(|(_, text)| !text.is_empty() && !text.starts_with('#'))
        .collect();
    let at = lines.iter().position(|(_, text)| *text == format!("{key}:")).expect(key);
    let mut rest = &lines[at + 1..];
    value(&mut rest, lines[at].0)
}

/// What stands below a key or behind a dash that is indented by `outer`.
fn value(lines: &mut &[(usize, &str)], outer: usize) -> Value {
    let (indent, first) = lines[0];
    assert!(indent > outer, "nothing stands below: {first}");
    if first.starts_with("- ") { list(lines, indent) } else { mapping(lines, indent) }
}

fn list(lines: &mut &[(usize, &str)], indent: usize) -> Value {
    let mut items = Vec::new();
    while let Some((_, text)) = lines.first().filter(|(at, _)| *at == indent) {
        let item = text.strip_prefix("- ").expect("a dash");
        if key(item).is_some() {
            // The first key stands behind the dash, the others below it.
            let mut own = vec![(indent + 2, item)];
            let below = lines[1..].iter().take_while(|(at, _)| *at > indent);
            own.extend(below.copied());
            *lines = &lines[own.len()..];
            items.push(mapping(&mut &*own, indent + 2));
        } else {
            items.push(scalar(item));
            *lines = &lines[1..];
        }
    }
    Value::Array(items)
}

fn mapping(lines: &mut &[(usize, &str)], indent: usize) -> Value {
    let mut map = Map::new();
    while let Some((_, text)) = lines.first().filter(|(at, _)| *at == indent) {
        let (name, rest) = key(text).unwrap_or_else(|| panic!("no key: {text}"));
        *lines = &lines[1..];
        let found = if rest.is_empty() { value(lines, indent) } else { scalar(rest) };
        assert!(map.insert(name.to_owned(), found).is_none(), "`{name}` twice");
    }
    Value::Object(map)
}

/// A key, which ends in a colon and a space, and what stands behind it on its line.
fn key(text: &str) -> Option<(&str, &str)> {
    if text.starts_with('!') {
        return None;
    }
    text.split_once(": ").or_else(|| Some((text.strip_suffix(':')?, "")))
}

fn scalar(text: &str) -> Value {
    if text.starts_with("!If [") {
        return text.into();
    }
    if let Some(name) = text.strip_prefix("!Ref ") {
        return format!("${{{name}}}").into();
    }
    let text = text.strip_prefix("!Sub ").unwrap_or(text);
    assert!(!text.starts_with(['[', '{', '!', '|', '>']), "more YAML than is read here: {text}");
    text.trim_matches('"').into()
}
