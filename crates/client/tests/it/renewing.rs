//! Renewing a session.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use notespot_client::{ClientError, MemoryStore, Secret, SecretStore, SecretStoreError, SessionStatus};
use notespot_protocol::ErrorCode;

use super::stand::{Stand, sign_in, status};

#[tokio::test]
async fn many_calls_at_once_spend_one_refresh_token() {
    let stand = Stand::start().await;
    drop(stand.signed_in().await);
    let api = stand.program().await;
    let calls = (0..20).map(|_| {
        let api = api.clone();
        tokio::spawn(async move { api.me().await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_window_and_the_command_line_renew_one_session_without_ending_it() {
    let stand = Stand::start().await;
    drop(stand.signed_in().await);
    for _ in 0..5 {
        let (window, command_line) = (stand.program().await, stand.program().await);
        let (first, second) = tokio::join!(window.me(), command_line.me());
        first.unwrap();
        second.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_is_away_does_not_end_the_session() {
    let stand = Stand::start().await;
    drop(stand.signed_in().await);
    let next_run = stand.program().await;
    stand.stop();
    assert_eq!(next_run.me().await.unwrap_err().code(), ErrorCode::ServerUnreachable);
    assert!(matches!(status(&next_run), SessionStatus::SignedIn { .. }));
}

#[tokio::test]
async fn a_session_that_the_provider_ended_says_so() {
    let stand = Stand::start().await;
    drop(stand.signed_in().await);
    let account = stand.url.as_str().trim_end_matches('/');
    let copy = MemoryStore::as_keyring();
    copy.save(account, &stand.store.load(account).unwrap().unwrap()).unwrap();
    stand.program().await.me().await.unwrap();
    // A copy of the keyring (a restored backup) now holds a token that was replaced.
    let restored = stand.program_with(stand.config_with(Arc::new(copy.clone()))).await;
    assert!(matches!(restored.me().await, Err(ClientError::SessionEnded)));
    let SessionStatus::SignedOut { reason: Some(reason) } = status(&restored) else { panic!() };
    assert_eq!(reason.code, ErrorCode::NotSignedIn);
    assert_eq!(copy.load(account).unwrap(), None, "what is of no use is not kept");
}

#[tokio::test]
async fn a_session_that_another_program_ended_is_over_here_too() {
    let stand = Stand::start().await;
    drop(stand.signed_in().await);
    let (window, command_line) = (stand.program().await, stand.program().await);
    command_line.session().sign_out().await.unwrap();
    assert!(matches!(window.me().await, Err(ClientError::NotSignedIn)));
    assert_eq!(status(&window), SessionStatus::SignedOut { reason: None });
}

/// A keyring with faults.
#[derive(Clone, Default)]
struct Faulty {
    inner: MemoryStore,
    refuses_to_save: Arc<AtomicBool>,
    cannot_be_read: Arc<AtomicBool>,
}

impl SecretStore for Faulty {
    fn load(&self, account: &str) -> Result<Option<Secret>, SecretStoreError> {
        if self.cannot_be_read.load(Ordering::SeqCst) {
            return Err(SecretStoreError::NoAccess);
        }
        self.inner.load(account)
    }

    fn save(&self, account: &str, secret: &Secret) -> Result<(), SecretStoreError> {
        if self.refuses_to_save.load(Ordering::SeqCst) {
            return Err(SecretStoreError::NoAccess);
        }
        self.inner.save(account, secret)
    }

    fn forget(&self, account: &str) -> Result<(), SecretStoreError> {
        self.inner.forget(account)
    }

    fn outlives_program(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_keyring_that_answers_and_keeps_nothing_is_found_out_at_the_start() {
    let stand = Stand::start().await;
    let faulty = Faulty::default();
    faulty.refuses_to_save.store(true, Ordering::SeqCst);
    let api = stand.program_with(stand.config_with(Arc::new(faulty))).await;
    sign_in(&api).await;
    assert!(matches!(status(&api), SessionStatus::SignedIn { ends_with_program: true, .. }));
    assert!(api.me().await.is_ok());
}

#[tokio::test]
async fn a_keyring_that_is_locked_later_does_not_end_the_session() {
    let stand = Stand::start().await;
    let faulty = Faulty::default();
    let api = stand.program_with(stand.config_with(Arc::new(faulty.clone()))).await;
    sign_in(&api).await;
    let next_run = stand.program_with(stand.config_with(Arc::new(faulty.clone()))).await;
    faulty.cannot_be_read.store(true, Ordering::SeqCst);
    faulty.refuses_to_save.store(true, Ordering::SeqCst);
    assert!(next_run.me().await.is_ok(), "what is known is used");
    assert!(matches!(status(&next_run), SessionStatus::SignedIn { ends_with_program: true, .. }));
}
