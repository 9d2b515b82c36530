//! Values as compressed objects: JSON, by Zstandard.

use std::io::BufReader;

use bytes::Bytes;
use inventory::Snapshot;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::Error;

/// A value as it is kept. Packing takes a while, and the worker has other things to answer.
pub(crate) async fn pack<T: Serialize>(doing: &'static str, value: &T) -> Result<Bytes, Error> {
    let json = serde_json::to_vec(value).map_err(Error::unwritable)?;
    let packed = tokio::task::spawn_blocking(move || {
        zstd::encode_all(json.as_slice(), zstd::DEFAULT_COMPRESSION_LEVEL)
    });
    let packed = packed.await.map_err(Error::unavailable(doing))?;
    packed.map(Bytes::from).map_err(Error::unwritable)
}

/// Anything that [`pack`] packed. Its JSON is never in memory as a whole.
pub(crate) async fn unpack<T: DeserializeOwned + Send + 'static>(
    doing: &'static str,
    key: &str,
    bytes: Vec<u8>,
) -> Result<T, Error> {
    let of = key.to_owned();
    let read = tokio::task::spawn_blocking(move || parse(&of, &bytes)).await;
    read.map_err(Error::unavailable(doing))?
}

/// A snapshot that [`pack`] packed, if it is of this program's version.
///
/// It is read on the caller's thread: what another thread allocates does not serve the caller again once it is
/// freed, and an account's snapshot is large.
pub(crate) fn snapshot(key: &str, bytes: &[u8]) -> Result<Snapshot, Error> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let read: Result<Snapshot, _> = parse(key, bytes);
    // The rest of another version's may be unreadable, and its version is the better reason.
    let version = match &read {
        Ok(snapshot) => snapshot.version,
        Err(_) => parse::<Version>(key, bytes)?.version,
    };
    Snapshot::check_version(version).map_err(|source| Error::unreadable(key, source))?;
    read
}

fn parse<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, Error> {
    let unpacked = zstd::Decoder::with_buffer(bytes);
    let unpacked = unpacked.map_err(|source| Error::unreadable(key, source))?;
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(unpacked));
    let value = T::deserialize(&mut json).map_err(|source| Error::unreadable(key, source))?;
    json.end().map_err(|source| Error::unreadable(key, source))?;
    Ok(value)
}
