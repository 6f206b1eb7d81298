//! Tokens, cookies and requests that are not quite what was given out.

use std::sync::LazyLock;

use http::header::{COOKIE, HeaderMap, HeaderValue};
use notespot_metadata::sqlite::SqliteMetadata;
use notespot_protocol::Timestamp;
use notespot_testkit::{Damage, cases, damaged, damaged_text};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::browser::{BrowserKey, BrowserSession};
use super::redirect::Redirect;
use super::request::{AuthorizeRequest, Refusal, Values};
use super::{LocalProvider, LocalSettings, SignUp};
use crate::identity::{Principal, Verifier};

const PUBLIC: &str = "https://notes.example";
const QUERY: &str = "response_type=code&client_id=app&redirect_uri=notespot%3A%2F%2Fauth%2Fcallback\
    &state=12345678&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
    &code_challenge_method=S256&scope=openid+offline_access&nonce=n&prompt=login";

/// A provider with a key of its own, and who believes it.
struct Made {
    runtime: tokio::runtime::Runtime,
    provider: std::sync::Arc<LocalProvider>,
    verifier: Verifier,
    _folder: tempfile::TempDir,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let public_url: url::Url = PUBLIC.parse().unwrap();
    let settings = LocalSettings {
        keys_dir: folder.path().join("keys"),
        public_url: public_url.clone(),
        client_id: Some("app".to_owned()),
        sign_up: SignUp::Closed,
    };
    let provider = runtime.block_on(async {
        let accounts = SqliteMetadata::open(&folder.path().join("metadata.db")).await.unwrap();
        let accounts = std::sync::Arc::new(accounts);
        LocalProvider::open(accounts.clone(), accounts, settings).await.unwrap()
    });
    let verifier = Verifier::new(&public_url, vec![provider.trusted()]);
    Made { runtime, provider, verifier, _folder: folder }
});

fn verified(token: &str) -> Option<Principal> {
    MADE.runtime.block_on(MADE.verifier.verify(token)).ok()
}

fn now_secs() -> i64 {
    Timestamp::now().as_millis() / 1000
}

fn claims() -> Value {
    json!({
        "iss": PUBLIC, "sub": "user_1", "client_id": "app", "jti": "j", "scope": "openid email",
        "iat": now_secs(), "nbf": now_secs(), "exp": now_secs() + 3600,
    })
}

fn signed(typ: &str, claims: &Value) -> String {
    MADE.provider.signing.sign(typ, claims).unwrap()
}

/// A value of a claim, of any type and about the right one.
fn value() -> impl Strategy<Value = Value> {
    let now = now_secs();
    prop_oneof![
        any::<Option<bool>>().prop_map(|value| json!(value)),
        (-9..9_i64).prop_map(move |off| json!(now + off)),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,3}".prop_map(|text| json!(text)),
        "x{250,260}".prop_map(|text| json!(text)),
        prop::sample::select(vec!["app", "openid", "https://notes.example/", "user_1"])
            .prop_map(|text| json!(text)),
        prop::collection::vec("(app|openid|x)", 0..3).prop_map(|texts| json!(texts)),
        Just(json!({})),
    ]
}

