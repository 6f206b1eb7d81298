//! The credentials that requests are presigned with.

use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::{Credentials, ProvideCredentials as _, SharedCredentialsProvider};
use tokio::sync::watch;
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
/// The same where there are none to go on with: nothing works before it answers.
const PAUSE_WITHOUT: Duration = Duration::from_secs(5);

/// How long a provider may take, and a request waits at the longest.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Asks the provider as seldom as it may: an instance's role is a call over the network. One question is under way
/// at a time, behind the requests: only those wait for it that have no credentials to go on with.
pub(super) struct Kept(Arc<Inner>);

struct Inner {
    provider: SharedCredentialsProvider,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    credentials: Option<Credentials>,
    /// Where a question is under way, or was when its task ended before it could say anything.
    asking: Option<Asking>,
    last: Option<Last>,
}

/// How the last question ended.
struct Last {
    at: Instant,
    failed: Option<NoCredentials>,
}

type Asking = watch::Receiver<Option<std::result::Result<Credentials, NoCredentials>>>;

/// Why there are none.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "there are no credentials for the object store: what provides them failed, and is asked again in a moment"
)]
struct NoCredentials(#[source] Arc<dyn Error + Send + Sync>);

#[derive(Debug, thiserror::Error)]
#[error("it did not answer within {} s", ANSWER_WITHIN.as_secs())]
struct Silent;

/// What a request is presigned with.
pub(super) struct Signing {
    pub(super) credentials: rusty_s3::Credentials,
    /// For how long they hold: no request that they sign holds longer. `None` where they have no end.
    pub(super) left: Option<Duration>,
}

/// What there is for a request.
enum Found {
    Known(Signing),
    Asking(Asking),
    Nothing(NoCredentials),
}

impl Kept {
    pub(super) fn new(provider: SharedCredentialsProvider) -> Self {
        Self(Arc::new(Inner { provider, now: Mutex::default() }))
    }

    /// Credentials that hold for a minute at least, and for 20 where the provider has such. Those that hold are
    /// there at once, whatever the provider does. Without, waits for it, ten seconds at most; `Unavailable` when it
    /// failed, for all who wait and for those who come in the five seconds after.
    pub(super) async fn get(&self) -> Result<Signing> {
        let unavailable = |none: NoCredentials| ObjectError::Unavailable(Box::new(none));
        match self.0.find() {
            Found::Known(signing) => Ok(signing),
            Found::Nothing(none) => Err(unavailable(none)),
            Found::Asking(mut asking) => {
                let answer = match asking.wait_for(Option::is_some).await {
                    Ok(answer) => answer.clone(),
                    Err(_ended) => None,
                };
                match answer {
                    Some(Ok(fresh)) => Ok(signing(&fresh)),
                    Some(Err(none)) => Err(unavailable(none)),
                    None => Err(unavailable(NoCredentials(Arc::new(Silent)))),
                }
            }
        }
    }
}

impl Inner {
    /// Begins to ask where it is time to, and where nobody does.
    fn find(self: &Arc<Self>) -> Found {
        let mut now = self.now();
        let known = now.credentials.as_ref().filter(|one| holds(one, LEFT_AT_ALL));
        if let Some(known) = known.filter(|one| holds(one, LEFT_AT_LEAST)) {
            return Found::Known(signing(known));
        }
        let known = known.map(signing);
        // Its other end is gone where the task has panicked.
        let under_way = now.asking.clone().filter(|asking| asking.has_changed().is_ok());
        let asking = match under_way {
            None if !now.rests(known.is_some()) => {
                let (answer, asking) = watch::channel(None);
                now.asking = Some(asking.clone());
                tokio::spawn(Arc::clone(self).ask(answer));
                Some(asking)
            }
            under_way => under_way,
        };
        match (known, asking) {
            (Some(known), _) => Found::Known(known),
            (None, Some(asking)) => Found::Asking(asking),
            (None, None) => {
                let failed = now.last.as_ref().and_then(|last| last.failed.clone());
                Found::Nothing(failed.unwrap_or_else(|| NoCredentials(Arc::new(Silent))))
            }
        }
    }

    /// On a task of its own: a caller that goes away must not stop what others wait for.
    async fn ask(
        self: Arc<Self>,
        answer: watch::Sender<Option<std::result::Result<Credentials, NoCredentials>>>,
    ) {
        let asked = timeout(ANSWER_WITHIN, self.provider.provide_credentials()).await;
        let error: Arc<dyn Error + Send + Sync> = match asked {
            Ok(Ok(fresh)) if holds(&fresh, Duration::ZERO) => {
                let mut now = self.now();
                now.asking = None;
                now.last = Some(Last { at: Instant::now(), failed: None });
                now.credentials = Some(fresh.clone());
                answer.send_replace(Some(Ok(fresh)));
                return;
            }
            Ok(Ok(_)) => Arc::new(Lacks("an end of its credentials that is to come")),
            Ok(Err(error)) => Arc::new(error),
            Err(_elapsed) => Arc::new(Silent),
        };
        let mut now = self.now();
        let left_secs = now.credentials.as_ref().and_then(left).map(|left| left.as_secs());
        tracing::warn!(error = &*error as &dyn Error, left_secs, "no new credentials for the object store");
        let none = NoCredentials(error);
        now.asking = None;
        now.last = Some(Last { at: Instant::now(), failed: Some(none.clone()) });
        answer.send_replace(Some(Err(none)));
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Now {
    /// Whether the provider is left alone yet.
    fn rests(&self, has_known: bool) -> bool {
        let Some(Last { at, failed }) = &self.last else { return false };
        let pause = match (has_known, failed) {
            (true, _) => PAUSE,
            (false, Some(_)) => PAUSE_WITHOUT,
            // They were short-lived, and have ended.
            (false, None) => Duration::ZERO,
        };
        at.elapsed() < pause
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
mod tests;
