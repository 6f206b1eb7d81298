//! The same verifier against an issuer elsewhere, as it would be with Clerk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use notespot_server::identity::{
    AuthError, KeyTimes, LocalProvider, LocalSettings, SignUp, TrustedIssuer, Verifier, http_client,
};
use tokio::net::TcpListener;
use url::Url;

use super::app::{EMAIL, VERIFIER, exchange, first_code};
use super::{Running, accounts_in};

/// What stands between the verifier and the issuer's keys.
#[derive(Default)]
struct Door {
    closed: AtomicBool,
    knocks: AtomicUsize,
}

/// A provider whose keys are fetched through a door that can be closed.
async fn behind(door: &Arc<Door>) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let settings = LocalSettings {
        keys_dir: Running::keys_of(folder.path()),
        public_url: url.clone(),
        client_id: Some("desktop".to_owned()),
        sign_up: SignUp::Open,
    };
    let accounts = accounts_in(folder.path()).await;
    let provider = LocalProvider::open(accounts.clone(), accounts, settings).await.unwrap();
    let app: Router = provider.router().layer(middleware::from_fn_with_state(Arc::clone(door), pass));
    let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let verifier = remote(&url);
    Running { provider, verifier, url, folder, server }
}

fn remote(issuer: &Url) -> Verifier {
    let issuer = TrustedIssuer::external(issuer, "desktop", &[], http_client().unwrap(), KeyTimes::default());
    Verifier::new(&"https://notes.example".parse().unwrap(), vec![issuer])
}

async fn pass(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    if request.uri().path() == "/.well-known/jwks.json" {
        door.knocks.fetch_add(1, Ordering::SeqCst);
        if door.closed.load(Ordering::SeqCst) {
            return StatusCode::BAD_GATEWAY.into_response();
        }
    }
    next.run(request).await
}

async fn token_of(running: &Running) -> String {
    let (_, tokens) = exchange(running, &first_code(running).await, VERIFIER).await;
    tokens["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn tokens_of_an_issuer_elsewhere_are_checked_with_its_published_keys() {
    let running = behind(&Arc::default()).await;
    let token = token_of(&running).await;
    let principal = running.verifier.verify(&token).await.unwrap();
    assert_eq!((&principal.name, &principal.email), (&None, &None));
    let profile = running.verifier.profile(&token, &principal).await.unwrap().profile;
    assert_eq!((profile.name.as_str(), profile.email.as_deref()), ("Ada Lovelace", Some(EMAIL)));
}

#[tokio::test]
async fn many_requests_at_once_fetch_the_keys_once() {
    let door = Arc::new(Door::default());
    let running = behind(&door).await;
    let token = token_of(&running).await;
    let all = (0..20).map(|_| running.verifier.verify(&token));
    for result in futures_util::future::join_all(all).await {
        result.unwrap();
    }
    assert_eq!(door.knocks.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn made_up_kids_do_not_make_the_server_fetch() {
    let door = Arc::new(Door::default());
    let running = behind(&door).await;
    let token = token_of(&running).await;
    running.verifier.verify(&token).await.unwrap();
    let pkcs8 = std::fs::read(Running::keys_of(running.folder.path()).join("signing-key.p8")).unwrap();
    let claims = super::app::claims(&token.clone().into());
    for n in 0..10 {
        let made_up = super::forged::sign(&pkcs8, &format!("ins_{n}"), &claims);
        let refused = running.verifier.verify(&made_up).await;
        assert_eq!(refused, Err(AuthError::NotSignedIn { reason: "unknown key" }));
    }
    assert_eq!(door.knocks.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn keys_that_are_held_serve_while_the_issuer_is_away() {
    let door = Arc::new(Door::default());
    let running = behind(&door).await;
    let token = token_of(&running).await;
    running.verifier.verify(&token).await.unwrap();
    door.closed.store(true, Ordering::SeqCst);
    running.verifier.verify(&token).await.unwrap();
    // One that never had the keys cannot tell, and says so.
    assert_eq!(remote(&running.url).verify(&token).await, Err(AuthError::Unavailable));
}
