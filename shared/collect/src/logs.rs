use aws_sdk_s3::{Client, operation::get_object::GetObjectOutput, primitives::ByteStream};
use domain::{Cause, GLOBAL, Service, Unread};
use futures::{StreamExt as _, stream};

use crate::{
    ApiCaller, ConcurrencyLimits, Target, anywhere,
    api_caller::Answer::{Is, Not},
    s3::{clients::Clients, locate},
};

const LIST: &str = "s3:ListBucket";
const GET: &str = "s3:GetObject";

/// The error code of an object that was deleted since it was listed.
const GONE: &str = "NoSuchKey";

/// How many objects are begun side by side; they are read one after the other.
const BEGUN: usize = 8;

/// How often an object is asked for again whose bytes break off.
const RESUMES: u32 = 4;

/// What comes of the objects under a prefix, one object after the other.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// An object begins; its key.
    Begin(&'a str),
    /// Its next bytes.
    Bytes(&'a [u8]),
    /// It ends.
    End,
    /// It was not read to its end, and why.
    Broken(&'a str),
}

/// Reads every object under a prefix whose key `wanted` takes; what is left out is for it to count.
///
/// No object is held in memory, and no more than a page of keys.
///
/// # Errors
///
/// Why the list was not read to its end. An object that could not be read is a piece, no error.
pub async fn read_logs(
    target: &Target,
    limits: &ConcurrencyLimits,
    (bucket, prefix): (&str, &str),
    mut wanted: impl FnMut(&str) -> bool,
    mut piece: impl FnMut(Piece<'_>),
) -> Result<(), Unread> {
    let reader = ApiCaller::new(target, limits, GLOBAL, Service::S3);
    let clients = Clients::new(target);
    let client = &clients.of(&region(target, &clients, &reader, bucket).await);
    let mut token = None;
    loop {
        let page = reader
            .ask(LIST, || {
                let request = client.list_objects_v2().bucket(bucket).prefix(prefix);
                request.set_continuation_token(token.clone()).send()
            })
            .await?;
        let mut keys = Vec::new();
        for object in page.contents.into_iter().flatten() {
            let nameless = || reader.gap(LIST, Cause::Failed("an object has no key".into()));
            keys.push(object.key.ok_or_else(nameless)?);
        }
        keys.retain(|key| wanted(key));
        let begun = stream::iter(keys).map(async |key| {
            let from = get(client, &reader, bucket, &key, None).await;
            (key, from)
        });
        let mut begun = std::pin::pin!(begun.buffered(BEGUN));
        while let Some((key, from)) = begun.next().await {
            piece(Piece::Begin(&key));
            let read = match from {
                Ok(object) => {
                    read(client, &reader, bucket, &key, object, |bytes| piece(Piece::Bytes(bytes)))
                        .await
                }
                Err(why) => Err(why),
            };
            match read {
                Ok(()) => piece(Piece::End),
                Err(why) => piece(Piece::Broken(&why)),
            }
        }
        token = reader.next(LIST, page.is_truncated == Some(true), page.next_continuation_token)?;
        if token.is_none() {
            return Ok(());
        }
    }
}

/// The region of a bucket; the configured one where it may not be asked.
async fn region(
    target: &Target,
    clients: &Clients<'_>,
    reader: &ApiCaller,
    bucket: &str,
) -> String {
    let located = locate(clients, &anywhere::regions(target), reader, bucket, None).await;
    located.ok().flatten().unwrap_or_else(|| target.near().to_owned())
}

/// Begins to read an object, at a byte where `from` tells one and which version it is.
async fn get(
    client: &Client,
    reader: &ApiCaller,
    bucket: &str,
    key: &str,
    from: Option<(u64, &str)>,
) -> Result<GetObjectOutput, String> {
    let ask = || {
        let request = client.get_object().bucket(bucket).key(key);
        let request = match from {
            Some((at, version)) => request.range(format!("bytes={at}-")).if_match(version),
            None => request,
        };
        request.send()
    };
    match reader.call(GET, &[GONE], ask).await {
        Ok(Is(object)) => Ok(object),
        Ok(Not(_)) => Err("it was deleted meanwhile".to_owned()),
        Err(unread) => Err(unread.to_string()),
    }
}

async fn read(
    client: &Client,
    reader: &ApiCaller,
    bucket: &str,
    key: &str,
    object: GetObjectOutput,
    mut bytes: impl FnMut(&[u8]),
) -> Result<(), String> {
    let length = object.content_length.and_then(|length| u64::try_from(length).ok());
    let version = object.e_tag.unwrap_or_default();
    let (mut body, mut at, mut resumes): (ByteStream, u64, u32) = (object.body, 0, 0);
    loop {
        let why = match body.next().await {
            Some(Ok(read)) => {
                at += read.len() as u64;
                bytes(&read);
                continue;
            }
            None if length.is_none_or(|length| at >= length) => return Ok(()),
            None => "the connection was closed".to_owned(),
            Some(Err(error)) => aws::reason(&error),
        };
        resumes += 1;
        if resumes > RESUMES {
            return Err(format!("its bytes broke off at {at}: {why}"));
        }
        body = get(client, reader, bucket, key, Some((at, &version))).await?.body;
    }
}
