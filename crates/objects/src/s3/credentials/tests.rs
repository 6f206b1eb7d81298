//! Credentials of a provider that is asked to answer, to fail and to hang, while time is the test's own.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_sdk_s3::config::ProvideCredentials;
use futures_util::future::join_all;

use super::*;

const FAIL: u64 = 0;
const HANG: u64 = u64::MAX;

/// Gives credentials that are good for so many seconds.
#[derive(Clone, Debug, Default)]
struct Scripted {
    secs: Arc<AtomicU64>,
    asked: Arc<AtomicU32>,
}

impl Scripted {
    fn kept(&self, secs: u64) -> Kept {
        self.now(secs);
        Kept::new(SharedCredentialsProvider::new(self.clone()))
    }

    /// From now on, credentials are good for so many seconds, or there are none.
    fn now(&self, secs: u64) {
        self.secs.store(secs, Ordering::Relaxed);
    }

    fn asked(&self) -> u32 {
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
        if secs == HANG {
            return future::ProvideCredentials::new(pending());
        }
        let end = SystemTime::now() + Duration::from_secs(secs);
        let given = Credentials::new("key", "secret", Some("token".to_owned()), Some(end), "test");
        let away = || CredentialsError::provider_error("it is away");
        future::ProvideCredentials::ready(if secs == FAIL { Err(away()) } else { Ok(given) })
    }
}

/// What is asked behind a request has been answered.
async fn is_answered(kept: &Kept) {
    while kept.0.now().asking.is_some() {
        tokio::task::yield_now().await;
    }
}

async fn left_of(kept: &Kept) -> Duration {
    kept.get().await.unwrap().left.unwrap()
}

fn is_none(outcome: Result<Signing>) -> bool {
    matches!(outcome, Err(ObjectError::Unavailable(error)) if error.to_string().contains("no credentials"))
}

#[tokio::test]
async fn credentials_are_taken_up_anew_before_they_end_and_not_at_every_request() {
    for (secs, asked) in [(3600, 1), (600, 1), (30, 3)] {
        let provider = Scripted::default();
        let kept = provider.kept(secs);
        for _ in 0..3 {
            let left = left_of(&kept).await;
            assert!(left <= Duration::from_secs(secs), "{left:?}");
        }
        assert_eq!(provider.asked(), asked, "{secs} s");
    }
}

#[tokio::test(start_paused = true)]
async fn those_that_are_there_go_on_while_there_are_no_new_ones_and_not_for_longer() {
    let provider = Scripted::default();
    let kept = provider.kept(600);
    kept.get().await.unwrap();
    provider.now(FAIL);
    tokio::time::advance(PAUSE).await;
    for _ in 0..3 {
        kept.get().await.unwrap();
        is_answered(&kept).await;
    }
    assert_eq!(provider.asked(), 2, "it is left alone for a while");
    provider.now(3600);
    tokio::time::advance(PAUSE).await;
    assert!(left_of(&kept).await <= Duration::from_mins(10), "nobody waits for the new ones");
    is_answered(&kept).await;
    assert!(left_of(&kept).await > Duration::from_mins(20));
    assert_eq!(provider.asked(), 3);

    let provider = Scripted::default();
    let kept = provider.kept(30);
    kept.get().await.unwrap();
    provider.now(FAIL);
    assert!(is_none(kept.get().await), "they would end on the way");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_holds_nobody_up_who_has_credentials() {
    let provider = Scripted::default();
    let kept = provider.kept(600);
    kept.get().await.unwrap();
    provider.now(HANG);
    tokio::time::advance(PAUSE).await;
    let began = Instant::now();
    for _ in 0..100 {
        kept.get().await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!((began.elapsed(), provider.asked()), (Duration::ZERO, 2), "one question at a time");
    tokio::time::advance(ANSWER_WITHIN).await;
    is_answered(&kept).await;
    kept.get().await.unwrap();
    assert_eq!(provider.asked(), 2, "it is left alone for a while");
    tokio::time::advance(PAUSE).await;
    kept.get().await.unwrap();
    tokio::task::yield_now().await;
    assert_eq!(provider.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn without_credentials_requests_wait_for_so_long_and_then_for_a_while_not_at_all() {
    let provider = Scripted::default();
    let kept = provider.kept(HANG);
    let began = Instant::now();
    let waited = join_all((0..50).map(|_| kept.get())).await;
    assert!(waited.into_iter().all(is_none));
    assert_eq!((began.elapsed().as_secs(), provider.asked()), (ANSWER_WITHIN.as_secs(), 1));
    provider.now(3600);
    let began = Instant::now();
    assert!(is_none(kept.get().await));
    assert_eq!((began.elapsed(), provider.asked()), (Duration::ZERO, 1));
    tokio::time::advance(PAUSE_WITHOUT).await;
    assert!(left_of(&kept).await > Duration::from_mins(20));
}

#[tokio::test(start_paused = true)]
async fn whoever_goes_away_stops_nothing_that_others_wait_for() {
    let provider = Scripted::default();
    let kept = provider.kept(HANG);
    assert!(timeout(Duration::from_secs(1), kept.get()).await.is_err());
    tokio::time::advance(ANSWER_WITHIN).await;
    is_answered(&kept).await;
    assert!(is_none(kept.get().await));
    assert_eq!(provider.asked(), 1);
}
