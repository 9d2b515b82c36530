use inventory::{Known, $service::{$used}};

use crate::{$names};

pub(super) static CHECK: Check = Check {
    id: "$check",
    aliases: &[],
$risk
    worst: None,
    opt_in: false,
    thresholds: &[],
    reads: &[$reads],
    reference: "$reference",
    rule: &$form(judge),
};

fn judge($takes, _: &Context<'_>) -> Judgement {
    // FILL-IN: the fact that decides, in place of one that nobody asked for; and a name for the rule.
    let fact = |_: &$subject| Known::<bool>::NotAsked;
    if $decided { pass() } else { fail(seen("off")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{context, unread};
$imported
    #[test]
    fn fails_where_it_should() {
        // FILL-IN: what passes, and for each way to fail a resource with one fact spoiled.
        assert_eq!(judge($secure, &context()), pass());
        assert_eq!(judge($secure, &context()), fail(seen("off")));
    }

    #[test]
    fn what_was_not_read_is_unknown() {
        // FILL-IN: each fact lost in turn, for a reason that has to come out again.
        let why = unread("FILL-IN");
        assert_eq!(judge($secure, &context()), Err(why));
    }
}
