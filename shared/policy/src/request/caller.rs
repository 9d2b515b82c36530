//! Who asks.

use crate::Arn;

/// The principal of a request, taken apart once.
///
/// ```
/// use policy::{Caller, CallerKind};
/// let caller = Caller::parse("arn:aws:sts::111122223333:assumed-role/Reader/ana");
/// assert_eq!(caller.kind(), CallerKind::RoleSession);
/// assert_eq!(caller.account(), Some("111122223333"));
/// assert_eq!(Caller::parse("lambda.amazonaws.com").kind(), CallerKind::Service);
/// assert_eq!(Caller::anonymous().account(), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    kind: CallerKind,
    text: Box<str>,
    service_linked: bool,
}

/// The kinds of callers AWS tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// No credentials.
    Anonymous,
    /// An account's root user.
    Root,
    /// An IAM user.
    User,
    /// An IAM role in the abstract: what any of its sessions may do.
    Role,
    /// A session of a role.
    RoleSession,
    /// A session of `GetFederationToken`.
    FederatedSession,
    /// An identity provider's user (SAML, OIDC), asking for a role.
    Federated,
    /// An AWS service.
    Service,
    /// Anything else: an account's canonical id, say.
    Other,
}

const WEB_PROVIDERS: [&str; 4] = [
    "cognito-identity.amazonaws.com",
    "www.amazon.com",
    "graph.facebook.com",
    "accounts.google.com",
];

impl Caller {
    /// A request without credentials.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { kind: CallerKind::Anonymous, text: "".into(), service_linked: false }
    }

    /// Reads an ARN, a 12-digit account (its root user), a service's name or a web identity provider's.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let kind = kind(text);
        Self { kind, text: text.into(), service_linked: is_service_linked(kind, text) }
    }

    /// Says whether it is (a session of) a service-linked role, where the name does not tell.
    ///
    /// A role's ARN tells by its path `aws-service-role/`; a session's ARN has no path, so there the usual
    /// prefix `AWSServiceRoleFor` counts.
    #[must_use]
    pub fn service_linked(mut self, yes: bool) -> Self {
        self.service_linked = yes;
        self
    }

    /// Which kind.
    #[must_use]
    pub fn kind(&self) -> CallerKind {
        self.kind
    }

    /// As it was given; empty when anonymous.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its account, if it has one.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match Arn::split(&self.text) {
            Some(arn) => (!arn.account.is_empty()).then_some(arn.account),
            None => (self.kind == CallerKind::Root).then_some(&*self.text),
        }
    }

    /// Whether it is a service-linked role or a session of one.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        self.service_linked
    }

    pub(crate) fn known_keys(&self) -> Vec<(&'static str, String)> {
        let mut keys =
            vec![("aws:PrincipalIsAWSService", (self.kind == CallerKind::Service).to_string())];
        if let Some(account) = self.account() {
            keys.push(("aws:PrincipalAccount", account.to_owned()));
        }
        let kind = match self.kind {
            CallerKind::Anonymous => "Anonymous",
            CallerKind::Root => "Account",
            CallerKind::User => "User",
            CallerKind::Role | CallerKind::RoleSession => "AssumedRole",
            CallerKind::FederatedSession => "FederatedUser",
            CallerKind::Federated | CallerKind::Service | CallerKind::Other => return keys,
        };
        keys.push(("aws:PrincipalType", kind.to_owned()));
        let Some(arn) = Arn::split(&self.text) else { return keys };
        if self.kind == CallerKind::User {
            keys.push(("aws:username", arn.resource_name().to_owned()));
        }
        // A session's principal ARN is its role's, and a session's name does not tell the role's path.
        if self.kind != CallerKind::RoleSession {
            keys.push(("aws:PrincipalArn", self.text.clone().into()));
        }
        keys
    }
}

fn kind(text: &str) -> CallerKind {
    if let Some(arn) = Arn::split(text) {
        return match (arn.service, arn.resource_type()) {
            ("iam", None) if arn.resource == "root" => CallerKind::Root,
            ("iam", Some("user")) => CallerKind::User,
            ("iam", Some("role")) => CallerKind::Role,
            ("sts", Some("assumed-role")) => CallerKind::RoleSession,
            ("sts", Some("federated-user")) => CallerKind::FederatedSession,
            ("iam", Some("saml-provider" | "oidc-provider")) => CallerKind::Federated,
            _ => CallerKind::Other,
        };
    }
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        CallerKind::Root
    } else if WEB_PROVIDERS.contains(&text) {
        CallerKind::Federated
    } else if text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") {
        CallerKind::Service
    } else {
        CallerKind::Other
    }
}

fn is_service_linked(kind: CallerKind, text: &str) -> bool {
    let Some(arn) = Arn::split(text) else { return false };
    match kind {
        CallerKind::Role => arn.resource_id().starts_with("aws-service-role/"),
        CallerKind::RoleSession => arn.resource_id().starts_with("AWSServiceRoleFor"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_told() {
        for (text, kind) in [
            ("arn:aws:iam::111122223333:root", CallerKind::Root),
            ("111122223333", CallerKind::Root),
            ("arn:aws-cn:iam::111122223333:user/a/b", CallerKind::User),
            ("arn:aws:iam::111122223333:role/a", CallerKind::Role),
            ("arn:aws:sts::111122223333:assumed-role/a/s", CallerKind::RoleSession),
            ("arn:aws:sts::111122223333:federated-user/a", CallerKind::FederatedSession),
            ("arn:aws:iam::111122223333:saml-provider/p", CallerKind::Federated),
            ("accounts.google.com", CallerKind::Federated),
            ("ec2.amazonaws.com.cn", CallerKind::Service),
            ("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be", CallerKind::Other),
        ] {
            assert_eq!(Caller::parse(text).kind(), kind, "{text}");
        }
    }

    #[test]
    fn service_linked_roles_are_told_by_path_or_said() {
        assert!(
            Caller::parse(
                "arn:aws:iam::1:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
            )
            .is_service_linked()
        );
        assert!(
            Caller::parse("arn:aws:sts::1:assumed-role/AWSServiceRoleForX/s").is_service_linked()
        );
        let custom = Caller::parse("arn:aws:sts::1:assumed-role/Custom/s");
        assert!(!custom.is_service_linked() && custom.service_linked(true).is_service_linked());
    }
}
