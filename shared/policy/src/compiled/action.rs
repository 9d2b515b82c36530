//! `Action` and `NotAction`.

use crate::wildcard::Wildcard;

/// One action pattern. Actions compare without case: both sides are in lower case.
#[derive(Debug, Clone)]
pub(crate) enum ActionPattern {
    /// `*`.
    All,
    /// A service and a pattern of its actions.
    Service { service: Box<str>, action: Wildcard },
    /// Not of the form `service:action`, or with a wildcard in the service: names nothing.
    Nothing,
}

impl ActionPattern {
    pub(crate) fn new(text: &str) -> Self {
        if !text.is_empty() && text.bytes().all(|b| b == b'*') {
            return Self::All;
        }
        match text.split_once(':') {
            Some((service, action)) if !service.contains(['*', '?']) => Self::Service {
                service: service.to_lowercase().into(),
                action: Wildcard::new(&action.to_lowercase()),
            },
            _ => Self::Nothing,
        }
    }

    /// Whether it names an action, given in lower case.
    pub(crate) fn matches(&self, asked: &str) -> bool {
        match self {
            Self::All => true,
            Self::Service { service, action } => asked
                .strip_prefix(&**service)
                .and_then(|rest| rest.strip_prefix(':'))
                .is_some_and(|name| action.matches(name)),
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
}
