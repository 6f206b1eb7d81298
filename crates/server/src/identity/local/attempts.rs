//! How often somebody may guess, at all servers of the deployment together.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use notespot_metadata::MetadataError;
use notespot_metadata::limits::{Allowance, LimitKey, RateLimits};
use notespot_protocol::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::client_address::network;

const WINDOW: Duration = Duration::from_mins(15);
/// Wrong passwords for one account from one address.
const PER_ACCOUNT: Allowance = Allowance { most: 8, window: WINDOW };
/// Wrong passwords for any accounts, and new accounts, from one address.
const PER_ADDRESS: Allowance = Allowance { most: 60, window: WINDOW };

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

impl Attempts {
    pub(super) fn new(limits: Arc<dyn RateLimits>) -> Self {
        Self { limits }
    }

    /// Counts an attempt before it is made, so that many at once count too. `email` is absent where
    /// an account is to be made.
    pub(super) async fn begin(
        &self,
        address: Option<IpAddr>,
        email: Option<&str>,
        now: Timestamp,
    ) -> Result<(), NotNow> {
        self.take(address_key(address), PER_ADDRESS, now).await?;
        let Some(email) = email else { return Ok(()) };
        let taken = self.take(account_key(address, email), PER_ACCOUNT, now).await;
        if taken.is_err() {
            // Nobody guessed: the address is not held to it.
            self.limits.give_back(address_key(address), 1).await?;
        }
        taken
    }

    /// The attempt was not made after all: nobody looked at the password.
    pub(super) async fn take_back(&self, address: Option<IpAddr>, email: &str) {
        for key in [account_key(address, email), address_key(address)] {
            if let Err(error) = self.limits.give_back(key, 1).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "an attempt counts that was none");
            }
        }
    }

    /// The attempt was the right person: it does not count.
    pub(super) async fn forgive(&self, address: Option<IpAddr>, email: &str) -> Result<(), MetadataError> {
        self.limits.give_back(account_key(address, email), u32::MAX).await?;
        self.limits.give_back(address_key(address), 1).await
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

fn address_key(address: Option<IpAddr>) -> LimitKey {
    key("attempts of an address", address, "")
}

fn account_key(address: Option<IpAddr>, email: &str) -> LimitKey {
    key("attempts at an account", address, &email.trim().to_lowercase())
}

fn key(of: &str, address: Option<IpAddr>, email: &str) -> LimitKey {
    let address = address.map(|address| network(address).to_string()).unwrap_or_default();
    let parts = [of, &address, email].join("\0");
    LimitKey(Sha256::digest(parts).into())
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

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn the_ninth_wrong_password_waits_and_others_do_not() {
        let (_folder, attempts) = attempts().await;
        let now = Timestamp::now();
        for _ in 0..PER_ACCOUNT.most {
            attempts.begin(Some(ip("192.0.2.1")), Some("a@b.example"), now).await.unwrap();
        }
        let refused = attempts.begin(Some(ip("192.0.2.1")), Some(" A@B.example"), now).await;
        assert!(matches!(refused, Err(NotNow::TooMany(TooMany(WINDOW)))), "{refused:?}");
        attempts.begin(Some(ip("192.0.2.1")), Some("c@b.example"), now).await.unwrap();
        attempts.begin(Some(ip("192.0.2.2")), Some("a@b.example"), now).await.unwrap();
        attempts.begin(Some(ip("192.0.2.1")), Some("a@b.example"), now.plus(WINDOW)).await.unwrap();
    }

    #[tokio::test]
    async fn an_address_cannot_try_one_password_on_every_account() {
        let (_folder, attempts) = attempts().await;
        let now = Timestamp::now();
        let from = |n: u32| Some(ip(&format!("2001:db8::{n:x}")));
        for n in 0..PER_ADDRESS.most {
            attempts.begin(from(n), Some(&format!("{n}@b.example")), now).await.unwrap();
        }
        assert!(attempts.begin(from(999), Some("other@b.example"), now).await.is_err());
    }

    #[tokio::test]
    async fn the_right_password_clears_the_count() {
        let (_folder, attempts) = attempts().await;
        let now = Timestamp::now();
        for _ in 0..200 {
            attempts.begin(None, Some("a@b.example"), now).await.unwrap();
            attempts.forgive(None, "a@b.example").await.unwrap();
        }
    }
}