fn with_cookie(cookie: &[u8]) -> Option<HeaderMap> {
    Some(HeaderMap::from_iter([(COOKIE, HeaderValue::from_bytes(cookie).ok()?)]))
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_flipped_bit_ends_a_token(bit in Damage::bit()) {
        let token = signed("at+jwt", &claims());
        prop_assert!(verified(&token).is_some());
        let mut bytes = token.into_bytes();
        bit.befall(&mut bytes);
        prop_assert_eq!(verified(&String::from_utf8_lossy(&bytes)), None);
    }

    #[test]
    fn a_token_that_was_not_given_out_is_none(damages in prop::collection::vec(Damage::any(), 1..4)) {
        let token = signed("at+jwt", &claims());
        let mut bytes = token.clone().into_bytes();
        for damage in &damages {
            damage.befall(&mut bytes);
        }
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(text == token || verified(&text).is_none());
    }

    #[test]
    fn a_header_of_any_kind_opens_nothing_by_itself(header in damaged(Just(br#"{"alg":"none","typ":"at+jwt","kid":"k","crit":["x"],"jwk":{}}"#.to_vec()))) {
        use base64::Engine as _;
        let part = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let token = format!("{}.{}.x", part(&header), part(claims().to_string().as_bytes()));
        prop_assert_eq!(verified(&token), None);
    }

    #[test]
    fn what_is_signed_is_held_to_the_rules(
        typ in prop::sample::select(vec!["at+jwt", "JWT", "application/at+jwt", "jws", ""]),
        name in prop::sample::select(vec!["iss", "sub", "exp", "nbf", "iat", "aud", "client_id", "scope", "scp", "azp", "sid", "name"]),
        value in value(),
    ) {
        let mut claims = claims();
        claims[name] = value.clone();
        let before = now_secs();
        let Some(principal) = verified(&signed(typ, &claims)) else { return Ok(()) };
        let seconds = |at: i64| f64::from(u32::try_from(at).unwrap());
        let number = |name: &str| claims[name].as_f64();
        let latest = seconds(now_secs() + 6);
        prop_assert!(typ.ends_with("at+jwt"), "{typ}");
        prop_assert_eq!(&claims["iss"], PUBLIC);
        prop_assert_eq!(&claims["client_id"], "app");
        prop_assert!(number("exp").unwrap() > seconds(before - 6), "{claims}");
        prop_assert!(number("nbf").is_none_or(|at| at < latest) && number("iat").is_none_or(|at| at < latest));
        prop_assert_eq!(Some(principal.user.0.as_str()), claims["sub"].as_str());
        prop_assert!((1..=255).contains(&principal.user.0.chars().count()));
        let names_us = |aud: &Value| aud.as_str().is_some_and(|aud| aud.trim_end_matches('/') == PUBLIC);
        let aud = &claims["aud"];
        prop_assert!(aud.is_null() || names_us(aud) || aud.as_array().is_some_and(|many| many.iter().any(names_us)));
    }

    #[test]
    fn a_flipped_bit_ends_a_browser_s_session(bit in Damage::bit(), user in "\\PC{1,20}") {
        let key = BrowserKey::new(&[7; 32], true);
        let session = BrowserSession { account: notespot_protocol::UserId(user), authenticated_at: Timestamp::now() };
        let set = key.session_cookie(&session).unwrap();
        let mut pair = set.to_str().unwrap().split(';').next().unwrap().as_bytes().to_vec();
        prop_assert_eq!(key.session(&with_cookie(&pair).unwrap(), Timestamp::now()), Some(session));
        bit.befall(&mut pair);
        let Some(headers) = with_cookie(&pair) else { return Ok(()) };
        prop_assert_eq!(key.session(&headers, Timestamp::now()), None);
    }

    #[test]
    fn a_form_is_ours_with_its_cookie_and_its_seal_only(cookie in damaged(Just(Vec::new())), on_cookie in any::<bool>(), bit in Damage::bit()) {
        let key = BrowserKey::new(&[7; 32], true);
        let seal = key.seal(&HeaderMap::new()).unwrap();
        let mut token = seal.token.into_bytes();
        let set = seal.cookie.unwrap();
        let mut pair = set.to_str().unwrap().split(';').next().unwrap().as_bytes().to_vec();
        let sealed = |pair: &[u8], token: &[u8]| with_cookie(pair).is_some_and(|headers| key.sealed(&headers, &String::from_utf8_lossy(token)));
        prop_assert!(sealed(&pair, &token));
        prop_assert!(!sealed(&cookie, &token));
        bit.befall(if on_cookie { &mut pair } else { &mut token });
        prop_assert!(!sealed(&pair, &token));
    }

    #[test]
    fn a_request_that_is_taken_is_whole_and_answered_where_it_may_be(query in damaged_text(Just(QUERY.to_owned()))) {
        match AuthorizeRequest::read(&query, "app") {
            Ok(request) => {
                prop_assert!(Redirect::registered(request.redirect.as_str()).is_some());
                prop_assert!(request.state.chars().count() >= 8 && request.state.len() <= 1024);
                prop_assert_eq!(request.challenge.len(), 43);
                let again = AuthorizeRequest::read(&request.query_with_prompt("consent"), "app").unwrap();
                prop_assert_eq!((again.state, again.challenge, again.scope), (request.state, request.challenge, request.scope));
            }
            Err(refusal @ Refusal::Redirect { .. }) => {
                let target = refusal.target().unwrap();
                prop_assert!(Redirect::registered(target.split('?').next().unwrap()).is_some(), "{target}");
            }
            Err(Refusal::Page(_)) => {}
        }
        let _any_form_is_read = Values::read(&query).repeated;
    }

    #[test]
    fn a_redirect_is_registered_as_it_is_written(uri in prop_oneof![
        damaged_text(Just("notespot://auth/callback".to_owned())),
        damaged_text((0..70_000_u32).prop_map(|port| format!("http://127.0.0.1:{port}/callback"))),
    ]) {
        if let Some(redirect) = Redirect::registered(&uri) {
            prop_assert_eq!(redirect.as_str(), &uri);
            let read = url::Url::parse(&uri).unwrap();
            let here = read.scheme() == "http" && read.host_str() == Some("127.0.0.1") && read.path() == "/callback";
            prop_assert!(uri == "notespot://auth/callback" || here && read.as_str() == uri || here && read.port().is_none());
        }
    }
}
