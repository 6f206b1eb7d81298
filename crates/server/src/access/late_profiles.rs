//! Names of people who signed in while the identity provider did not say them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notespot_protocol::UserId;

use super::standing;
use crate::identity::Principal;
use crate::state::Server;

/// Between two questions about one person.
const BETWEEN: Duration = Duration::from_mins(1);
/// People who are asked about at a time: more than that wait.
const PEOPLE_MAX: usize = 1_000;

/// Who was asked about lately. In memory: another server asks for itself. At most a thousand people.
#[derive(Debug, Default)]
pub(crate) struct LateProfiles {
    asked: Mutex<HashMap<UserId, Instant>>,
}

impl LateProfiles {
    /// Whether to ask about somebody now.
    fn is_due(&self, user: &UserId, now: Instant) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = |at: &Instant| now.duration_since(*at) < BETWEEN;
        if asked.get(user).is_some_and(lately) {
            return false;
        }
        if asked.len() >= PEOPLE_MAX {
            asked.retain(|_, at| lately(at));
        }
        if asked.len() >= PEOPLE_MAX {
            return false;
        }
        asked.insert(user.clone(), now);
        true
    }
}

/// Asks behind the call what somebody without a name is called.
pub(super) fn ask_for(server: &Arc<Server>, bearer: &str, principal: Principal) {
    if !server.late_profiles.is_due(&principal.user, Instant::now()) {
        return;
    }
    let (server, bearer) = (Arc::clone(server), zeroize::Zeroizing::new(bearer.to_owned()));
    tokio::spawn(async move {
        let Ok(described) = server.verifier.profile(&bearer, &principal).await else { return };
        // A store that is away is in the log, and the name is asked for again.
        let _kept = standing::take(&server, &described).await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_asked_about_once_a_minute_and_not_everybody_at_once() {
        let (late, now) = (LateProfiles::default(), Instant::now());
        let user = |number: usize| UserId(format!("user_{number}"));
        assert!(late.is_due(&user(0), now));
        assert!(!late.is_due(&user(0), now + BETWEEN / 2));
        assert!(late.is_due(&user(0), now + BETWEEN));
        for number in 1..PEOPLE_MAX {
            assert!(late.is_due(&user(number), now + BETWEEN));
        }
        assert!(!late.is_due(&user(PEOPLE_MAX), now + BETWEEN));
        assert!(late.is_due(&user(PEOPLE_MAX), now + BETWEEN * 2));
    }
}
