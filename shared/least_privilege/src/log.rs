//! One log file, given piece by piece: gunzipped where it is gzip, and cut into records.

mod opening;
mod scanner;
mod skip;

use std::{fmt, io::Write as _};

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

/// A file whose bytes are fed to it, piece by piece.
///
/// It holds the longest record and what a few KiB of gzip unpack to, and no more.
#[derive(Debug)]
pub struct LogFile {
    scanner: Scanner,
    packing: Packing,
}

#[derive(Debug)]
enum Packing {
    /// Too few bytes to tell gzip from text.
    Unknown(Option<u8>),
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How much of gzip is unpacked at once: at its best, gzip packs a thousand bytes in one.
const UNPACKED_AT_ONCE: usize = 8 << 10;

impl LogFile {
    /// Begins a file; `name` is what troubles call it.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { scanner: Scanner::new(name), packing: Packing::Unknown(None) }
    }

    /// The next bytes of the file. What is wrong with them is noted in the [`Usage`].
    pub fn feed(&mut self, usage: &mut Usage<'_>, bytes: &[u8]) {
        let Packing::Unknown(first) = self.packing else { return self.give(usage, bytes) };
        let start: Vec<u8> = first.into_iter().chain(bytes.iter().copied()).take(2).collect();
        self.packing = match *start {
            [first, second] if [first, second] == GZIP => {
                Packing::Gzip(Box::new(MultiGzDecoder::new(Vec::new())))
            }
            [_, _] => Packing::Plain,
            _ => Packing::Unknown(start.first().copied()),
        };
        if !matches!(self.packing, Packing::Unknown(_)) {
            self.give(usage, first.as_slice());
            self.give(usage, bytes);
        }
    }

    fn give(&mut self, usage: &mut Usage<'_>, bytes: &[u8]) {
        match &mut self.packing {
            Packing::Unknown(_) | Packing::Plain => self.scanner.feed(usage, bytes),
            Packing::Gzip(decoder) => {
                for piece in bytes.chunks(UNPACKED_AT_ONCE) {
                    let written = decoder.write_all(piece);
                    self.scanner.feed(usage, decoder.get_ref());
                    decoder.get_mut().clear();
                    if let Err(error) = written {
                        let what = format!(
                            "the gzip data is damaged, and records shortly before that may be lost: {error}"
                        );
                        return self.scanner.give_up(usage, &what);
                    }
                }
            }
        }
    }

    /// Ends a file that could not be read to its end, and says why.
    pub fn broke_off(mut self, usage: &mut Usage<'_>, why: &str) {
        self.scanner.begin_at_all(usage);
        self.scanner.give_up(usage, &format!("it could not be read to its end: {why}"));
    }

    /// Ends the file: a record that is cut off is noted.
    pub fn finish(mut self, usage: &mut Usage<'_>) {
        if let Packing::Unknown(first) = self.packing {
            self.scanner.feed(usage, first.as_slice());
        }
        if let Packing::Gzip(decoder) = &mut self.packing {
            let ended = decoder.try_finish();
            self.scanner.feed(usage, decoder.get_ref());
            if let Err(error) = ended {
                self.scanner.give_up(usage, &format!("the gzip data is cut off: {error}"));
            }
        }
        self.scanner.finish(usage);
    }
}

#[cfg(test)]
mod tests;
