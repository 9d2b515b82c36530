use std::ops::Range;

use domain::Finding;
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{Source, layout::Chunk};
use crate::Error;

/// How many ranges of an object are read at once.
const AT_ONCE: usize = 4;

/// How many bytes of chunks that follow each other are read at once.
const SPAN: u64 = 512 * 1024;

/// The chunks of a result.
#[derive(Debug)]
pub(super) struct Chunks(Vec<Placed>);

/// A chunk, and where its findings are in the report and its bytes in the object.
#[derive(Clone, Debug)]
struct Placed {
    places: Range<u32>,
    bytes: Range<u64>,
}

impl Chunks {
    /// Of the index, from a byte of the object on.
    pub(super) fn of(chunks: &[Chunk], start: u64) -> Self {
        let (mut place, mut byte) = (0_u32, start);
        let placed = chunks.iter().map(|chunk| {
            let (first, from) = (place, byte);
            place = place.saturating_add(chunk.findings);
            byte = byte.saturating_add(chunk.bytes.into());
            Placed { places: first..place, bytes: from..byte }
        });
        Self(placed.collect())
    }

    /// How many findings there are.
    pub(super) fn findings(&self) -> u32 {
        self.0.last().map_or(0, |last| last.places.end)
    }

    /// The byte behind the last one.
    pub(super) fn end(&self, start: u64) -> u64 {
        self.0.last().map_or(start, |last| last.bytes.end)
    }

    /// The findings of some places, which are in order.
    pub(super) async fn read(
        &self,
        source: &Source,
        wanted: &[Range<u32>],
    ) -> Result<Vec<Finding>, Error> {
        let has = |chunk: &&Placed| {
            let at = wanted.partition_point(|places| places.end <= chunk.places.start);
            wanted.get(at).is_some_and(|places| places.start < chunk.places.end)
        };
        let read: Vec<Vec<Finding>> = stream::iter(spans(self.0.iter().filter(has)))
            .map(|span| of_span(source, span, wanted))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(read.into_iter().flatten().collect())
    }
}

/// Chunks that follow each other, together as far as they are read at once.
fn spans<'a>(chunks: impl Iterator<Item = &'a Placed>) -> Vec<Vec<Placed>> {
    let mut spans: Vec<Vec<Placed>> = Vec::new();
    for chunk in chunks {
        let fits = |span: &&mut Vec<Placed>| {
            let (first, last) = (span.first(), span.last());
            first.is_some_and(|first| chunk.bytes.end - first.bytes.start <= SPAN)
                && last.is_some_and(|last| last.bytes.end == chunk.bytes.start)
        };
        match spans.last_mut().filter(fits) {
            Some(span) => span.push(chunk.clone()),
            None => spans.push(vec![chunk.clone()]),
        }
    }
    spans
}

/// The findings of some places that are in a span.
async fn of_span(
    source: &Source,
    span: Vec<Placed>,
    wanted: &[Range<u32>],
) -> Result<Vec<Finding>, Error> {
    let Some((first, last)) = span.first().zip(span.last()) else { return Ok(Vec::new()) };
    let start = first.bytes.start;
    let bytes = source.bytes(start..last.bytes.end).await?;
    let within = first.places.start..last.places.end;
    let wanted: Vec<_> = wanted
        .iter()
        .filter(|places| places.start < within.end && within.start < places.end)
        .cloned()
        .collect();
    let key = source.key().to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let mut found = Vec::new();
        for chunk in span {
            let place = |byte: u64| usize::try_from(byte - start).unwrap_or(usize::MAX);
            let frame = bytes.get(place(chunk.bytes.start)..place(chunk.bytes.end));
            let json = zstd::decode_all(frame.unwrap_or_default())?;
            let mut number = 0;
            let lines = json.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            for (line, place) in lines.zip(chunk.places.clone()) {
                number += 1;
                let at = wanted.partition_point(|places| places.end <= place);
                if wanted.get(at).is_some_and(|places| places.start <= place) {
                    found.push(serde_json::from_slice(line)?);
                }
            }
            if number != chunk.places.len() {
                return Err("it is cut short".into());
            }
        }
        Ok::<_, crate::error::Source>(found)
    });
    let read = read.await.map_err(Error::unavailable("read the result"))?;
    read.map_err(|why| Error::unreadable(&key, why))
}
