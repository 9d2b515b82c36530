//! Finding the end of a JSON value that is not worth reading.

/// The bytes up to and with the end of the object or list that `bytes` begins with, by its braces
/// and quotes alone; nothing while it is not closed.
pub(super) fn value(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => at += string(bytes.get(at + 1..)?)?,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The bytes up to and with the quote that closes a string.
fn string(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_in_strings_close_nothing() {
        assert_eq!(value(br#"{"a": "}\"}", "b": [1, {}]}, {}"#), Some(27));
        assert_eq!(value(br#"{"a": "}"#), None);
        assert_eq!(value(br#"{"a": {}"#), None);
        assert_eq!(value(br#""\"", 1"#), Some(4));
    }
}
