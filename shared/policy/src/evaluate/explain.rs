//! A decision in sentences.

use super::decision::{DecidingStatement, Decision, Layer, Outcome};
use super::unread::UnreadPolicy;
use crate::document::Effect;
use crate::request::{CallerKind, Request};
use std::fmt::{self, Write};

impl fmt::Display for DecidingStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sid {
            Some(sid) if !sid.is_empty() => write!(f, "statement `{sid}` of `{}`", self.policy),
            _ => write!(f, "statement {} of `{}`", self.index + 1, self.policy),
        }
    }
}

impl Decision {
    /// The decision and its reasons, in a few lines a person can read.
    ///
    /// ```
    /// use policy::{Caller, Policies, Request};
    /// let request = Request::new(Caller::parse("arn:aws:iam::111122223333:user/ana"), "s3:GetObject", "*");
    /// let text = Policies::new().evaluate(&request).explain(&request);
    /// assert!(text.starts_with("`arn:aws:iam::111122223333:user/ana` may not call `s3:GetObject` on `*`"));
    /// ```
    #[must_use]
    pub fn explain(&self, request: &Request) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write(request, &mut out);
        out
    }

    fn write(&self, request: &Request, out: &mut String) -> fmt::Result {
        let caller = match request.caller().kind() {
            CallerKind::Anonymous => "anyone without credentials".to_owned(),
            _ => format!("`{}`", request.caller().as_str()),
        };
        let verb = match self.outcome {
            Outcome::Allowed => "may call",
            Outcome::Depends if self.could_be_allowed() => "may or may not call",
            // Or it depends which of two refusals it is.
            Outcome::ExplicitlyDenied | Outcome::ImplicitlyDenied | Outcome::Depends => {
                "may not call"
            }
        };
        writeln!(out, "{caller} {verb} `{}` on `{}`.", request.action(), request.resource())?;
        match self.outcome {
            Outcome::Allowed => self.write_allowed(out)?,
            Outcome::ExplicitlyDenied => self.write_denied(out)?,
            Outcome::ImplicitlyDenied => {
                writeln!(out, "Nothing denies it, but {}.", missing_grant(self.layer))?;
            }
            Outcome::Depends => self.write_depends(out)?,
        }
        if !matches!(self.outcome, Outcome::Allowed | Outcome::Depends)
            && !self.blocked_by.is_empty()
        {
            let names: Vec<String> = self.blocked_by.iter().map(ToString::to_string).collect();
            writeln!(out, "Without {}, it would be allowed.", names.join(" and "))?;
        }
        if !self.could_deny.is_empty() {
            let also = if self.outcome == Outcome::Allowed { "" } else { "also " };
            writeln!(out, "Not read, and could {also}deny it: {}.", names(&self.could_deny))?;
        }
        Ok(())
    }

    fn write_allowed(&self, out: &mut String) -> fmt::Result {
        let nothing = if self.could_deny.is_empty() { "nothing" } else { "nothing that was read" };
        match self.layer {
            Layer::Root => {
                writeln!(out, "It is the root user of its account, and {nothing} denies it.")?;
            }
            Layer::Service => writeln!(out, "The service allows it to everyone with credentials.")?,
            layer => writeln!(out, "Allowed by {layer}, and {nothing} denies it:")?,
        }
        self.write_statements(out)
    }

    fn write_denied(&self, out: &mut String) -> fmt::Result {
        if self.layer == Layer::S3BlockPublicAccess {
            return writeln!(
                out,
                "The bucket's policy is public, and S3 Block Public Access restricts it to its account."
            );
        }
        writeln!(
            out,
            "Denied explicitly by {}; an explicit deny overrides every allow:",
            self.layer
        )?;
        self.write_statements(out)
    }

    fn write_depends(&self, out: &mut String) -> fmt::Result {
        let (best, worst) = self.between;
        write!(out, "It is {best} or {worst}, depending on ")?;
        match (self.depends_on.is_empty(), self.unread.is_empty()) {
            (_, true) => writeln!(out, "{}:", list(&self.depends_on))?,
            (true, false) => writeln!(out, "what was not read: {}.", names(&self.unread))?,
            (false, false) => writeln!(
                out,
                "{}, and on what was not read: {}.",
                list(&self.depends_on),
                names(&self.unread)
            )?,
        }
        self.write_statements(out)
    }

    fn write_statements(&self, out: &mut String) -> fmt::Result {
        for statement in &self.statements {
            let effect = match statement.effect {
                Effect::Allow => "allows",
                Effect::Deny => "denies",
            };
            write!(out, "- {statement} ({}) {effect} it", statement.layer)?;
            if statement.depends_on.is_empty() {
                writeln!(out)?;
            } else {
                writeln!(out, ", depending on {}", list(&statement.depends_on))?;
            }
        }
        Ok(())
    }
}

fn list(keys: &[Box<str>]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    quoted.join(", ")
}

fn names(policies: &[UnreadPolicy]) -> String {
    let names: Vec<&str> = policies.iter().map(|policy| &*policy.name).collect();
    names.join("; ")
}

fn missing_grant(layer: Layer) -> &'static str {
    match layer {
        Layer::Scp => "not every level of the organization allows it by a service control policy",
        Layer::Rcp => "the resource control policies do not allow it",
        Layer::VpcEndpoint => "the VPC endpoint policy does not allow it",
        Layer::Resource => {
            "the resource policy grants it neither to this caller nor to its account"
        }
        Layer::Identity => {
            "no identity policy allows it, nor does a resource policy name the caller"
        }
        Layer::Boundary => "the permissions boundary does not allow it",
        Layer::Session => "no session policy allows it",
        Layer::S3BlockPublicAccess => "S3 Block Public Access restricts the bucket to its account",
        Layer::Service => "the service keeps it to itself",
        Layer::Root => "the account's root user does not allow it",
    }
}
