//! Condition operators.

mod operator;

pub use operator::{Comparison, Operator, Quantifier};
