//! Chance that can be repeated.

use std::time::{Duration, SystemTime};

use crate::content;

/// Numbers drawn from a seed: the same ones for the same seed.
#[derive(Debug)]
pub struct Draws {
    seed: u64,
    drawn: u64,
}

impl Draws {
    /// From `NOTESPOT_SEED` where it is set, else from the clock. Says the seed on standard error,
    /// which a test runner shows when the test fails.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "a failure can only be repeated with its seed")]
    pub fn begin() -> Self {
        let given = std::env::var("NOTESPOT_SEED").ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            u64::from(now.subsec_nanos()) ^ now.as_secs()
        });
        eprintln!("NOTESPOT_SEED={seed} repeats these draws.");
        Self { seed, drawn: 0 }
    }

    /// Other draws that follow from these, for something that happens beside.
    #[must_use]
    pub fn beside(&mut self) -> Self {
        Self { seed: self.below(u64::MAX), drawn: 0 }
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.drawn += 1;
        let mut word = [0; 8];
        word.copy_from_slice(&content(self.seed ^ self.drawn.rotate_left(32), 8));
        u64::from_le_bytes(word) % limit.max(1)
    }

    /// A moment before this one, to the microsecond.
    pub fn moment(&mut self, before: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(before.as_micros()).unwrap_or(u64::MAX)))
    }

    /// One of these.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).unwrap_or_default()]
    }
}
