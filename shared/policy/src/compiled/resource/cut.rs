//! ARNs with fewer than six segments.

use super::{Question, Side, side_of};
use crate::compiled::PolicyKind;
use crate::template::{Syntax, Template};

/// An ARN cut short. Documented for identity policies: the segments that are missing count as `*`
/// ([ARNs](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html)). A `*` that is already there may
/// also run on over colons, so that nothing is missing: `arn:aws:sqs:*:jobs`.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    completed: Option<Template>,
    written: Option<Template>,
    /// Whether `NotResource` means all the others. Not where AWS documents nothing about such ARNs.
    turns_round: bool,
}

impl Cut {
    pub(super) fn new(text: &str, missing: usize, kind: PolicyKind, variables: bool) -> Self {
        let template = |text: &str| Template::new(text, Syntax { variables, wildcards: true });
        let identity = matches!(kind, PolicyKind::Identity | PolicyKind::Boundary);
        // Organizations take such an ARN as it stands.
        let completes = kind != PolicyKind::Scp;
        Self {
            completed: completes.then(|| template(&format!("{text}{}", ":*".repeat(missing)))),
            written: text.contains('*').then(|| template(text)),
            turns_round: identity,
        }
    }

    pub(super) fn side<'a>(&'a self, question: Question<'_>, missing: &mut Vec<&'a str>) -> Side {
        let mut side = if self.turns_round { Side::Outside } else { Side::Void };
        for template in self.completed.iter().chain(&self.written) {
            match side_of(template, question, missing) {
                Side::Inside => return Side::Inside,
                Side::Outside => {}
                Side::Void if side == Side::Unknown => {}
                other => side = other,
            }
        }
        side
    }
}

/// How many of the first five colons there are, those inside of variables aside.
pub(super) fn colons(text: &str, variables: bool) -> usize {
    let mut rest = text;
    let mut count = 0;
    while let Some(at) = rest.find([':', '$']).filter(|_| count < 5) {
        let (_, found) = rest.split_at_checked(at).unwrap_or(("", rest));
        rest = if let Some(open) = found.strip_prefix("${").filter(|_| variables) {
            // What is not closed is no variable, and nothing after it is one either.
            let Some((_, after)) = open.split_once('}') else {
                return 5.min(count + found.matches(':').count());
            };
            after
        } else {
            count += usize::from(found.starts_with(':'));
            found.get(1..).unwrap_or("")
        };
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_jumped_over() {
        let arn = "arn:aws:iam::${aws:PrincipalAccount}:role/a:b";
        assert_eq!(colons(arn, true), 5);
        assert_eq!(colons("arn:aws:iam::${aws:PrincipalAccount}", true), 4);
        assert_eq!(colons("arn:aws:iam::${aws:PrincipalAccount}", false), 5);
        assert_eq!(colons("arn:aws:s3", true), 2);
        assert_eq!(colons("arn:aws:s3:${a:b", true), 4, "what is not closed is no variable");
        assert_eq!(colons("arn:$:${$}:", true), 3);
        assert_eq!(colons("", true), 0);
    }
}
