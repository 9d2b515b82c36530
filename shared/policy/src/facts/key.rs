//! Condition keys, and finding one by name.

use super::compare;

/// A condition key as AWS documents it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionKey {
    name: Box<str>,
    kind: KeyType,
}

/// What values a condition key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// One text.
    String,
    /// Several texts.
    ArrayOfString,
    /// One ARN.
    Arn,
    /// Several ARNs.
    ArrayOfArn,
    /// `true` or `false`.
    Bool,
    /// Several of `true` and `false`.
    ArrayOfBool,
    /// A number.
    Numeric,
    /// A moment.
    Date,
    /// An address or a range.
    IpAddress,
}

impl KeyType {
    const LETTERS: [(u8, Self, &'static str); 9] = [
        (b's', Self::String, "String"),
        (b'S', Self::ArrayOfString, "ArrayOfString"),
        (b'a', Self::Arn, "ARN"),
        (b'A', Self::ArrayOfArn, "ArrayOfARN"),
        (b'b', Self::Bool, "Bool"),
        (b'B', Self::ArrayOfBool, "ArrayOfBool"),
        (b'n', Self::Numeric, "Numeric"),
        (b'd', Self::Date, "Date"),
        (b'i', Self::IpAddress, "IPAddress"),
    ];

    /// Whether a request holds several values under such a key.
    #[must_use]
    pub fn is_multivalued(self) -> bool {
        matches!(self, Self::ArrayOfString | Self::ArrayOfArn | Self::ArrayOfBool)
    }

    /// The type's name in AWS's Service Authorization Reference.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::LETTERS.iter().find(|(_, kind, _)| *kind == self).map_or("", |(_, _, name)| name)
    }

    pub(super) fn from_letter(letter: &str) -> Option<Self> {
        let [letter] = letter.as_bytes() else { return None };
        Self::LETTERS.iter().find(|(known, _, _)| known == letter).map(|(_, kind, _)| *kind)
    }
}

impl ConditionKey {
    pub(super) fn new(name: &str, kind: KeyType) -> Self {
        Self { name: name.into(), kind }
    }

    /// The full name as documented; may hold a placeholder, as in `aws:ResourceTag/${TagKey}`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What values it holds.
    #[must_use]
    pub fn kind(&self) -> KeyType {
        self.kind
    }

    /// Whether the name ends in a tag's key: `aws:ResourceTag/…`, `aws:RequestTag/…`, or `aws:TagKeys`.
    #[must_use]
    pub fn is_for_tags(&self) -> bool {
        ["aws:ResourceTag/", "aws:RequestTag/", "aws:TagKeys"]
            .iter()
            .any(|tag| self.name.get(..tag.len()).is_some_and(|n| n.eq_ignore_ascii_case(tag)))
    }

    /// Whether a key written in a policy is this key, in any case and with any placeholder value.
    #[must_use]
    pub fn is(&self, written: &str) -> bool {
        fits(&self.name, written)
    }
}

/// Whether a documented name fits a written one: the same in any case, where a placeholder
/// (`${…}` or `<…>`) stands for one character or more.
pub(super) fn fits(documented: &str, written: &str) -> bool {
    let Some(start) = documented.find("${").or_else(|| documented.find('<')) else {
        return documented.eq_ignore_ascii_case(written);
    };
    let (before, rest) = documented.split_at(start);
    let Some(end) = rest.find(['}', '>']) else { return false };
    let after = rest.get(end + 1..).unwrap_or("");
    let Some(head) = written.get(..before.len()) else { return false };
    if !head.eq_ignore_ascii_case(before) {
        return false;
    }
    let tail = written.get(before.len()..).unwrap_or("");
    if after.is_empty() {
        return !tail.is_empty();
    }
    let cuts = tail.char_indices().map(|(at, _)| at).skip(1);
    cuts.into_iter().any(|at| fits(after, tail.get(at..).unwrap_or("")))
}

/// Keys sorted by name, with those that hold a placeholder apart.
#[derive(Debug, Default)]
pub(super) struct KeyTable {
    keys: Vec<ConditionKey>,
    exact: Vec<u32>,
    placeholders: Vec<u32>,
}

impl KeyTable {
    pub(super) fn new(keys: Vec<ConditionKey>) -> Self {
        let mut table = Self { keys, ..Self::default() };
        for (at, key) in (0u32..).zip(&table.keys) {
            let list = if key.name.contains(['$', '<']) {
                &mut table.placeholders
            } else {
                &mut table.exact
            };
            list.push(at);
        }
        let keys = &table.keys;
        let name = |at: u32| keys.get(at as usize).map_or("", |key| &*key.name);
        table.exact.sort_by(|a, b| compare(name(*a), name(*b)));
        table
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &ConditionKey> {
        self.keys.iter()
    }

    pub(super) fn get(&self, at: u32) -> Option<&ConditionKey> {
        self.keys.get(at as usize)
    }

    /// The place of the key that a written name means.
    pub(super) fn position(&self, written: &str) -> Option<u32> {
        let name = |at: u32| self.get(at).map_or("", |key| &*key.name);
        if let Ok(at) = self.exact.binary_search_by(|at| compare(name(*at), written)) {
            return self.exact.get(at).copied();
        }
        self.placeholders.iter().copied().find(|at| fits(name(*at), written))
    }

    pub(super) fn find(&self, written: &str) -> Option<&ConditionKey> {
        self.get(self.position(written)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_stand_for_one_character_or_more() {
        assert!(fits("aws:ResourceTag/${TagKey}", "AWS:resourcetag/a/b"));
        assert!(!fits("aws:ResourceTag/${TagKey}", "aws:ResourceTag/"));
        assert!(!fits("aws:ResourceTag/${TagKey}", "aws:ResourceTag"));
        assert!(fits("s3:ExistingObjectTag/<key>", "s3:ExistingObjectTag/team"));
        let located = "codebuild:fileSystemLocations/${identifier}.location";
        assert!(fits(located, "codebuild:fileSystemLocations/x.y.location"));
        assert!(!fits(located, "codebuild:fileSystemLocations/.location"));
        assert!(!fits(located, "codebuild:fileSystemLocations/x.type"));
    }
}
