//! Telling a list of records from what stands alone.

/// The bytes up to and with the `[` of `{"Records": [`; zero where the object begins otherwise,
/// nothing while that cannot be told.
pub(super) fn opens_list(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    let blank = |at: &mut usize| {
        while bytes.get(*at).is_some_and(u8::is_ascii_whitespace) {
            *at += 1;
        }
    };
    blank(&mut at);
    let rest = bytes.get(at..).unwrap_or_default();
    let mut key = None;
    for name in [&b"\"Records\""[..], b"\"Events\""] {
        if rest.len() < name.len() && name.starts_with(rest) {
            return None;
        }
        if rest.starts_with(name) {
            key = Some(name.len());
        }
    }
    let Some(key) = key else { return Some(0) };
    at += key;
    for expected in [b':', b'['] {
        blank(&mut at);
        match bytes.get(at) {
            None => return None,
            Some(byte) if *byte == expected => at += 1,
            Some(_) => return Some(0),
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_told_by_its_first_key() {
        assert_eq!(opens_list(br#"{"Records":[{"#), Some(12));
        assert_eq!(opens_list(b"{ \"Events\" : [ "), Some(14));
        for alone in [&br#"{"Records":{}"#[..], br#"{"Record":["#, br#"{"eventName":"x""#, b"{}"] {
            assert_eq!(opens_list(alone), Some(0));
        }
        for early in [&b"{"[..], b"{ ", br#"{"Rec"#, br#"{"Events""#, br#"{"Records": "#] {
            assert_eq!(opens_list(early), None);
        }
    }
}
