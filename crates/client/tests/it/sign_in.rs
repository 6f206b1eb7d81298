//! Signing in and out, as a person and a browser do it.

use std::sync::Arc;
use std::time::Duration;

use notespot_client::{
    ClientError, Loopback, MemoryStore, SecretStore, SessionConfig, SessionStatus, SignInError,
};
use notespot_protocol::ErrorCode;
use notespot_testkit::Person;
use url::Url;

use super::stand::{BOUND, DEEP_LINK, Stand, begin, sign_in, status};

fn is_ignored<T>(result: &Result<T, ClientError>) -> bool {
    matches!(result, Err(ClientError::SignIn(SignInError::Ignored)))
}

#[tokio::test]
async fn a_person_signs_in_once_and_the_next_run_needs_no_sign_in() {
    let stand = Stand::start().await;
    let api = stand.program().await;
    assert_eq!(status(&api), SessionStatus::SignedOut { reason: None });
    sign_in(&api).await;
    let me = api.me().await.unwrap();
    let expected = SessionStatus::SignedIn { user: Some(me.id.clone()), ends_with_program: false };
    assert_eq!(status(&api), expected);
    drop(api);
    let next_run = stand.program().await;
    assert_eq!(status(&next_run), expected);
    assert_eq!(next_run.me().await.unwrap().id, me.id);
}

#[tokio::test]
async fn a_link_with_a_wrong_state_is_ignored_and_the_sign_in_goes_on() {
    let stand = Stand::start().await;
    let api = stand.program().await;
    let page = begin(&api).await;
    let injected = format!("{DEEP_LINK}?code=stolen&state=guessed-state");
    assert!(is_ignored(&api.session().finish_sign_in(&injected).await));
    let link = Person::ada().unwrap().sign_in(&page).await.unwrap();
    // The right answer, at a place that is not ours.
    assert!(is_ignored(&api.session().finish_sign_in(&link.replace("notespot:", "other:")).await));
    api.session().finish_sign_in(&link).await.unwrap();
    assert!(api.me().await.is_ok());
}

#[tokio::test]
async fn a_replayed_link_changes_nothing() {
    let stand = Stand::start().await;
    let api = stand.program().await;
    let link = sign_in(&api).await;
    assert!(is_ignored(&api.session().finish_sign_in(&link).await));
    assert!(api.me().await.is_ok());
    // Nor does it help another program that has a sign-in of its own under way.
    let other = stand.program_with(stand.config_with(Arc::new(MemoryStore::default()))).await;
    begin(&other).await;
    assert!(is_ignored(&other.session().finish_sign_in(&link).await));
    assert!(matches!(status(&other), SessionStatus::SigningIn { .. }));
}

#[tokio::test]
async fn a_link_that_comes_too_late_does_not_sign_in() {
    let stand = Stand::start().await;
    let config = SessionConfig { sign_in_lifetime: Duration::from_millis(300), ..stand.config() };
    let api = stand.program_with(config).await;
    let page = begin(&api).await;
    let link = Person::ada().unwrap().sign_in(&page).await.unwrap();
    let mut watched = api.session().status();
    let is_over = |status: &SessionStatus| matches!(status, SessionStatus::SignedOut { .. });
    let ended = tokio::time::timeout(BOUND, watched.wait_for(is_over)).await.unwrap().unwrap().clone();
    let SessionStatus::SignedOut { reason: Some(reason) } = ended else { panic!("{ended:?}") };
    assert_eq!(reason.code, ErrorCode::SignInFailed);
    assert!(reason.message.contains("ten minutes"));
    assert!(is_ignored(&api.session().finish_sign_in(&link).await));
}

#[tokio::test]
async fn a_person_who_declines_is_back_where_they_were() {
    let stand = Stand::start().await;
    let api = stand.program().await;
    let page = Url::parse(&begin(&api).await).unwrap();
    let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let declined = format!("{DEEP_LINK}?error=access_denied&state={state}");
    let error = api.session().finish_sign_in(&declined).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Cancelled);
    assert!(matches!(status(&api), SessionStatus::SignedOut { .. }));
}

#[tokio::test]
async fn a_cancelled_sign_in_takes_no_link() {
    let stand = Stand::start().await;
    let api = stand.program().await;
    let page = begin(&api).await;
    let link = Person::ada().unwrap().sign_in(&page).await.unwrap();
    api.session().cancel_sign_in();
    assert!(is_ignored(&api.session().finish_sign_in(&link).await));
    assert_eq!(status(&api), SessionStatus::SignedOut { reason: None });
}

#[tokio::test]
async fn a_loopback_listener_takes_the_browser_back() {
    let stand = Stand::start().await;
    let api = stand.program().await;
    let listener = Loopback::bind().await.unwrap();
    let page = api.session().begin_sign_in(listener.redirect_uri()).await.unwrap();
    let stray = listener.redirect_uri().join("/callback?code=a&state=b").unwrap();
    let favicon = listener.redirect_uri().join("/favicon.ico").unwrap();
    let session = api.session().clone();
    let (ignored, mut heard_of) = tokio::sync::mpsc::unbounded_channel();
    let serving =
        tokio::spawn(async move { listener.serve(&session, move || ignored.send(()).unwrap()).await });

    assert_eq!(reqwest::get(favicon).await.unwrap().status(), 404);
    assert_eq!(reqwest::get(stray).await.unwrap().status(), 400);
    tokio::time::timeout(BOUND, heard_of.recv()).await.unwrap().unwrap();

    let back = Person::ada().unwrap().sign_in(page.as_str()).await.unwrap();
    let shown = reqwest::get(back).await.unwrap().text().await.unwrap();
    assert!(shown.contains("You are signed in") && shown.contains("close this tab"), "{shown}");
    tokio::time::timeout(BOUND, serving).await.unwrap().unwrap().unwrap();
    assert!(api.me().await.is_ok());
}

#[tokio::test]
async fn a_cancelled_sign_in_closes_its_listener() {
    let stand = Stand::start().await;
    let api = stand.program().await;
    let listener = Loopback::bind().await.unwrap();
    api.session().begin_sign_in(listener.redirect_uri()).await.unwrap();
    let session = api.session().clone();
    let serving = tokio::spawn(async move { listener.serve(&session, || {}).await });
    api.session().cancel_sign_in();
    let error = tokio::time::timeout(BOUND, serving).await.unwrap().unwrap().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Cancelled);
}

#[tokio::test]
async fn signing_out_revokes_and_forgets() {
    let stand = Stand::start().await;
    let api = stand.signed_in().await;
    let account = stand.url.as_str().trim_end_matches('/');
    let stolen = stand.store.load(account).unwrap().expect("the session is in the keyring");
    assert!(api.session().sign_out().await.unwrap());
    assert_eq!(status(&api), SessionStatus::SignedOut { reason: None });
    assert!(matches!(api.me().await, Err(ClientError::NotSignedIn)));
    assert_eq!(stand.store.load(account).unwrap(), None);
    assert!(!api.session().sign_out().await.unwrap(), "there is nobody to sign out any more");

    let thief = MemoryStore::as_keyring();
    thief.save(account, &stolen).unwrap();
    let thief = stand.program_with(stand.config_with(Arc::new(thief))).await;
    assert!(matches!(thief.me().await, Err(ClientError::SessionEnded)));
}

#[tokio::test]
async fn signing_out_works_without_the_server() {
    let stand = Stand::start().await;
    let api = stand.signed_in().await;
    stand.stop();
    assert!(tokio::time::timeout(BOUND, api.session().sign_out()).await.unwrap().unwrap());
    assert_eq!(status(&api), SessionStatus::SignedOut { reason: None });
}
