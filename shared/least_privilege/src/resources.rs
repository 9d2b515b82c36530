//! Which resources a call was about: ARNs from its record, by the resource types of its action.

mod leaves;
mod names;
mod shape;

use policy::facts::{AccessLevel, Facts, ResourceType, Service};

use crate::{asked::MayAsk, record::Record};
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
    pub(crate) on_copied: bool,
    /// What its parameters may ask for beside it.
    pub(crate) may_ask: MayAsk,
    special: Option<Special>,
}

/// A resource type of an action.
#[derive(Debug, Clone)]
pub(crate) struct Type {
    /// Its name in the Service Authorization Reference.
    name: Box<str>,
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
    /// What is known of the resources of an action, taken by a call of that name.
    pub(crate) fn new(facts: &Facts, action: &str, call: &str, on_copied: bool) -> Self {
        let service = action.split_once(':').map_or("", |(service, _)| service);
        let known = facts.service(service);
        let known = known.and_then(|service| Some((service, facts.action(action)?)));
        let of_path = known.filter(|(service, _)| service.prefix() == "apigateway");
        let of_path = of_path.map(|(service, _)| paths(service, call)).unwrap_or_default();
        let types = known.filter(|_| of_path.is_empty()).map(|(service, action)| {
            service.resource_types_of(action).flat_map(|(kind, required)| {
                Type::all(service.prefix(), kind).map(move |(name, shape)| Type {
                    name,
                    shape,
                    required,
                })
            })
        });
        let types: Vec<Type> = types.into_iter().flatten().chain(of_path).collect();
        let writes = known.is_some_and(|(_, action)| action.level() == AccessLevel::Write);
        Self {
            action: action.into(),
            types,
            passes_roles: writes && service != "sts" && (service != "iam" || action == PASSES),
            on_copied,
            may_ask: MayAsk::new(facts, action, call),
            special: special(action),
        }
    }

    /// Whether a record's parameters and resources matter at all.
    pub(crate) fn asks(&self) -> bool {
        !self.types.is_empty() || self.passes_roles || !self.may_ask.is_nothing()
    }

    /// The same for another action of the call, which works on what `first` works on: of its own types it keeps those.
    pub(crate) fn beside(facts: &Facts, first: &Self, action: &str) -> Self {
        let mut plan = Self::new(facts, action, "", first.on_copied);
        let shared = |kind: &Type| first.types.iter().any(|one| one.shape == kind.shape);
        if plan.types.iter().any(shared) {
            plan.types.retain(shared);
        }
        plan
    }

