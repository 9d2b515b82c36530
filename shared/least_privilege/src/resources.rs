//! Which resources a call was about: ARNs from its record, by the resource types of its action.

mod leaves;
mod names;
mod shape;

use policy::facts::{AccessLevel, Facts};

use crate::record::Record;
pub(crate) use leaves::Leaves;
use names::{Special, special};
pub(crate) use shape::{Shape, escaped};

/// What is known of an action's resources, worked out once.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) action: Box<str>,
    pub(crate) types: Vec<Type>,
    /// Whether it may pass a role to a service.
    passes_roles: bool,
    on_copied: bool,
    special: Option<Special>,
}

/// A resource type of an action.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) shape: Shape,
    required: bool,
}

/// Where a record's call happened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) partition: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
}

/// A resource that an action was used on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The place of its type in [`Plan::types`]; nothing for `*`.
    pub(crate) kind: Option<usize>,
    /// What stands in a policy for it.
    pub(crate) pattern: String,
    /// Whether the record names it; otherwise the pattern covers every resource of its type.
    pub(crate) named: bool,
}

impl Plan {
    pub(crate) fn new(facts: &Facts, action: &str, on_copied: bool) -> Self {
        let service = action.split_once(':').map_or("", |(service, _)| service);
        let known = facts.service(service);
        let known = known.and_then(|service| Some((service, facts.action(action)?)));
        let types = known.map(|(service, action)| {
            let types = service.resource_types_of(action);
            types.map(|(kind, required)| Type {
                shape: Shape::new(service.prefix(), kind.arn()),
                required,
            })
        });
        let writes = known.is_some_and(|(_, action)| action.level() == AccessLevel::Write);
        Self {
            action: action.into(),
            types: types.into_iter().flatten().collect(),
            passes_roles: writes && !matches!(service, "iam" | "sts"),
            on_copied,
            special: special(action),
        }
    }

    /// Whether a record's parameters and resources matter at all.
    pub(crate) fn asks(&self) -> bool {
        !self.types.is_empty() || self.passes_roles
    }

    /// The resources of one call, at least one.
    pub(crate) fn resources(
        &self,
        place: Place<'_>,
        parameters: &Leaves<'_>,
        resources: &Leaves<'_>,
    ) -> Vec<Found> {
        let mut found = Vec::new();
        if self.on_copied {
            self.copied(place, parameters, &mut found);
        } else {
            let own = self.special.map(|special| special.arns(place, parameters));
            let own = own.unwrap_or_default();
            for (kind, of_kind) in self.types.iter().enumerate() {
                let mut add =
                    |pattern| found.push(Found { kind: Some(kind), pattern, named: true });
                let before = of_kind.arns(&own, parameters, resources, self.special);
                if before.is_empty() {
                    of_kind.shape.fill(place, parameters).into_iter().for_each(&mut add);
                } else {
                    before.into_iter().for_each(&mut add);
                }
            }
        }
        for (kind, of_kind) in self.types.iter().enumerate() {
            if of_kind.required && !found.iter().any(|found| found.kind == Some(kind)) {
                let pattern = of_kind.shape.any(place);
                found.push(Found { kind: Some(kind), pattern, named: false });
            }
        }
        if found.is_empty() {
            let named = self.types.is_empty();
            found.push(Found { kind: None, pattern: "*".to_owned(), named });
        }
        if let Some(special) = self.special {
            special.finish(parameters, &mut found);
        }
        found
    }

    /// What `x-amz-copy-source` names: `bucket/key`, with `/` before it or a version behind it.
    fn copied(&self, place: Place<'_>, parameters: &Leaves<'_>, found: &mut Vec<Found>) {
        for source in parameters.of("x-amz-copy-source") {
            let path = source.trim_start_matches('/');
            let path = path.split_once("?versionId=").map_or(path, |(path, _)| path);
            let path = names::percent_decoded(path);
            let arn = if path.starts_with("arn:") {
                path
            } else {
                format!("arn:{}:s3:::{path}", place.partition)
            };
            let kind = self.types.iter().position(|kind| kind.shape.matches(&arn));
            if kind.is_some() {
                found.push(Found { kind, pattern: escaped(&arn), named: true });
            }
        }
    }

    /// The roles that a call passes to a service, which takes `iam:PassRole` and leaves no record of
    /// its own.
    ///
    /// A parameter called `role` or `…RoleArn` of a call that changes something counts. Source: IAM
    /// User Guide, *Grant a user permissions to pass a role to an AWS service*.
    pub(crate) fn passed_roles<'l>(
        &self,
        parameters: &'l Leaves<'_>,
    ) -> impl Iterator<Item = &'l str> {
        let roles = parameters.iter().filter(|(key, value)| {
            let key = key.to_ascii_lowercase();
            (key == "role" || key.ends_with("rolearn"))
                && value.starts_with("arn:")
                && value.split(':').nth(2) == Some("iam")
                && value.split(':').nth(5).is_some_and(|resource| resource.starts_with("role/"))
        });
        roles.filter(|_| self.passes_roles).map(|(_, value)| value)
    }
}

impl Type {
    /// The ARNs of this type that a record has: in its parameters, else among its resources.
    fn arns(
        &self,
        own: &[String],
        parameters: &Leaves<'_>,
        resources: &Leaves<'_>,
        special: Option<Special>,
    ) -> Vec<String> {
        let fits = |text: &&str| text.starts_with("arn:") && self.shape.matches(text);
        let own = own.iter().map(String::as_str);
        let given = parameters.iter().map(|(_, value)| value);
        let mut found: Vec<String> = own.chain(given).filter(fits).map(escaped).collect();
        // A record of S3 lists all that it touched, be it read or written; its parameters tell.
        if found.is_empty() && special != Some(Special::Object) {
            found = resources.of("arn").filter(fits).map(escaped).collect();
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl<'a> Place<'a> {
    pub(crate) fn new(partition: &'a str, record: &'a Record<'_>) -> Self {
        Self { partition, region: record.region(), account: record.account() }
    }
}

#[cfg(test)]
mod tests;
