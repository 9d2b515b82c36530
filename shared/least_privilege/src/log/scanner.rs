//! Cutting JSON text into records, wherever its pieces happen to be cut.

use serde::Deserialize;
use serde_json::Deserializer;

use super::{Trouble, opening::opens_list, skip};
use crate::{Usage, record::Record};

/// The most bytes of one record.
///
/// CloudTrail's own bound is 256 KB, or 1 MB where events are enriched; what is longer is no record
/// of it. Source: *CloudTrail record contents*, "maximum event size".
pub const MOST_RECORD_BYTES: usize = 16 << 20;

/// Where in the file the next byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before anything, or after a whole `{"Records": […]}`.
    Outside,
    /// In a list of records, before the first or after a comma.
    Item,
    /// In a list of records, after one.
    AfterItem,
    /// After the list, where the object that holds it goes on.
    AfterList,
    /// Among records that follow each other without a list.
    Loose,
    /// The rest cannot be read.
    Lost,
}

#[derive(Debug)]
pub(super) struct Scanner {
    file: Box<str>,
    place: Place,
    buffer: Vec<u8>,
    /// How many bytes have to be there before it is worth trying again.
    wanted: usize,
    records: u64,
    /// Whether the list is in an object.
    in_object: bool,
    /// Whether the file is counted.
    begun: bool,
}

/// What one try came to.
enum Step {
    /// So many bytes are done with.
    Took(usize),
    /// More bytes are needed.
    Wait,
}

impl Scanner {
    pub(super) fn new(file: &str) -> Self {
        Self {
            file: file.into(),
            place: Place::Outside,
            buffer: Vec::new(),
            wanted: 0,
            records: 0,
            in_object: false,
            begun: false,
        }
    }

    /// Counts the file, once.
    pub(super) fn begin_at_all(&mut self, usage: &mut Usage<'_>) {
        if !std::mem::replace(&mut self.begun, true) {
            usage.counts.files += 1;
        }
    }

