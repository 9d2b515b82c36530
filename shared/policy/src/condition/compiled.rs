//! One operator with one key and its values, ready to be tested.

use super::operator::{Comparison, Operator, Quantifier};
use super::values::{Compared, Value};
use crate::document::ConditionEntry;
use crate::request::{Context, Lookup};
use crate::tri::Tri;

/// A condition ready to be tested.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// `None` for an operator that does not exist: it never holds.
    operator: Option<Operator>,
    /// In lower case.
    key: Box<str>,
    values: Box<[Value]>,
}

impl Comparison {
    /// Whether it holds when no policy value matches (`StringNotEquals`, `NotIpAddress`, …).
    #[must_use]
    pub fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }
}

/// Whether a key resolves to what AWS calls a null data set: no value, or none but empty strings.
///
/// `ForAllValues` holds for it, `ForAnyValue` does not, and `Null` takes the key for absent. Operators without a
/// quantifier compare an empty string as any other: `s3:prefix` is empty when all of a bucket is listed.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
fn is_null(found: Lookup<'_>) -> bool {
    match found {
        Lookup::Missing => true,
        Lookup::One(value) => value.is_empty(),
        Lookup::Many(values) => values.iter().all(|value| value.is_empty()),
        Lookup::Unknown => false,
    }
}

impl Condition {
    pub(crate) fn new(entry: &ConditionEntry, variables: bool) -> Self {
        let operator = Operator::parse(entry.operator.as_str());
        let values = operator.map_or_else(Default::default, |operator| {
            entry
                .values
                .iter()
                .map(|text| Value::new(text.as_str(), operator.comparison, variables))
                .collect()
        });
        Self { operator, key: entry.key.as_str().to_lowercase().into(), values }
    }

    /// Whether it holds. Keys that would have to be known are added to `missing`.
    pub(crate) fn test<'a>(&'a self, context: &Context, missing: &mut Vec<&'a str>) -> Tri {
        let Some(operator) = self.operator else { return Tri::No };
        let found = context.lookup(&self.key);
        if found == Lookup::Unknown {
            missing.push(&self.key);
            return Tri::Unknown;
        }
        let no_value = is_null(found);
        if operator.comparison == Comparison::Null {
            return Tri::from(
                self.values
                    .iter()
                    .any(|value| matches!(value, Value::Absent(wanted) if *wanted == no_value)),
            );
        }
        let one = |text: &str, missing: &mut Vec<&'a str>| {
            self.test_value(operator.comparison, text, context, missing)
        };
        match (operator.quantifier, found) {
            (Some(Quantifier::ForAllValues), _) if no_value => Tri::Yes,
            (Some(Quantifier::ForAnyValue), Lookup::Missing) => Tri::from(operator.if_exists),
            (Some(Quantifier::ForAnyValue), _) if no_value => Tri::No,
            (_, Lookup::Missing) => {
                Tri::from(operator.if_exists || operator.comparison.is_negated())
            }
            (_, Lookup::One(text)) => one(text, missing),
            (Some(Quantifier::ForAllValues), Lookup::Many(texts)) => {
                Tri::all(texts.iter().map(|text| one(text, missing)))
            }
            (Some(Quantifier::ForAnyValue), Lookup::Many(texts)) => {
                Tri::any(texts.iter().map(|text| one(text, missing)))
            }
            // A list of values without a set operator never matches.
            (None, Lookup::Many(_)) | (_, Lookup::Unknown) => Tri::No,
        }
    }

    fn test_value<'a>(
        &'a self,
        comparison: Comparison,
        text: &str,
        context: &Context,
        missing: &mut Vec<&'a str>,
    ) -> Tri {
        let mut compare = |value: &'a Value| match value.compare(text, context) {
            Compared::Yes => Tri::from(!comparison.is_negated()),
            Compared::No => Tri::from(comparison.is_negated()),
            Compared::Invalid => Tri::No,
            Compared::Unknown(key) => {
                missing.push(key);
                Tri::Unknown
            }
        };
        if comparison.is_negated() {
            Tri::all(self.values.iter().map(&mut compare))
        } else {
            Tri::any(self.values.iter().map(&mut compare))
        }
    }
}
