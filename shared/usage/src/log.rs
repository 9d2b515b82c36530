//! One log file, given piece by piece: gunzipped where it is gzip, and cut into records.

mod scanner;
mod skip;

use std::{
    fmt,
    io::{self, Write},
};

use flate2::write::MultiGzDecoder;

use crate::Usage;
pub use scanner::MOST_RECORD_BYTES;
use scanner::Scanner;

/// Something in a file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The file.
    pub file: Box<str>,
    /// The record in it, from 1; nothing where the rest of the file is lost.
    pub record: Option<u64>,
    /// What is wrong, in a sentence.
    pub what: Box<str>,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.file)?;
        match self.record {
            Some(record) => write!(f, ", record {record}: {}", self.what),
            None => write!(f, ": {}", self.what),
        }
    }
}

/// A file whose bytes are written to it; [`Usage::file`] begins one, [`LogFile::finish`] ends it.
///
/// It holds no more than the longest record, and 32 KiB beside it.
pub struct LogFile<'u, 'f> {
    inner: Inner<'u, 'f>,
}

enum Inner<'u, 'f> {
    /// Too few bytes to tell gzip from text.
    Unknown(Scanner<'u, 'f>, Option<u8>),
    Plain(Scanner<'u, 'f>),
    Gzip(Box<MultiGzDecoder<Scanner<'u, 'f>>>),
    Gone,
}

const GZIP: [u8; 2] = [0x1f, 0x8b];

impl<'u, 'f> LogFile<'u, 'f> {
    pub(crate) fn new(usage: &'u mut Usage<'f>, name: &str) -> Self {
        Self { inner: Inner::Unknown(Scanner::new(usage, name), None) }
    }

    /// The next bytes of the file. What is wrong with them is noted in the [`Usage`].
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        let mut joined = [0; 2];
        if let Inner::Unknown(..) = self.inner {
            let Inner::Unknown(scanner, first) = std::mem::replace(&mut self.inner, Inner::Gone)
            else {
                return;
            };
            let Some((first, rest)) = first
                .map(|first| (first, bytes))
                .or_else(|| bytes.split_first().map(|(first, rest)| (*first, rest)))
            else {
                self.inner = Inner::Unknown(scanner, None);
                return;
            };
            let Some((second, rest)) = rest.split_first() else {
                self.inner = Inner::Unknown(scanner, Some(first));
                return;
            };
            joined = [first, *second];
            bytes = rest;
            self.inner = if joined == GZIP {
                Inner::Gzip(Box::new(MultiGzDecoder::new(scanner)))
            } else {
                Inner::Plain(scanner)
            };
            self.give(&joined);
        }
        let _ = joined;
        self.give(bytes);
    }

    fn give(&mut self, bytes: &[u8]) {
        match &mut self.inner {
            Inner::Plain(scanner) => scanner.feed(bytes),
            Inner::Gzip(decoder) => {
                if let Err(error) = decoder.write_all(bytes) {
                    let what = format!("the gzip data is damaged: {error}");
                    decoder.get_mut().give_up(&what);
                }
            }
            Inner::Unknown(..) | Inner::Gone => {}
        }
    }

    /// Says that the file could not be read to its end, and why.
    pub fn broke_off(mut self, why: &str) {
        let what = format!("the file could not be read to its end: {why}");
        match &mut self.inner {
            Inner::Unknown(scanner, _) | Inner::Plain(scanner) => scanner.give_up(&what),
            Inner::Gzip(decoder) => decoder.get_mut().give_up(&what),
            Inner::Gone => {}
        }
    }

    /// Ends the file: a record that is cut off is noted.
    pub fn finish(self) {
        match self.inner {
            Inner::Unknown(mut scanner, first) => {
                scanner.feed(first.as_slice());
                scanner.finish();
            }
            Inner::Plain(scanner) => scanner.finish(),
            Inner::Gzip(mut decoder) => match decoder.try_finish() {
                Ok(()) => {
                    if let Ok(scanner) = decoder.finish() {
                        scanner.finish();
                    }
                }
                Err(error) => {
                    let what = format!("the gzip data is cut off: {error}");
                    decoder.get_mut().give_up(&what);
                }
            },
            Inner::Gone => {}
        }
    }
}

impl Write for Scanner<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.feed(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
