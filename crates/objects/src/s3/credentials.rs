//! The credentials that requests are presigned with.

use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::{Credentials, ProvideCredentials as _, SharedCredentialsProvider};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::errors::Lacks;
use crate::{ObjectError, Result};

/// Temporary credentials that have less than this left are taken up anew: a request that is presigned with them
/// ends when they do. Roles of machines and containers get theirs some minutes to an hour before they end.
const LEFT_AT_LEAST: Duration = Duration::from_mins(20);
/// With less than this left, nothing is presigned with them: it would end on its way.
const LEFT_AT_ALL: Duration = Duration::from_mins(1);
/// How long the provider is left alone after it had nothing newer, or failed.
const PAUSE: Duration = Duration::from_secs(30);

/// How long a provider may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Asks the provider as seldom as it may: an instance's role is a call over the network.
pub(super) struct Kept {
    provider: SharedCredentialsProvider,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    credentials: Option<Credentials>,
    /// When the provider was asked last.
    asked: Option<Instant>,
}

/// What a request is presigned with.
pub(super) struct Signing {
    pub(super) credentials: rusty_s3::Credentials,
    /// For how long they hold: no request that they sign holds longer. `None` where they have no end.
    pub(super) left: Option<Duration>,
}

impl Kept {
    pub(super) fn new(provider: SharedCredentialsProvider) -> Self {
        Self { provider, now: Mutex::default() }
    }

    /// Credentials that hold for a minute at least, and for 20 where the provider has such. While it fails,
    /// those that there are go on.
    pub(super) async fn get(&self) -> Result<Signing> {
        let mut now = self.now.lock().await;
        let asked_just_now = now.asked.is_some_and(|asked| asked.elapsed() < PAUSE);
        let known = now.credentials.as_ref().filter(|one| holds(one, LEFT_AT_ALL));
        if let Some(known) = known.filter(|one| asked_just_now || holds(one, LEFT_AT_LEAST)) {
            return Ok(signing(known));
        }
        let asked = timeout(ANSWER_WITHIN, self.provider.provide_credentials()).await;
        let error: Box<dyn Error + Send + Sync> = match asked {
            Ok(Ok(fresh)) if holds(&fresh, Duration::ZERO) => {
                now.asked = Some(Instant::now());
                return Ok(signing(now.credentials.insert(fresh)));
            }
            Ok(Ok(_)) => Box::new(Lacks("an end of its credentials that is to come")),
            Ok(Err(error)) => Box::new(error),
            Err(elapsed) => Box::new(elapsed),
        };
        let Some(known) = known else { return Err(ObjectError::Unavailable(error)) };
        tracing::warn!(
            error = &*error as &dyn Error,
            "the object store's credentials end soon, and there are no new ones yet"
        );
        let signing = signing(known);
        now.asked = Some(Instant::now());
        Ok(signing)
    }
}

fn left(credentials: &Credentials) -> Option<Duration> {
    let end = credentials.expiry()?;
    Some(end.duration_since(SystemTime::now()).unwrap_or_default())
}

fn holds(credentials: &Credentials, longer_than: Duration) -> bool {
    left(credentials).is_none_or(|left| left > longer_than)
}

fn signing(credentials: &Credentials) -> Signing {
    let (key, secret) = (credentials.access_key_id(), credentials.secret_access_key());
    let signing = match credentials.session_token() {
        Some(token) => rusty_s3::Credentials::new_with_token(key, secret, token),
        None => rusty_s3::Credentials::new(key, secret),
    };
    Signing { credentials: signing, left: left(credentials) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

    use aws_credential_types::provider::error::CredentialsError;
    use aws_credential_types::provider::future;
    use aws_sdk_s3::config::ProvideCredentials;

    use super::*;

    const SECS: [u64; 3] = [3600, 600, 30];

    /// Gives credentials that are good for so many seconds; none where these are 0.
    #[derive(Clone, Debug, Default)]
    struct Scripted {
        secs: Arc<AtomicU64>,
        asked: Arc<AtomicU32>,
    }

    impl Scripted {
        fn kept(&self) -> Kept {
            Kept::new(SharedCredentialsProvider::new(self.clone()))
        }

        fn asked(&self, secs: u64) -> u32 {
            self.secs.store(secs, Ordering::Relaxed);
            self.asked.load(Ordering::Relaxed)
        }
    }

    impl ProvideCredentials for Scripted {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let secs = self.secs.load(Ordering::Relaxed);
            let end = SystemTime::now() + Duration::from_secs(secs);
            let given = Credentials::new("key", "secret", Some("token".to_owned()), Some(end), "test");
            let away = || CredentialsError::provider_error("it is away");
            future::ProvideCredentials::ready(if secs == 0 { Err(away()) } else { Ok(given) })
        }
    }

    #[tokio::test]
    async fn credentials_are_taken_up_anew_before_they_end_and_not_at_every_request() {
        for (secs, asked) in SECS.into_iter().zip([1, 1, 3]) {
            let provider = Scripted::default();
            provider.asked(secs);
            let kept = provider.kept();
            for _ in 0..3 {
                let left = kept.get().await.unwrap().left.unwrap();
                assert!(left <= Duration::from_secs(secs), "{left:?}");
            }
            assert_eq!(provider.asked(secs), asked, "{secs} s");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn those_that_are_there_go_on_while_there_are_no_new_ones_and_not_for_longer() {
        let provider = Scripted::default();
        provider.asked(600);
        let kept = provider.kept();
        kept.get().await.unwrap();
        provider.asked(0);
        tokio::time::advance(PAUSE).await;
        assert!(kept.get().await.is_ok() && kept.get().await.is_ok());
        assert_eq!(provider.asked(3600), 2, "it is left alone for a while");
        tokio::time::advance(PAUSE).await;
        assert!(kept.get().await.unwrap().left > Some(Duration::from_mins(20)));

        let provider = Scripted::default();
        provider.asked(30);
        let kept = provider.kept();
        kept.get().await.unwrap();
        provider.asked(0);
        assert!(matches!(kept.get().await, Err(ObjectError::Unavailable(_))), "they would end on the way");
    }
}
