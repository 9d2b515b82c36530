use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use domain::{Partition, Service};

use crate::{AssumeRole, AssumeRoleError, Session, SessionPolicy, open};

/// The IAM actions that reading a service takes, by service.
pub type Needs = BTreeMap<Service, BTreeSet<&'static str>>;

/// Services that share a session: what they need together fits its policy, and the session can do no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack(Needs);

impl Pack {
    /// Packs services into as few sessions as *first fit, largest first* finds; the same needs give the same packs.
    ///
    /// A service whose actions alone are too long for a session policy has a pack of its own.
    #[must_use]
    pub fn all(needs: Needs) -> Vec<Self> {
        let mut needs: Vec<_> = needs.into_iter().collect();
        // Stable: services of the same length stay in alphabetical order.
        needs.sort_by_key(|(_, actions)| std::cmp::Reverse(SessionPolicy::characters(actions)));
        let mut packs: Vec<Self> = Vec::new();
        for (service, actions) in needs {
            match packs.iter_mut().find(|pack| pack.takes(&actions)) {
                Some(pack) => _ = pack.0.insert(service, actions),
                None => packs.push(Self::of(service, actions)),
            }
        }
        packs.sort_by(|a, b| a.services().cmp(b.services()));
        packs
    }

    /// The pack of one service.
    #[must_use]
    pub fn of(service: Service, actions: BTreeSet<&'static str>) -> Self {
        Self([(service, actions)].into())
    }

    /// Its services, in alphabetical order.
    pub fn services(&self) -> impl Iterator<Item = Service> {
        self.0.keys().copied()
    }

    /// Whether a service is among them.
    #[must_use]
    pub fn has(&self, service: Service) -> bool {
        self.0.contains_key(&service)
    }

    /// What its session may do at most.
    #[must_use]
    pub fn policy(&self, partition: Partition) -> SessionPolicy {
        SessionPolicy::new(partition, &self.actions())
    }

    /// Its two halves; nothing where it is one service alone.
    #[must_use]
    pub fn halves(&self) -> Option<[Self; 2]> {
        let mut first = self.0.clone();
        let middle = *first.keys().nth(first.len() / 2).filter(|_| first.len() > 1)?;
        let second = first.split_off(&middle);
        Some([Self(first), Self(second)])
    }

    fn actions(&self) -> BTreeSet<&'static str> {
        self.0.values().flatten().copied().collect()
    }

    /// Whether a service with these actions still fits.
    fn takes(&self, actions: &BTreeSet<&'static str>) -> bool {
        SessionPolicy::fits(&self.actions().union(actions).copied().collect())
    }
}

/// Opens the session of a pack; `role` is the role, whatever its policy.
///
/// Where AWS finds the policy too large once it has packed it, the pack is split in two until each is taken: how
/// much it takes packed is not documented. One service alone that is still too large is told as the error it is.
pub async fn open_pack(
    config: &SdkConfig,
    role: &AssumeRole,
    pack: Pack,
) -> Vec<(Pack, Result<Session, AssumeRoleError>)> {
    let mut waiting = vec![pack];
    let mut opened = Vec::new();
    while let Some(pack) = waiting.pop() {
        let policy = pack.policy(role.role.account().partition);
        let session = open(config, AssumeRole { policy, ..role.clone() }).await;
        let too_large = session.as_ref().err().is_some_and(AssumeRoleError::is_too_large);
        match pack.halves().filter(|_| too_large) {
            Some(halves) => waiting.extend(halves),
            None => opened.push((pack, session)),
        }
    }
    opened
}

#[cfg(test)]
mod tests;
