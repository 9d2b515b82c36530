//! The stand-in itself is tested: a denial proves nothing if everything is denied, or nothing is.

use crate::support::StandIn;

#[test]
fn it_keeps_its_word() {
    let output = StandIn::python()
        .args(["-m", "unittest", "--buffer"])
        .output()
        .expect("the stand-in's own tests run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
