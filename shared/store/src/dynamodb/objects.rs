use std::ops::Range;

use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    error::ProvideErrorMetadata as _,
    operation::get_object::GetObjectError,
    primitives::ByteStream,
    types::{Delete, ObjectIdentifier},
};
use bytes::Bytes;
use jiff::Timestamp;

use crate::{Error, table::Objects};

/// The bucket of snapshots and results.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
}

#[async_trait]
impl Objects for Bucket {
    async fn put(&self, doing: &'static str, key: &str, bytes: Bytes) -> Result<(), Error> {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type("application/zstd")
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(Error::unavailable(doing))?;
        Ok(())
    }

    async fn get(&self, doing: &'static str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let object = self.client.get_object().bucket(&self.name).key(key).send().await;
        match object {
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => {
                Ok(None)
            }
            Err(error) => Err(Error::unavailable(doing)(error)),
            Ok(object) => {
                let bytes = object.body.collect().await.map_err(Error::unavailable(doing))?;
                Ok(Some(bytes.into_bytes().into()))
            }
        }
    }

    async fn get_range(
        &self,
        doing: &'static str,
        key: &str,
        range: Range<u64>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let Some(last) = range.end.checked_sub(1).filter(|last| *last >= range.start) else {
            return Ok(Some(Vec::new()));
        };
        let request = self.client.get_object().bucket(&self.name).key(key);
        match request.range(format!("bytes={}-{last}", range.start)).send().await {
            Err(error) => match error.as_service_error() {
                Some(error) if error.is_no_such_key() => Ok(None),
                // It ends before the range begins.
                Some(error) if error.code() == Some("InvalidRange") => Ok(Some(Vec::new())),
                _ => Err(Error::unavailable(doing)(error)),
            },
            Ok(object) => {
                let bytes = object.body.collect().await.map_err(Error::unavailable(doing))?;
                Ok(Some(bytes.into_bytes().into()))
            }
        }
    }

    async fn delete(&self, doing: &'static str, prefix: &str) -> Result<(), Error> {
        loop {
            let listed = self
                .client
                .list_objects_v2()
                .bucket(&self.name)
                .prefix(prefix)
                .send()
                .await
                .map_err(Error::unavailable(doing))?;
            let found = listed.contents.unwrap_or_default().into_iter();
            let found: Vec<_> = found
                .filter_map(|object| ObjectIdentifier::builder().key(object.key?).build().ok())
                .collect();
            if found.is_empty() {
                return Ok(());
            }
            let delete = Delete::builder().set_objects(Some(found)).quiet(true).build();
            let delete = delete.map_err(Error::unwritable)?;
            let request = self.client.delete_objects().bucket(&self.name).delete(delete);
            let answer = request.send().await.map_err(Error::unavailable(doing))?;
            if let Some(failed) = answer.errors.unwrap_or_default().into_iter().next() {
                let why = failed.message.unwrap_or_else(|| "no reason given".into());
                return Err(Error::unavailable(doing)(why));
            }
        }
    }

    /// The bucket's lifecycle does it.
    async fn expire(&self, _: Timestamp) -> Result<(), Error> {
        Ok(())
    }
}
