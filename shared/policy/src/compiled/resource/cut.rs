//! Where a resource pattern is cut into segments.

/// Where the first five colons are that are not inside a variable, and how many there are.
pub(super) fn colons(text: &str, variables: bool) -> ([usize; 5], usize) {
    let mut found = [0; 5];
    let mut count = 0;
    let mut at = 0;
    while let (Some(place), Some(next)) =
        (found.get_mut(count), next(text, at, variables, |b| b == b':'))
    {
        (*place, at) = (next, next + 1);
        count += 1;
    }
    (found, count)
}

/// The first `/` or `:` that is not inside a variable.
pub(super) fn separator(text: &str, variables: bool) -> Option<usize> {
    next(text, 0, variables, |b| b == b'/' || b == b':')
}

/// The next wanted byte from `at` on, variables jumped over.
fn next(text: &str, at: usize, variables: bool, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = at;
    loop {
        let b = *bytes.get(at)?;
        if variables && b == b'$' && bytes.get(at + 1) == Some(&b'{') {
            // Where nothing is closed any more, nothing later is either.
            let Some(end) = bytes.get(at..)?.iter().position(|b| *b == b'}') else {
                return next(text, at, false, wanted);
            };
            at += end + 1;
        } else if wanted(b) {
            return Some(at);
        } else {
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_jumped_over() {
        let arn = "arn:aws:iam::${aws:PrincipalAccount}:role/a:b";
        assert_eq!(colons(arn, true), ([3, 7, 11, 12, 36], 5));
        assert_eq!(colons(arn, false), ([3, 7, 11, 12, 18], 5));
        assert_eq!(colons("arn:aws:s3", true), ([3, 7, 0, 0, 0], 2));
        assert_eq!(separator("${a/b}/c", true), Some(6));
        assert_eq!(separator("${a/b}/c", false), Some(3));
        assert_eq!(separator("${a/b", true), Some(3), "what is not closed is no variable");
        assert_eq!(separator("abc", true), None);
    }
}
