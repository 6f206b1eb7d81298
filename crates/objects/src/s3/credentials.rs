//! The credentials that requests are presigned with.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::{Credentials, ProvideCredentials as _, SharedCredentialsProvider};
use tokio::sync::Mutex;

use crate::{ObjectError, Result};

/// Temporary credentials are taken up anew when they have less than this left: a request that is
/// presigned with them ends when they do.
const LEFT_AT_LEAST: Duration = Duration::from_mins(20);

/// Asks the provider as seldom as it may: an instance's role is a call over the network.
pub(super) struct Kept {
    provider: SharedCredentialsProvider,
    now: Mutex<Option<Credentials>>,
}

impl Kept {
    pub(super) fn new(provider: SharedCredentialsProvider) -> Self {
        Self { provider, now: Mutex::new(None) }
    }

    /// Credentials that hold for a while yet.
    pub(super) async fn get(&self) -> Result<rusty_s3::Credentials> {
        let mut now = self.now.lock().await;
        if let Some(credentials) = now.as_ref().filter(|credentials| holds(credentials)) {
            return Ok(signing(credentials));
        }
        match self.provider.provide_credentials().await {
            Ok(fresh) => Ok(signing(now.insert(fresh))),
            Err(error) => Err(ObjectError::Unavailable(Box::new(error))),
        }
    }
}

fn holds(credentials: &Credentials) -> bool {
    credentials.expiry().is_none_or(|end| end > SystemTime::now() + LEFT_AT_LEAST)
}

fn signing(credentials: &Credentials) -> rusty_s3::Credentials {
    let (key, secret) = (credentials.access_key_id(), credentials.secret_access_key());
    match credentials.session_token() {
        Some(token) => rusty_s3::Credentials::new_with_token(key, secret, token),
        None => rusty_s3::Credentials::new(key, secret),
    }
}
