//! The operators' names taken apart: quantifier, comparison, `IfExists`.

/// What a condition operator compares and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `StringEquals`.
    StringEquals,
    /// `StringNotEquals`.
    StringNotEquals,
    /// `StringEqualsIgnoreCase`.
    StringEqualsIgnoreCase,
    /// `StringNotEqualsIgnoreCase`.
    StringNotEqualsIgnoreCase,
    /// `StringLike`.
    StringLike,
    /// `StringNotLike`.
    StringNotLike,
    /// `NumericEquals`.
    NumericEquals,
    /// `NumericNotEquals`.
    NumericNotEquals,
    /// `NumericLessThan`.
    NumericLessThan,
    /// `NumericLessThanEquals`.
    NumericLessThanEquals,
    /// `NumericGreaterThan`.
    NumericGreaterThan,
    /// `NumericGreaterThanEquals`.
    NumericGreaterThanEquals,
    /// `DateEquals`.
    DateEquals,
    /// `DateNotEquals`.
    DateNotEquals,
    /// `DateLessThan`.
    DateLessThan,
    /// `DateLessThanEquals`.
    DateLessThanEquals,
    /// `DateGreaterThan`.
    DateGreaterThan,
    /// `DateGreaterThanEquals`.
    DateGreaterThanEquals,
    /// `Bool`.
    Bool,
    /// `BinaryEquals`.
    BinaryEquals,
    /// `IpAddress`.
    IpAddress,
    /// `NotIpAddress`.
    NotIpAddress,
    /// `ArnEquals`, which AWS evaluates as `ArnLike`.
    ArnEquals,
    /// `ArnNotEquals`.
    ArnNotEquals,
    /// `ArnLike`.
    ArnLike,
    /// `ArnNotLike`.
    ArnNotLike,
    /// `Null`.
    Null,
}

use Comparison as C;

/// Every comparison with its name, as the IAM user guide lists them.
const COMPARISONS: [(&str, Comparison); 27] = [
    ("StringEquals", C::StringEquals),
    ("StringNotEquals", C::StringNotEquals),
    ("StringEqualsIgnoreCase", C::StringEqualsIgnoreCase),
    ("StringNotEqualsIgnoreCase", C::StringNotEqualsIgnoreCase),
    ("StringLike", C::StringLike),
    ("StringNotLike", C::StringNotLike),
    ("NumericEquals", C::NumericEquals),
    ("NumericNotEquals", C::NumericNotEquals),
    ("NumericLessThan", C::NumericLessThan),
    ("NumericLessThanEquals", C::NumericLessThanEquals),
    ("NumericGreaterThan", C::NumericGreaterThan),
    ("NumericGreaterThanEquals", C::NumericGreaterThanEquals),
    ("DateEquals", C::DateEquals),
    ("DateNotEquals", C::DateNotEquals),
    ("DateLessThan", C::DateLessThan),
    ("DateLessThanEquals", C::DateLessThanEquals),
    ("DateGreaterThan", C::DateGreaterThan),
    ("DateGreaterThanEquals", C::DateGreaterThanEquals),
    ("Bool", C::Bool),
    ("BinaryEquals", C::BinaryEquals),
    ("IpAddress", C::IpAddress),
    ("NotIpAddress", C::NotIpAddress),
    ("ArnEquals", C::ArnEquals),
    ("ArnNotEquals", C::ArnNotEquals),
    ("ArnLike", C::ArnLike),
    ("ArnNotLike", C::ArnNotLike),
    ("Null", C::Null),
];

/// How many of a multivalued key's values must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `ForAllValues:`: every value of the request, which also holds for none.
    ForAllValues,
    /// `ForAnyValue:`: at least one value of the request.
    ForAnyValue,
}

/// An operator's name taken apart.
///
/// ```
/// use policy::{Comparison, Operator, Quantifier};
/// let operator = Operator::parse("ForAnyValue:StringLikeIfExists").unwrap();
/// assert_eq!(operator.quantifier, Some(Quantifier::ForAnyValue));
/// assert_eq!((operator.comparison, operator.if_exists), (Comparison::StringLike, true));
/// assert_eq!(Operator::parse("StringMatches"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operator {
    /// `ForAllValues:` or `ForAnyValue:`, if any.
    pub quantifier: Option<Quantifier>,
    /// The comparison.
    pub comparison: Comparison,
    /// Whether a missing key lets the condition hold. `Null` has no such form.
    pub if_exists: bool,
}

impl Operator {
    /// Takes a name apart; `None` when there is no such operator. Names compare without case, as AWS does.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (quantifier, rest) = match name.split_once(':') {
            None => (None, name),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAllValues") => {
                (Some(Quantifier::ForAllValues), rest)
            }
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAnyValue") => {
                (Some(Quantifier::ForAnyValue), rest)
            }
            Some(_) => return None,
        };
        let (base, if_exists) =
            match rest.len().checked_sub("IfExists".len()).and_then(|at| rest.split_at_checked(at))
            {
                Some((base, suffix)) if suffix.eq_ignore_ascii_case("IfExists") => (base, true),
                _ => (rest, false),
            };
        let (_, comparison) =
            COMPARISONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(base))?;
        if *comparison == Comparison::Null && (if_exists) {
            return None;
        }
        Some(Self { quantifier, comparison: *comparison, if_exists })
    }
}

impl Comparison {
    /// Every comparison's name.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        COMPARISONS.iter().map(|(name, _)| *name)
    }

    /// Its name as AWS writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        COMPARISONS.iter().find(|(_, each)| *each == self).map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_every_form() {
        for (name, comparison) in COMPARISONS {
            assert_eq!(Operator::parse(name).unwrap().comparison, comparison);
            assert_eq!(comparison.as_str(), name);
            let all = Operator::parse(&format!("ForAllValues:{name}")).unwrap();
            assert_eq!(all.quantifier, Some(Quantifier::ForAllValues));
            let if_exists = Operator::parse(&format!("{name}IfExists"));
            assert_eq!(
                if_exists.is_some_and(|operator| operator.if_exists),
                comparison != Comparison::Null
            );
        }
    }

    #[test]
    fn what_is_no_operator() {
        for name in [
            "",
            "String",
            "ForAnyValue::Bool",
            "ForAnyValue:",
            "ForSome:Bool",
            "BoolIfExist",
            "IfExists",
            "NullIfExists",
        ] {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
    }
}
