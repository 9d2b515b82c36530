use std::{fmt, ops::Range, sync::Arc};

use crate::{Error, table::Objects};

/// How much is read first: most results as a whole, and the head of almost any.
const FIRST: u64 = 64 * 1024;

const DOING: &str = "read the result";

/// An object that is read in parts.
pub(crate) struct Source {
    objects: Arc<dyn Objects>,
    key: String,
    /// What was read of it first.
    first: Vec<u8>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.key).finish()
    }
}

impl Source {
    pub(crate) async fn open(objects: Arc<dyn Objects>, key: &str) -> Result<Self, Error> {
        let first = objects.get_range(DOING, key, 0..FIRST).await?;
        let first = first.ok_or_else(|| Error::unreadable(key, "it is gone"))?;
        Ok(Self { objects, key: key.to_owned(), first })
    }

    pub(super) fn first(&self) -> &[u8] {
        &self.first
    }

    /// So many bytes from a place on.
    pub(super) async fn bytes(&self, range: Range<u64>) -> Result<Vec<u8>, Error> {
        let within = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
        if let Some(bytes) = self.first.get(within(range.start)..within(range.end)) {
            return Ok(bytes.to_vec());
        }
        let wanted = range.end - range.start;
        let bytes = self.objects.get_range(DOING, &self.key, range).await?;
        let bytes = bytes.ok_or_else(|| self.unreadable("it is gone"))?;
        if bytes.len() as u64 == wanted {
            Ok(bytes)
        } else {
            Err(self.unreadable("it is cut short"))
        }
    }

    /// All of it.
    pub(super) async fn all(&self) -> Result<Vec<u8>, Error> {
        if (self.first.len() as u64) < FIRST {
            return Ok(self.first.clone());
        }
        let bytes = self.objects.get(DOING, &self.key).await?;
        bytes.ok_or_else(|| self.unreadable("it is gone"))
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn unreadable(&self, why: impl Into<crate::error::Source>) -> Error {
        Error::unreadable(&self.key, why)
    }
}
