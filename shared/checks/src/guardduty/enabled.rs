use inventory::guardduty::{DETECTORS, GuardDuty};

use crate::{
    Check, Context, Exploitability, Exposure, Judgement, Once, Privilege, Risk, fail, pass, seen,
};

pub(super) static CHECK: Check = Check {
    id: "guardduty_enabled",
    aliases: &[],
    risk: Risk {
        exposure: Exposure::Inside,
        privilege: Privilege::Account,
        exploitability: Exploitability::Direct,
    },
    worst: None,
    opt_in: false,
    thresholds: &[],
    reads: &[DETECTORS],
    reference: "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html",
    rule: &Once(is_on),
};

fn is_on(guardduty: &GuardDuty, _: &Context<'_>) -> Judgement {
    let detectors = &guardduty.detectors;
    if detectors.whole().is_ok_and(<[_]>::is_empty) {
        return fail(seen("no_detector"));
    }
    let Some(on) = detectors.find(|detector| detector.enabled.known().copied())? else {
        return fail(seen("suspended"));
    };
    let off = on.sources_off.known()?;
    if off.is_empty() { pass() } else { fail(seen("sources_off").with("sources", off.clone())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{context, unread};
    use inventory::{Known, Listing, guardduty::Detector};

    fn judged(detectors: Listing<Detector>) -> Judgement {
        is_on(&GuardDuty { detectors }, &context())
    }

    #[test]
    fn passes_only_with_a_detector_that_looks_at_everything() {
        assert_eq!(judged(vec![Detector::secure()].into()), pass());
        assert_eq!(judged(Vec::new().into()), fail(seen("no_detector")));
        let suspended = Detector { enabled: false.into(), ..Detector::secure() };
        assert_eq!(judged(vec![suspended].into()), fail(seen("suspended")));
        let off = vec!["DNS_LOGS".to_owned()];
        let blind = Detector { sources_off: off.clone().into(), ..Detector::secure() };
        assert_eq!(judged(vec![blind].into()), fail(seen("sources_off").with("sources", off)));
    }

    #[test]
    fn what_was_not_read_is_unknown() {
        let why = unread("guardduty:ListDetectors");
        assert_eq!(judged(Listing::unread(why.clone())), Err(why));
        let why = unread("guardduty:GetDetector");
        let untold = Detector { enabled: Known::Unread(why.clone()), ..Detector::secure() };
        assert_eq!(judged(vec![untold].into()), Err(why.clone()));
        let blind = Detector { sources_off: Known::Unread(why.clone()), ..Detector::secure() };
        assert_eq!(judged(vec![blind].into()), Err(why));
    }
}
