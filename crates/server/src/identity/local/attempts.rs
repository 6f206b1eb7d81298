//! How often somebody may guess, at all servers of the deployment together.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use notespot_metadata::MetadataError;
use notespot_metadata::limits::{Allowance, LimitKey, RateLimits};
use notespot_protocol::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::client_address::{circles, network};

const WINDOW: Duration = Duration::from_mins(15);
/// Wrong passwords for one account from one address.
const PER_ACCOUNT: Allowance = Allowance { most: 8, window: WINDOW };
/// Wrong passwords for any accounts, and new accounts, from one address.
const PER_ADDRESS: Allowance = Allowance { most: 60, window: WINDOW };
/// Wrong passwords for one account from everywhere: 4,800 a day, where a password has ten characters or more. Browsers in
/// which the account was signed in to before do not count here and are not held to it, so that who guesses at an account
/// does not keep its owner out of it; and in others, for no longer than a quarter of an hour after the last guess.
const FROM_ANYWHERE: Allowance = Allowance { most: 50, window: WINDOW };

/// Counts attempts.
pub(super) struct Attempts {
    limits: Arc<dyn RateLimits>,
}

/// Too many; the next one is possible after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany(pub(super) Duration);

/// Why an attempt is not made.
#[derive(Debug)]
pub(super) enum NotNow {
    TooMany(TooMany),
    Unavailable(MetadataError),
}

impl From<MetadataError> for NotNow {
    fn from(error: MetadataError) -> Self {
        Self::Unavailable(error)
    }
}

/// Somebody tries to get in, or to make an account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt<'a> {
    /// Where from.
    pub(super) address: Option<IpAddr>,
    /// Whose account is tried; absent where one is to be made.
    pub(super) email: Option<&'a str>,
    /// From a browser in which the same account was signed in to before.
    pub(super) is_known: bool,
}

impl Attempt<'_> {
    /// What it counts for.
    fn counts(&self) -> Vec<(LimitKey, Allowance)> {
        let mut counts = Vec::new();
        match self.address {
            Some(address) => counts.extend(circles(address).map(|(network, times)| {
                let most = PER_ADDRESS.most.saturating_mul(times);
                (key("attempts of a network", &network.to_string(), ""), Allowance { most, ..PER_ADDRESS })
            })),
            None => counts.push((key("attempts of a network", "", ""), PER_ADDRESS)),
        }
        if let Some(email) = self.email {
            counts.push((self.account_key(email), PER_ACCOUNT));
            if !self.is_known {
                counts.push((key("attempts at an account from anywhere", "", &folded(email)), FROM_ANYWHERE));
            }
        }
        counts
    }

    fn account_key(&self, email: &str) -> LimitKey {
        let network = self.address.map(|address| network(address).to_string()).unwrap_or_default();
        key("attempts at an account", &network, &folded(email))
    }
}

impl Attempts {
    pub(super) fn new(limits: Arc<dyn RateLimits>) -> Self {
        Self { limits }
    }

    /// Counts an attempt before it is made, so that many at once count too.
    pub(super) async fn begin(&self, attempt: Attempt<'_>, now: Timestamp) -> Result<(), NotNow> {
        let counts = attempt.counts();
        for (number, &(key, allowance)) in counts.iter().enumerate() {
            let refused = self.take(key, allowance, now).await;
            if refused.is_err() {
                // Nobody guessed: nothing before it is held to this.
                for (taken, _) in &counts[..number] {
                    self.limits.give_back(*taken, 1).await?;
                }
                return refused;
            }
        }
        Ok(())
    }

    /// The attempt was not made after all: nobody looked at the password.
    pub(super) async fn take_back(&self, attempt: Attempt<'_>) {
        if let Err(error) = self.give_back(attempt).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "an attempt counts that was none");
        }
    }

    /// The attempt was the right person: it does not count, nor do those that came before it from there.
    pub(super) async fn forgive(&self, attempt: Attempt<'_>) -> Result<(), MetadataError> {
        if let Some(email) = attempt.email {
            self.limits.give_back(attempt.account_key(email), u32::MAX).await?;
        }
        self.give_back(attempt).await
    }

    async fn give_back(&self, attempt: Attempt<'_>) -> Result<(), MetadataError> {
        for (key, _) in attempt.counts() {
            self.limits.give_back(key, 1).await?;
        }
        Ok(())
    }

    async fn take(&self, key: LimitKey, allowance: Allowance, now: Timestamp) -> Result<(), NotNow> {
        let taken = self.limits.take(key, 1, allowance, now).await?;
        if taken.granted > 0 {
            return Ok(());
        }
        let left = taken.ends_at.as_millis().saturating_sub(now.as_millis());
        Err(NotNow::TooMany(TooMany(Duration::from_millis(u64::try_from(left).unwrap_or_default()))))
    }
}

