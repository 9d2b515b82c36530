//! Values as compressed objects: JSON, by Zstandard.

use std::io::BufReader;

use inventory::Snapshot;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::Error;

/// A value as it is kept. Packing takes a while, and the worker has other things to answer.
pub(crate) async fn pack<T: Serialize>(doing: &'static str, value: &T) -> Result<Vec<u8>, Error> {
    compress(doing, serde_json::to_vec(value).map_err(Error::unwritable)?).await
}

/// Bytes as one frame of Zstandard.
pub(crate) async fn compress(doing: &'static str, bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
    let packed = tokio::task::spawn_blocking(move || {
        zstd::encode_all(bytes.as_slice(), zstd::DEFAULT_COMPRESSION_LEVEL)
    });
    let packed = packed.await.map_err(Error::unavailable(doing))?;
    packed.map_err(Error::unwritable)
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
pub(crate) async fn snapshot(key: &str, bytes: Vec<u8>) -> Result<Snapshot, Error> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let doing = "read a snapshot";
    let of = key.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let read: Result<Snapshot, _> = parse(&of, &bytes);
        // The rest of another version's may be unreadable, and its version is the better reason.
        let version = match &read {
            Ok(snapshot) => snapshot.version,
            Err(_) => parse::<Version>(&of, &bytes)?.version,
        };
        Snapshot::check_version(version).map_err(|source| Error::unreadable(&of, source))?;
        read
    });
    read.await.map_err(Error::unavailable(doing))?
}

fn parse<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, Error> {
    let unpacked = zstd::Decoder::with_buffer(bytes);
    let unpacked = unpacked.map_err(|source| Error::unreadable(key, source))?;
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(unpacked));
    let value = T::deserialize(&mut json).map_err(|source| Error::unreadable(key, source))?;
    json.end().map_err(|source| Error::unreadable(key, source))?;
    Ok(value)
}
