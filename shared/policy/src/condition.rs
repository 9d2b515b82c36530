//! Conditions: operators, the values they compare, and how.

mod compiled;
mod date;
mod ip;
mod number;
mod operator;
mod values;

pub(crate) use compiled::Condition;
pub use operator::{Comparison, Operator, Quantifier};
