//! How often somebody may guess.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::Digest as _;

const WINDOW: Duration = Duration::from_mins(15);
/// Wrong passwords for one account from one address.
const PER_ACCOUNT: u32 = 8;
/// Wrong passwords for any accounts, and new accounts, from one address.
const PER_ADDRESS: u32 = 60;
/// Bounds memory to a few megabytes.
const KEYS_MAX: usize = 20_000;

/// Counts attempts since the process started.
#[derive(Default)]
pub(super) struct Attempts {
    counts: Mutex<HashMap<Key, Count>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Address(Option<IpAddr>),
    // A digest: its length does not depend on what somebody typed.
    Account(Option<IpAddr>, [u8; 32]),
}

struct Count {
    made: u32,
    since: Instant,
}

/// Too many; the next one is possible after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany(pub(super) Duration);

impl Attempts {
    /// Counts an attempt before it is made, so that many at once count too. `email` is absent where
    /// an account is to be made.
    pub(super) fn begin(
        &self,
        address: Option<IpAddr>,
        email: Option<&str>,
        now: Instant,
    ) -> Result<(), TooMany> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain_if_full(now);
        let account = email.map(|email| account_key(address, email));
        let limits = [(Some(address_key(address)), PER_ADDRESS), (account, PER_ACCOUNT)];
        for (key, most) in &limits {
            if let Some(count) = key.as_ref().and_then(|key| counts.get(key))
                && count.made >= *most
                && let Some(left) = WINDOW.checked_sub(now.duration_since(count.since))
                && !left.is_zero()
            {
                return Err(TooMany(left));
            }
        }
        for key in limits.into_iter().filter_map(|(key, _)| key) {
            let count = counts.entry(key).or_insert(Count { made: 0, since: now });
            if now.duration_since(count.since) >= WINDOW {
                *count = Count { made: 0, since: now };
            }
            count.made += 1;
        }
        Ok(())
    }

    /// The attempt was the right person: it does not count.
    pub(super) fn forgive(&self, address: Option<IpAddr>, email: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.remove(&account_key(address, email));
        if let Some(count) = counts.get_mut(&address_key(address)) {
            count.made = count.made.saturating_sub(1);
        }
    }
}

trait RetainIfFull {
    fn retain_if_full(&mut self, now: Instant);
}

impl RetainIfFull for HashMap<Key, Count> {
    fn retain_if_full(&mut self, now: Instant) {
        if self.len() < KEYS_MAX {
            return;
        }
        self.retain(|_, count| now.duration_since(count.since) < WINDOW);
        // Still full: hundreds of addresses at once. Addresses are kept, which bound the rest.
        if self.len() >= KEYS_MAX {
            self.retain(|key, _| matches!(key, Key::Address(_)));
        }
        if self.len() >= KEYS_MAX {
            self.clear();
        }
    }
}

fn address_key(address: Option<IpAddr>) -> Key {
    Key::Address(address.map(network))
}

fn account_key(address: Option<IpAddr>, email: &str) -> Key {
    Key::Account(address.map(network), sha2::Sha256::digest(email.trim().to_lowercase()).into())
}

/// One household holds a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_ninth_wrong_password_waits_and_others_do_not() {
        let attempts = Attempts::default();
        let now = Instant::now();
        for _ in 0..PER_ACCOUNT {
            attempts.begin(Some(ip("192.0.2.1")), Some("a@b.example"), now).unwrap();
        }
        let refused = attempts.begin(Some(ip("192.0.2.1")), Some(" A@B.example"), now);
        assert_eq!(refused, Err(TooMany(WINDOW)));
        attempts.begin(Some(ip("192.0.2.1")), Some("c@b.example"), now).unwrap();
        attempts.begin(Some(ip("192.0.2.2")), Some("a@b.example"), now).unwrap();
        attempts.begin(Some(ip("192.0.2.1")), Some("a@b.example"), now + WINDOW).unwrap();
    }

    #[test]
    fn an_address_cannot_try_one_password_on_every_account() {
        let attempts = Attempts::default();
        let now = Instant::now();
        let from = |n: u32| Some(ip(&format!("2001:db8::{n:x}")));
        for n in 0..PER_ADDRESS {
            attempts.begin(from(n), Some(&format!("{n}@b.example")), now).unwrap();
        }
        assert!(attempts.begin(from(999), Some("other@b.example"), now).is_err());
    }

    #[test]
    fn the_right_password_clears_the_count() {
        let attempts = Attempts::default();
        let now = Instant::now();
        for _ in 0..200 {
            attempts.begin(None, Some("a@b.example"), now).unwrap();
            attempts.forgive(None, "a@b.example");
        }
    }
}
