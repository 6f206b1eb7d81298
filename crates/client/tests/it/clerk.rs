//! Signing in at Clerk: a stand-in that answers as Clerk does.

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use notespot_client::{
    ApiClient, ClientError, Loopback, MemoryStore, SecretStore, Session, SessionConfig, SessionStatus,
    SignInError,
};
use notespot_protocol::{ByteCount, Discovery, ErrorCode, Limits, Timestamp};
use notespot_server::identity::{KeyTimes, TrustedIssuer, Verifier, http_client};
use notespot_testkit::{ClerkStandIn, Door, Mood};
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

use super::stand::{BOUND, DEEP_LINK, begin, me, status};

const ADA: &str = "user_ada";

/// Clerk, a server that trusts it, and the keyring of somebody's machine.
struct AtClerk {
    clerk: ClerkStandIn,
    url: Url,
    store: MemoryStore,
    folder: TempDir,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for AtClerk {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl AtClerk {
    async fn start() -> Self {
        let clerk = ClerkStandIn::start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let discovery = Discovery {
            product: "notespot".into(),
            api_version: 1,
            server_version: "0".into(),
            public_url: url.to_string(),
            issuer: clerk.issuer().into(),
            oauth_client_id: clerk.client_id().into(),
            limits: Limits { file_bytes: ByteCount(1), batch_items: 1 },
            time: Timestamp::now(),
        };
        let (http, times) = (http_client().unwrap(), KeyTimes::default());
        let issuer = TrustedIssuer::external(clerk.url(), clerk.client_id(), &[], http, times);
        let verifier = Arc::new(Verifier::new(&url, vec![issuer]));
        let app = Router::new()
            .route("/.well-known/notespot.json", get(move || std::future::ready(Json(discovery.clone()))))
            .route("/v1/me", get(me).with_state(verifier));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let folder = tempfile::tempdir().unwrap();
        Self { clerk, url, store: MemoryStore::as_keyring(), folder, server }
    }

    async fn program(&self) -> ApiClient {
        self.program_with(&self.store).await
    }

    async fn program_with(&self, store: &MemoryStore) -> ApiClient {
        let lock_file = self.folder.path().join("session.lock");
        let config = SessionConfig::new(self.url.clone(), Arc::new(store.clone()), lock_file);
        let session = Session::new(config).unwrap();
        session.restore().await;
        ApiClient::new(session)
    }

    async fn signed_in(&self) -> ApiClient {
        let api = self.program().await;
        let link = self.clerk.browse(&begin(&api).await, ADA).await.unwrap();
        api.session().finish_sign_in(&link).await.unwrap();
        api
    }

    fn account(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }
}

#[tokio::test]
async fn a_person_signs_in_at_clerk_once_and_later_runs_spend_one_refresh_token_each() {
    let at = AtClerk::start().await;
    let api = at.signed_in().await;
    assert_eq!(api.me().await.unwrap().id.0, ADA);
    assert_eq!(at.clerk.asked(Door::Token), 1);
    for run in 2..5 {
        let next_run = at.program().await;
        assert_eq!(next_run.me().await.unwrap().id.0, ADA);
        assert_eq!(at.clerk.asked(Door::Token), run);
    }
}

#[tokio::test]
async fn the_page_asks_for_what_clerk_wants_to_be_asked_for() {
    let at = AtClerk::start().await;
    let page = Url::parse(&begin(&at.program().await).await).unwrap();
    let asked: std::collections::HashMap<_, _> = page.query_pairs().into_owned().collect();
    assert_eq!(page.path(), "/oauth/authorize");
    assert_eq!(asked["redirect_uri"], DEEP_LINK);
    assert_eq!(asked["code_challenge_method"], "S256");
    assert!(asked["state"].len() >= 8 && asked["nonce"].len() >= 8);
    for scope in ["openid", "profile", "email", "offline_access"] {
        assert!(asked["scope"].split(' ').any(|one| one == scope), "{scope}");
    }
}

#[tokio::test]
async fn the_browser_comes_back_to_a_loopback_port_that_nobody_registered() {
    let at = AtClerk::start().await;
    let api = at.program().await;
    let listener = Loopback::bind().await.unwrap();
    let page = api.session().begin_sign_in(listener.redirect_uri()).await.unwrap();
    let session = api.session().clone();
    let serving = tokio::spawn(async move { listener.serve(&session, || {}).await });
    let back = at.clerk.browse(page.as_str(), ADA).await.unwrap();
    assert!(reqwest::get(back).await.unwrap().text().await.unwrap().contains("You are signed in"));
    tokio::time::timeout(BOUND, serving).await.unwrap().unwrap().unwrap();
    assert!(api.me().await.is_ok());
}

#[tokio::test]
async fn a_sign_in_without_a_refresh_token_is_none() {
    let at = AtClerk::start().await;
    at.clerk.give_no_refresh_tokens();
    let api = at.program().await;
    let link = at.clerk.browse(&begin(&api).await, ADA).await.unwrap();
    let error = api.session().finish_sign_in(&link).await.unwrap_err();
    assert!(matches!(error, ClientError::SignIn(SignInError::NoRefreshToken)), "{error:?}");
    assert!(matches!(status(&api), SessionStatus::SignedOut { reason: Some(_) }));
    assert_eq!(at.store.load(at.account()).unwrap(), None);
}

#[tokio::test]
async fn a_refresh_token_that_was_used_ends_the_session_whichever_way_clerk_says_so() {
    for refusal in [400, 401] {
        let at = AtClerk::start().await;
        at.clerk.refuse_grants_with(refusal);
        drop(at.signed_in().await);
        let copy = MemoryStore::as_keyring();
        copy.save(at.account(), &at.store.load(at.account()).unwrap().unwrap()).unwrap();
        at.program().await.me().await.unwrap();
        let restored = at.program_with(&copy).await;
        assert!(matches!(restored.me().await, Err(ClientError::SessionEnded)), "{refusal}");
        assert_eq!(copy.load(at.account()).unwrap(), None);
    }
}

#[tokio::test]
async fn a_clerk_that_is_away_or_busy_does_not_end_the_session() {
    for mood in [Mood::Failing, Mood::Busy { retry_after_secs: 1 }] {
        let at = AtClerk::start().await;
        drop(at.signed_in().await);
        let next_run = at.program().await;
        at.clerk.set_mood(Door::Token, mood);
        let error = next_run.me().await.unwrap_err();
        assert!(error.is_passing() && error.code() == ErrorCode::ServerUnreachable, "{mood:?}: {error:?}");
        assert!(matches!(status(&next_run), SessionStatus::SignedIn { .. }), "{mood:?}");
        at.clerk.set_mood(Door::Token, Mood::Well);
        assert!(next_run.me().await.is_ok(), "{mood:?}");
    }
}

#[tokio::test]
async fn signing_out_posts_the_token_and_the_client_and_nothing_else() {
    let at = AtClerk::start().await;
    let api = at.signed_in().await;
    let stolen = at.store.load(at.account()).unwrap().unwrap();
    assert!(api.session().sign_out().await.unwrap());
    let [form] = &at.clerk.revoked()[..] else { panic!("{:?}", at.clerk.revoked()) };
    assert_eq!(form.keys().collect::<Vec<_>>(), ["client_id", "token"]);
    let thief = MemoryStore::as_keyring();
    thief.save(at.account(), &stolen).unwrap();
    assert!(matches!(at.program_with(&thief).await.me().await, Err(ClientError::SessionEnded)));
}

#[tokio::test]
async fn keys_that_are_rotated_between_the_page_and_the_return_are_fetched() {
    let at = AtClerk::start().await;
    let api = at.program().await;
    let page = begin(&api).await;
    at.clerk.rotate_keys().unwrap();
    at.clerk.forget_old_keys();
    let link = at.clerk.browse(&page, ADA).await.unwrap();
    assert_eq!(api.session().finish_sign_in(&link).await.unwrap().0, ADA);
}
