//! Opaque access tokens (`oat_…`), which Clerk gives to OAuth applications made before January 2026: what they
//! stand for is asked of its Backend API, and kept for a minute.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notespot_protocol::Sha256;
use sha2::Digest as _;

use super::{AuthError, refused};
use crate::identity::clerk::{Backend, BackendError, OpaqueToken};

/// What the tokens begin with.
pub(super) const PREFIX: &str = "oat_";
/// Clerk's have some 40 characters.
const TOKEN_MAX_BYTES: usize = 256;
/// How long an answer is kept, a no as well as a yes: a token that was revoked opens something for as long.
const KEPT_FOR: Duration = Duration::from_mins(1);
/// Answers of each kind that are kept: at most some 10 MiB together. Made-up tokens cannot drive out real ones.
const KEPT_MAX: usize = 10_000;
/// Calls at once at most, and one for each token.
const LANES: usize = 16;
/// How long a request waits for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(5);

/// Asks the Backend API about opaque tokens. Keeps hashes of them only.
pub(super) struct OpaqueTokens {
    pub(super) backend: Backend,
    held: Mutex<Held>,
    lanes: [tokio::sync::Mutex<()>; LANES],
    lane_of: RandomState,
}

#[derive(Default)]
struct Held {
    good: Kept<OpaqueToken>,
    bad: Kept<()>,
}

/// Answers with the time until which they are used.
struct Kept<T>(HashMap<Sha256, (Instant, T)>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Clone> Kept<T> {
    fn get(&self, hash: Sha256, now: Instant) -> Option<T> {
        self.0.get(&hash).filter(|(until, _)| *until > now).map(|(_, answer)| answer.clone())
    }

    fn put(&mut self, hash: Sha256, now: Instant, answer: T) {
        if self.0.len() >= KEPT_MAX {
            self.0.retain(|_, (until, _)| *until > now);
        }
        // All of them are of the last minute: they are asked about again, which costs a call each.
        if self.0.len() >= KEPT_MAX {
            self.0.clear();
        }
        self.0.insert(hash, (now + KEPT_FOR, answer));
    }
}

impl OpaqueTokens {
    pub(super) fn new(backend: Backend) -> Self {
        let lanes = std::array::from_fn(|_| tokio::sync::Mutex::new(()));
        Self { backend, held: Mutex::default(), lanes, lane_of: RandomState::new() }
    }

    /// What the token stands for, if Clerk knows it and it was neither revoked nor has expired.
    pub(super) async fn check(&self, token: &str) -> Result<OpaqueToken, AuthError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if token.len() > TOKEN_MAX_BYTES || !token.bytes().all(plain) {
            return Err(refused("no token of Clerk's"));
        }
        let hash = Sha256::from_bytes(sha2::Sha256::digest(token).into());
        if let Some(answer) = self.kept(hash) {
            return answer;
        }
        #[expect(clippy::cast_possible_truncation, reason = "any lane will do, if it is always the same")]
        let lane = self.lane_of.hash_one(hash.as_bytes()) as usize % LANES;
        let turn = tokio::time::timeout(TURN_WITHIN, self.lanes[lane].lock()).await;
        let _turn = turn.map_err(|_| AuthError::Unavailable)?;
        // Whoever waited may find that the one before has asked.
        if let Some(answer) = self.kept(hash) {
            return answer;
        }
        let answer = self.backend.opaque_token(token).await.map_err(failed)?;
        let answer = answer.filter(|token| !token.revoked && !token.expired);
        let (mut held, now) = (self.held(), Instant::now());
        if let Some(token) = answer {
            held.good.put(hash, now, token.clone());
            Ok(token)
        } else {
            held.bad.put(hash, now, ());
            Err(UNKNOWN)
        }
    }

    /// Whether it was good a moment ago.
    pub(super) fn has_vouched_for(&self, token: &str) -> bool {
        let hash = Sha256::from_bytes(sha2::Sha256::digest(token).into());
        matches!(self.kept(hash), Some(Ok(_)))
    }

    fn kept(&self, hash: Sha256) -> Option<Result<OpaqueToken, AuthError>> {
        let (held, now) = (self.held(), Instant::now());
        held.good.get(hash, now).map(Ok).or_else(|| held.bad.get(hash, now).map(|()| Err(UNKNOWN)))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const UNKNOWN: AuthError = refused("an opaque token that is unknown, revoked or expired");

fn failed(error: BackendError) -> AuthError {
    match error {
        BackendError::Busy { again_after } => AuthError::Busy { again_after },
        error => {
            tracing::warn!(error = &error as &dyn std::error::Error, "an opaque token could not be checked");
            AuthError::Unavailable
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_and_ends() {
        let (mut kept, now) = (Kept::default(), Instant::now());
        for number in 0..=KEPT_MAX {
            let hash = Sha256::from_bytes(sha2::Sha256::digest(number.to_le_bytes()).into());
            kept.put(hash, now, number);
            assert_eq!(kept.get(hash, now), Some(number));
            assert_eq!(kept.get(hash, now + KEPT_FOR), None);
        }
        assert_eq!(kept.0.len(), 1, "they were all of now");
    }
}
