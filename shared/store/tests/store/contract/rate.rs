//! How often a tenant may ask for what costs.

use std::{num::NonZeroU32, time::Duration};

use futures::future::join_all;
use jiff::Timestamp;
use store::Store;

use crate::samples::{at, tenant};

pub(crate) async fn a_tenant_makes_so_many_calls_a_minute(store: &Store) {
    let (mine, other) = (tenant(), tenant());
    let four = NonZeroU32::new(4).unwrap();
    let take = async |now: Timestamp| store.take_call(&mine, "start", four, now).await.unwrap();
    // As many at once as in a minute, whoever counts.
    let asked = join_all((0..7).map(|_| take(at(0)))).await;
    assert_eq!(asked.iter().filter(|one| one.is_ok()).count(), 4, "{asked:?}");
    let seconds = Duration::from_secs;
    assert!(asked.iter().all(|one| one.is_ok() || *one == Err(seconds(15))), "{asked:?}");
    assert_eq!(take(at(10)).await, Err(seconds(5)));
    assert_eq!(store.take_call(&mine, "verify", four, at(10)).await.unwrap(), Ok(()));
    assert_eq!(store.take_call(&other, "start", four, at(10)).await.unwrap(), Ok(()));
    // One comes back every 15 seconds.
    assert_eq!(take(at(15)).await, Ok(()));
    assert_eq!(take(at(15)).await, Err(seconds(15)));
    assert_eq!(take(at(45)).await, Ok(()));
    assert_eq!(take(at(45)).await, Ok(()));
    assert_eq!(take(at(45)).await, Err(seconds(15)));
    // However long nobody asks, no more than a burst is saved.
    let later = join_all((0..9).map(|_| take(at(86_400 * 30)))).await;
    assert_eq!(later.iter().filter(|one| one.is_ok()).count(), 4, "{later:?}");
}

/// Of any calls at any times no minute sees more than a burst and what comes back in a minute.
pub(crate) async fn no_minute_sees_more_calls_than_two_bursts(store: &Store) {
    let mine = tenant();
    let five = NonZeroU32::new(5).unwrap();
    let mut random = 7_u64;
    let (mut now, mut let_in) = (0, Vec::new());
    for _ in 0..200 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        now += (random >> 33) % 9;
        match store.take_call(&mine, "keys", five, at(now)).await.unwrap() {
            Ok(()) => let_in.push(now),
            Err(wait) => {
                let refused = store.take_call(&mine, "keys", five, at(now)).await.unwrap();
                assert_eq!(refused, Err(wait), "a refused call costs nothing");
                now += wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                assert_eq!(store.take_call(&mine, "keys", five, at(now)).await.unwrap(), Ok(()));
                let_in.push(now);
            }
        }
    }
    for from in &let_in {
        let in_a_minute = let_in.iter().filter(|at| (*from..*from + 60).contains(*at)).count();
        assert!(in_a_minute <= 10, "{in_a_minute} from {from}");
    }
}
