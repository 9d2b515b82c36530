use serde::Serialize;
use utoipa::ToSchema;

/// How a finding differs in a later result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// It was not there, or was not known to be.
    New,
    /// It is still there, and better or worse than it was.
    SeverityChanged,
    /// It was there, and the later result does not say whether it is.
    UnknownNow,
    /// It is gone: the check passes, or the resource is not there any more.
    Resolved,
    /// It is still there.
    StillFailing,
}

impl Kind {
    pub(super) const ALL: [Self; 5] =
        [Self::New, Self::SeverityChanged, Self::UnknownNow, Self::Resolved, Self::StillFailing];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::SeverityChanged => "severity_changed",
            Self::UnknownNow => "unknown_now",
            Self::Resolved => "resolved",
            Self::StillFailing => "still_failing",
        }
    }
}