    pub(super) fn feed(&mut self, usage: &mut Usage<'_>, bytes: &[u8]) {
        self.begin_at_all(usage);
        usage.counts.bytes += bytes.len() as u64;
        if self.place == Place::Lost {
            return;
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= self.wanted {
            self.read(usage, false);
        }
    }

    pub(super) fn finish(mut self, usage: &mut Usage<'_>) {
        self.read(usage, true);
        let rest = self.buffer.trim_ascii();
        match self.place {
            Place::Lost => {}
            Place::Outside | Place::Loose if rest.is_empty() => {}
            Place::Loose | Place::Item if !rest.is_empty() => {
                self.trouble(usage, Some(self.records + 1), "it is cut off");
            }
            _ => self.trouble(usage, None, "the file ends before its list of records does"),
        }
    }

    /// Notes that the rest of the file is lost.
    pub(super) fn give_up(&mut self, usage: &mut Usage<'_>, what: &str) {
        if self.place != Place::Lost {
            self.place = Place::Lost;
            self.buffer = Vec::new();
            self.trouble(usage, None, what);
        }
    }

    fn trouble(&mut self, usage: &mut Usage<'_>, record: Option<u64>, what: &str) {
        usage.trouble(Trouble { file: self.file.clone(), record, what: what.into() });
    }

    fn read(&mut self, usage: &mut Usage<'_>, last: bool) {
        let buffer = std::mem::take(&mut self.buffer);
        let mut done = 0;
        loop {
            let rest = buffer.get(done..).unwrap_or_default();
            match self.step(usage, rest, last) {
                Step::Took(bytes) => done += bytes,
                Step::Wait => break,
            }
        }
        if self.place == Place::Lost {
            return;
        }
        self.buffer = buffer;
        self.buffer.drain(..done);
        // Trying again with every piece would read a long record over and over.
        self.wanted = self.buffer.len() * 2;
        if self.buffer.len() > MOST_RECORD_BYTES {
            let what = format!(
                "record {} is longer than {MOST_RECORD_BYTES} bytes; the rest of the file was not read",
                self.records + 1
            );
            self.give_up(usage, &what);
        }
    }

    fn step(&mut self, usage: &mut Usage<'_>, bytes: &[u8], last: bool) -> Step {
        let Some(at) = bytes.iter().position(|byte| !byte.is_ascii_whitespace()) else {
            return if bytes.is_empty() { Step::Wait } else { Step::Took(bytes.len()) };
        };
        if at > 0 {
            return Step::Took(at);
        }
        match (self.place, bytes.first()) {
            (Place::Lost, _) | (_, None) => Step::Wait,
            (Place::Outside, _) => self.begin(bytes, last),
            (Place::Item | Place::AfterItem, Some(b']')) => {
                self.place = if self.in_object { Place::AfterList } else { Place::Outside };
                Step::Took(1)
            }
            (Place::AfterItem, Some(b',')) => {
                self.place = Place::Item;
                Step::Took(1)
            }
            (Place::AfterList, Some(b'}')) => {
                self.place = Place::Outside;
                Step::Took(1)
            }
            (Place::AfterList, Some(b',')) => self.after_list(usage, bytes, last),
            (Place::AfterItem | Place::AfterList, _) => self.lose(usage, bytes),
            (Place::Item, _) => self.item(usage, bytes, last),
            (Place::Loose, Some(b'{')) if opens_list(bytes).is_some_and(|list| list > 0) => {
                self.place = Place::Outside;
                Step::Took(0)
            }
            (Place::Loose, _) => self.loose(usage, bytes, last),
        }
    }

    fn lose(&mut self, usage: &mut Usage<'_>, bytes: &[u8]) -> Step {
        let byte = bytes.first().copied().unwrap_or_default();
        let what = format!(
            "after record {} the text is no list of records: unexpected `{}`; the rest of the file was not read",
            self.records,
            byte.escape_ascii()
        );
        self.give_up(usage, &what);
        Step::Wait
    }

    /// Tells a list of records from records that stand alone.
    fn begin(&mut self, bytes: &[u8], last: bool) -> Step {
        if let Some(bom) = bytes.strip_prefix(b"\xef\xbb\xbf") {
            return Step::Took(bytes.len() - bom.len());
        }
        match bytes.first() {
            Some(b'[') => {
                (self.place, self.in_object) = (Place::Item, false);
                Step::Took(1)
            }
            Some(b'{') => match opens_list(bytes) {
                None if !last => Step::Wait,
                None | Some(0) => {
                    self.place = Place::Loose;
                    Step::Took(0)
                }
                Some(opening) => {
                    (self.place, self.in_object) = (Place::Item, true);
                    Step::Took(opening)
                }
            },
            // The first bytes of a byte-order mark.
            Some(0xef) if bytes.len() < 3 && !last => Step::Wait,
            _ => {
                self.place = Place::Loose;
                Step::Took(0)
            }
        }
    }

    /// Passes over what follows the list in its object, such as `NextToken`.
    fn after_list(&mut self, usage: &mut Usage<'_>, bytes: &[u8], last: bool) -> Step {
        // The object was opened long ago: its end is where the braces close once more.
        let mut open = vec![b'{'];
        open.extend_from_slice(bytes);
        match skip::value(&open) {
            Some(end) => {
                self.place = Place::Outside;
                Step::Took(end - 1)
            }
            None if last => self.lose(usage, bytes),
            None => Step::Wait,
        }
    }

    /// A record of a list.
    fn item(&mut self, usage: &mut Usage<'_>, bytes: &[u8], last: bool) -> Step {
        match self.record(usage, bytes, last) {
            Ok(Some(taken)) => {
                self.place = Place::AfterItem;
                Step::Took(taken)
            }
            Ok(None) => Step::Wait,
            // By its braces it ends somewhere, and the next record begins behind it.
            Err(what) => match skip::value(bytes) {
                Some(end) if matches!(bytes.first(), Some(b'{' | b'[' | b'"')) => {
                    self.bad(usage, &what);
                    self.place = Place::AfterItem;
                    Step::Took(end)
                }
                None if !last && bytes.len() <= MOST_RECORD_BYTES => Step::Wait,
                _ => {
                    self.bad(usage, &what);
                    self.give_up(usage, "the rest of the file was not read");
                    Step::Wait
                }
            },
        }
    }

    /// A record that stands alone, usually on a line.
    fn loose(&mut self, usage: &mut Usage<'_>, bytes: &[u8], last: bool) -> Step {
        match self.record(usage, bytes, last) {
            Ok(Some(taken)) => Step::Took(taken),
            Ok(None) => Step::Wait,
            Err(what) => match bytes.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    self.bad(usage, &what);
                    Step::Took(end)
                }
                None if last => {
                    self.bad(usage, &what);
                    Step::Took(bytes.len())
                }
                None => Step::Wait,
            },
        }
    }

    fn bad(&mut self, usage: &mut Usage<'_>, what: &str) {
        self.records += 1;
        usage.counts.bad += 1;
        self.trouble(usage, Some(self.records), what);
    }

    /// Reads the record that `bytes` begin with: its length, nothing while it is not whole, or what
    /// is wrong with it.
    fn record(
        &mut self,
        usage: &mut Usage<'_>,
        bytes: &[u8],
        last: bool,
    ) -> Result<Option<usize>, String> {
        let mut stream = Deserializer::from_slice(bytes).into_iter::<Record<'_>>();
        match stream.next() {
            None => Ok(None),
            Some(Ok(record)) => {
                let length = stream.byte_offset();
                self.take(usage, &record)?;
                Ok(Some(length))
            }
            Some(Err(error)) if error.is_eof() && !last => Ok(None),
            Some(Err(error)) if error.is_eof() => Err("it is cut off".to_owned()),
            Some(Err(error)) => Err(sentence(&error)),
        }
    }

    fn take(&mut self, usage: &mut Usage<'_>, record: &Record<'_>) -> Result<(), String> {
        match &record.inner {
            Some(text) => {
                let inner = Record::deserialize(&mut Deserializer::from_str(&text.0));
                usage.see(&inner.map_err(|error| sentence(&error))?)?;
            }
            None => usage.see(record)?,
        }
        self.records += 1;
        Ok(())
    }
}

/// What serde says, without its place in the piece, which is nowhere in the file.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    format!("it is no record of CloudTrail: {text}")
}
