//! Pieces of a pattern that hold `?`.

use super::Token;
use std::fmt;

/// Characters, some of which are open. Found by running all alignments at once, one bit each
/// (shift-and), so the text is read once: time is its length times the piece's length over 64.
#[derive(Debug, Clone)]
pub(super) struct Marks {
    run: Box<[Option<char>]>,
    /// The characters before the first open one.
    start: Box<str>,
}

impl Marks {
    pub(super) fn new(run: Vec<Option<char>>) -> Self {
        let start = run.iter().map_while(|wanted| *wanted).collect();
        Self { run: run.into(), start }
    }

    /// The bytes of the shortest text that fits.
    pub(super) fn shortest(&self) -> usize {
        self.run.iter().map(|wanted| wanted.map_or(1, char::len_utf8)).sum()
    }

    pub(super) fn literal_start(&self) -> &str {
        &self.start
    }

    pub(super) fn tokens(&self) -> impl Iterator<Item = Token> {
        self.run.iter().map(|wanted| wanted.map_or(Token::One, Token::Char))
    }

    pub(super) fn strip_start<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut rest = text.chars();
        for wanted in &self.run {
            let found = rest.next()?;
            if wanted.is_some_and(|wanted| wanted != found) {
                return None;
            }
        }
        Some(rest.as_str())
    }

    pub(super) fn strip_end<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut rest = text.chars();
        for wanted in self.run.iter().rev() {
            let found = rest.next_back()?;
            if wanted.is_some_and(|wanted| wanted != found) {
                return None;
            }
        }
        Some(rest.as_str())
    }

    /// What follows the first place where it fits.
    pub(super) fn after_first<'t>(&self, text: &'t str) -> Option<&'t str> {
        let words = self.run.len().div_ceil(64);
        let masks = Masks::new(&self.run, words);
        let mut state = vec![0_u64; words];
        let last_bit = 1_u64 << ((self.run.len() + 63) % 64);
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let mut carry = 1;
            for (word, mask) in state.iter_mut().zip(masks.of(c)) {
                let shifted = (*word << 1) | carry;
                carry = *word >> 63;
                *word = shifted & mask;
            }
            if state.last().is_some_and(|word| word & last_bit != 0) {
                return Some(rest.as_str());
            }
        }
        None
    }
}

/// For each character, at which places of the piece it may stand.
struct Masks {
    open: Vec<u64>,
    letters: Vec<(char, Vec<u64>)>,
}

impl Masks {
    fn new(run: &[Option<char>], words: usize) -> Self {
        let mut open = vec![0; words];
        let mut letters: Vec<char> = run.iter().flatten().copied().collect();
        letters.sort_unstable();
        letters.dedup();
        let mut letters: Vec<(char, Vec<u64>)> =
            letters.into_iter().map(|c| (c, vec![0; words])).collect();
        for (at, wanted) in run.iter().enumerate() {
            let mask = match wanted {
                None => Some(&mut open),
                Some(c) => letters
                    .binary_search_by_key(c, |(letter, _)| *letter)
                    .ok()
                    .and_then(|found| letters.get_mut(found))
                    .map(|(_, mask)| mask),
            };
            if let Some(word) = mask.and_then(|mask| mask.get_mut(at / 64)) {
                *word |= 1 << (at % 64);
            }
        }
        for (_, mask) in &mut letters {
            for (word, open) in mask.iter_mut().zip(&open) {
                *word |= open;
            }
        }
        Self { open, letters }
    }

    fn of(&self, c: char) -> &[u64] {
        let found = self.letters.binary_search_by_key(&c, |(letter, _)| *letter);
        found.ok().and_then(|at| self.letters.get(at)).map_or(&self.open, |(_, mask)| mask)
    }
}

impl fmt::Display for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.run.iter().try_for_each(|wanted| write!(f, "{}", wanted.unwrap_or('?')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_pieces_use_more_than_one_word() {
        let mut run: Vec<Option<char>> = vec![Some('a'); 70];
        run[66] = None;
        let marks = Marks::new(run);
        let mut text = "a".repeat(66);
        text.push_str("xaaa-rest");
        assert_eq!(marks.after_first(&format!("zz{text}")), Some("-rest"));
        assert_eq!(marks.after_first(&"a".repeat(69)), None);
        let exact = Marks::new(vec![None; 64]);
        assert_eq!(exact.after_first(&"b".repeat(65)), Some("b"));
        assert_eq!(exact.after_first(&"b".repeat(63)), None);
    }
}
