//! A resource that a policy's pattern and a documented ARN format both describe, looked for letter by letter.
//! It shares nothing with the engine.

#![expect(clippy::indexing_slicing, reason = "places are within the two lists")]

use std::collections::VecDeque;

/// One element of a pattern or a format.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Letter(char),
    /// `?`.
    One,
    /// `*`: any text, also over colons, also none.
    Many,
    /// What stands for a placeholder: at least one letter, and none of these.
    Filled(&'static [char]),
}

/// The parts of a policy's pattern; a variable may be any text.
fn of_pattern(text: &str) -> Vec<Part> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((_, after)) = rest.strip_prefix("${").and_then(|open| open.split_once('}')) {
            out.push(Part::Many);
            rest = after;
            continue;
        }
        out.push(match c {
            '*' => Part::Many,
            '?' => Part::One,
            c => Part::Letter(c),
        });
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// The parts of a documented format, `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`.
fn of_format(text: &str, without: &'static [char]) -> Vec<Part> {
    let mut out = Vec::new();
    let filled = |colons| Part::Filled(if colons < 5 { &[':', '/'] } else { without });
    let (mut rest, mut colons) = (text, 0);
    while let Some(c) = rest.chars().next() {
        if let Some((_, after)) = rest.strip_prefix("${").and_then(|open| open.split_once('}')) {
            out.push(filled(colons));
            rest = after;
            continue;
        }
        colons += usize::from(c == ':');
        // Some formats write `*` for what is not told.
        out.push(if c == '*' { filled(colons) } else { Part::Letter(c) });
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// Where one may be in a list of parts: before which one, and whether a placeholder has a letter yet.
type Place = (usize, bool);

/// The place that reading `c` leads to.
fn step(parts: &[Part], (at, _): Place, c: char) -> Option<Place> {
    match parts.get(at)? {
        Part::Letter(wanted) => (*wanted == c).then_some((at + 1, false)),
        Part::One => Some((at + 1, false)),
        Part::Many => Some((at, false)),
        Part::Filled(without) => (!without.contains(&c)).then_some((at, true)),
    }
}

fn letter(parts: &[Part], (at, _): Place) -> Option<char> {
    match parts.get(at) {
        Some(Part::Letter(c)) => Some(*c),
        _ => None,
    }
}

/// The places reached without reading: past a star, past a placeholder that has a letter.
fn free(parts: &[Part], (at, begun): Place) -> Option<Place> {
    match parts.get(at) {
        Some(Part::Many) => Some((at + 1, false)),
        Some(Part::Filled(_)) if begun => Some((at + 1, false)),
        _ => None,
    }
}

/// The shortest resource both describe, with the partition `aws`; none when there is none. Rather one whose names
/// hold no separators.
pub(crate) fn find(pattern: &str, format: &str) -> Option<String> {
    let format = format.replace("${Partition}", "aws");
    let plain: [&'static [char]; 3] = [&[':', '/'], &[':'], &[]];
    plain.into_iter().find_map(|without| common(&of_pattern(pattern), &of_format(&format, without)))
}

/// The shortest text of both, searched breadth first.
fn common(a: &[Part], b: &[Part]) -> Option<String> {
    let apart = |pair: (&Part, &Part)| matches!(pair, (Part::Letter(x), Part::Letter(y)) if x != y);
    let fixed = |pair: &(&Part, &Part)| matches!(pair, (Part::Letter(_), Part::Letter(_)));
    if a.iter().zip(b).take_while(fixed).any(apart) {
        return None;
    }
    // For each pair of places, by number: from which it was reached, and by which letter.
    let number = |(at_a, at_b): Pair| (at_a.0 * (b.len() + 1) + at_b.0) * 2 + usize::from(at_b.1);
    let mut seen: Vec<Option<(Pair, Option<char>)>> = vec![None; (a.len() + 1) * (b.len() + 1) * 2];
    let start = ((0, false), (0, false));
    let mut queue = VecDeque::from([start]);
    while let Some(pair @ (at_a, at_b)) = queue.pop_front() {
        if at_a.0 == a.len() && at_b.0 == b.len() {
            let (mut text, mut at) = (Vec::new(), pair);
            while at != start {
                let (from, letter) = seen[number(at)]?;
                text.extend(letter);
                at = from;
            }
            return Some(text.iter().rev().collect());
        }
        // Where neither wants a letter, any will do.
        let c = letter(a, at_a).or(letter(b, at_b)).unwrap_or('x');
        let next = [
            free(a, at_a).map(|to| ((to, at_b), None)),
            free(b, at_b).map(|to| ((at_a, to), None)),
            step(a, at_a, c).zip(step(b, at_b, c)).map(|to| (to, Some(c))),
        ];
        for (to, letter) in next.into_iter().flatten() {
            let known = &mut seen[number(to)];
            if to != start && known.is_none() {
                *known = Some((pair, letter));
                queue.push_back(to);
            }
        }
    }
    None
}

type Pair = (Place, Place);
