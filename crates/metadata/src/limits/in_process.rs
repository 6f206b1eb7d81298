//! Counting in the memory of the one process that there is.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notespot_protocol::Timestamp;

use super::{Allowance, LimitKey, Taken};

/// Of each of the two kinds: bounds memory to about twenty megabytes.
const KEYS_MAX: usize = 100_000;

/// The windows that run. When there are too many, those that have ended are forgotten, and then those that took least: whoever
/// comes from a hundred thousand addresses does not make the ones who guess most free again.
///
/// Long windows are kept apart from those of a minute: however many ask, nobody's guesses are forgotten for them.
#[derive(Debug, Default)]
pub(crate) struct InProcess {
    short: Mutex<HashMap<LimitKey, Window>>,
    long: Mutex<HashMap<LimitKey, Window>>,
}

/// The longest of the short windows.
const SHORT: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, Debug)]
struct Window {
    used: u32,
    ends_at: Timestamp,
}

impl InProcess {
    pub(crate) fn take(&self, key: LimitKey, wanted: u32, allowance: Allowance, now: Timestamp) -> Taken {
        let mut windows = held(if allowance.window <= SHORT { &self.short } else { &self.long });
        if windows.len() >= KEYS_MAX && !windows.contains_key(&key) {
            make_room(&mut windows, now);
        }
        let fresh = Window { used: 0, ends_at: allowance.ends_at(now) };
        let window = windows.entry(key).or_insert(fresh);
        if window.ends_at <= now {
            *window = fresh;
        }
        let granted = allowance.grants(wanted, window.used);
        window.used = window.used.saturating_add(granted);
        Taken { granted, ends_at: window.ends_at }
    }

    pub(crate) fn give_back(&self, key: LimitKey, unused: u32) {
        for windows in [&self.short, &self.long] {
            if let Some(window) = held(windows).get_mut(&key) {
                window.used = window.used.saturating_sub(unused);
            }
        }
    }
}

fn held(windows: &Mutex<HashMap<LimitKey, Window>>) -> MutexGuard<'_, HashMap<LimitKey, Window>> {
    windows.lock().unwrap_or_else(PoisonError::into_inner)
}

fn make_room(windows: &mut HashMap<LimitKey, Window>, now: Timestamp) {
    windows.retain(|_, window| window.ends_at > now);
    let mut least = 1;
    // Each round forgets those that took less than twice as much as those of the round before: 32 at the most.
    while windows.len() > KEYS_MAX / 2 {
        windows.retain(|_, window| window.used > least);
        least = least.saturating_mul(2);
        if least == u32::MAX {
            windows.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Allowance = Allowance { most: 3, window: Duration::from_mins(1) };

    fn key(number: usize) -> LimitKey {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        LimitKey(bytes)
    }

    #[test]
    fn memory_is_bounded_and_those_who_took_most_are_not_forgotten() {
        let counts = InProcess::default();
        let now = Timestamp::now();
        assert_eq!(counts.take(key(usize::MAX), 3, FEW, now).granted, 3);
        for number in 0..3 * KEYS_MAX {
            assert_eq!(counts.take(key(number), 1, FEW, now).granted, 1);
        }
        assert!(held(&counts.short).len() <= KEYS_MAX);
        assert_eq!(counts.take(key(usize::MAX), 1, FEW, now).granted, 0);
    }

    #[test]
    fn room_is_made_also_where_all_took_as_much_as_they_may() {
        let counts = InProcess::default();
        let now = Timestamp::now();
        for number in 0..=KEYS_MAX {
            assert_eq!(counts.take(key(number), 3, FEW, now).granted, 3);
        }
        assert!(held(&counts.short).len() <= KEYS_MAX);
    }
}
