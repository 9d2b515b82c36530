//! `Action` and `NotAction`.

use crate::wildcard::Wildcard;

/// One action pattern. Actions compare without case: both sides are in lower case.
#[derive(Debug, Clone)]
pub(crate) enum ActionPattern {
    /// `*`.
    All,
    /// A service, a colon and a pattern of its actions.
    Named(Wildcard),
    /// Not of the form `service:action`, or with a wildcard in the service: names nothing.
    Nothing,
}

impl ActionPattern {
    pub(crate) fn new(text: &str) -> Self {
        if !text.is_empty() && text.bytes().all(|b| b == b'*') {
            return Self::All;
        }
        match text.split_once(':') {
            Some((service, _)) if !service.contains(['*', '?']) => {
                Self::Named(Wildcard::from_string(text.to_lowercase()))
            }
            _ => Self::Nothing,
        }
    }

    /// The service it names, in lower case.
    pub(crate) fn service(&self) -> Option<&str> {
        let Self::Named(pattern) = self else { return None };
        pattern.literal_start().split_once(':').map(|(service, _)| service)
    }

    /// Whether it names an action, given in lower case.
    pub(crate) fn matches(&self, asked: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(pattern) => pattern.matches(asked),
            Self::Nothing => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_compare_without_case_and_services_exactly() {
        for (pattern, action, expected) in [
            ("*", "s3:getobject", true),
            ("S3:GETobject", "s3:getobject", true),
            ("s3:Get*", "s3:getobject", true),
            ("s3:Get?bject", "s3:getobject", true),
            ("s3:*", "s3-outposts:getobject", false),
            ("s*:GetObject", "s3:getobject", false),
            ("s3:", "s3:getobject", false),
            ("s3:GetObject ", "s3:getobject", false),
            ("s3", "s3:getobject", false),
            ("", "s3:getobject", false),
        ] {
            assert_eq!(ActionPattern::new(pattern).matches(action), expected, "{pattern}");
        }
    }

    #[test]
    fn the_service_is_what_stands_before_the_colon() {
        for (pattern, service) in [
            ("S3:*", Some("s3")),
            ("s3:?et*Acl", Some("s3")),
            ("s3:", Some("s3")),
            ("*", None),
            ("x", None),
        ] {
            assert_eq!(ActionPattern::new(pattern).service(), service, "{pattern}");
        }
    }
}