fn key(of: &str, network: &str, email: &str) -> LimitKey {
    LimitKey(Sha256::digest([of, network, email].join("\0")).into())
}

/// Addresses are compared without regard to case.
pub(super) fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use notespot_metadata::sqlite::SqliteMetadata;

    use super::*;

    async fn attempts() -> (tempfile::TempDir, Attempts) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteMetadata::open(&folder.path().join("metadata.db")).await.unwrap();
        (folder, Attempts::new(Arc::new(store)))
    }

    fn at<'a>(address: &str, email: &'a str) -> Attempt<'a> {
        Attempt { address: Some(address.parse().unwrap()), email: Some(email), is_known: false }
    }

    #[tokio::test]
    async fn the_ninth_wrong_password_waits_and_others_do_not() {
        let (_folder, attempts) = attempts().await;
        let now = Timestamp::now();
        for _ in 0..PER_ACCOUNT.most {
            attempts.begin(at("192.0.2.1", "a@b.example"), now).await.unwrap();
        }
        let refused = attempts.begin(at("192.0.2.1", " A@B.example"), now).await;
        assert!(matches!(refused, Err(NotNow::TooMany(TooMany(WINDOW)))), "{refused:?}");
        attempts.begin(at("192.0.2.1", "c@b.example"), now).await.unwrap();
        attempts.begin(at("192.0.2.2", "a@b.example"), now).await.unwrap();
        attempts.begin(at("192.0.2.1", "a@b.example"), now.plus(WINDOW)).await.unwrap();
    }

    #[tokio::test]
    async fn an_address_cannot_try_one_password_on_every_account() {
        let (_folder, attempts) = attempts().await;
        let now = Timestamp::now();
        let from = |n: u32| format!("2001:db8::{n:x}");
        for n in 0..PER_ADDRESS.most {
            attempts.begin(at(&from(n), &format!("{n}@b.example")), now).await.unwrap();
        }
        assert!(attempts.begin(at(&from(999), "other@b.example"), now).await.is_err());
    }

    #[tokio::test]
    async fn neither_can_all_the_networks_of_a_site() {
        let (_folder, attempts) = attempts().await;
        let now = Timestamp::now();
        let from = |n: u32| format!("2001:db8:1:{n:x}::1");
        for n in 0..PER_ADDRESS.most * 16 {
            attempts.begin(at(&from(n), &format!("{n}@b.example")), now).await.unwrap();
        }
        assert!(attempts.begin(at(&from(9999), "other@b.example"), now).await.is_err());
        attempts.begin(at("2001:db8:2::1", "other@b.example"), now).await.unwrap();
    }

    #[tokio::test]
    async fn an_account_is_not_guessed_at_from_everywhere_and_its_owner_gets_in_all_the_same() {
        let (_folder, attempts) = attempts().await;
        let now = Timestamp::now();
        for n in 0..FROM_ANYWHERE.most {
            attempts.begin(at(&format!("192.0.2.{n}"), "a@b.example"), now).await.unwrap();
        }
        let stranger = at("203.0.113.1", "A@b.example");
        for _ in 0..2 * PER_ACCOUNT.most {
            assert!(attempts.begin(stranger, now).await.is_err());
        }
        let owner = Attempt { is_known: true, ..stranger };
        for _ in 0..PER_ACCOUNT.most {
            attempts.begin(owner, now).await.expect("what was refused does not count");
        }
        assert!(attempts.begin(owner, now).await.is_err(), "and a stolen cookie guesses no more than others");
        attempts.begin(at("203.0.113.1", "c@b.example"), now).await.unwrap();
        attempts.begin(stranger, now.plus(FROM_ANYWHERE.window)).await.unwrap();
    }

    #[tokio::test]
    async fn the_right_password_clears_the_count() {
        let (_folder, attempts) = attempts().await;
        let now = Timestamp::now();
        let attempt = Attempt { address: None, email: Some("a@b.example"), is_known: false };
        for _ in 0..200 {
            attempts.begin(attempt, now).await.unwrap();
            attempts.forgive(attempt).await.unwrap();
        }
    }
}