    /// The resources of one call, at least one.
    pub(crate) fn resources(
        &self,
        place: Place<'_>,
        parameters: &Leaves<'_>,
        resources: &Leaves<'_>,
    ) -> Vec<Found> {
        let mut found = Vec::new();
        let mut told = false;
        if self.on_copied {
            self.copied(place, parameters, &mut found);
        } else {
            let own = self.special.map(|special| special.arns(place, parameters));
            let own = own.unwrap_or_default();
            told = self.special.is_some_and(Special::tells_all) && !own.is_empty();
            for (kind, of_kind) in self.types.iter().enumerate() {
                if told && !own.iter().any(|arn| of_kind.shape.matches(arn)) {
                    continue;
                }
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
        for (kind, of_kind) in self.types.iter().enumerate().filter(|_| !told) {
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
            special.finish(place, parameters, &mut found);
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
    /// A role's ARN in a parameter with `role` in its name, of a call that changes something, counts; and a name where
    /// the service takes names. Source: IAM User Guide, *Grant a user permissions to pass a role to an AWS service*.
    pub(crate) fn passed_roles(&self, place: Place<'_>, parameters: &Leaves<'_>) -> Vec<String> {
        if !self.passes_roles {
            return Vec::new();
        }
        let service = self.action.split_once(':').map_or("", |(service, _)| service);
        let named = |key: &str| {
            NAMED_ROLES.iter().any(|row| row.0 == service && row.1.eq_ignore_ascii_case(key))
        };
        let mut passed = Vec::new();
        for (key, value) in parameters.iter() {
            let is_role = key.to_ascii_lowercase().contains("role")
                || key.eq_ignore_ascii_case("deliverLogsPermissionArn");
            if value.starts_with("arn:") {
                let is_arn = value.split(':').nth(2) == Some("iam")
                    && value.split(':').nth(5).is_some_and(|part| part.starts_with("role/"));
                if is_role && is_arn {
                    passed.push(escaped(value));
                }
            } else if named(key) && !value.is_empty() {
                let Place { partition, account, .. } = place;
                let role = format!("arn:{partition}:iam::{account}:role/");
                let name = escaped(value.trim_start_matches('/'));
                if !name.contains('/') {
                    passed.push(format!("{role}*/{name}"));
                }
                passed.push(format!("{role}{name}"));
            }
        }
        passed.sort_unstable();
        passed.dedup();
        passed
    }
}

/// The action of IAM that gives a role to a service.
///
/// Source: `AddRoleToInstanceProfile`, IAM API Reference.
const PASSES: &str = "iam:AddRoleToInstanceProfile";

/// Parameters that name a role which is passed, and not by its ARN: the service, the parameter. Source of each: the
/// service's API reference.
const NAMED_ROLES: &[(&str, &str)] = &[
    ("elasticmapreduce", "autoScalingRole"),
    ("elasticmapreduce", "serviceRole"),
    ("glue", "role"),
    ("iam", "roleName"),
    ("ssm", "iamRole"),
];

/// The types on whose paths a call of API Gateway works: its actions are the methods of HTTP, and the call's name tells
/// the rest. Nothing where it does not.
///
/// Source: *Actions, resources, and condition keys for Amazon API Gateway Management* and *Management V2*.
fn paths(service: &Service, call: &str) -> Vec<Type> {
    let verbs = ["Create", "Delete", "Export", "Get", "Import", "Put", "Reimport", "Update"];
    let Some((verb, noun)) = verbs.iter().find_map(|verb| Some((*verb, call.strip_prefix(*verb)?)))
    else {
        return Vec::new();
    };
    // What is made, one by one, lies below the list of all. REST's methods and their parts are put where they belong.
    let plural = match noun.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    let name = if matches!(verb, "Create" | "Import") { plural.as_str() } else { noun };
    let kinds = service.resource_types().iter().filter(|kind| kind.name() == name);
    let types = kinds.flat_map(|kind| Type::all(service.prefix(), kind));
    let mut types: Vec<Type> =
        types.map(|(name, shape)| Type { name, shape, required: false }).collect();
    if let [only] = types.as_mut_slice() {
        only.required = true;
    }
    types
}

impl Type {
    /// The types of one in the facts, which may have several ARNs.
    fn all(service: &str, kind: &ResourceType) -> impl Iterator<Item = (Box<str>, Shape)> {
        let arns = kind.arn().split(", ");
        arns.map(move |arn| (kind.name().into(), Shape::new(service, arn)))
    }

    /// Whether EC2 calls it so in a tag specification.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

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

    /// The place of what a call works on: catalogs and registries may be another account's, which a parameter tells.
    ///
    /// Source: `CatalogId`, AWS Glue API Reference; `registryId`, Amazon ECR API Reference.
    pub(crate) fn told_by(self, action: &str, parameters: &'a Leaves<'_>) -> Self {
        let name = match action.split_once(':').map_or("", |(service, _)| service) {
            "glue" | "lakeformation" => "catalogId",
            "ecr" => "registryId",
            _ => return self,
        };
        let is_account = |id: &&str| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
        match parameters.of(name).find(is_account) {
            Some(account) => Self { account, ..self },
            None => self,
        }
    }
}

#[cfg(test)]
mod tests;
