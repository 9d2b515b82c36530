use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::Invalid;

/// How many hours a key may be old: a whole number from 1 to 87,600, which is ten years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Hours(u32);

impl Hours {
    /// What a value must look like, for messages and documentation.
    pub const ACCEPTED: &'static str = "a whole number from 1 to 87600";
    /// The fewest hours.
    pub const LEAST: u32 = 1;
    /// The most hours: ten years of 365 days.
    pub const MOST: u32 = 87_600;

    /// The number of hours.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    fn checked(number: Option<u32>, given: &str) -> Result<Self, Invalid> {
        number
            .filter(|hours| (Self::LEAST..=Self::MOST).contains(hours))
            .map(Self)
            .ok_or_else(|| Invalid::new("number of hours", given, Self::ACCEPTED))
    }
}

impl TryFrom<u64> for Hours {
    type Error = Invalid;

    fn try_from(number: u64) -> Result<Self, Invalid> {
        Self::checked(u32::try_from(number).ok(), &number.to_string())
    }
}

impl FromStr for Hours {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        Self::checked(text.parse().ok().filter(|_| digits), text)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Takes a JSON number without a fraction; anything else is refused with the reason.
impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = Hours;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Hours::ACCEPTED)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Hours, E> {
        number.try_into().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Hours, E> {
        Hours::checked(u32::try_from(number).ok(), &number.to_string()).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn anything_but_a_whole_number_in_range_is_refused_with_the_reason() {
        for wrong in ["", "0", "87601", "-1", "+5", " 5", "5.0", "1e3", "five", "99999999999", "５"]
        {
            let told = wrong.parse::<Hours>().unwrap_err().to_string();
            assert!(told.contains(&format!("`{wrong}`")) && told.contains("1 to 87600"), "{told}");
        }
        for wrong in ["0", "87601", "-1", "24.0", "\"24\"", "null", "[24]", "true", "1e400"] {
            let told = serde_json::from_str::<Hours>(wrong).unwrap_err().to_string();
            assert!(
                told.contains("1 to 87600") || told.contains("out of range"),
                "{wrong}: {told}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_number_is_the_same_as_text_and_as_json(number: u32) {
            let text = number.to_string().parse::<Hours>().ok();
            prop_assert_eq!(text, serde_json::from_str(&number.to_string()).ok());
            prop_assert_eq!(text.map(Hours::get), (1..=87_600).contains(&number).then_some(number));
        }
    }
}
