//! Counting many requests with few calls to the store: a server takes a share of what somebody may do in a window, and
//! spends it from memory.
//!
//! What a server has taken and nobody spends there is lost until the window's end: with shares of a fiftieth, several
//! servers together may refuse somebody a few hundredths early, and never let through more than the allowance.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notespot_metadata::limits::{Allowance, LimitKey, RateLimits, Taken};
use notespot_protocol::Timestamp;
use tokio::time::timeout;

/// Bounds memory to some ten megabytes.
const LEASES_MAX: usize = 100_000;
/// A store that takes longer is busy with more than counting.
const ANSWER_WITHIN: Duration = Duration::from_millis(500);
/// How long a store that did not answer is not asked.
const REST: Duration = Duration::from_secs(1);
/// How many shares an allowance has.
const SHARES: u32 = 50;

/// The shares of this process, for at most a hundred thousand who are counted. Where there are more, all are taken
/// anew: that costs calls to the store, and lets nobody through.
pub(super) struct Leases {
    store: Arc<dyn RateLimits>,
    /// The store did not answer in time: it is left alone until then.
    resting_until: Mutex<Option<Instant>>,
    held: Mutex<HashMap<LimitKey, Lease>>,
}

#[derive(Clone, Copy)]
struct Lease {
    left: u32,
    ends_at: Timestamp,
    /// Nothing is left at the store either.
    is_last: bool,
}

impl Leases {
    pub(super) fn new(store: Arc<dyn RateLimits>) -> Self {
        Self { store, resting_until: Mutex::default(), held: Mutex::default() }
    }

    /// Counts one; how long to wait where there are too many. While the store does not answer, nobody is refused.
    pub(super) async fn spend(
        &self,
        key: LimitKey,
        allowance: Allowance,
        now: Timestamp,
    ) -> Result<(), Duration> {
        if let Some(spent) = self.spend_held(key, now) {
            return spent;
        }
        let share = (allowance.most / SHARES).max(1);
        let Some(taken) = self.take(key, share, allowance, now).await else { return Ok(()) };
        let mut held = self.held();
        if held.len() >= LEASES_MAX && !held.contains_key(&key) {
            held.retain(|_, lease| lease.ends_at > now);
            if held.len() >= LEASES_MAX {
                held.clear();
            }
        }
        let fresh = Lease { left: 0, ends_at: taken.ends_at, is_last: false };
        let lease = held.entry(key).or_insert(fresh);
        if lease.ends_at != taken.ends_at {
            *lease = fresh;
        }
        lease.left = lease.left.saturating_add(taken.granted);
        lease.is_last = taken.granted < share;
        lease.spend(now).unwrap_or(Ok(()))
    }

    /// How long to wait, where it is known here that nothing is left.
    pub(super) fn ended(&self, key: LimitKey, now: Timestamp) -> Option<Duration> {
        let lease = *self.held().get(&key)?;
        (lease.ends_at > now && lease.left == 0 && lease.is_last).then(|| left_until(lease.ends_at, now))
    }

    /// `None` where the store does not answer: requests go on without being counted, and do not wait for it.
    async fn take(&self, key: LimitKey, share: u32, allowance: Allowance, now: Timestamp) -> Option<Taken> {
        let resting = *self.resting_until.lock().unwrap_or_else(PoisonError::into_inner);
        if resting.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let why = match timeout(ANSWER_WITHIN, self.store.take(key, share, allowance, now)).await {
            Ok(Ok(taken)) => return Some(taken),
            Ok(Err(error)) => error.to_string(),
            Err(elapsed) => elapsed.to_string(),
        };
        tracing::warn!(why, "requests are not counted for a second");
        *self.resting_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
        None
    }

    /// `None` where the store has to be asked.
    fn spend_held(&self, key: LimitKey, now: Timestamp) -> Option<Result<(), Duration>> {
        self.held().get_mut(&key).filter(|lease| lease.ends_at > now)?.spend(now)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<LimitKey, Lease>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    fn spend(&mut self, now: Timestamp) -> Option<Result<(), Duration>> {
        match self.left {
            0 if self.is_last => Some(Err(left_until(self.ends_at, now))),
            0 => None,
            left => {
                self.left = left - 1;
                Some(Ok(()))
            }
        }
    }
}

fn left_until(end: Timestamp, now: Timestamp) -> Duration {
    let millis = end.as_millis().saturating_sub(now.as_millis());
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use notespot_metadata::sqlite::SqliteMetadata;

    use super::*;

    const HUNDRED: Allowance = Allowance { most: 100, window: Duration::from_mins(1) };
    const KEY: LimitKey = LimitKey([7; 32]);

    async fn store() -> (tempfile::TempDir, Arc<SqliteMetadata>) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteMetadata::open(&folder.path().join("metadata.db")).await.unwrap();
        (folder, Arc::new(store))
    }

    #[tokio::test]
    async fn two_servers_let_through_as_many_as_one() {
        let (_folder, store) = store().await;
        let servers = [Leases::new(store.clone()), Leases::new(store)];
        let now = Timestamp::now();
        let mut passed = 0;
        for _ in 0..100 {
            for server in &servers {
                passed += u32::from(server.spend(KEY, HUNDRED, now).await.is_ok());
            }
        }
        assert_eq!(passed, HUNDRED.most);
        for server in &servers {
            assert_eq!(server.spend(KEY, HUNDRED, now).await, Err(HUNDRED.window));
            assert_eq!(server.ended(KEY, now), Some(HUNDRED.window));
            let next = now.plus(HUNDRED.window);
            assert_eq!(server.ended(KEY, next), None);
            server.spend(KEY, HUNDRED, next).await.unwrap();
        }
    }

    #[tokio::test]
    async fn those_who_ask_at_once_are_counted_each() {
        let (_folder, store) = store().await;
        let leases = Leases::new(store);
        let now = Timestamp::now();
        let all = futures_util::future::join_all((0..250).map(|_| leases.spend(KEY, HUNDRED, now))).await;
        assert_eq!(all.iter().filter(|spent| spent.is_ok()).count(), 100);
    }
}
