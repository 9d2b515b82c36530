use std::mem;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Ask, Failure, Found, Method, OldAccessKey, OldAccessKeys, judge};
use inventory::iam::AccessKey;

/// A reading that has not ended: what was asked, and what is known so far. It can be kept as JSON and gone on with
/// later, by another process.
///
/// It holds the old keys alone and the names of the users still to be read, so that it stays small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partial {
    /// How the account is read.
    pub way: Method,
    /// What was asked.
    pub ask: Ask,
    /// When it was asked; ages count to it, however long the reading takes.
    pub asked_at: Timestamp,
    /// Whether all users are known: listed to the end, or the report is read.
    pub listed: bool,
    /// Where the list of users goes on.
    #[serde(default)]
    pub marker: Option<String>,
    /// When the report was made, once it is read.
    #[serde(default)]
    pub generated_time: Option<Timestamp>,
    /// The users whose keys are still to be read.
    #[serde(default)]
    pub waiting: Vec<String>,
    /// The old keys so far.
    #[serde(default)]
    pub found: Vec<OldAccessKey>,
    /// How far it is.
    #[serde(default)]
    pub seen: Seen,
}

/// How a reading ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All was read.
    Done(OldAccessKeys),
    /// The time was up, or it was stopped; it can go on from here.
    Unfinished(Partial),
}

/// How far a reading is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeysSeen))]
pub struct Seen {
    /// How many users were listed, root not counted.
    pub users: u64,
    /// How many of them are still to be read.
    pub waiting: u64,
    /// How many access keys were read.
    pub keys: u64,
}

impl Partial {
    /// A reading of which nothing is done yet.
    #[must_use]
    pub fn new(way: Method, ask: Ask, now: Timestamp) -> Self {
        Self {
            way,
            ask,
            asked_at: now,
            listed: false,
            marker: None,
            generated_time: None,
            waiting: Vec::new(),
            found: Vec::new(),
            seen: Seen::default(),
        }
    }

    /// Takes a page of users in; without a marker it is the last one.
    pub fn page(&mut self, users: Vec<String>, marker: Option<String>) {
        self.seen.users += count(users.len());
        // Users of earlier pages may be on their way.
        self.seen.waiting += count(users.len());
        self.waiting.extend(users);
        self.listed = marker.is_none();
        self.marker = marker;
    }

    /// Takes a report in, which was made at `generated`.
    pub fn report(&mut self, found: Found, generated: Timestamp) {
        self.seen = found.seen;
        self.found = found.old;
        self.generated_time = Some(generated);
        self.listed = true;
        if self.ask.include.key_id {
            let unnamed = self.found.iter().filter(|key| key.no_id_because.is_none());
            self.waiting = unnamed.map(|key| key.user_name.clone()).collect();
            // A user's rows follow each other: both keys of a user stand side by side.
            self.waiting.dedup();
        }
        self.seen.waiting = count(self.waiting.len());
    }

    /// Takes out the users that are still to be read; those that are not go back by [`Partial::requeue`].
    #[must_use]
    pub fn take_waiting(&mut self) -> Vec<String> {
        mem::take(&mut self.waiting)
    }

    /// Puts users back whose keys were not read.
    pub fn requeue(&mut self, users: impl IntoIterator<Item = String>) {
        self.waiting.extend(users);
        self.seen.waiting = count(self.waiting.len());
    }

    /// Gives the ids of a user's keys to those of them that are old; nothing where the user is gone.
    pub fn name(&mut self, user: &str, keys: Option<&[AccessKey]>) {
        for old in self.found.iter_mut().filter(|old| old.user_name == user) {
            judge::name(old, keys);
        }
    }

    /// The answer, where all is read.
    ///
    /// # Errors
    ///
    /// When it is not: why there is no answer yet.
    pub fn answer(self) -> Result<OldAccessKeys, Failure> {
        if !self.listed || !self.waiting.is_empty() {
            return Err(self.out_of_time());
        }
        Ok(match self.generated_time {
            None => OldAccessKeys::live(self.found),
            Some(generated) => OldAccessKeys::report(self.found, generated, self.asked_at),
        })
    }

    /// Why there is no answer, for somebody who does not go on with it.
    #[must_use]
    pub fn out_of_time(&self) -> Failure {
        if self.way == Method::Report && !self.listed {
            return Failure::InProgress;
        }
        let Seen { users, waiting, .. } = self.seen;
        let what = if self.listed {
            format!("the keys of {waiting} of {users} users were not read in time")
        } else {
            format!("the list of users, {users} so far, was not read to its end in time")
        };
        Failure::Timeout { what }
    }
}

fn count(length: usize) -> u64 {
    length.try_into().unwrap_or(u64::MAX)
}
