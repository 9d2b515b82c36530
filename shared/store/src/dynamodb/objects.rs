use aws_sdk_s3::{Client, primitives::ByteStream};
use domain::Report;

use crate::{Error, result};

/// The bucket of results.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub(super) client: Client,
    pub(super) name: String,
}

impl Bucket {
    pub(super) async fn put(&self, key: &str, report: &Report) -> Result<(), Error> {
        let doing = "keep the result";
        // Packing a large report takes a while, and the worker has other things to answer.
        let report = report.clone();
        let packed = tokio::task::spawn_blocking(move || result::pack(&report)).await;
        let packed = packed.map_err(Error::unavailable(doing))?.map_err(Error::unwritable)?;
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type("application/zstd")
            .body(ByteStream::from(packed))
            .send()
            .await
            .map_err(Error::unavailable(doing))?;
        Ok(())
    }

    pub(super) async fn get(&self, key: &str) -> Result<Report, Error> {
        let doing = "read the result";
        let object = self.client.get_object().bucket(&self.name).key(key).send().await;
        let object = object.map_err(Error::unavailable(doing))?;
        let bytes = object.body.collect().await.map_err(Error::unavailable(doing))?.into_bytes();
        let name = key.to_owned();
        let unpacked = tokio::task::spawn_blocking(move || result::unpack(&name, &bytes)).await;
        unpacked.map_err(Error::unavailable(doing))?
    }
}
