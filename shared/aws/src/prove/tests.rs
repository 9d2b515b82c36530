//! The proof against recorded answers of STS.

use std::sync::Mutex;

use tokio::task::JoinSet;

use super::*;
use recorded_aws::{
    Asked, Aws, Said, error,
    sts::{opened, whose},
};

const RIGHT: &str = "right-external-id";
const ACCOUNT: &str = "444455556666";

async fn attempt(sts: &Aws) -> Result<(), Doubt> {
    let role = format!("arn:aws:iam::{ACCOUNT}:role/CloudDoctorAuditRole").parse().unwrap();
    let name = SessionName::new("test").unwrap();
    let tried = prove(&sts.config("us-east-1"), &role, &RIGHT.parse().unwrap(), &name).await;
    if let Err(doubt) = &tried {
        let said = format!("{doubt} {doubt:?}");
        assert!(!said.contains(RIGHT) && !said.contains('\n'), "{said}");
    }
    tried
}

fn no() -> Said {
    error(403, "AccessDenied", "User: worker is not authorized to perform: sts:AssumeRole")
}

/// Which of the four calls this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Right,
    Whose,
    Without,
    Random,
}

fn step(asked: &Asked) -> Step {
    match asked.field("ExternalId") {
        _ if asked.is("GetCallerIdentity") => Step::Whose,
        Some(RIGHT) => Step::Right,
        Some(_) => Step::Random,
        None => Step::Without,
    }
}

/// A role as it should be.
fn enforced(step: Step) -> Said {
    match step {
        Step::Right => opened(ACCOUNT),
        Step::Whose => whose(ACCOUNT),
        Step::Without | Step::Random => no(),
    }
}

/// The same, where one call is answered otherwise.
fn but(other: Step, said: Said) -> Aws {
    Aws::new(move |asked| match step(asked) {
        this if this == other => said.clone(),
        this => enforced(this),
    })
}

#[tokio::test]
async fn a_role_that_enforces_its_external_id_is_proven_in_four_calls() {
    let sts = Aws::new(|asked| enforced(step(asked)));
    attempt(&sts).await.unwrap();
    let asked = sts.asked();
    let mut steps: Vec<_> = asked.iter().map(step).collect();
    steps.sort_by_key(|step| *step as u8);
    assert_eq!(steps, [Step::Right, Step::Whose, Step::Without, Step::Random]);
    for one in asked.iter().filter(|one| one.is("AssumeRole")) {
        assert_eq!(one.field("DurationSeconds").unwrap(), "900");
        let policy = one.field("Policy").unwrap();
        assert!(policy.contains("%22Deny%22"), "{policy}");
        assert_eq!(one.caller, "CALLER");
    }
    let whose = asked.iter().find(|one| step(one) == Step::Whose).unwrap();
    assert_eq!(whose.caller, "SESSION");
}

#[tokio::test]
async fn what_is_made_up_is_a_new_uuid_each_time() {
    let sts = Aws::new(|asked| enforced(step(asked)));
    attempt(&sts).await.unwrap();
    attempt(&sts).await.unwrap();
    let asked = sts.asked();
    let random = asked.iter().filter(|one| step(one) == Step::Random);
    let ids: Vec<Uuid> =
        random.map(|one| one.field("ExternalId").unwrap().parse().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids[0] != ids[1] && ids.iter().all(|id| id.get_version_num() == 4), "{ids:?}");
}

#[tokio::test]
async fn a_role_that_opens_to_a_wrong_external_id_is_open_and_its_session_is_not_used() {
    for (other, wrong) in [(Step::Without, Wrong::Without), (Step::Random, Wrong::Random)] {
        let sts = but(other, opened(ACCOUNT));
        match attempt(&sts).await {
            Err(Doubt::Open { wrong: found, .. }) => assert_eq!(found, wrong),
            tried => panic!("{tried:?}"),
        }
        assert_eq!(sts.asked().len(), 4, "nothing was asked with that session");
    }
    // Also where nothing else is known of the role.
    let sts = Aws::new(|asked| match step(asked) {
        Step::Random => opened(ACCOUNT),
        _ => error(400, "ExpiredToken", "expired"),
    });
    assert!(matches!(attempt(&sts).await, Err(Doubt::Open { wrong: Wrong::Random, .. })));
}

#[tokio::test]
async fn a_role_that_denies_the_right_external_id_is_refused() {
    let tried = attempt(&but(Step::Right, no())).await;
    assert!(matches!(tried, Err(Doubt::AssumeRoleError(_))), "{tried:?}");
    assert_eq!(proof(&tried, Timestamp::UNIX_EPOCH).outcome, ProofOutcome::Refused);
}

#[tokio::test]
async fn a_session_of_another_account_is_elsewhere() {
    for sts in [but(Step::Right, opened("999988887777")), but(Step::Whose, whose("999988887777"))] {
        match attempt(&sts).await {
            Err(Doubt::Elsewhere { account, .. }) => assert_eq!(account, "999988887777"),
            tried => panic!("{tried:?}"),
        }
    }
}

/// Errors that are neither yes nor no, none of which is worth asking again.
#[tokio::test]
async fn an_error_that_is_no_denial_leaves_it_unproven_at_every_step() {
    for other in [Step::Right, Step::Whose, Step::Without, Step::Random] {
        for code in ["ValidationError", "ExpiredToken", "RegionDisabledException", "AccessGranted"]
        {
            // STS repeats what it was sent.
            let sent = if other == Step::Right { RIGHT } else { "nothing" };
            let message = format!("Value '{sent}' at 'externalId' is malformed");
            let tried = attempt(&but(other, error(400, code, &message))).await;
            assert!(matches!(tried, Err(Doubt::Unproven { .. })), "{other:?} {code}: {tried:?}");
            let proof = proof(&tried, Timestamp::UNIX_EPOCH);
            assert_eq!(proof.outcome, ProofOutcome::Unproven);
            assert!(proof.reason.unwrap().contains(code));
        }
    }
}

#[tokio::test]
async fn throttling_that_passes_is_waited_for() {
    let sts = {
        let throttled = Mutex::new(Vec::new());
        Aws::new(move |asked| {
            let this = step(asked);
            let mut throttled = throttled.lock().unwrap();
            if throttled.contains(&this) {
                return enforced(this);
            }
            throttled.push(this);
            error(400, "Throttling", "Rate exceeded")
        })
    };
    attempt(&sts).await.unwrap();
    assert_eq!(sts.asked().len(), 8, "each of the four twice");
}

#[tokio::test]
async fn throttling_and_silence_that_stay_are_no_proof() {
    let mut trying = JoinSet::new();
    for said in [error(400, "Throttling", "Rate exceeded"), error(500, "InternalFailure", ""), None]
    {
        for other in [Step::Right, Step::Whose, Step::Without, Step::Random] {
            let said = said.clone();
            trying.spawn(async move { (other, attempt(&but(other, said)).await) });
        }
    }
    for (other, tried) in trying.join_all().await {
        assert!(matches!(tried, Err(Doubt::Unproven { .. })), "{other:?}: {tried:?}");
    }
}

#[test]
fn what_is_kept_of_a_proof_says_no_more_than_needed() {
    let kept = proof(&Ok(()), Timestamp::UNIX_EPOCH);
    let json = serde_json::json!({
        "tried_at": "1970-01-01T00:00:00Z", "outcome": "proven", "reason": null,
    });
    assert_eq!(serde_json::to_value(kept).unwrap(), json);
}
