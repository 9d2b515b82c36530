//! Which patterns of a list cover which others.

use std::collections::BTreeMap;

use crate::{facts::matches_exactly as matches, json::Node};

/// A group of list items: one that covers, and those it covers, in the order of the list.
pub(super) struct Cover<'a> {
    /// The items, the covering one among them.
    pub(super) items: Vec<&'a Node>,
    /// An item that could go.
    pub(super) redundant: &'a Node,
}

/// Groups a list's items by the widest that covers them; items covered by none are left out.
/// `fold` says whether case counts.
///
/// Past some millions of comparisons, which no policy within AWS's quotas needs, it looks no further.
///
/// A pattern's fixed beginning bounds what it can cover, so sorted items keep this far from
/// comparing all with all.
pub(super) fn covers<'a>(
    items: impl Iterator<Item = (&'a Node, &'a str)>,
    fold: bool,
) -> Vec<Cover<'a>> {
    let key = |text: &'a str| if fold { text.to_ascii_lowercase() } else { text.to_owned() };
    let mut sorted: Vec<(String, &Node)> = items.map(|(node, text)| (key(text), node)).collect();
    if sorted.len() < 2 {
        return Vec::new();
    }
    sorted.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.span.start.cmp(&b.1.span.start)));
    let mut by: Vec<Option<usize>> = vec![None; sorted.len()];
    let mut order: Vec<usize> = (0..sorted.len()).collect();
    let fixed = |at: usize| {
        sorted.get(at).map_or("", |(text, _)| {
            text.find(['*', '?']).map_or(&**text, |end| text.split_at(end).0)
        })
    };
    // The shorter its fixed beginning, the more a pattern may cover: widest first.
    order.sort_by_key(|at| fixed(*at).len());
    let mut budget = 4_000_000_usize;
    for at in order {
        if by.get(at).is_none_or(Option::is_some) {
            continue;
        }
        let Some((pattern, _)) = sorted.get(at) else { continue };
        let start = fixed(at);
        let from = sorted.partition_point(|(text, _)| text.as_str() < start);
        let rest = sorted.iter().enumerate().skip(from);
        for (other, (text, _)) in rest.take_while(|(_, (text, _))| text.starts_with(start)) {
            budget = budget.saturating_sub(1);
            if budget == 0 {
                break;
            }
            let Some(slot) = by.get_mut(other) else { continue };
            if other == at || slot.is_some() || !covered(pattern, text) {
                continue;
            }
            // Equal items cover each other; the first of the list stands for them.
            *slot = Some(at);
        }
    }
    let mut by_cover: BTreeMap<usize, Vec<&'a Node>> = BTreeMap::new();
    for (by, (_, node)) in by.iter().zip(&sorted) {
        if let Some(cover) = by {
            by_cover.entry(*cover).or_default().push(node);
        }
    }
    let mut groups = Vec::with_capacity(by_cover.len());
    for (cover, mut items) in by_cover {
        let (Some(redundant), Some((_, wide))) = (items.first().copied(), sorted.get(cover)) else {
            continue;
        };
        items.push(wide);
        items.sort_by_key(|node| node.span.start);
        groups.push(Cover { items, redundant });
    }
    groups.sort_by_key(|group| group.items.first().map(|node| node.span.start));
    groups
}

/// Whether everything one pattern matches, the other does: its `*` stands for anything, and a `?`
/// for any one character but not for the other's `*`.
fn covered(pattern: &str, text: &str) -> bool {
    if pattern == text {
        return true;
    }
    pattern.contains(['*', '?'])
        && matches(pattern, text)
        && (!pattern.contains('?')
            || !text.contains('*')
            || matches(&pattern.replace('?', "\u{1}"), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(list: &str, fold: bool) -> Vec<Vec<String>> {
        let node = Node::parse(list).unwrap();
        let items = node.items().iter().map(|item| (item, item.as_str().unwrap()));
        let text = |node: &Node| node.as_str().unwrap().to_owned();
        covers(items, fold)
            .iter()
            .map(|group| group.items.iter().map(|n| text(n)).collect())
            .collect()
    }

    #[test]
    fn the_widest_pattern_gathers_what_it_covers() {
        let list = r#"["iam:Get*", "iam:List*", "iam:GetUser", "iam:getUser", "iam:*Role"]"#;
        assert_eq!(groups(list, true), [["iam:Get*", "iam:GetUser", "iam:getUser"]]);
        assert_eq!(
            groups(r#"["a:*Get*", "a:Get*", "a:GetX"]"#, true),
            [["a:*Get*", "a:Get*", "a:GetX"]]
        );
    }

    #[test]
    fn equal_items_are_one_group_each() {
        assert_eq!(
            groups(r#"["a:B", "a:C", "a:B", "a:C"]"#, true),
            [["a:B", "a:B"], ["a:C", "a:C"]]
        );
        assert!(groups(r#"["a:B", "a:b"]"#, false).is_empty(), "case counts in resources");
    }

    #[test]
    fn a_question_mark_does_not_cover_a_star() {
        assert!(groups(r#"["a:B?", "a:B*"]"#, true).iter().all(|group| group.len() == 2));
        assert!(groups(r#"["a:?", "a:*"]"#, true)[0].len() == 2, "the star covers the mark");
        assert!(groups(r#"["a:B?C", "a:B*C"]"#, true)[0].len() == 2);
        assert!(groups(r#"["a:?x", "a:*y"]"#, true).is_empty());
    }
}
