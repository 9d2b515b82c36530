use aws_sdk_guardduty::{
    Client,
    operation::{get_detector::GetDetectorOutput, list_detectors::ListDetectorsOutput},
    types::{
        DetectorFeatureConfigurationResult, DetectorFeatureResult, DetectorStatus, FeatureStatus,
    },
};
use domain::{Cause, Unread};
use inventory::{
    Known, Listing, Reads,
    guardduty::{DETECTORS, Detector, GuardDuty},
};

use crate::{ApiCaller, Target, api_caller::unknown_value, pages::Page};

const GET: &str = "guardduty:GetDetector";

/// The sources that every detector has; the others are protection plans that one may add.
///
/// Source: *GuardDuty foundational data sources*, Amazon GuardDuty User Guide.
const SOURCES: [DetectorFeatureResult; 3] = [
    DetectorFeatureResult::CloudTrail,
    DetectorFeatureResult::DnsLogs,
    DetectorFeatureResult::FlowLogs,
];

pub(crate) async fn read(target: &Target, caller: &ApiCaller, reads: &Reads) -> GuardDuty {
    if !reads.contains(&DETECTORS) {
        return GuardDuty::default();
    }
    let client = &Client::new(&target.in_region(caller.region()));
    let request = |token| client.list_detectors().set_next_token(token).send();
    let ids = caller
        .pages("guardduty:ListDetectors", request, |page: ListDetectorsOutput| Page {
            items: page.detector_ids.into_iter().flatten().map(Ok).collect(),
            next: Ok(page.next_token.filter(|token| !token.is_empty())),
        })
        .await;
    let mut detectors = Listing { items: Vec::new(), gaps: ids.gaps };
    for id in ids.items {
        let answer = caller.ask(GET, || client.get_detector().detector_id(&id).send()).await;
        detectors.items.push(detector(caller, id, answer));
    }
    GuardDuty { detectors }
}

fn detector(caller: &ApiCaller, id: String, answer: Result<GetDetectorOutput, Unread>) -> Detector {
    let answer = match answer {
        Ok(answer) => answer,
        Err(unread) => {
            let (enabled, sources_off) = (Known::Unread(unread.clone()), Known::Unread(unread));
            return Detector { id, enabled, sources_off };
        }
    };
    let enabled = match &answer.status {
        Some(DetectorStatus::Enabled) => Ok(true),
        Some(DetectorStatus::Disabled) => Ok(false),
        Some(other) => Err(unknown_value(&format!("`Status` of `{id}`"), other.as_str())),
        None => Err(Cause::Failed(format!("detector `{id}` has no `Status`"))),
    };
    let sources_off = sources_off(&id, answer.features.unwrap_or_default());
    let gap = |cause| caller.gap(GET, cause);
    Detector {
        id,
        enabled: enabled.map_err(gap).into(),
        sources_off: sources_off.map_err(gap).into(),
    }
}

/// The sources that are off. A detector that does not tell of one has it.
fn sources_off(
    id: &str,
    features: Vec<DetectorFeatureConfigurationResult>,
) -> Result<Vec<String>, Cause> {
    let (mut off, mut strange) = (Vec::new(), None);
    for feature in features {
        let Some(name) = feature.name.filter(|name| SOURCES.contains(name)) else { continue };
        match feature.status {
            Some(FeatureStatus::Enabled) => {}
            Some(FeatureStatus::Disabled) => off.push(name.as_str().to_owned()),
            status => {
                let source = format!("the status of `{}` of `{id}`", name.as_str());
                strange = Some(match status {
                    Some(other) => unknown_value(&source, other.as_str()),
                    None => Cause::Failed(format!("{source} is not told")),
                });
            }
        }
    }
    // One source that is off is enough for a failure, whatever the others are.
    match strange.filter(|_| off.is_empty()) {
        Some(cause) => Err(cause),
        None => Ok(off),
    }
}

#[cfg(test)]
mod tests;
