//! Strings and their escapes.

use super::{Fault, Reader};
use crate::invisible::code_point;

impl Reader<'_> {
    pub(super) fn string(&mut self) -> Result<Box<str>, Fault> {
        let opening = self.at;
        self.at += 1;
        let plain = self.run();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(plain.into());
        }
        let mut out = String::from(plain);
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut out)?,
                Some(control) => {
                    let name = code_point(char::from(control));
                    let message =
                        format!("the character {name} in a string must be written as an escape");
                    return self.fault(message);
                }
                None => {
                    return Err(Fault {
                        message: "a string is not closed".to_owned(),
                        at: opening,
                    });
                }
            }
            let plain = self.run();
            out.push_str(plain);
        }
        self.at += 1;
        Ok(out.into_boxed_str())
    }
}

impl<'a> Reader<'a> {
    /// What stands before the next quote, backslash or control character.
    fn run(&mut self) -> &'a str {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length =
            rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
        self.at = start + length;
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn escape(&mut self, out: &mut String) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let c = self.unicode(start)?;
                out.push(c);
                return Ok(());
            }
            _ => return Err(self.unexpected("one of `\"\\/bfnrtu` after the backslash")),
        };
        self.at += 1;
        out.push(c);
        Ok(())
    }

    fn unicode(&mut self, start: usize) -> Result<char, Fault> {
        let half =
            Fault { message: "a `\\u` escape is only half of a character".to_owned(), at: start };
        let first = self.hex4()?;
        let code = match first {
            0xd800..=0xdbff => {
                if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b"\\u")) {
                    return Err(half);
                }
                self.at += 2;
                let second = self.hex4()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(half);
                }
                0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            other => other,
        };
        char::from_u32(code).ok_or(half)
    }

    fn hex4(&mut self) -> Result<u32, Fault> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected("four hexadecimal digits after `\\u`"));
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }
}
