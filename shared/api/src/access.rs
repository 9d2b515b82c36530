//! What a caller may do: the scopes of an access token.

use crate::auth::Refused;

/// What a route does, and so what its caller has to be allowed; more allows less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// It tells.
    Read,
    /// It changes something, begins an audit or asks AWS.
    Write,
    /// It deletes, or keeps problems quiet.
    Admin,
}

impl Access {
    /// The name, as the API's description has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// The scopes that tokens have to carry, one for each kind of route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes {
    read: String,
    write: String,
    admin: String,
}

/// A claim of a token by its name, as text: a list's texts with blanks between.
pub type Claim<'a> = dyn Fn(&str) -> Option<String> + Sync + 'a;

impl Scopes {
    /// The scopes for reading, writing and administering; none where none is given, and every token may do everything.
    ///
    /// # Errors
    ///
    /// Some are given and not all, or one has a blank in it; in one sentence.
    pub fn of(given: [Option<String>; 3]) -> Result<Option<Self>, &'static str> {
        match given {
            [None, None, None] => Ok(None),
            [Some(read), Some(write), Some(admin)] => {
                let is_one =
                    |scope: &String| !scope.is_empty() && !scope.contains(char::is_whitespace);
                if [&read, &write, &admin].into_iter().all(is_one) {
                    Ok(Some(Self { read, write, admin }))
                } else {
                    Err("a scope is one word without blanks")
                }
            }
            _ => Err(
                "the scopes for reading, writing and administering are set together or not at all",
            ),
        }
    }

    /// Lets an access token through that allows so much.
    ///
    /// There is no standard mark of an access token. This goes by what providers put into the other ones: Cognito a
    /// `token_use` other than `access` (*Using tokens with user pools*, Amazon Cognito Developer Guide), Keycloak the
    /// claim `typ`, anyone `at_hash` or `c_hash` (`OpenID` Connect Core 1.0, 3.1.3.6 and 3.3.2.11); and ID tokens carry no
    /// scope. The scope is the claim `scope` (RFC 9068) or `scp` (Entra ID, Okta), as for API Gateway (*Control access to
    /// HTTP APIs with JWT authorizers*).
    ///
    /// # Errors
    ///
    /// It is no access token, or allows less.
    pub fn check(&self, claim: &Claim<'_>, access: Access) -> Result<(), Refused> {
        let is_other = claim("token_use").is_some_and(|used| used != "access")
            || claim("typ").is_some_and(|kind| is_other_kind(&kind))
            || claim("at_hash").is_some()
            || claim("c_hash").is_some();
        if is_other {
            let why = "the token is an ID token or another one that is not for APIs; send an access token";
            return Err(Refused::Forbidden(why.into()));
        }
        let granted = [claim("scope"), claim("scp")].into_iter().flatten();
        let granted = granted.collect::<Vec<_>>().join(" ");
        let allows = |scope: &str| self.allows(scope).is_some_and(|allowed| allowed >= access);
        if granted.split_whitespace().any(allows) {
            return Ok(());
        }
        let needed = match access {
            Access::Read => &self.read,
            Access::Write => &self.write,
            Access::Admin => &self.admin,
        };
        Err(Refused::Forbidden(format!("the token lacks the scope `{needed}`")))
    }

    /// The most that a scope allows; they may be the same.
    fn allows(&self, scope: &str) -> Option<Access> {
        let scopes = [
            (&self.admin, Access::Admin),
            (&self.write, Access::Write),
            (&self.read, Access::Read),
        ];
        scopes.into_iter().find(|(name, _)| *name == scope).map(|(_, access)| access)
    }
}

/// Whether the claim `typ` is of a token that is not for APIs, as Keycloak marks its own.
fn is_other_kind(kind: &str) -> bool {
    ["id", "refresh", "offline", "logout"].iter().any(|other| kind.eq_ignore_ascii_case(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes() -> Scopes {
        let given = ["audit/read", "audit/write", "audit/admin"].map(|name| Some(name.to_owned()));
        Scopes::of(given).unwrap().unwrap()
    }

    fn may(claims: &[(&str, &str)], access: Access) -> Result<(), Refused> {
        let claim = |name: &str| {
            let found = claims.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        scopes().check(&claim, access)
    }

    #[test]
    fn a_scope_allows_what_it_says_and_less() {
        let all = [Access::Read, Access::Write, Access::Admin];
        for (scope, allowed) in [
            ("audit/read", 1),
            ("openid audit/write", 2),
            ("audit/admin", 3),
            ("audit/read audit/admin", 3),
            ("", 0),
            ("audit", 0),
            ("audit/readx AUDIT/READ", 0),
        ] {
            for name in ["scope", "scp"] {
                let may = all.map(|access| may(&[(name, scope)], access).is_ok());
                assert_eq!(may, [allowed > 0, allowed > 1, allowed > 2], "{name}: {scope}");
            }
        }
        let refused = may(&[("scope", "audit/read")], Access::Admin).unwrap_err();
        let expected = Refused::Forbidden("the token lacks the scope `audit/admin`".into());
        assert_eq!(refused, expected);
        assert!(may(&[], Access::Read).is_err());
    }

    #[test]
    fn what_is_no_access_token_is_refused_whatever_its_scope() {
        let scope = ("scope", "audit/admin");
        for (name, value) in [
            ("token_use", "id"),
            ("typ", "ID"),
            ("typ", "Refresh"),
            ("at_hash", "x"),
            ("c_hash", "x"),
        ] {
            let refused = may(&[scope, (name, value)], Access::Read).unwrap_err();
            let Refused::Forbidden(why) = &refused else { panic!("{refused:?}") };
            assert!(why.contains("send an access token"), "{why}");
        }
        for (name, value) in [("token_use", "access"), ("typ", "Bearer"), ("typ", "at+jwt")] {
            assert_eq!(may(&[scope, (name, value)], Access::Admin), Ok(()), "{name}");
        }
    }

    #[test]
    fn three_scopes_are_given_or_none() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(Scopes::of([None, None, None]), Ok(None));
        assert!(Scopes::of([some("r"), None, some("a")]).is_err());
        assert!(Scopes::of([some("r"), some("w x"), some("a")]).is_err());
        // One scope for everything is allowed.
        let one = Scopes::of([some("x"), some("x"), some("x")]).unwrap().unwrap();
        assert_eq!(one.check(&|name| (name == "scope").then(|| "x".into()), Access::Admin), Ok(()));
    }
}
