//! Problems whose causes come from elsewhere.

use axum::http::StatusCode;
use domain::with_causes;
use store::PageError;

use super::Problem;
use crate::auth::Refused;

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let unauthorized = |detail: &str| {
            let kind = "urn:infraaudit:problem:unauthorized";
            let title = "The request does not say who calls";
            Self::new(StatusCode::UNAUTHORIZED, kind, title).detail(detail)
        };
        match refused {
            Refused::Missing => unauthorized("send the header `authorization: Bearer TOKEN`"),
            Refused::Invalid(why) => unauthorized(&why),
            Refused::Forbidden(why) => Self::forbidden(why),
            Refused::Unavailable => Self::unavailable(),
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        tracing::error!("{}", with_causes(&error));
        match error {
            store::Error::Unavailable { .. } => Self::unavailable(),
            store::Error::Unreadable { .. } => Self::internal(),
        }
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Cursor(cursor) => Self::cursor(&cursor),
            PageError::Store(error) => error.into(),
        }
    }
}
