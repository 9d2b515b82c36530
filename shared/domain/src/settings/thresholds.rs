//! The numbers that checks compare with: one table, from which parsing, documents and structs are made.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::AuditOverrides;
use crate::Invalid;

/// What is declared of a threshold.
#[derive(Clone, Copy, Debug)]
pub struct Threshold {
    /// Its key in `[thresholds]`; it ends in the unit.
    pub name: &'static str,
    /// What it counts: `days`.
    pub unit: &'static str,
    /// What it is where nobody says otherwise.
    pub default: u32,
    /// The least that it may be.
    pub least: u32,
    /// The most that it may be.
    pub most: u32,
    /// What it limits, and where its default comes from.
    pub doc: &'static str,
    get: fn(&Thresholds) -> u32,
    set: fn(&mut ThresholdOverrides, u32),
}

impl Threshold {
    /// Its value.
    #[must_use]
    pub fn of(&self, thresholds: &Thresholds) -> u32 {
        (self.get)(thresholds)
    }

    /// Says what it is, if it may be that.
    ///
    /// # Errors
    ///
    /// When it is out of its bounds.
    pub fn set(&self, overrides: &mut ThresholdOverrides, value: u64) -> Result<(), String> {
        let bounded = u32::try_from(value).ok().filter(|v| (self.least..=self.most).contains(v));
        let bounded = bounded.ok_or_else(|| format!("`{value}` is out of bounds"))?;
        (self.set)(overrides, bounded);
        Ok(())
    }

    /// What it takes, in words.
    #[must_use]
    pub fn accepted(&self) -> String {
        format!("a whole number of {} from {} to {}", self.unit, self.least, self.most)
    }
}

macro_rules! thresholds {
    ($($(#[doc = $doc:literal])+ $name:ident: $unit:literal, $default:tt, $least:tt to $most:tt;)+) => {
        /// The numbers that an audit judges by.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(default)]
        pub struct Thresholds {
            $(
                $(#[doc = $doc])+
                #[cfg_attr(feature = "openapi", schema(minimum = $least, maximum = $most, default = $default))]
                pub $name: u32,
            )+
        }

        impl Default for Thresholds {
            fn default() -> Self {
                Self { $($name: $default),+ }
            }
        }

        /// The numbers that somebody sets; what is not there stays as it is.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(default)]
        pub struct ThresholdOverrides {
            $(
                $(#[doc = $doc])+
                #[cfg_attr(feature = "openapi", schema(minimum = $least, maximum = $most))]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $name: Option<u32>,
            )+
        }

        impl Thresholds {
            /// Every threshold.
            pub const ALL: &[Threshold] = &[$(Threshold {
                name: stringify!($name),
                unit: $unit,
                default: $default,
                least: $least,
                most: $most,
                doc: concat!($($doc),+).trim_ascii(),
                get: |thresholds| thresholds.$name,
                set: |overrides, value| overrides.$name = Some(value),
            }),+];

            /// These, but for what is set.
            #[must_use]
            pub fn with(&self, overrides: &ThresholdOverrides) -> Self {
                Self { $($name: overrides.$name.unwrap_or(self.$name)),+ }
            }
        }
    };
}

thresholds! {
    /// The greatest age of an active access key, in days. CIS AWS Foundations 5.0, 1.13: 90.
    access_key_days: "days", 90, 0 to 36_500;
    /// The longest time between two rotations of a KMS key, in days. CIS AWS Foundations 7.0, 4.6: a year;
    /// AWS KMS takes 90 to 2,560.
    kms_rotation_days: "days", 365, 90 to 2560;
}

/// `access_key_days` as a variable or an option says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessKeyDays(u32);

impl FromStr for AccessKeyDays {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let name = "access_key_days";
        let threshold = Thresholds::ALL.iter().find(|threshold| threshold.name == name);
        let accepted = threshold.map(Threshold::accepted).unwrap_or_default();
        let bounded =
            |days: &u32| threshold.is_some_and(|one| (one.least..=one.most).contains(days));
        let days = text.parse().ok().filter(bounded);
        days.map(Self).ok_or_else(|| Invalid::new("number of days", text, accepted))
    }
}

impl Default for AccessKeyDays {
    fn default() -> Self {
        Self(Thresholds::default().access_key_days)
    }
}

impl AccessKeyDays {
    /// Sets it.
    pub fn set(self, overrides: &mut AuditOverrides) {
        overrides.thresholds.access_key_days = Some(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_consistent() {
        let defaults = Thresholds::default();
        for threshold in Thresholds::ALL {
            let Threshold { name, unit, least, most, default, doc, .. } = threshold;
            assert!(name.ends_with(&format!("_{unit}")), "{name}: the unit is in the name");
            assert!(least <= default && default <= most, "{name}: the default is out of bounds");
            assert_eq!(threshold.of(&defaults), *default);
            assert!(doc.ends_with('.'), "{name}: {doc}");
            let mut set = ThresholdOverrides::default();
            for wrong in [u64::from(*most) + 1, u64::MAX] {
                assert!(threshold.set(&mut set, wrong).is_err(), "{name}");
            }
            assert_eq!(set, ThresholdOverrides::default(), "{name}");
            threshold.set(&mut set, (*most).into()).unwrap();
            assert_eq!(threshold.of(&defaults.with(&set)), *most);
        }
    }

    #[test]
    fn values_of_another_version_are_read() {
        let older: Thresholds = serde_json::from_str(r#"{"access_key_days": 30}"#).unwrap();
        assert_eq!(older, Thresholds { access_key_days: 30, ..Thresholds::default() });
        let newer = r#"{"access_key_days": 30, "log_retention_days": 7}"#;
        assert_eq!(serde_json::from_str::<Thresholds>(newer).unwrap(), older);
    }

    #[test]
    fn a_variable_is_bounded_like_the_table() {
        let mut overrides = AuditOverrides::default();
        "45".parse::<AccessKeyDays>().unwrap().set(&mut overrides);
        assert_eq!(overrides.thresholds.access_key_days, Some(45));
        for wrong in ["-1", "", "1.5", "36501", "99999999999"] {
            let told = wrong.parse::<AccessKeyDays>().unwrap_err().to_string();
            assert!(told.contains("from 0 to 36500"), "{told}");
        }
    }
}
