//! The settings of a function: variables of its environment, which the template sets.
//!
//! An empty variable counts as one that is not set. An error names the variable, and of its value only what the
//! value's own type says.

use std::{env, fmt::Display, str::FromStr};

/// What a variable is set to, if it is.
type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The variables of a process, or of a test.
pub struct Environment<'a>(Box<Lookup<'a>>);

/// What is wrong with a variable.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// It is needed and is not set.
    #[error("the environment variable `{0}` is missing; the template sets it")]
    Missing(&'static str),
    /// Its value cannot be used, for this reason.
    #[error("the environment variable `{0}` is wrong: {1}")]
    Wrong(&'static str, String),
}

impl Environment<'_> {
    /// The variables of this process.
    #[must_use]
    pub fn process() -> Self {
        Self(Box::new(|name| env::var(name).ok()))
    }
}

impl<'a> Environment<'a> {
    /// These variables and no others.
    #[must_use]
    pub fn of(variables: &'a [(&'a str, &'a str)]) -> Self {
        Self(Box::new(|name| {
            let found = variables.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned())
        }))
    }

    /// A variable, if it is set.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// A variable that has to be set.
    ///
    /// # Errors
    ///
    /// It is not.
    pub fn required(&self, name: &'static str) -> Result<String, EnvironmentError> {
        self.optional(name).ok_or(EnvironmentError::Missing(name))
    }

    /// A variable in its own form, if it is set.
    ///
    /// # Errors
    ///
    /// It does not parse.
    pub fn parsed<T: FromStr<Err: Display>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, EnvironmentError> {
        self.optional(name).map(|value| parsed(name, &value)).transpose()
    }

    /// A variable in its own form that has to be set.
    ///
    /// # Errors
    ///
    /// It is not, or it does not parse.
    pub fn required_as<T: FromStr<Err: Display>>(
        &self,
        name: &'static str,
    ) -> Result<T, EnvironmentError> {
        parsed(name, &self.required(name)?)
    }

    /// A variable in its own form, or what holds where it is not set.
    ///
    /// # Errors
    ///
    /// It does not parse.
    pub fn parsed_or<T: FromStr<Err: Display>>(
        &self,
        name: &'static str,
        default: T,
    ) -> Result<T, EnvironmentError> {
        Ok(self.parsed(name)?.unwrap_or(default))
    }

    /// A number, or what holds where the variable is not set; `what` says what it counts: `a number of days`.
    ///
    /// # Errors
    ///
    /// It is no such number.
    pub fn number_or<T: FromStr>(
        &self,
        name: &'static str,
        what: &str,
        default: T,
    ) -> Result<T, EnvironmentError> {
        let Some(value) = self.optional(name) else { return Ok(default) };
        let wrong = |_| EnvironmentError::Wrong(name, format!("`{value}` is not {what}"));
        value.parse().map_err(wrong)
    }
}

fn parsed<T: FromStr<Err: Display>>(
    name: &'static str,
    value: &str,
) -> Result<T, EnvironmentError> {
    value.parse().map_err(|error: T::Err| EnvironmentError::Wrong(name, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_holds_and_an_empty_variable_is_not_set() {
        let environment = Environment::of(&[("A", "1"), ("EMPTY", "")]);
        assert_eq!(environment.required("A"), Ok("1".into()));
        assert_eq!(environment.required_as("A"), Ok(1_u8));
        assert_eq!(environment.parsed_or("A", 2_u8), Ok(1));
        for name in ["EMPTY", "NONE"] {
            assert_eq!(environment.optional(name), None);
            assert_eq!(environment.required(name), Err(EnvironmentError::Missing(name)));
            assert_eq!(environment.required_as::<u8>(name), Err(EnvironmentError::Missing(name)));
            assert_eq!(environment.parsed::<u8>(name), Ok(None));
            assert_eq!(environment.parsed_or(name, 2_u8), Ok(2));
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_name() {
        let environment = Environment::of(&[("DAYS", "many")]);
        for error in [
            environment.parsed::<u8>("DAYS").unwrap_err(),
            environment.required_as::<u8>("DAYS").unwrap_err(),
            environment.parsed_or("DAYS", 1_u8).unwrap_err(),
        ] {
            let told = error.to_string();
            assert_eq!(
                told,
                "the environment variable `DAYS` is wrong: invalid digit found in string"
            );
        }
        let error = environment.number_or("DAYS", "a number of days", 1_u8).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the environment variable `DAYS` is wrong: `many` is not a number of days"
        );
    }
}
