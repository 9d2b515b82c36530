use inventory::kms::{KEYS, Key, ROTATION, Rotatable};

use crate::{
    Check, Context, Each, Exploitability, Exposure, Judgement, Privilege, Risk, fail, pass_with,
    seen,
};

pub(super) static CHECK: Check = Check {
    id: "kms_rotation",
    aliases: &[],
    risk: Risk {
        exposure: Exposure::Inside,
        privilege: Privilege::Resource,
        exploitability: Exploitability::Known,
    },
    worst: None,
    opt_in: false,
    thresholds: &["kms_rotation_days"],
    reads: &[KEYS, ROTATION],
    reference: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    rule: &Each(rotates),
};

fn rotates(key: &Key, context: &Context<'_>) -> Judgement {
    match key.rotatable.known()? {
        Rotatable::NotEnabled(state) => {
            return pass_with(seen("not_enabled").with("state", &**state));
        }
        Rotatable::Kind(kind) => return pass_with(seen("kind").with("kind", &**kind)),
        Rotatable::Origin(origin) => return pass_with(seen("origin").with("origin", &**origin)),
        Rotatable::Replica => return pass_with(seen("replica")),
        Rotatable::Yes => {}
    }
    let rotation = key.rotation.known()?;
    let limit = context.thresholds.kms_rotation_days;
    match rotation.period_days {
        _ if !rotation.enabled => fail(seen("off").with("limit", limit)),
        Some(days) if days > limit => {
            fail(seen("too_rare").with("days", days).with("limit", limit))
        }
        Some(days) => pass_with(seen("on").with("days", days)),
        // Before 2024 a year was the only period there was.
        None => pass_with(seen("on").with("days", 365_u32)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{context, unread};
    use inventory::{Known, Resource as _, kms::Rotation};

    fn judged(rotatable: Known<Rotatable>, rotation: Known<Rotation>) -> Judgement {
        rotates(&Key { rotatable, rotation, ..Key::secure() }, &context())
    }

    fn rotated(enabled: bool, period_days: Option<u32>) -> Judgement {
        judged(Rotatable::Yes.into(), Rotation { enabled, period_days }.into())
    }

    #[test]
    fn fails_where_kms_does_not_rotate_or_too_rarely() {
        assert_eq!(rotated(false, None), fail(seen("off").with("limit", 365_u32)));
        let rare = seen("too_rare").with("days", 366_u32).with("limit", 365_u32);
        assert_eq!(rotated(true, Some(366)), fail(rare));
        for (told, days) in [(Some(365), 365_u32), (Some(90), 90), (None, 365)] {
            assert_eq!(rotated(true, told), pass_with(seen("on").with("days", days)));
        }
    }

    #[test]
    fn nobody_is_blamed_for_a_key_that_kms_cannot_rotate() {
        for (why, told) in [
            (
                Rotatable::NotEnabled("Disabled".into()),
                seen("not_enabled").with("state", "Disabled"),
            ),
            (Rotatable::Kind("HMAC_256".into()), seen("kind").with("kind", "HMAC_256")),
            (Rotatable::Origin("EXTERNAL".into()), seen("origin").with("origin", "EXTERNAL")),
            (Rotatable::Replica, seen("replica")),
        ] {
            assert_eq!(judged(why.into(), Known::NotAsked), pass_with(told));
        }
    }

    #[test]
    fn what_was_not_read_is_unknown() {
        let why = unread("kms:DescribeKey");
        assert_eq!(judged(Known::Unread(why.clone()), Known::NotAsked), Err(why));
        let why = unread("kms:GetKeyRotationStatus");
        assert_eq!(judged(Rotatable::Yes.into(), Known::Unread(why.clone())), Err(why));
    }
}
