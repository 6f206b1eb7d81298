//! How often something may be done. One process has the file: it counts in its memory.

use async_trait::async_trait;
use notespot_protocol::Timestamp;

use super::SqliteMetadata;
use crate::Result;
use crate::limits::{Allowance, LimitKey, RateLimits, Taken};

#[async_trait]
impl RateLimits for SqliteMetadata {
    async fn take(&self, key: LimitKey, wanted: u32, allowance: Allowance, now: Timestamp) -> Result<Taken> {
        Ok(self.limits.take(key, wanted, allowance, now))
    }

    async fn give_back(&self, key: LimitKey, unused: u32) -> Result<()> {
        self.limits.give_back(key, unused);
        Ok(())
    }
}
