//! One service: its actions, resource types and condition keys.

use super::{
    compare, has_wildcard,
    key::{ConditionKey, KeyTable},
    matches,
};

/// A service of AWS, as IAM knows it.
#[derive(Debug, Default)]
pub struct Service {
    pub(super) prefix: Box<str>,
    pub(super) name: Box<str>,
    pub(super) actions: Vec<Action>,
    pub(super) resources: Vec<ResourceType>,
    pub(super) keys: KeyTable,
    pub(super) key_sets: Vec<Box<[u32]>>,
}

/// Something a service does, and IAM decides about.
#[derive(Debug)]
pub struct Action {
    pub(super) name: Box<str>,
    pub(super) level: AccessLevel,
    pub(super) key_set: u32,
    pub(super) dependent: Box<[Box<str>]>,
    pub(super) resources: Box<[ActionResource]>,
}

/// A resource type an action works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionResource {
    pub(super) resource: u32,
    pub(super) required: bool,
    pub(super) key_set: u32,
}

/// A kind of resource with its ARN.
#[derive(Debug)]
pub struct ResourceType {
    pub(super) name: Box<str>,
    pub(super) arn: Box<str>,
    /// The ARN with `*` for each placeholder.
    glob: Box<str>,
    pub(super) key_set: u32,
}

/// What an action can do to you, in AWS's five words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessLevel {
    /// Tells what there is.
    List,
    /// Reads what is in it.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Changes tags only.
    Tagging,
    /// Changes who may do what.
    PermissionsManagement,
}

impl Service {
    /// The prefix in action names, such as `s3`.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The name people use, such as `Amazon S3`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every action, by name in alphabetical order.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Every resource type.
    #[must_use]
    pub fn resource_types(&self) -> &[ResourceType] {
        &self.resources
    }

    /// Every condition key the service documents.
    pub fn condition_keys(&self) -> impl Iterator<Item = &ConditionKey> {
        self.keys.keys()
    }

    /// The action of that name (without the prefix), in any case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        let at = self.actions.binary_search_by(|action| compare(&action.name, name)).ok()?;
        self.actions.get(at)
    }

    /// The condition key of that full name, in any case.
    #[must_use]
    pub fn condition_key(&self, key: &str) -> Option<&ConditionKey> {
        self.keys.find(key)
    }

    /// The actions whose name a pattern covers.
    pub(super) fn matching<'a, 'p>(
        &'a self,
        pattern: &'p str,
    ) -> impl Iterator<Item = &'a Action> + use<'a, 'p> {
        // Actions are sorted, so the text before the first wildcard bounds where to look.
        let fixed = pattern.find(['*', '?']).map_or(pattern, |at| pattern.split_at(at).0);
        let from = self.actions.partition_point(|action| compare(&action.name, fixed).is_lt());
        let rest = self.actions.get(from..).unwrap_or(&[]).iter();
        let exact = !has_wildcard(pattern);
        rest.take_while(move |action| {
            action.name.get(..fixed.len()).is_some_and(|n| n.eq_ignore_ascii_case(fixed))
        })
        .filter(move |action| {
            if exact { action.name.len() == pattern.len() } else { matches(pattern, &action.name) }
        })
    }

    /// A resource type an action names, and whether the action requires it.
    pub fn resource_types_of<'a>(
        &'a self,
        action: &'a Action,
    ) -> impl Iterator<Item = (&'a ResourceType, bool)> {
        let known = |used: &ActionResource| {
            Some((self.resources.get(used.resource as usize)?, used.required))
        };
        action.resources.iter().filter_map(known)
    }

    /// The condition keys documented for an action: its own, those it has with each of its resource
    /// types, and those that describe the resource itself.
    pub fn keys_of<'a>(&'a self, action: &'a Action) -> impl Iterator<Item = &'a ConditionKey> {
        let of_resource = |used: &'a ActionResource| {
            let resource = self.resources.get(used.resource as usize);
            let described = resource.map_or(0, |resource| resource.key_set);
            let own = self.set(used.key_set).iter().copied();
            own.chain(self.set(described).iter().copied().filter(|key| self.is_resource_key(*key)))
        };
        let all = self.set(action.key_set).iter().copied();
        let all = all.chain(action.resources.iter().flat_map(of_resource));
        all.filter_map(|key| self.keys.get(key))
    }

    /// Whether an action supports the key of that full name. Global keys other than those for tags
    /// are not asked here.
    #[must_use]
    pub fn supports(&self, action: &Action, key: &str) -> bool {
        self.keys_of(action).any(|known| known.is(key))
    }

    /// Whether a resource type is documented with that key.
    #[must_use]
    pub fn describes(&self, resource: &ResourceType, key: &str) -> bool {
        let keys = self.set(resource.key_set).iter().filter_map(|key| self.keys.get(*key));
        keys.into_iter().any(|known| known.is(key))
    }

    fn set(&self, at: u32) -> &[u32] {
        self.key_sets.get(at as usize).map_or(&[], |set| set)
    }

    /// Keys that describe the resource go with every action on it; `aws:RequestTag` and
    /// `aws:TagKeys` describe the request and go only with actions that say so.
    fn is_resource_key(&self, key: u32) -> bool {
        self.keys.get(key).is_some_and(|key| {
            key.name().rsplit_once('/').is_some_and(|(head, _)| {
                head.rsplit_once(':').is_some_and(|(_, n)| n.eq_ignore_ascii_case("ResourceTag"))
            })
        })
    }
}

impl Action {
    /// The name without the service's prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it can do.
    #[must_use]
    pub fn level(&self) -> AccessLevel {
        self.level
    }

    /// Whether it works on no resource type, so that only `*` fits as its resource.
    #[must_use]
    pub fn is_wildcard_only(&self) -> bool {
        self.resources.is_empty()
    }

    /// Actions the caller needs besides this one, as full names.
    pub fn dependent_actions(&self) -> impl Iterator<Item = &str> {
        self.dependent.iter().map(|name| &**name)
    }
}

impl ResourceType {
    pub(super) fn new(name: &str, arn: &str, key_set: u32) -> Self {
        let mut glob = String::with_capacity(arn.len());
        let mut rest = arn;
        while let Some((before, placeholder)) = rest.split_once("${") {
            glob.push_str(before);
            glob.push('*');
            rest = placeholder.split_once('}').map_or("", |(_, after)| after);
        }
        glob.push_str(rest);
        Self { name: name.into(), arn: arn.into(), glob: glob.into(), key_set }
    }

    /// The ARN's pattern: [`ResourceType::arn`] with `*` for each placeholder.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.glob
    }

    /// The name in the Service Authorization Reference.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ARN with placeholders, such as `arn:${Partition}:s3:::${BucketName}`.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }
}
