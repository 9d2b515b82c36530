//! The answers to requests that go wrong, as the OpenAPI document describes them: each once, and the sets that many
//! routes have in common.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses, ToResponse,
    openapi::{Ref, RefOr, Response},
};

use crate::problem::Problem;

macro_rules! problems {
    ($($name:ident: $description:literal,)+) => {
        $(
            #[doc = $description]
            #[derive(ToResponse)]
            #[response(description = $description, content_type = "application/problem+json")]
            #[expect(dead_code, reason = "only described, never made")]
            pub(crate) struct $name(Problem);
        )+
    };
}

problems! {
    Malformed: "The request cannot be read.",
    Unauthorized: "The request has no valid credentials.",
    Forbidden: "The caller may not do this.",
    NotFound: "The resource does not exist, or belongs to another tenant.",
    Conflict: "The current state does not allow it; `audit_id` is the audit that prevents it.",
    TooLarge: "The body is too large.",
    NotJson: "The body is not declared as JSON.",
    InvalidFields: "Fields of the request are invalid; all of them are listed.",
    TooMany: "Too many requests; `retry-after` says when to try again.",
    Denied: "The caller may not do this, or AWS denies a call; the missing permission is named.",
    Upstream: "The answer of AWS cannot be used.",
    Unavailable: "The service cannot answer now; `retry-after` says when to try again.",
}

macro_rules! sets {
    ($($(#[$about:meta])* $set:ident { $($status:literal: $response:ident,)+ })+) => {
        $(
            $(#[$about])*
            pub(crate) struct $set;

            impl IntoResponses for $set {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    let responses = [
                        $(($status, <$response as ToResponse<'static>>::response().0),)+
                    ];
                    let named = responses.map(|(status, name)| {
                        (String::from(status), Ref::from_response_name(name).into())
                    });
                    named.into()
                }
            }
        )+
    };
}

sets! {
    /// What any route may answer that asks who calls.
    AnyRoute {
        "401": Unauthorized,
        "403": Forbidden,
        "429": TooMany,
        "503": Unavailable,
    }
    /// What a route may answer whose path names something.
    NamedResource {
        "400": Malformed,
        "404": NotFound,
    }
    /// What a route may answer that reads its query.
    QueryParameters {
        "400": Malformed,
        "422": InvalidFields,
    }
    /// What a route may answer that reads a JSON body.
    JsonBody {
        "400": Malformed,
        "413": TooLarge,
        "415": NotJson,
        "422": InvalidFields,
    }
}
