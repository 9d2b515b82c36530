use super::*;
use crate::{Cause, Service, Unread};

const THREE: &[&[&str]] =
    &[&["ec2:A", "iam:A", "s3:A"], &["kms:List", "kms:Get"], &["sns:List", "ec2:B"]];

/// What was read in one region: which actions were denied there, and which answered.
fn part(region: &str, denied: &[&str], answered: &[&str]) -> ServiceSnapshot {
    let unread = Unread { action: "".into(), cause: Cause::Denied, region: "".into() };
    let mut part = ServiceSnapshot::unread(Service::Ec2, region, unread);
    part.receipt.denied = denied.iter().map(|&action| action.into()).collect();
    part.answered = answered.iter().map(|&action| action.into()).collect();
    part
}

fn told(parts: &[ServiceSnapshot]) -> Option<(usize, usize, Vec<String>)> {
    let told = OutdatedRole::among(THREE, parts)?;
    Some((told.level, told.update_to, told.denied.into_iter().collect()))
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.into()).collect()
}

#[test]
fn what_a_newer_level_grants_and_is_denied_everywhere_tells_an_old_stack() {
    let parts = ["us-east-1", "eu-west-1"].map(|region| part(region, &["kms:List"], &["ec2:A"]));
    assert_eq!(told(&parts), Some((1, 3, names(&["kms:List"]))));
    let both = [part("us-east-1", &["kms:List", "sns:List", "ec2:B"], &["ec2:A"])];
    assert_eq!(told(&both), Some((1, 3, names(&["ec2:B", "kms:List", "sns:List"]))));
    // A stack of level 2 lacks level 3 alone.
    let second = [part("us-east-1", &["sns:List"], &["ec2:A", "kms:List"])];
    assert_eq!(told(&second), Some((2, 3, names(&["sns:List"]))));
}

#[test]
fn what_something_else_denies_is_no_old_stack() {
    assert_eq!(told(&[]), None);
    assert_eq!(told(&[part("us-east-1", &[], &["ec2:A"])]), None);
    // A key's own policy, or a region that an SCP denies: the action is answered elsewhere.
    assert_eq!(told(&[part("eu-west-1", &["kms:Get"], &["kms:Get"])]), None);
    let denied = part("ap-east-1", &["ec2:A", "kms:List"], &[]);
    assert_eq!(told(&[denied.clone(), part("eu-west-1", &[], &["ec2:A", "kms:List"])]), None);
    // An action of the same level, or of a newer one, is answered: the role has that level.
    assert_eq!(told(&[part("eu-west-1", &["kms:Get"], &["kms:List"])]), None);
    assert_eq!(told(&[part("eu-west-1", &["kms:Get"], &["sns:List"])]), None);
    // Nothing was answered: nothing tells that it is a role of the templates.
    assert_eq!(told(&[denied]), None);
    assert_eq!(told(&[part("ap-east-1", &["kms:List"], &[])]), None);
    // No action of any template.
    assert_eq!(told(&[part("us-east-1", &["sts:AssumeRole"], &["ec2:A"])]), None);
}

#[test]
fn what_other_things_deny_does_not_hide_an_old_stack() {
    // A bucket that denies an old action, in an account whose stack lacks a new one.
    let parts = [part("global", &["s3:A"], &["iam:A"]), part("us-east-1", &["kms:List"], &[])];
    assert_eq!(told(&parts), Some((1, 3, names(&["kms:List"]))));
}

#[test]
fn every_action_has_one_level() {
    let mut all = BTreeSet::new();
    for (below, level) in LEVELS.iter().enumerate() {
        assert!(!level.is_empty() && level.is_sorted(), "level {}", below + 1);
        for action in *level {
            assert!(all.insert(action), "`{action}` twice");
            assert_eq!(level_of(action), Some(below + 1));
        }
    }
    assert!([CLOSED, CLOSED + 1].contains(&LEVEL), "one level is open at most");
}

/// The stacks that customers have are not changed by changing a list here.
#[test]
fn a_closed_level_stays_as_it_was_handed_out() {
    let sums: Vec<_> = LEVELS.iter().take(CLOSED).map(|level| sum(level)).collect();
    assert_eq!(
        sums,
        [12_848_497_701_229_141_249],
        "a closed level was changed, or one was closed: add its sum"
    );
}

/// FNV-1a, which tells lists apart.
fn sum(actions: &[&str]) -> u64 {
    let bytes = actions.iter().flat_map(|action| action.bytes().chain([b'\n']));
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
